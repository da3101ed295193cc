/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RUN_PATHS_H
#define PTISCOPE_RUN_PATHS_H

#include <stdbool.h>

#include "module/uapi/pti_paths.h"

const char *pti_path_name(unsigned int path);
int pti_path_from_name(const char *name);
bool pti_path_is_exit(unsigned int path);
bool pti_path_is_asynchronous(unsigned int path);

#endif /* PTISCOPE_RUN_PATHS_H */
