// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <math.h>

#include "stats/stats.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Hollander and Wolfe, Nonparametric Statistical Methods (1973), page 69:
 * permeability of a membrane at term and at 12 to 26 weeks, sorted.  R's
 * ?wilcox.test has them; it gives W = 35, one-sided p = 0.1272, and with
 * conf.int = TRUE the shift 0.305 and its interval -0.15 to 0.76.
 */
static const double at_term[] = { 0.73, 0.80, 0.83, 1.04, 1.38,
				  1.45, 1.46, 1.64, 1.89, 1.91 };
static const double earlier[] = { 0.74, 0.88, 0.90, 1.15, 1.21 };

static void assert_close(double value, double want, double tolerance)
{
	if (!(fabs(value - want) <= tolerance))
		fail_msg("%.10g is not %.10g +- %g", value, want, tolerance);
}

static double exact(const double *a, size_t na, const double *b, size_t nb)
{
	double p, back;

	assert_int_equal(stats_mann_whitney_exact(a, na, b, nb, &p), 0);
	assert_int_equal(stats_mann_whitney_exact(b, nb, a, na, &back), 0);
	assert_close(back, p, 1e-12);
	return p;
}

/* scipy.stats.mannwhitneyu's documentation: U = 17, exact p = 0.1111111111111111. */
static void p_values_are_exact(void **state)
{
	static const double males[] = { 16, 19, 22, 24, 29 };
	static const double females[] = { 11, 12, 17, 20 };

	(void)state;
	assert_close(exact(males, 5, females, 4), 1.0 / 9, 1e-12);
	assert_close(exact(at_term, 10, earlier, 5), 2 * 0.1272, 0.0001);
	/* One order of C(8, 4) = 70, and its mirror image */
	assert_close(exact(at_term, 4, at_term + 4, 4), 2.0 / 70, 1e-12);
	assert_close(exact(males, 1, females, 1), 1, 0);
}

/* @n values each side, of which the first side's have that U */
static double p_of_u(size_t n, size_t u)
{
	bool taken[60] = { false };
	double a[30], b[30];
	size_t in_b = 0;

	/* From the top, each value of a is moved over as many of b as it can be. */
	for (size_t i = n; i-- > 0;) {
		size_t over = u < n ? u : n;

		a[i] = i + over;
		taken[i + over] = true;
		u -= over;
	}
	for (size_t at = 0; at < 2 * n; at++)
		if (!taken[at])
			b[in_b++] = at;
	return exact(a, n, b, n);
}

/*
 * Critical values of U, two-sided 5 %, of the table after Mann and Whitney (1947)
 * and Auble (1953) that textbooks print: significant at the value, not above it.
 */
