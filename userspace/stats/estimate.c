// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "stats/stats.h"

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

/*
 * The median of a bootstrap resample, without drawing the resample.  A resample
 * is n draws of a position in the sorted sample, position = n * U with U
 * uniform.  Its k-th smallest value sits at the k-th smallest of n uniforms,
 * which is distributed as Beta(k, n - k + 1); given that, the next one is the
 * least of n - k uniforms above it.  Same distribution, O(1) instead of O(n).
 */
static double resample_median(gsl_rng *rng, const double *sorted, size_t n)
{
	size_t k = (n + 1) / 2;
	double lower = gsl_ran_beta(rng, k, n - k + 1);
	double first = sorted[(size_t)fmin(n * lower, n - 1)], upper;

	if (n % 2)
		return first;
	upper = lower + (1 - lower) * (1 - pow(gsl_rng_uniform_pos(rng),
					       1.0 / (n - k)));
	return (first + sorted[(size_t)fmin(n * upper, n - 1)]) / 2;
}

/* How many values are equal to the first: in steps that double, then halved. */
static size_t ties(const double *sorted, size_t n)
{
	size_t equal = 1, beyond = 2, middle;

	while (beyond <= n && sorted[beyond - 1] == sorted[0]) {
		equal = beyond;
		beyond *= 2;
	}
	if (beyond > n)
		beyond = n + 1;
	while (beyond - equal > 1) {
		middle = equal + (beyond - equal) / 2;
		if (sorted[middle - 1] == sorted[0])
			equal = middle;
		else
			beyond = middle;
	}
	return equal;
}

/*
 * The mean of a bootstrap resample.  Equal values are drawn together: how many
 * of the draws that are left fall on them is binomial.
 */
static double resample_mean(gsl_rng *rng, const double *sorted, size_t n)
{
	size_t draws = n, left = n, same;
	double sum = 0;

	for (size_t i = 0; i < n && draws; i += same, left -= same) {
		size_t hits;

		same = ties(sorted + i, n - i);
		hits = same == left ? draws :
				      gsl_ran_binomial(rng, (double)same / left,
						       draws);
		sum += hits * sorted[i];
		draws -= hits;
	}
	return sum / n;
}

static double resample(enum estimator how, gsl_rng *rng, const double *sorted,
		       size_t n)
{
	return how == ESTIMATE_MEDIAN ? resample_median(rng, sorted, n) :
					resample_mean(rng, sorted, n);
}

/* What a resample of boots is drawn with; @estimates has room for one a boot. */
struct resampler {
	enum estimator how;
	gsl_rng *rng;
	double *estimates;
};

/*
 * Two levels: boots are drawn with replacement, and from each boot drawn its
 * samples.  A single boot is no level of its own.
 */
static double resample_boots(struct resampler *r, const struct sample *boots,
			     size_t n)
{
	if (n == 1)
		return resample(r->how, r->rng, boots->x, boots->n);
	for (size_t i = 0; i < n; i++) {
		const struct sample *boot =
			&boots[gsl_rng_uniform_int(r->rng, n)];

		r->estimates[i] = resample(r->how, r->rng, boot->x, boot->n);
	}
	stats_sort(r->estimates, n);
	return stats_estimate(r->how, r->estimates, n);
}

/* Is every sample of every boot the same? */
static bool is_constant(const struct sample *boots, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (boots[i].x[0] != boots[0].x[0] ||
		    boots[i].x[boots[i].n - 1] != boots[0].x[0])
			return false;
	}
	return true;
}

/* Percentile interval over resamples of a, or of b minus resamples of a. */
static int resample_all(enum estimator how, const struct sample *a, size_t na,
			const struct sample *b, size_t nb, uint64_t seed,
			struct interval *ci)
{
	double *estimates = malloc(STATS_RESAMPLES * sizeof(*estimates));
	struct resampler r = {
		.how = how,
		.rng = gsl_rng_alloc(gsl_rng_mt19937),
		.estimates = calloc(na > nb ? na : nb, sizeof(double)),
	};
	int err = -ENOMEM;

