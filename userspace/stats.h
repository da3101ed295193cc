/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_STATS_H
#define PTISCOPE_STATS_H

#include <stddef.h>
#include <stdint.h>

/** STATS_RESAMPLES - resamples behind every bootstrap interval */
#define STATS_RESAMPLES 1000

/** enum estimator - the figure that stands for a sample: its median, or its mean for shares */
enum estimator {
	ESTIMATE_MEDIAN,
	ESTIMATE_MEAN,
};

/** struct interval - 95 % interval of an estimate, in the unit of the sample */
struct interval {
	double low;
	double high;
};

/*
 * Samples are sorted ascending (stats_sort()) and hold at least one value.
 * Functions that return int return 0 or -ENOMEM.
 */
void stats_sort(double *x, size_t n);
double stats_quantile(const double *sorted, size_t n, double p);
double stats_mean(const double *x, size_t n);
double stats_estimate(enum estimator how, const double *sorted, size_t n);
int stats_bootstrap_ci(enum estimator how, const double *sorted, size_t n,
		       uint64_t seed, struct interval *ci);
int stats_bootstrap_diff_ci(enum estimator how, const double *a, size_t na,
			    const double *b, size_t nb, uint64_t seed,
			    struct interval *ci);
double stats_mann_whitney(const double *a, size_t na, const double *b,
			  size_t nb);

#endif /* PTISCOPE_STATS_H */
