/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_SUMMARIES_H
#define PTISCOPE_ANALYSE_SUMMARIES_H

#include <stddef.h>
#include <stdio.h>

#include "run/rundir.h"

int summary_write(const struct run *const *runs, size_t n, FILE *f);
int summary_save(const struct run *run, const char *file);

#endif /* PTISCOPE_ANALYSE_SUMMARIES_H */
