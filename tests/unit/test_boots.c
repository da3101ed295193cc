// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modes compared across boots, and the verdicts.
 */
#include "unit_scene.h"

#include <math.h>

#include "stats/power.h"

/* Boots of a lane of TSC ticks: getppid takes as many as these in each of them. */
static void add_boots(struct scene *scene, enum switch_mode mode,
		      const uint64_t *ticks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct run *run = add_run(scene, VARIANT_PATCHED, mode, false);
		char boot[16];

		run->manifest.lane = LANE_HARDWARE;
		run->manifest.unit = UNIT_TICKS;
		snprintf(boot, sizeof(boot), "boot-%u-%zu", mode, i);
		manifest_set(&run->manifest.boot, boot);
		unit_series(run, PTI_PATH_SYSCALL64, METRIC_ROUND_TRIP,
			    "getppid", 1, 21, ticks[i], 3);
	}
}

/*
 * Six boots each, apart by 30, each side with a variance of 14: the standard error is
 * sqrt(14 / 3), and t of 10 degrees of freedom 2.228139 for 95 %.  Within a boot all
 * samples agree to 2, and still the interval is as wide as the boots lie apart.
 */
static void boots_are_compared(void **state)
{
	static const uint64_t early[] = { 100, 102, 104, 106, 108, 110 };
	static const uint64_t late[] = { 130, 132, 134, 136, 138, 140 };
	struct scene scene = { .n = 0 };
	double low, high, p;
	const char *at;

	(void)state;
	add_boots(&scene, SWITCH_EARLY, early, 6);
	add_boots(&scene, SWITCH_LATE, late, 6);
	write_scene(&scene, compare_write);
	at = strstr(scene.text, "TSC ticks,126,126,106,136,30,1.283018868,");
	assert_non_null(at);
	at += strlen("TSC ticks,126,126,106,136,30,1.283018868,");
	assert_int_equal(sscanf(at, "%lf,%lf,%lf", &low, &high, &p), 3);
	assert_true(fabs(low - (30 - 4.813336)) < 1e-5);
	assert_true(fabs(high - (30 + 4.813336)) < 1e-5);
	assert_true(p > 1e-9 && p < 1e-6);
	assert_non_null(strstr(at, ",slower,6,6,boots,101,111,131,141,"));
	write_scene(&scene, write_full);
	assert_non_null(strstr(scene.text, "[+25.19, +34.81]"));
	scene_end(&scene);
}

