// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modes compared across boots, and the verdicts.
 */
#include "unit_scene.h"

/* Boots of a lane of cycles: getppid takes as many as these in each of them. */
static void add_boots(struct scene *scene, enum switch_mode mode,
		      const uint64_t *cycles, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct run *run = add_run(scene, VARIANT_PATCHED, mode, false);
		char boot[16];

		run->manifest.lane = LANE_HARDWARE;
		run->manifest.unit = UNIT_CYCLES;
		snprintf(boot, sizeof(boot), "boot-%u-%zu", mode, i);
		manifest_set(&run->manifest.boot, boot);
		unit_series(run, PTI_PATH_SYSCALL64, METRIC_ROUND_TRIP,
			    "getppid", 1, 21, cycles[i], 3);
	}
}

/*
 * Six boots each, apart by 30: exact p = 2 / C(12, 6) = 0.002164502165.  Within
 * a boot all samples agree to 2 cycles, and still the interval is as wide as the
 * boots lie apart.
 */
static void boots_are_compared(void **state)
{
	static const uint64_t early[] = { 100, 102, 104, 106, 108, 110 };
	static const uint64_t late[] = { 130, 132, 134, 136, 138, 140 };
	struct scene scene = { .n = 0 };
	double low, high;
	const char *at;

	(void)state;
	add_boots(&scene, SWITCH_EARLY, early, 6);
	add_boots(&scene, SWITCH_LATE, late, 6);
	write_scene(&scene, compare_write);
	at = strstr(scene.text, "cycles,126,126,106,136,30,1.283018868,");
	assert_non_null(at);
	at += strlen("cycles,126,126,106,136,30,1.283018868,");
	assert_int_equal(sscanf(at, "%lf,%lf", &low, &high), 2);
	assert_true(low < 27 && low > 20 && high > 33 && high < 40);
	assert_non_null(strstr(at, ",0.002164502165,slower\n"));
	write_scene(&scene, report_print);
	assert_non_null(strstr(scene.text, "their boots' shift"));
	assert_non_null(strstr(scene.text, "of 6 and 6 boots"));
	scene_end(&scene);
}

/* A thousand samples that agree are still one boot, and one boot is no mode. */
static void one_boot_each_shows_nothing(void **state)
{
	static const uint64_t early[] = { 100, 101, 102 };
	static const uint64_t late[] = { 200, 201, 202 };
	struct scene scene = { .n = 0 };

	(void)state;
	for (size_t n = 1; n <= 3; n++) {
		add_boots(&scene, SWITCH_EARLY, early, n);
		add_boots(&scene, SWITCH_LATE, late, n);
		write_scene(&scene, compare_write);
		assert_non_null(strstr(scene.text, ",too few boots\n"));
		write_scene(&scene, report_print);
		assert_non_null(strstr(scene.text, "boots can't be compared"));
		scene_end(&scene);
	}
}

/* Runs of one boot are one boot. */
static void runs_of_one_boot_are_one(void **state)
{
	static const uint64_t early[] = { 100, 102, 104, 106, 108, 110 };
	static const uint64_t late[] = { 130, 132, 134, 136, 138, 140 };
	struct scene scene = { .n = 0 };

	(void)state;
	add_boots(&scene, SWITCH_EARLY, early, 6);
	add_boots(&scene, SWITCH_LATE, late, 6);
	for (size_t i = 0; i < 3; i++)
		manifest_set(&scene.run[i].manifest.boot, "the same");
	write_scene(&scene, compare_write);
	assert_non_null(strstr(scene.text, ",slower\n"));
	for (size_t i = 0; i < 6; i++)
		manifest_set(&scene.run[i].manifest.boot, "the same");
	write_scene(&scene, compare_write);
	assert_non_null(strstr(scene.text, ",too few boots\n"));
	/* Without an id each is taken for a boot of its own, and that is said. */
	for (size_t i = 0; i < 6; i++)
		manifest_set(&scene.run[i].manifest.boot, "");
	write_scene(&scene, compare_write);
	assert_non_null(strstr(scene.text, ",slower\n"));
	write_scene(&scene, report_print);
	assert_non_null(strstr(scene.text, "6 of 6 runs don't say which boot"));
	scene_end(&scene);
}

