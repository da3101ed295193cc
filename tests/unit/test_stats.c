// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reference values: R's own data sets and documentation, and the documentation
 * of scipy.stats.mannwhitneyu; each is named where it is used.
 */
#include "unit.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "stats/stats.h"

#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))

/* Ozone of May and August in R's airquality, without the missing days */
static double may[] = { 41, 36, 12, 18, 28, 23, 19, 8, 7,  16, 11, 14,	18,
			14, 34, 6,  30, 11, 1,	11, 4, 32, 23, 45, 115, 37 };
static double august[] = { 39, 9,  16,	78, 35, 66,  122, 89, 110,
			   44, 28, 65,	22, 59, 23,  31,  44, 21,
			   9,  45, 168, 73, 76, 118, 84,  85 };

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
	stats_sort(may, ARRAY_SIZE(may));
	stats_sort(august, ARRAY_SIZE(august));
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

/*
 * R's ?wilcox.test: wilcox.test(Ozone ~ Month, data = airquality,
 * subset = Month %in% c(5, 8), exact = FALSE) gives W = 127.5, p = 0.0001208.
 * scipy.stats.mannwhitneyu's documentation: p = 0.11134688653314041.
 */
static void mann_whitney_is_that_of_r(void **state)
{
	static const double males[] = { 16, 19, 22, 24, 29 };
	static const double females[] = { 11, 12, 17, 20 };
	double p = stats_mann_whitney(may, ARRAY_SIZE(may), august,
				      ARRAY_SIZE(august));

	(void)state;
	assert_close(p, 0.0001208, 0.00000005);
	assert_close(stats_mann_whitney(august, ARRAY_SIZE(august), may,
					ARRAY_SIZE(may)),
		     p, 1e-15);
	assert_close(stats_mann_whitney(males, 5, females, 4),
		     0.11134688653314041, 1e-12);
}

static void mann_whitney_of_constants(void **state)
{
	double a[50], b[50];

	(void)state;
	for (size_t i = 0; i < 50; i++) {
		a[i] = 265;
		b[i] = 266;
	}
	assert_close(stats_mann_whitney(a, 50, a, 50), 1, 0);
	assert_close(stats_mann_whitney(a, 1, a, 1), 1, 0);
	assert_true(stats_mann_whitney(a, 50, b, 50) < 1e-20);
	/* One value each can't show anything. */
	assert_true(stats_mann_whitney(a, 1, b, 1) > 0.3);
	assert_close(stats_mann_whitney(mpg, 32, mpg, 32), 1, 0);
}

static int one_boot_ci(enum estimator how, const double *x, size_t n,
		       uint64_t seed, struct interval *ci)
{
	const struct sample boot = { x, n };

	return stats_bootstrap_ci(how, &boot, 1, seed, ci);
}

static void bootstrap_is_reproducible(void **state)
{
	const struct sample in_may = { may, ARRAY_SIZE(may) };
	const struct sample in_august = { august, ARRAY_SIZE(august) };
	struct interval a, b, c;

	(void)state;
	assert_int_equal(one_boot_ci(ESTIMATE_MEDIAN, mpg, 32, 7, &a), 0);
	assert_int_equal(one_boot_ci(ESTIMATE_MEDIAN, mpg, 32, 7, &b), 0);
	assert_int_equal(stats_bootstrap_diff_ci(ESTIMATE_MEDIAN, &in_may, 1,
						 &in_august, 1, 7, &c),
			 0);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_true(a.low <= 19.2 && a.high >= 19.2);
	/* Medians 18 and 52: the shift is clear. */
	assert_true(c.low > 0 && c.high < 80);
}

static void bootstrap_of_constants_is_the_constant(void **state)
{
	double x[200];
	const struct sample all = { x, 200 }, less = { x, 199 };
	struct interval ci;

	(void)state;
	for (size_t i = 0; i < 200; i++)
		x[i] = 265.25;
	for (enum estimator how = ESTIMATE_MEDIAN; how <= ESTIMATE_MEAN;
	     how++) {
		one_boot_ci(how, x, 200, 1, &ci);
		assert_close(ci.low, 265.25, 0);
		assert_close(ci.high, 265.25, 0);
		one_boot_ci(how, x, 1, 1, &ci);
		assert_close(ci.low, 265.25, 0);
		stats_bootstrap_diff_ci(how, &all, 1, &less, 1, 1, &ci);
		assert_close(ci.low, 0, 0);
		assert_close(ci.high, 0, 0);
	}
}

/* Samples that agree within each boot: only which boots are drawn is left to chance. */
static void bootstrap_draws_boots(void **state)
{
	static const double ten[] = { 10, 10, 10 }, twenty[] = { 20, 20 },
			    thirty[] = { 30 };
	const struct sample boots[] = { { ten, 3 },
					{ twenty, 2 },
					{ thirty, 1 } };
	const struct sample one = { twenty, 2 };
	struct interval ci;

	(void)state;
	/*
	 * The median of three boots drawn is the first with 7/27, the last with
	 * 7/27: both beyond 2.5 %, whatever the numbers of samples.
	 */
	stats_bootstrap_ci(ESTIMATE_MEDIAN, boots, 3, 1, &ci);
	assert_close(ci.low, 10, 0);
	assert_close(ci.high, 30, 0);
	stats_bootstrap_diff_ci(ESTIMATE_MEDIAN, boots, 3, &one, 1, 1, &ci);
	assert_close(ci.low, -10, 0);
	assert_close(ci.high, 10, 0);
	/* The mean of three is 10 with 1/27, which is more than 2.5 %, as is 30. */
	stats_bootstrap_ci(ESTIMATE_MEAN, boots, 3, 1, &ci);
	assert_close(ci.low, 10, 0);
	assert_close(ci.high, 30, 0);
}

