// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/progress.h"

#define SECOND 1000000000ULL

static void nothing_in_the_first_seconds(void **state)
{
	struct progress p = { .what = "step", .start = 5 * SECOND };
	char text[PROGRESS_SIZE];

	(void)state;
	assert_false(progress_text(text, &p, 6 * SECOND, 1, 2));
	assert_true(progress_text(text, &p, 8 * SECOND, 1, 2));
	assert_string_equal(text, "step: 1 of 2, 3 s left");
	p.shown = 8 * SECOND;
	assert_false(progress_text(text, &p, 8 * SECOND + 1, 1, 2));
}

static void what_is_left_follows_from_what_it_took(void **state)
{
	struct progress p = { .what = "step", .start = SECOND };
	char text[PROGRESS_SIZE];

	(void)state;
	assert_true(progress_text(text, &p, 11 * SECOND, 0, 10));
	assert_string_equal(text, "step: 0 of 10");
	assert_true(progress_text(text, &p, 61 * SECOND, 1, 10));
	assert_string_equal(text, "step: 1 of 10, 9 min left");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_in_the_first_seconds),
		cmocka_unit_test(what_is_left_follows_from_what_it_took),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