/*
 * An exact lane counts the same in every boot, and then one is enough.  Where it
 * does not, its boots are boots like others.
 */
static void exact_lanes_need_boots_only_to_disagree(void **state)
{
	static const uint64_t early[] = { 265, 265, 265 };
	static const uint64_t late[] = { 280, 280, 280 };
	static const uint64_t uneven[] = { 280, 281, 280 };
	struct scene scene = { .n = 0 };

	(void)state;
	for (size_t n = 1; n <= 3; n++) {
		add_boots(&scene, SWITCH_EARLY, early, n);
		add_boots(&scene, SWITCH_LATE, late, n);
		for (size_t i = 0; i < scene.n; i++)
			scene.run[i].manifest.lane = LANE_ICOUNT;
		write_scene(&scene, compare_write);
		assert_non_null(strstr(scene.text, ",266,281,15,"));
		assert_non_null(strstr(scene.text, ",slower\n"));
		scene_end(&scene);
	}
	add_boots(&scene, SWITCH_EARLY, early, 3);
	add_boots(&scene, SWITCH_LATE, uneven, 3);
	for (size_t i = 0; i < scene.n; i++)
		scene.run[i].manifest.lane = LANE_ICOUNT;
	write_scene(&scene, compare_write);
	assert_non_null(strstr(scene.text, ",too few boots\n"));
	write_scene(&scene, report_print);
	assert_non_null(strstr(
		scene.text, "the medians of 3 runs differ by 1 for getppid"));
	scene_end(&scene);
}

static void boots_of_one_kind_show_no_difference(void **state)
{
	static const uint64_t a[] = { 1000, 1010, 1020, 1030, 1040, 1050 };
	static const uint64_t b[] = { 1005, 1002, 1025, 1026, 1045, 1035 };
	const struct equivalence none = { 0, true }, units = { 60, false },
				 percent = { 6, true };
	struct scene scene = { .n = 0 };

	(void)state;
	add_boots(&scene, SWITCH_EARLY, a, 6);
	add_boots(&scene, SWITCH_LATE, b, 6);
	write_scene_within(&scene, compare_write, &none);
	assert_non_null(strstr(scene.text, ",no difference shown\n"));
	write_scene_within(&scene, compare_write, &units);
	assert_non_null(strstr(scene.text, ",equivalent within 60 cycles\n"));
	write_scene_within(&scene, compare_write, &percent);
	assert_non_null(strstr(scene.text, ",equivalent within 6 %\n"));
	/* The default of 1 % is narrower than what six such boots can tell. */
	write_scene(&scene, compare_write);
	assert_non_null(strstr(scene.text, ",no difference shown\n"));
	scene_end(&scene);
}

/* 2 / C(10, 5) = 0.0079 is below 5 % by itself, not as one of many. */
static void p_values_of_a_table_are_adjusted(void **state)
{
	static const uint64_t early[] = { 100, 101, 102, 103, 104 };
	static const uint64_t late[] = { 200, 201, 202, 203, 204 };
	struct scene scene = { .n = 0 };

	(void)state;
	add_boots(&scene, SWITCH_EARLY, early, 5);
	add_boots(&scene, SWITCH_LATE, late, 5);
	write_scene(&scene, compare_write);
	assert_non_null(strstr(scene.text, ",0.007936507937,slower\n"));
	for (size_t i = 0; i < scene.n; i++)
		for (unsigned int path = PTI_PATH_SYSCALL32;
		     path <= PTI_PATH_OTHER_IPI; path++)
			unit_series(&scene.run[i], path, METRIC_ROUND_TRIP,
				    "getppid", 1, 21, 500 + i % 5, 3);
	write_scene(&scene, compare_write);
	assert_null(strstr(scene.text, ",slower\n"));
	assert_non_null(strstr(scene.text,
			       "syscall64,getppid,round_trip,cycles,"
			       "105,105,103,203,100,"));
	scene_end(&scene);
}

