/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_STATS_STATS_H
#define PTISCOPE_STATS_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** STATS_RESAMPLES - resamples behind every bootstrap interval */
#define STATS_RESAMPLES 1000

/** STATS_SIGNIFICANCE - level of every test; intervals are at 1 minus this */
#define STATS_SIGNIFICANCE 0.05

/** STATS_EXACT_MAX - values on both sides together up to which rank tests are exact */
#define STATS_EXACT_MAX 60

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

/** struct sample - values of one boot, sorted ascending, at least one */
struct sample {
	const double *x;
	size_t n;
};

/**
 * struct shift - by how much one sample lies above another
 * @estimate: Hodges and Lehmann's: the median of all differences
 * @ci: its 95 % interval, from the Mann-Whitney test
 * @bounded: there are enough values for @ci to end
 */
struct shift {
	double estimate;
	struct interval ci;
	bool bounded;
};

/*
 * Samples are sorted ascending (stats_sort()) and hold at least one value.
 * Functions that return int return 0 or -ENOMEM.
 */
void stats_sort(double *x, size_t n);
double stats_quantile(const double *sorted, size_t n, double p);
double stats_mean(const double *x, size_t n);
double stats_estimate(enum estimator how, const double *sorted, size_t n);
int stats_bootstrap_ci(enum estimator how, const struct sample *boots, size_t n,
		       uint64_t seed, struct interval *ci);
int stats_bootstrap_diff_ci(enum estimator how, const struct sample *a,
			    size_t na, const struct sample *b, size_t nb,
			    uint64_t seed, struct interval *ci);
double stats_mann_whitney(const double *a, size_t na, const double *b,
			  size_t nb);

/* rank.c: few values on each side, one a boot */
int stats_mann_whitney_exact(const double *a, size_t na, const double *b,
			     size_t nb, double *p);
int stats_hodges_lehmann(const double *a, size_t na, const double *b, size_t nb,
			 struct shift *shift);
bool stats_can_differ(size_t na, size_t nb);
int stats_benjamini_hochberg(double *p, size_t n);

#endif /* PTISCOPE_STATS_STATS_H */
