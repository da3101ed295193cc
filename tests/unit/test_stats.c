// SPDX-License-Identifier: GPL-2.0-only
/* Reference values: R's own data sets and documentation, named where they are used. */
#include "unit.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "stats/power.h"
#include "stats/stats.h"

#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))

/* extra of R's sleep: hours that ten patients slept longer with each of two drugs */
static const double drug1[] = { 0.7, -1.6, -0.2, -1.2, -0.1,
				3.4, 3.7,  0.8,	 0.0,  2.0 };
static const double drug2[] = { 1.9, 0.8, 1.1, 0.1, -0.1,
				4.4, 5.5, 1.6, 4.6, 3.4 };

/* mpg of R's mtcars */
static double mpg[] = { 21.0, 21.0, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4,
			22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4,
			14.7, 32.4, 30.4, 33.9, 21.5, 15.5, 15.2, 13.3,
			19.2, 27.3, 26.0, 30.4, 15.8, 19.7, 15.0, 21.4 };

static void assert_close(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("got %.10g, want %.10g", got, want);
}

static int sort_references(void **state)
{
	(void)state;
	stats_sort(mpg, ARRAY_SIZE(mpg));
	return 0;
}

/* R: quantile(mtcars$mpg), mean(mtcars$mpg) */
static void quantiles_are_those_of_r(void **state)
{
	static const double x[] = { 1, 2, 3, 4, 10 };

	(void)state;
	assert_close(stats_quantile(mpg, ARRAY_SIZE(mpg), 0), 10.4, 1e-12);
	assert_close(stats_quantile(mpg, ARRAY_SIZE(mpg), 0.25), 15.425, 1e-12);
	assert_close(stats_quantile(mpg, ARRAY_SIZE(mpg), 0.5), 19.2, 1e-12);
	assert_close(stats_quantile(mpg, ARRAY_SIZE(mpg), 0.75), 22.8, 1e-12);
	assert_close(stats_quantile(mpg, ARRAY_SIZE(mpg), 1), 33.9, 1e-12);
	assert_close(stats_mean(mpg, ARRAY_SIZE(mpg)), 20.090625, 1e-12);
	/* By hand: position (5 - 1) * p from the first value */
	assert_close(stats_quantile(x, 5, 0.05), 1.2, 1e-12);
	assert_close(stats_quantile(x, 5, 0.95), 8.8, 1e-12);
	assert_close(stats_quantile(x, 1, 0.99), 1, 0);
}

static void estimates_are_median_and_mean(void **state)
{
	static const double even[] = { 1, 2, 4, 100 };

	(void)state;
	assert_close(stats_estimate(ESTIMATE_MEDIAN, even, 4), 3, 0);
	assert_close(stats_estimate(ESTIMATE_MEAN, even, 4), 26.75, 0);
	assert_close(stats_estimate(ESTIMATE_MEDIAN, even, 3), 2, 0);
}

/* 100 values: P(B < 40) = 0.018 and P(B > 59) = 0.028 for B of Binomial(100, 1/2) */
static void interval_of_a_median(void **state)
{
	static const double few[] = { 1, 5, 9 };
	struct interval ci;
	double x[100];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		x[i] = i + 1;
	ci = stats_median_ci(x, 100);
	assert_close(ci.low, 40, 0);
	assert_close(ci.high, 60, 0);
	ci = stats_estimate_ci(ESTIMATE_MEDIAN, few, 3);
	assert_close(ci.low, 1, 0);
	assert_close(ci.high, 9, 0);
	ci = stats_median_ci(few, 1);
	assert_close(ci.low, 1, 0);
	assert_close(ci.high, 1, 0);
}

/* R: t.test(drug2 - drug1): mean 1.58, interval 0.7001142 to 2.4598858 */
static void interval_of_a_mean(void **state)
{
	double longer[10];
	struct interval ci;

	(void)state;
	for (size_t i = 0; i < 10; i++)
		longer[i] = drug2[i] - drug1[i];
	ci = stats_estimate_ci(ESTIMATE_MEAN, longer, 10);
	assert_close(ci.low, 0.7001142, 1e-7);
	assert_close(ci.high, 2.4598858, 1e-7);
	ci = stats_mean_ci(longer, 1);
	assert_close(ci.low, longer[0], 0);
	assert_close(ci.high, longer[0], 0);
}

/*
 * R: t.test(drug2, drug1, var.equal = TRUE): t = 1.8608, 18 degrees of freedom,
 * p = 0.07919, means 2.33 and 0.75, interval -0.203874 to 3.363874
 */
