/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_SYSFILE_H
#define PTISCOPE_BASE_SYSFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

FILE *sysfile_open(const char *root, const char *path);
bool sysfile_exists(const char *root, const char *path);
bool sysfile_line(const char *root, const char *path, char *text, size_t size);
bool sysfile_number(const char *root, const char *path, long *number);

#endif /* PTISCOPE_BASE_SYSFILE_H */