/*
 * Normal boots and samples: the variance of a mean of K means of n samples is
 * (between + within / n) / K.  Pooled, as if they came from one boot, the samples
 * would give an interval of a fifth of the width.
 */
static void bootstrap_widens_with_boots(void **state)
{
	enum {
		K = 40,
		N = 50
	};
	static double x[K][N];
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct sample boots[K];
	struct interval ci;
	double want = 2 * 1.96 * sqrt((100 + 100.0 / N) / K);

	(void)state;
	for (size_t k = 0; k < K; k++) {
		double boot = gsl_ran_gaussian(rng, 10);

		for (size_t i = 0; i < N; i++)
			x[k][i] = boot + gsl_ran_gaussian(rng, 10);
		stats_sort(x[k], N);
		boots[k] = (struct sample){ x[k], N };
	}
	gsl_rng_free(rng);
	stats_bootstrap_ci(ESTIMATE_MEAN, boots, K, 3, &ci);
	assert_close(ci.high - ci.low, want, want * 0.3);
}

/*
 * Boots that are alike: what is left is chance within them.  The mean of K means of
 * n samples of 0 to 100, whose variance is 850, varies by 850 / n / K.
 */
static void bootstrap_draws_samples_within_boots(void **state)
{
	enum {
		K = 4,
		N = 101
	};
	struct sample boots[K];
	struct interval ci;
	double x[N];
	double want = 2 * 1.96 * sqrt(850.0 / N / K);

	(void)state;
	for (size_t i = 0; i < N; i++)
		x[i] = i;
	for (size_t k = 0; k < K; k++)
		boots[k] = (struct sample){ x, N };
	stats_bootstrap_ci(ESTIMATE_MEAN, boots, K, 3, &ci);
	assert_close(ci.high - ci.low, want, want * 0.1);
	assert_close((ci.high + ci.low) / 2, 50, 1);
}

#define NAIVE_RESAMPLES 20000

/* The textbook bootstrap: draw n values with replacement, sort, take the median. */
static struct interval naive_median_ci(const double *x, size_t n)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double *medians = calloc(NAIVE_RESAMPLES, sizeof(*medians));
	double *draw = calloc(n, sizeof(*draw));
	struct interval ci;

	gsl_rng_set(rng, 99);
	for (size_t i = 0; i < NAIVE_RESAMPLES; i++) {
		for (size_t j = 0; j < n; j++)
			draw[j] = x[gsl_rng_uniform_int(rng, n)];
		stats_sort(draw, n);
		medians[i] = stats_quantile(draw, n, 0.5);
	}
	stats_sort(medians, NAIVE_RESAMPLES);
	ci.low = stats_quantile(medians, NAIVE_RESAMPLES, 0.025);
	ci.high = stats_quantile(medians, NAIVE_RESAMPLES, 0.975);
	gsl_rng_free(rng);
	free(medians);
	free(draw);
	return ci;
}

/* Medians are drawn without their resamples; the distribution must be the same. */
static void bootstrap_agrees_with_the_textbook(void **state)
{
	double x[101];

	(void)state;
	for (size_t i = 0; i < 101; i++)
		x[i] = i;
	for (size_t n = 100; n <= 101; n++) {
		struct interval want = naive_median_ci(x, n), sum = { 0, 0 };

		for (uint64_t seed = 1; seed <= 20; seed++) {
			struct interval ci;

			one_boot_ci(ESTIMATE_MEDIAN, x, n, seed, &ci);
			sum.low += ci.low / 20;
			sum.high += ci.high / 20;
		}
		assert_close(sum.low, want.low, 0.75);
		assert_close(sum.high, want.high, 0.75);
	}
}

/* 300 ones among 1000: the normal approximation gives 0.3 -+ 1.96 * 0.01449. */
static void bootstrap_of_a_share(void **state)
{
	double x[1000];
	struct interval ci;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		x[i] = i >= 700;
	one_boot_ci(ESTIMATE_MEAN, x, 1000, 5, &ci);
	assert_close(ci.low, 0.2716, 0.004);
	assert_close(ci.high, 0.3284, 0.004);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_those_of_r),
		cmocka_unit_test(estimates_are_median_and_mean),
		cmocka_unit_test(mann_whitney_is_that_of_r),
		cmocka_unit_test(mann_whitney_of_constants),
		cmocka_unit_test(bootstrap_is_reproducible),
		cmocka_unit_test(bootstrap_of_constants_is_the_constant),
		cmocka_unit_test(bootstrap_draws_boots),
		cmocka_unit_test(bootstrap_draws_samples_within_boots),
		cmocka_unit_test(bootstrap_widens_with_boots),
		cmocka_unit_test(bootstrap_agrees_with_the_textbook),
		cmocka_unit_test(bootstrap_of_a_share),
	};

	return cmocka_run_group_tests_name("stats", tests, sort_references,
					   NULL);
}
