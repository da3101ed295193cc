// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rank statistics of few values, one a boot: their distributions are counted
 * out, not approximated.
 */
#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/stats.h"

/*
 * How the sum of @k of these ranks is distributed when each choice is as likely
 * as any other: share[s] is that of sum s, for s up to @most.  Ranks are doubled,
 * so that those of ties are whole numbers too.
 */
struct rank_sums {
	double *share;
	size_t most;
};

/* ways[c * (most + 1) + s]: choices of c of the ranks so far whose sum is s */
static int count_sums(const unsigned int *rank, size_t n, size_t k,
		      struct rank_sums *sums)
{
	size_t width;
	double *ways, all = 0;

	sums->most = 0;
	for (size_t i = 0; i < n; i++)
		sums->most += rank[i];
	width = sums->most + 1;
	ways = calloc((k + 1) * width, sizeof(*ways));
	if (!ways)
		return -ENOMEM;
	ways[0] = 1;
	for (size_t i = 0; i < n; i++)
		for (size_t c = i < k ? i + 1 : k; c > 0; c--)
			for (size_t s = rank[i]; s < width; s++)
				ways[c * width + s] +=
					ways[(c - 1) * width + s - rank[i]];
	memmove(ways, ways + k * width, width * sizeof(*ways));
	for (size_t s = 0; s < width; s++)
		all += ways[s];
	for (size_t s = 0; s < width; s++)
		ways[s] /= all;
	sums->share = ways;
	return 0;
}

/* Twice the ranks of both samples together, and twice the sum of those of a. */
static size_t double_ranks(const double *a, size_t na, const double *b,
			   size_t nb, unsigned int *rank)
{
	size_t i = 0, j = 0, sum = 0;

	while (i < na || j < nb) {
		double value = j == nb || (i < na && a[i] < b[j]) ? a[i] : b[j];
		size_t first = i + j, from_a = 0;

		for (; i < na && a[i] == value; i++)
			from_a++;
		for (; j < nb && b[j] == value; j++)
			;
		for (size_t at = first; at < i + j; at++)
			rank[at] = first + i + j + 1;
		sum += from_a * (first + i + j + 1);
	}
	return sum;
}

/**
 * stats_mann_whitney_exact() - two-sided p-value of the Mann-Whitney test, counted out
 * @p: out: twice the smaller tail, at most 1
 *
 * As R's wilcox.test(a, b, exact = TRUE); ties take part with their mean ranks
 * in the permutation distribution.  Above %STATS_EXACT_MAX values it is
 * stats_mann_whitney().
 *
 * Return: 0 or -ENOMEM
 */
int stats_mann_whitney_exact(const double *a, size_t na, const double *b,
			     size_t nb, double *p)
{
	unsigned int rank[STATS_EXACT_MAX];
	double below = 0, above = 0;
	struct rank_sums sums;
	size_t seen;

	if (na + nb > STATS_EXACT_MAX) {
		*p = stats_mann_whitney(a, na, b, nb);
		return 0;
	}
	seen = double_ranks(a, na, b, nb, rank);
	if (count_sums(rank, na + nb, na, &sums))
		return -ENOMEM;
	for (size_t s = 0; s <= sums.most; s++) {
		below += s <= seen ? sums.share[s] : 0;
		above += s >= seen ? sums.share[s] : 0;
	}
	free(sums.share);
	*p = fmin(1, 2 * fmin(below, above));
	return 0;
}

/* The least u with P(U <= u) of at least @p, for samples without ties. */
static int u_quantile(size_t na, size_t nb, double p, size_t *u)
{
	unsigned int rank[STATS_EXACT_MAX];
	struct rank_sums sums;
	double below = 0;

	for (size_t i = 0; i < na + nb; i++)
		rank[i] = 2 * (i + 1);
	if (count_sums(rank, na + nb, na, &sums))
		return -ENOMEM;
	for (*u = 0; *u < na * nb; (*u)++) {
		below += sums.share[2 * *u + na * (na + 1)];
		if (below >= p)
			break;
	}
	free(sums.share);
	return 0;
}

/* How many of the sorted differences lie outside the interval on each side. */
static int outer_differences(size_t na, size_t nb, size_t *outer)
{
	double pairs = (double)na * nb, root;

	if (na + nb <= STATS_EXACT_MAX)
		return u_quantile(na, nb, STATS_SIGNIFICANCE / 2, outer);
	root = sqrt(pairs * (na + nb + 1) / 12);
	*outer = fmax(
		0, pairs / 2 - gsl_cdf_ugaussian_Qinv(STATS_SIGNIFICANCE / 2) *
				       root);
	return 0;
}

/**
 * stats_hodges_lehmann() - shift of b against a, with its 95 % interval
 *
 * As R's wilcox.test(b, a, exact = TRUE, conf.int = TRUE), but for too few
 * values, where the interval has no end.
 *
 * Return: 0 or -ENOMEM
 */
int stats_hodges_lehmann(const double *a, size_t na, const double *b, size_t nb,
			 struct shift *shift)
{
	double *diffs = malloc(na * nb * sizeof(*diffs));
	size_t outer = 0, n = 0;

	if (!diffs || outer_differences(na, nb, &outer)) {
		free(diffs);
		return -ENOMEM;
	}
	for (size_t i = 0; i < na; i++)
		for (size_t j = 0; j < nb; j++)
			diffs[n++] = b[j] - a[i];
	stats_sort(diffs, n);
	shift->estimate = stats_quantile(diffs, n, 0.5);
	shift->bounded = outer > 0;
	shift->ci.low = outer ? diffs[outer - 1] : -INFINITY;
	shift->ci.high = outer ? diffs[n - outer] : INFINITY;
	free(diffs);
	return 0;
}

/**
 * stats_can_differ() - could that many values a side show a difference at all?
 *
 * The most extreme order of them has to be rarer than the level of the test.
 */
bool stats_can_differ(size_t na, size_t nb)
{
	return 2 * exp(-gsl_sf_lnchoose(na + nb, na)) < STATS_SIGNIFICANCE;
}

/**
 * stats_benjamini_hochberg() - adjust p-values so that a level bounds the false discovery rate
 * @p: in and out, in any order; as R's p.adjust(p, "BH")
 * Return: 0 or -ENOMEM
 */
int stats_benjamini_hochberg(double *p, size_t n)
{
	size_t *order = calloc(n + 1, sizeof(*order));
	double least = 1;

	if (!order)
		return -ENOMEM;
	gsl_sort_index(order, p, 1, n);
	for (size_t i = n; i-- > 0;) {
		least = fmin(least, p[order[i]] * n / (i + 1));
		p[order[i]] = least;
	}
	free(order);
	return 0;
}
