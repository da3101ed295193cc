// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boots of one kind against boots of another, one figure each.  tests/soak/verdicts.c
 * simulates what these intervals cover.
 */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "stats/stats.h"

/**
 * stats_contrast() - boots of b against boots of a
 * @na: at least 2
 * @nb: at least 2
 *
 * Student's: both kinds are taken to scatter alike, which one machine's boots do.
 * Welch's, which does not, covers less than 94 % where one side has three times the
 * boots of the other, and more than 96.5 % of 4 boots each that are skewed.
 */
struct contrast stats_contrast(const double *a, size_t na, const double *b,
			       size_t nb)
{
	double mean_a = stats_mean(a, na), mean_b = stats_mean(b, nb);
	double squares = gsl_stats_tss_m(a, 1, na, mean_a) +
			 gsl_stats_tss_m(b, 1, nb, mean_b);
	struct contrast c = { .diff = mean_b - mean_a, .freedom = na + nb - 2 };

	c.noise = sqrt(squares / (double)c.freedom);
	c.error = c.noise * sqrt(1 / (double)na + 1 / (double)nb);
	return c;
}

/**
 * stats_contrast_ci() - interval of the difference
 * @family: comparisons that are judged together, at least 1
 *
 * With 95 % the intervals of all @family comparisons hold at once (Bonferroni's):
 * that of a single one is the plain 95 % interval.
 */
struct interval stats_contrast_ci(const struct contrast *c, size_t family)
{
	double tail = STATS_SIGNIFICANCE / 2 / (double)family;
	double reach = c->error ? gsl_cdf_tdist_Qinv(tail, (double)c->freedom) *
					  c->error :
				  0;

	return (struct interval){ c->diff - reach, c->diff + reach };
}

/** stats_contrast_p() - two-sided p-value of no difference, of this comparison alone */
double stats_contrast_p(const struct contrast *c)
{
	if (!c->error)
		return c->diff ? 0 : 1;
	return 2 *
	       gsl_cdf_tdist_Q(fabs(c->diff) / c->error, (double)c->freedom);
}

/**
 * stats_family_p() - the p-value of one comparison of a family
 *
 * It is below %STATS_SIGNIFICANCE where, and only where, the interval that
 * stats_contrast_ci() gives for the same family is without 0.
 */
double stats_family_p(double p, size_t family)
{
	return fmin(1, p * (double)family);
}

/**
 * stats_chance_apart() - how likely all boots of one kind lie above all of the other by chance
 * @na: boots, at least 1
 * @nb: the same
 * Return: for either order together, of figures that do not repeat
 */
double stats_chance_apart(size_t na, size_t nb)
{
	return 2 * exp(-gsl_sf_lnchoose(na + nb, na));
}
