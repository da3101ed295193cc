// SPDX-License-Identifier: GPL-2.0-only
/* The figure that stands for a sample, and how sure the sample makes it. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "stats/stats.h"

/* Quantile of the normal distribution, for 95 % */
#define Z95 1.96

/** stats_sort() - sort ascending, in place */
void stats_sort(double *x, size_t n)
{
	gsl_sort(x, 1, n);
}

/**
 * stats_quantile() - quantile by linear interpolation, R's type 7
 * @sorted: at least one value, ascending
 * @p: 0 to 1
 */
double stats_quantile(const double *sorted, size_t n, double p)
{
	return gsl_stats_quantile_from_sorted_data(sorted, 1, n, p);
}

/** stats_mean() - arithmetic mean of at least one value */
double stats_mean(const double *x, size_t n)
{
	return gsl_stats_mean(x, 1, n);
}

/** stats_estimate() - the figure that stands for a sorted sample */
double stats_estimate(enum estimator how, const double *sorted, size_t n)
{
	return how == ESTIMATE_MEDIAN ? stats_quantile(sorted, n, 0.5) :
					stats_mean(sorted, n);
}

/**
 * stats_median_ci() - 95 % interval of a median
 *
 * The number of values below the true median is binomial, whatever their
 * distribution: the ends are order statistics.  Fewer than 6 values have no such
 * interval; then it is from the least to the greatest.
 */
struct interval stats_median_ci(const double *sorted, size_t n)
{
	double reach = Z95 * sqrt((double)n) / 2;
	double low = floor((double)n / 2 - reach);
	double high = ceil((double)n / 2 + reach);

	return (struct interval){
		sorted[low < 1 ? 0 : (size_t)low - 1],
		sorted[high > (double)n ? n - 1 : (size_t)high - 1]
	};
}

/** stats_mean_ci() - 95 % interval of a mean, by Student's t; a point for one value */
struct interval stats_mean_ci(const double *x, size_t n)
{
	double mean = stats_mean(x, n), reach = 0;

	if (n > 1)
		reach = gsl_cdf_tdist_Qinv(STATS_SIGNIFICANCE / 2, n - 1.0) *
			gsl_stats_sd_m(x, 1, n, mean) / sqrt((double)n);
	return (struct interval){ mean - reach, mean + reach };
}

/** stats_estimate_ci() - 95 % interval of stats_estimate() */
struct interval stats_estimate_ci(enum estimator how, const double *sorted,
				  size_t n)
{
	return how == ESTIMATE_MEDIAN ? stats_median_ci(sorted, n) :
					stats_mean_ci(sorted, n);
}