static void critical_values_are_those_of_the_table(void **state)
{
	static const struct {
		size_t n;
		size_t u;
	} table[] = { { 4, 0 },	 { 5, 2 },   { 6, 5 },	 { 7, 8 },
		      { 8, 13 }, { 10, 23 }, { 15, 64 }, { 20, 127 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		assert_true(p_of_u(table[i].n, table[i].u) <= 0.05);
		assert_true(p_of_u(table[i].n, table[i].u + 1) > 0.05);
	}
}

/*
 * By hand: 1 1 | 1 2 has the ranks 2 2 | 2 4.  Of the 6 choices of two, the sum
 * is 4 in three of them and 6 in the others, so P(sum <= 4) = 1/2.
 */
static void ties_share_their_ranks(void **state)
{
	static const double a[] = { 1, 1 }, b[] = { 1, 2 };
	static const double low[] = { 1, 1, 1, 1 }, high[] = { 2, 2, 2, 2 };

	(void)state;
	assert_close(exact(a, 2, b, 2), 1, 1e-12);
	assert_close(exact(a, 2, a, 2), 1, 0);
	assert_close(exact(low, 4, high, 4), 2.0 / 70, 1e-12);
}

static void many_values_are_approximated(void **state)
{
	double a[40], b[40];

	(void)state;
	for (size_t i = 0; i < 40; i++) {
		a[i] = i;
		b[i] = i + 5.5;
	}
	/* Exact up to 60 values, and close to the approximation there */
	assert_close(exact(a, 30, b, 30), stats_mann_whitney(a, 30, b, 30),
		     0.001);
	assert_true(exact(a, 30, b, 30) != stats_mann_whitney(a, 30, b, 30));
	assert_close(exact(a, 40, b, 40), stats_mann_whitney(a, 40, b, 40), 0);
}

static void shifts_are_hodges_and_lehmanns(void **state)
{
	static const double a[] = { 1, 2, 4, 8 }, b[] = { 10, 11, 13, 17 };
	double many_a[40], many_b[40];
	struct shift shift;

	(void)state;
	stats_hodges_lehmann(earlier, 5, at_term, 10, &shift);
	assert_close(shift.estimate, 0.305, 1e-9);
	assert_close(shift.ci.low, -0.15, 1e-9);
	assert_close(shift.ci.high, 0.76, 1e-9);
	assert_true(shift.bounded);
	/* By hand: the 16 differences go from 2 to 16, the middle two are 9 and 9. */
	stats_hodges_lehmann(a, 4, b, 4, &shift);
	assert_close(shift.estimate, 9, 0);
	assert_close(shift.ci.low, 2, 0);
	assert_close(shift.ci.high, 16, 0);
	/* The same shift everywhere, beyond where it is counted out */
	for (size_t i = 0; i < 40; i++) {
		many_a[i] = i;
		many_b[i] = i + 100;
	}
	stats_hodges_lehmann(many_a, 40, many_b, 40, &shift);
	assert_close(shift.estimate, 100, 0);
	assert_true(shift.ci.low > 90 && shift.ci.high < 110);
}

/* 2 / C(na + nb, na) has to be below 5 %: 2/70 is, 2/35 and 2/20 are not. */
static void few_values_show_nothing(void **state)
{
	struct shift shift;

	(void)state;
	assert_true(stats_can_differ(4, 4));
	assert_true(stats_can_differ(3, 5));
	assert_false(stats_can_differ(3, 4));
	assert_false(stats_can_differ(3, 3));
	assert_false(stats_can_differ(1, 1));
	assert_false(stats_can_differ(1, 38));
	assert_true(stats_can_differ(1, 40));
	stats_hodges_lehmann(at_term, 3, at_term + 3, 3, &shift);
	assert_false(shift.bounded);
	assert_true(isinf(shift.ci.low) && isinf(shift.ci.high));
}

/*
 * Benjamini and Hochberg (1995), section 4: 15 comparisons of a trial.  At 5 %
 * their procedure rejects the first four.
 */
static void p_values_are_adjusted(void **state)
{
	double p[] = { 0.0001, 0.0004, 0.0019, 0.0095, 0.0201,
		       0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
		       0.4262, 0.5719, 0.6528, 0.7590, 1.0000 };
	/* By hand: p(i) * 3 / i from the top, and never above the one before */
	double q[] = { 0.04, 0.01, 0.03 };

	(void)state;
	stats_benjamini_hochberg(p, ARRAY_SIZE(p));
	for (size_t i = 0; i < ARRAY_SIZE(p); i++)
		assert_int_equal(p[i] <= 0.05, i < 4);
	assert_close(p[0], 0.0015, 1e-12);
	/* 0.0095 * 15 / 4 and 0.0298 * 15 / 7 */
	assert_close(p[3], 0.035625, 1e-12);
	assert_close(p[6], 0.0638571, 1e-6);
	assert_close(p[14], 1, 0);
	stats_benjamini_hochberg(q, 3);
	assert_close(q[0], 0.04, 1e-12);
	assert_close(q[1], 0.03, 1e-12);
	assert_close(q[2], 0.04, 1e-12);
	assert_int_equal(stats_benjamini_hochberg(NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p_values_are_exact),
		cmocka_unit_test(critical_values_are_those_of_the_table),
		cmocka_unit_test(ties_share_their_ranks),
		cmocka_unit_test(many_values_are_approximated),
		cmocka_unit_test(shifts_are_hodges_and_lehmanns),
		cmocka_unit_test(few_values_show_nothing),
		cmocka_unit_test(p_values_are_adjusted),
	};

	return cmocka_run_group_tests_name("rank", tests, NULL, NULL);
}
