// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <math.h>

#include "stats/precision.h"

static void percentages_are_read(void **state)
{
	double share = 0;

	(void)state;
	assert_int_equal(precision_parse("1", &share), 0);
	assert_float_equal(share, 0.01, 1e-12);
	assert_int_equal(precision_parse("0.5%", &share), 0);
	assert_float_equal(share, 0.005, 1e-12);
	assert_int_equal(precision_parse("100", &share), 0);
}

static void others_are_refused(void **state)
{
	const char *bad[] = { "",    "%",   "0",   "-1",  "101",
			      "1 %", "1%%", "nan", "inf", "x" };
	double share;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(precision_parse(bad[i], &share) < 0);
}

/* 100 values 1 .. 100: 50 -/+ 9.8 are the ranks 40 and 60 of the interval. */
static void interval_is_that_of_order_statistics(void **state)
{
	double x[100];

	(void)state;
	for (int i = 0; i < 100; i++)
		x[i] = i + 1;
	assert_float_equal(precision_of_median(x, 100), 10 / 50.5, 1e-9);
}

static void few_values_have_the_widest_interval(void **state)
{
	double x[] = { 1, 2, 3 };

	(void)state;
	assert_float_equal(precision_of_median(x, 1), 0, 0);
	assert_float_equal(precision_of_median(x, 3), 0.5, 1e-9);
}

static void median_of_zero_is_no_precision(void **state)
{
	double x[] = { 0, 0, 0, 1 };

	(void)state;
	assert_true(isinf(precision_of_median(x, 4)));
}

static void equal_samples_are_enough_from_thirty_on(void **state)
{
	uint64_t ticks[PRECISION_SAMPLES];
	bool reached;

	(void)state;
	for (int i = 0; i < PRECISION_SAMPLES; i++)
		ticks[i] = 265;
	assert_int_equal(precision_reached(ticks, PRECISION_SAMPLES - 1, 1,
					   &reached),
			 0);
	assert_false(reached);
	assert_int_equal(precision_reached(ticks, PRECISION_SAMPLES, 0.001,
					   &reached),
			 0);
	assert_true(reached);
}

/* One in ten is an outlier: the median does not see it. */
static void noise_asks_for_more_samples(void **state)
{
	uint64_t ticks[1000];
	bool reached;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		ticks[i] = i % 10 ? 1000 + i * 7919 % 100 : 100000;
	precision_reached(ticks, 40, 0.01, &reached);
	assert_false(reached);
	precision_reached(ticks, 1000, 0.01, &reached);
	assert_true(reached);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentages_are_read),
		cmocka_unit_test(others_are_refused),
		cmocka_unit_test(interval_is_that_of_order_statistics),
		cmocka_unit_test(few_values_have_the_widest_interval),
		cmocka_unit_test(median_of_zero_is_no_precision),
		cmocka_unit_test(equal_samples_are_enough_from_thirty_on),
		cmocka_unit_test(noise_asks_for_more_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
