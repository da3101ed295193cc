/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_INFILE_H
#define PTISCOPE_BASE_INFILE_H

#include <stdint.h>

int infile_open(const char *name, uint64_t most);

#endif /* PTISCOPE_BASE_INFILE_H */
