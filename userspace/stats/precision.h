/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_STATS_PRECISION_H
#define PTISCOPE_STATS_PRECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** PRECISION_SAMPLES - no median is called precise with fewer samples */
#define PRECISION_SAMPLES 30

int precision_parse(const char *text, double *share);
double precision_of_median(const double *sorted, size_t n);
int precision_reached(const uint64_t *ticks, size_t n, double share,
		      bool *reached);

#endif /* PTISCOPE_STATS_PRECISION_H */