/* A thousand samples that agree are still one boot, and one boot is no mode. */
static void few_boots_show_nothing(void **state)
{
	static const uint64_t early[] = { 100, 101, 102 };
	static const uint64_t late[] = { 200, 201, 202 };
	struct scene scene = { .n = 0 };

	(void)state;
	for (size_t n = 1; n <= 3; n++) {
		add_boots(&scene, SWITCH_EARLY, early, n);
		add_boots(&scene, SWITCH_LATE, late, n);
		write_scene(&scene, compare_write);
		assert_non_null(
			strstr(scene.text,
			       n == 1 ? ",100,1.99009901,,,,one boot,1,1," :
					",too few boots,"));
		write_scene(&scene, write_full);
		assert_non_null(strstr(scene.text, "boots can't be compared"));
		assert_non_null(strstr(scene.text, "at least 4 boots"));
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
	assert_non_null(strstr(scene.text, ",slower,"));
	for (size_t i = 0; i < 6; i++)
		manifest_set(&scene.run[i].manifest.boot, "the same");
	write_scene(&scene, compare_write);
	assert_non_null(strstr(scene.text, ",one boot,1,6,"));
	/* Without an id each is taken for a boot of its own, and that is said. */
	for (size_t i = 0; i < 6; i++)
		manifest_set(&scene.run[i].manifest.boot, "");
	write_scene(&scene, compare_write);
	assert_non_null(strstr(scene.text, ",slower,"));
	write_scene(&scene, write_full);
	assert_non_null(strstr(scene.text, "6 of 6 runs don't say which boot"));
	scene_end(&scene);
}

/* Boots of an exact lane: getppid takes as many instructions in each of them. */
static const char *count_boots(struct scene *scene, const uint64_t *early,
			       const uint64_t *late, size_t n, writer *write)
{
	scene_end(scene);
	add_boots(scene, SWITCH_EARLY, early, n);
	add_boots(scene, SWITCH_LATE, late, n);
	for (size_t i = 0; i < scene->n; i++) {
		scene->run[i].manifest.lane = LANE_ICOUNT;
		scene->run[i].manifest.unit = UNIT_INSTRUCTIONS;
	}
	return write_scene(scene, write);
}

static void assert_has(const char *text, const char *want)
{
	if (!strstr(text, want))
		fail_msg("'%s' is not in:\n%s", want, text);
}

/* A count that is the same in all boots is a count; in one boot it is one boot's. */
static void counts_are_counts(void **state)
{
	static const uint64_t early[] = { 265, 265, 265 };
	static const uint64_t late[] = { 277, 277, 277 };
	struct scene scene = { .n = 0 };

	(void)state;
	assert_has(count_boots(&scene, early, late, 1, compare_write),
		   ",266,278,12,1.045112782,12,12,,one boot,1,1,counts,"
		   "266,266,278,278,,,,early,late\n");
	assert_has(write_scene(&scene, write_full), "+12  one boot of each");
	assert_has(scene.text, "at least 2 boots");
	for (size_t n = 2; n <= 3; n++)
		assert_has(count_boots(&scene, early, late, n, compare_write),
			   ",266,278,12,1.045112782,12,12,,slower,");
	assert_has(write_scene(&scene, write_full), "+12  in 3 boots of 3");
	assert_null(strstr(scene.text, "p ="));
	assert_null(strstr(scene.text, "p <"));
	assert_has(count_boots(&scene, late, late, 2, compare_write),
		   ",0,1,0,0,,equivalent within 1 %,");
	scene_end(&scene);
}

/* Counts that differ between boots: the ranges decide, where they are not chance. */
static void counts_that_differ_have_ranges(void **state)
{
	static const uint64_t even[] = { 265, 265, 265, 265 };
	static const uint64_t apart[] = { 280, 282, 280, 281 };
	static const uint64_t low[] = { 490, 430, 470, 450 };
	static const uint64_t high[] = { 492, 560, 540, 500 };
	static const uint64_t across[] = { 469, 540, 500, 530 };
	struct scene scene = { .n = 0 };

	(void)state;
	assert_has(count_boots(&scene, even, apart, 3, compare_write),
		   ",266,281,15,1.056390977,15,17,,slower,3,3,counts,"
		   "266,266,281,283,,,,");
	assert_has(write_scene(&scene, write_full), "+15  [+15, +17]");
	assert_has(count_boots(&scene, apart, even, 3, compare_write),
		   ",-17,-15,,faster,");
	/* Two random counts are apart in a third of all cases, three in a tenth. */
	assert_has(count_boots(&scene, even, apart, 2, compare_write),
		   ",15,17,,too few boots,");
	assert_has(count_boots(&scene, low, high, 3, compare_write),
		   ",2,130,,too few boots,");
	/* Four and four are in 2 of 70. */
	assert_has(count_boots(&scene, low, high, 4, compare_write),
		   ",2,130,,slower,4,4,");
	assert_has(count_boots(&scene, low, across, 4, compare_write),
		   ",-21,110,,no difference shown,4,4,");
	scene_end(&scene);
}

/* +12 is slower whatever it is added to. */
static void the_same_difference_has_one_verdict(void **state)
{
	struct scene scene = { .n = 0 };
	size_t slower = 0;

	(void)state;
	for (size_t boot = 0; boot < 4; boot++) {
		enum switch_mode mode = boot % 2 ? SWITCH_LATE : SWITCH_EARLY;
		struct run *run = add_run(&scene, VARIANT_PATCHED, mode, false);

		/* 200 samples, of which ever more have a tick in them */
		for (unsigned int path = PTI_PATH_SYSCALL32;
		     path <= PTI_PATH_OTHER_IPI; path++)
			unit_series(run, path, METRIC_ROUND_TRIP, "w", 1, 200,
				    (200u << path) + (boot % 2 ? 12 : 0),
				    path * 7);
	}
	write_scene(&scene, compare_write);
	for (const char *at = scene.text; (at = strstr(at, ",12,12,,slower,"));
	     at++)
		slower++;
	assert_int_equal(slower, PTI_PATH_OTHER_IPI - PTI_PATH_SYSCALL32 + 1);
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
	assert_non_null(strstr(scene.text, ",no difference shown,"));
	write_scene_within(&scene, compare_write, &units);
	assert_non_null(strstr(scene.text, ",equivalent within 60 TSC ticks,"));
	write_scene_within(&scene, compare_write, &percent);
	assert_non_null(strstr(scene.text, ",equivalent within 6 %,"));
	/* The default of 1 % is narrower than what six such boots can tell. */
	write_scene(&scene, compare_write);
	assert_non_null(strstr(scene.text, ",no difference shown,"));
	scene_end(&scene);
}

/* p = 0.017 by itself, and not shown as one of many; constants are none of them. */
static void comparisons_of_a_question_are_one_family(void **state)
{
	static const uint64_t early[] = { 100, 104, 108, 112, 116 };
	static const uint64_t late[] = { 112, 116, 120, 124, 128 };
	struct scene scene = { .n = 0 };

	(void)state;
	add_boots(&scene, SWITCH_EARLY, early, 5);
	add_boots(&scene, SWITCH_LATE, late, 5);
	assert_has(write_scene(&scene, compare_write), ",0.01707168");
	assert_has(scene.text, ",slower,5,5,boots,");
	for (size_t i = 0; i < scene.n; i++)
		for (unsigned int path = PTI_PATH_SYSCALL32;
		     path <= PTI_PATH_OTHER_IPI; path++)
			unit_series(&scene.run[i], path, METRIC_ROUND_TRIP,
				    "same", 1, 21, 500, 3);
	assert_has(write_scene(&scene, compare_write), ",slower,5,5,boots,");
	assert_has(scene.text, ",0,1,0,0,1,equivalent within 1 %,5,5,boots,"
			       "501,501,501,501,1,0,,");
	for (size_t i = 0; i < scene.n; i++)
		for (unsigned int path = PTI_PATH_SYSCALL32;
		     path <= PTI_PATH_OTHER_IPI; path++)
			unit_series(&scene.run[i], path, METRIC_ROUND_TRIP,
				    "scatters", 1, 21, 500 + i % 5, 3);
	write_scene(&scene, compare_write);
	assert_null(strstr(scene.text, ",slower,"));
	assert_has(scene.text, "syscall64,getppid,round_trip,TSC ticks,"
			       "105,105,109,121,12,");
	scene_end(&scene);
}

/* Sorted by what could be detected, the median and the last are told. */
static void what_could_be_shown_is_told(void **state)
{
	static const uint64_t early[] = { 995, 1005, 1000, 1000 };
	static const uint64_t late[] = { 1000, 1000, 995, 1005 };
	struct scene scene = { .n = 0 };
	double typical, worst, shown;
	size_t boots;
	const char *at;

	(void)state;
	add_boots(&scene, SWITCH_EARLY, early, 4);
	add_boots(&scene, SWITCH_LATE, late, 4);
	for (size_t i = 0; i < scene.n; i++) {
		unit_series(&scene.run[i], PTI_PATH_TIMER, METRIC_ROUND_TRIP,
			    "noisy", 1, 21, 5000 + 200 * (i % 2), 3);
		unit_series(&scene.run[i], PTI_PATH_TIMER, METRIC_ROUND_TRIP,
			    "quiet", 1, 21, 5000 + i % 2, 3);
		unit_series(&scene.run[i], PTI_PATH_TIMER, METRIC_ROUND_TRIP,
			    "constant", 1, 21, 5000, 3);
	}
	write_scene(&scene, write_full);
	at = strstr(scene.text, "hardware: 4 and 4 boots that differ as");
	assert_non_null(at);
	for (char *p = scene.text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	assert_has(at, "one workload of 3 in");
	at = strstr(at, "if it is ");
	assert_non_null(at);
	assert_int_equal(
		sscanf(at,
		       "if it is %lf %% (getppid, the typical one) to %lf %% (noisy). "
		       "1 %% of getppid takes %zu",
		       &typical, &worst, &boots),
		3);
	/* Standard deviations of 4.08 in 1001 and of 115.47 in 5101, to two digits */
	shown = 100 * power_effect_shown(4, 4, 3);
	assert_true(fabs(typical / (shown * 4.08 / 1001) - 1) < 0.05);
	assert_true(fabs(worst / (shown * 115.47 / 5101) - 1) < 0.05);
	assert_int_equal(boots, power_boots_needed(10 / 4.0825, 3));
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
	for (size_t boot = 0; boot < 2; boot++) {
		add_round_trip(&scene, VARIANT_PATCHED, SWITCH_OFF, 213, 0);
		add_round_trip(&scene, VARIANT_PATCHED, SWITCH_EARLY, 223, 0);
		add_round_trip(&scene, VARIANT_PATCHED, SWITCH_LATE, 235, 0);
	}
	write_scene(&scene, write_full);
	assert_non_null(strstr(
		scene.text,
		"  getppid     +10  +4.69 %   +22  +10.33 %                  54.5 %\n"));
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
	write_scene(&scene, write_full);
	for (line = scene.text; (end = strchr(line, '\n')); line = end + 1)
		assert_in_range(end - line, 0, 100);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boots_are_compared),
		cmocka_unit_test(few_boots_show_nothing),
		cmocka_unit_test(runs_of_one_boot_are_one),
		cmocka_unit_test(counts_are_counts),
		cmocka_unit_test(counts_that_differ_have_ranges),
		cmocka_unit_test(the_same_difference_has_one_verdict),
		cmocka_unit_test(boots_of_one_kind_show_no_difference),
		cmocka_unit_test(comparisons_of_a_question_are_one_family),
		cmocka_unit_test(what_could_be_shown_is_told),
		cmocka_unit_test(margins_are_read),
		cmocka_unit_test(the_share_of_the_late_switch_is_told),
		cmocka_unit_test(the_cost_of_pti_fits_the_line),
	};

	return cmocka_run_group_tests_name("boots", tests, NULL, NULL);
}