	if (!estimates || !r.rng || !r.estimates)
		goto free;
	gsl_rng_set(r.rng, seed);
	for (size_t i = 0; i < STATS_RESAMPLES; i++) {
		estimates[i] = resample_boots(&r, a, na);
		if (b)
			estimates[i] = resample_boots(&r, b, nb) - estimates[i];
	}
	stats_sort(estimates, STATS_RESAMPLES);
	ci->low = stats_quantile(estimates, STATS_RESAMPLES, 0.025);
	ci->high = stats_quantile(estimates, STATS_RESAMPLES, 0.975);
	err = 0;
free:
	if (r.rng)
		gsl_rng_free(r.rng);
	free(r.estimates);
	free(estimates);
	return err;
}

static int bootstrap(enum estimator how, const struct sample *a, size_t na,
		     const struct sample *b, size_t nb, uint64_t seed,
		     struct interval *ci)
{
	if (!is_constant(a, na) || (b && !is_constant(b, nb)))
		return resample_all(how, a, na, b, nb, seed, ci);
	/* So is every resample. */
	ci->low = b ? b->x[0] - a->x[0] : a->x[0];
	ci->high = ci->low;
	return 0;
}

/**
 * stats_bootstrap_ci() - 95 % bootstrap percentile interval of an estimate
 * @boots: the samples of each boot
 * @n: boots, at least 1; with several, boots are resampled, and samples within
 * @seed: same seed, same interval
 *
 * The estimate over several boots is that of their estimates: the median of
 * medians, the mean of means.
 *
 * Return: 0 or -ENOMEM
 */
int stats_bootstrap_ci(enum estimator how, const struct sample *boots, size_t n,
		       uint64_t seed, struct interval *ci)
{
	return bootstrap(how, boots, n, NULL, 0, seed, ci);
}

/**
 * stats_bootstrap_diff_ci() - 95 % bootstrap percentile interval of estimate(b) - estimate(a)
 * @na: boots of a, as above
 * @nb: boots of b
 * @seed: same seed, same interval
 * Return: 0 or -ENOMEM
 */
int stats_bootstrap_diff_ci(enum estimator how, const struct sample *a,
			    size_t na, const struct sample *b, size_t nb,
			    uint64_t seed, struct interval *ci)
{
	return bootstrap(how, a, na, b, nb, seed, ci);
}

/*
 * Ranks of a among both samples, summed; ties share the mean of their ranks.
 * tie_sum is the sum of t^3 - t over groups of t equal values.
 */
static double rank_sum(const double *a, size_t na, const double *b, size_t nb,
		       double *tie_sum)
{
	size_t i = 0, j = 0;
	double sum = 0;

	*tie_sum = 0;
	while (i < na || j < nb) {
		double value = j == nb || (i < na && a[i] < b[j]) ? a[i] : b[j];
		size_t from_a = 0, from_b = 0;
		double ties;

		for (; i + from_a < na && a[i + from_a] == value; from_a++)
			;
		for (; j + from_b < nb && b[j + from_b] == value; from_b++)
			;
		ties = from_a + from_b;
		sum += from_a * (i + j + (ties + 1) / 2);
		*tie_sum += ties * ties * ties - ties;
		i += from_a;
		j += from_b;
	}
	return sum;
}

/**
 * stats_mann_whitney() - two-sided p-value of the Mann-Whitney U test
 *
 * Normal approximation with tie and continuity correction, as R's
 * wilcox.test(a, b, exact = FALSE).  When all values are equal the p-value is 1.
 */
double stats_mann_whitney(const double *a, size_t na, const double *b,
			  size_t nb)
{
	double n = (double)na + nb, product = (double)na * nb, ties, u,
	       variance;

	u = rank_sum(a, na, b, nb, &ties) - na * (na + 1.0) / 2;
	variance = product / 12 * (n + 1 - ties / (n * (n - 1)));
	if (!(variance > 0))
		return 1;
	return fmin(1, 2 * gsl_cdf_ugaussian_Q(
				   fmax(0, fabs(u - product / 2) - 0.5) /
				   sqrt(variance)));
}