static void margins_are_read(void **state)
{
	static const char *const bad[] = { "",	  "%",	 "x",	 "1 %",
					   "-1",  "1%%", "1e3",	 "nan",
					   "inf", "0x1", "1.2.3" };
	struct equivalence eq;

	(void)state;
	assert_int_equal(equivalence_parse("2.5%", &eq), 0);
	assert_true(eq.margin == 2.5 && eq.percent);
	assert_int_equal(equivalence_parse("12", &eq), 0);
	assert_true(eq.margin == 12 && !eq.percent);
	assert_int_equal(equivalence_parse("0", &eq), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!equivalence_parse(bad[i], &eq))
			fail_msg("'%s' was taken for a margin", bad[i]);
}

/* PTI costs 10 early and 22 late: 12 of the 22 are the late switch. */
static void the_share_of_the_late_switch_is_told(void **state)
{
	struct scene scene = { .n = 0 };

	(void)state;
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_OFF, 213, 0);
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_EARLY, 223, 0);
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_LATE, 235, 0);
	write_scene(&scene, report_print);
	assert_non_null(strstr(scene.text, "PTI's cost: early +10 (+4.69 %), "
					   "late +22 (+10.33 %); 54.5 % of "
					   "it the late switch\n"));
	scene_end(&scene);
}

/* Of large figures, too */
static void the_cost_of_pti_fits_the_line(void **state)
{
	struct scene scene = { .n = 0 };
	const char *line, *end;

	(void)state;
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_OFF, 8765432, 0);
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_EARLY, 8777777, 0);
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_LATE, 18799999, 0);
	write_scene(&scene, report_print);
	for (line = scene.text; (end = strchr(line, '\n')); line = end + 1)
		assert_in_range(end - line, 0, 100);
	scene_end(&scene);
}

/* The same on every machine, and even enough for this. */
static uint64_t noise(uint64_t *state, uint64_t range)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state % range;
}

/* Twenty times six early boots against six early boots: at most one may differ. */
static void boots_of_one_mode_do_not_differ(void **state)
{
	uint64_t seed = 88172645463325252, a[6], b[6];
	size_t different = 0;

	(void)state;
	for (size_t pair = 0; pair < 20; pair++) {
		struct scene scene = { .n = 0 };

		for (size_t i = 0; i < 6; i++) {
			a[i] = 1000 + noise(&seed, 40) + noise(&seed, 40);
			b[i] = 1000 + noise(&seed, 40) + noise(&seed, 40);
		}
		add_boots(&scene, SWITCH_EARLY, a, 6);
		add_boots(&scene, SWITCH_LATE, b, 6);
		write_scene(&scene, compare_write);
		different += strstr(scene.text, ",slower\n") ||
			     strstr(scene.text, ",faster\n");
		scene_end(&scene);
	}
	assert_in_range(different, 0, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boots_are_compared),
		cmocka_unit_test(one_boot_each_shows_nothing),
		cmocka_unit_test(runs_of_one_boot_are_one),
		cmocka_unit_test(exact_lanes_need_boots_only_to_disagree),
		cmocka_unit_test(boots_of_one_kind_show_no_difference),
		cmocka_unit_test(boots_of_one_mode_do_not_differ),
		cmocka_unit_test(p_values_of_a_table_are_adjusted),
		cmocka_unit_test(margins_are_read),
		cmocka_unit_test(the_share_of_the_late_switch_is_told),
		cmocka_unit_test(the_cost_of_pti_fits_the_line),
	};

	return cmocka_run_group_tests_name("boots", tests, NULL, NULL);
}