static void contrasts_are_those_of_r(void **state)
{
	struct contrast c = stats_contrast(drug1, 10, drug2, 10);
	struct interval ci = stats_contrast_ci(&c, 1);

	(void)state;
	assert_close(c.diff, 1.58, 1e-12);
	assert_close(c.diff / c.error, 1.8608, 0.00005);
	assert_int_equal(c.freedom, 18);
	assert_close(stats_contrast_p(&c), 0.07919, 0.000005);
	assert_close(ci.low, -0.203874, 1e-6);
	assert_close(ci.high, 3.363874, 1e-6);
}

static void contrasts_without_noise(void **state)
{
	static const double a[] = { 265, 265, 265 }, b[] = { 266, 266 };
	struct contrast c = stats_contrast(a, 3, b, 2);

	(void)state;
	assert_close(stats_contrast_p(&c), 0, 0);
	assert_close(stats_contrast_ci(&c, 40).low, 1, 0);
	assert_close(stats_contrast_ci(&c, 40).high, 1, 0);
	c = stats_contrast(a, 3, a, 2);
	assert_close(stats_contrast_p(&c), 1, 0);
	assert_close(stats_contrast_ci(&c, 1).low, 0, 0);
}

/* Of one family, p-value and interval never contradict each other. */
static void families_have_one_answer(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	size_t shown = 0;

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		size_t family = 1 + i % 50;
		double a[6], b[6], p;
		struct interval ci;
		struct contrast c;

		for (size_t j = 0; j < 6; j++) {
			a[j] = gsl_ran_gaussian(rng, 1);
			b[j] = gsl_ran_gaussian(rng, 1) + i % 7;
		}
		c = stats_contrast(a, 6, b, 6);
		ci = stats_contrast_ci(&c, family);
		p = stats_family_p(stats_contrast_p(&c), family);
		assert_true((p < STATS_SIGNIFICANCE) ==
			    (ci.low > 0 || ci.high < 0));
		shown += p < STATS_SIGNIFICANCE;
	}
	assert_in_range(shown, 500, 1500);
	gsl_rng_free(rng);
}

/* 2 of the C(8, 4) = 70 orders of 4 and 4 */
static void chance_apart(void **state)
{
	(void)state;
	assert_close(stats_chance_apart(4, 4), 2.0 / 70, 1e-12);
	assert_close(stats_chance_apart(1, 1), 1, 1e-12);
}

/*
 * R's ?power.t.test: power.t.test(n = 20, delta = 1, sd = 1) has power 0.8689528,
 * power.t.test(power = .90, delta = 1, sd = 1) has n = 22.02110.
 */
static void power_is_that_of_r(void **state)
{
	(void)state;
	assert_close(power_of(1, 20, 20, 1), 0.8689528, 0.001);
	assert_close(power_of(0, 8, 8, 1), 0.05, 0.001);
	assert_int_equal(power_boots_needed(1, 1), 23);
	assert_close(power_effect_shown(23, 23, 1), 0.977, 0.01);
	/* What is needed is what shows it. */
	for (double effect = 0.5; effect < 6; effect *= 1.3) {
		size_t n = power_boots_needed(effect, 40);

		assert_true(power_of(effect, n, n, 40) >= POWER_WANTED);
		assert_true(n == STATS_BOOTS_LEAST ||
			    power_of(effect, n - 1, n - 1, 40) < POWER_WANTED);
		assert_true(power_effect_shown(n, n, 40) <= effect * 1.0001);
	}
	assert_int_equal(power_boots_needed(100, 40), STATS_BOOTS_LEAST);
	assert_int_equal(power_boots_needed(0.01, 40), 0);
}

static void plans_are_told(void **state)
{
	char text[POWER_PLAN_SIZE], want[POWER_PLAN_SIZE];

	(void)state;
	power_plan(text, 3, 40, 0.005);
	assert_non_null(strstr(text, "3 boots of each mode no difference is"));
	power_plan(text, 8, 40, 0.005);
	snprintf(
		want, sizeof(want),
		"with 8 boots of each mode a difference of %.2g %% is shown in 9 campaigns of 10, "
		"alone among the workloads, where boots differ by 0.5 %%; for one of 1 %% %zu "
		"boots are needed",
		0.5 * power_effect_shown(8, 8, 40), power_boots_needed(2, 40));
	assert_string_equal(text, want);
	power_plan(text, 8, 1, 0.5);
	assert_non_null(strstr(text, "more than 1000 boots"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_those_of_r),
		cmocka_unit_test(estimates_are_median_and_mean),
		cmocka_unit_test(interval_of_a_median),
		cmocka_unit_test(interval_of_a_mean),
		cmocka_unit_test(contrasts_are_those_of_r),
		cmocka_unit_test(contrasts_without_noise),
		cmocka_unit_test(families_have_one_answer),
		cmocka_unit_test(chance_apart),
		cmocka_unit_test(power_is_that_of_r),
		cmocka_unit_test(plans_are_told),
	};

	return cmocka_run_group_tests_name("stats", tests, sort_references,
					   NULL);
}
