/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_CAMPAIGN_FILES_H
#define PTISCOPE_CAMPAIGN_FILES_H

#include <limits.h>

int file_path(char full[PATH_MAX], const char *root, const char *path);
int file_read(const char *name, char **text);
int file_replace(const char *name, const char *text);
int file_remove(const char *name);
void file_sweep(const char *name);
void dir_sweep(const char *dir);

#endif /* PTISCOPE_CAMPAIGN_FILES_H */
