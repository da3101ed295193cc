/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_STATS_STATS_H
#define PTISCOPE_STATS_STATS_H

#include <stdbool.h>
#include <stddef.h>

/** STATS_SIGNIFICANCE - chance that a family of comparisons may hold one false one */
#define STATS_SIGNIFICANCE 0.05

/** STATS_BOOTS_LEAST - boots of each side from which on a contrast is judged */
#define STATS_BOOTS_LEAST 4

/** enum estimator - the figure that stands for a sample: its median, or its mean for shares */
enum estimator {
	ESTIMATE_MEDIAN,
	ESTIMATE_MEAN,
};

/** struct interval - from @low to @high, both included, in the unit of the sample */
struct interval {
	double low;
	double high;
};

/**
 * struct contrast - by how much the boots of one kind lie above those of another
 * @diff: difference of their means
 * @noise: standard deviation of boots of one kind, both sides taken together
 * @error: standard error of @diff
 * @freedom: degrees of freedom of @noise, at least 1
 */
struct contrast {
	double diff;
	double noise;
	double error;
	size_t freedom;
};

/* estimate.c: samples are sorted ascending (stats_sort()) and hold at least one value */
void stats_sort(double *x, size_t n);
double stats_quantile(const double *sorted, size_t n, double p);
double stats_mean(const double *x, size_t n);
double stats_estimate(enum estimator how, const double *sorted, size_t n);
struct interval stats_median_ci(const double *sorted, size_t n);
struct interval stats_mean_ci(const double *x, size_t n);
struct interval stats_estimate_ci(enum estimator how, const double *sorted,
				  size_t n);

/* contrast.c: few values on each side, one a boot */
struct contrast stats_contrast(const double *a, size_t na, const double *b,
			       size_t nb);
struct interval stats_contrast_ci(const struct contrast *c, size_t family);
double stats_contrast_p(const struct contrast *c);
double stats_family_p(double p, size_t family);
double stats_chance_apart(size_t na, size_t nb);

#endif /* PTISCOPE_STATS_STATS_H */
