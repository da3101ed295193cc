// SPDX-License-Identifier: GPL-2.0-only
#include "unit_scene.h"

static void same_data_show_no_difference(void **state)
{
	struct scene scene = { .n = 0 };

	(void)state;
	for (size_t boot = 0; boot < 2; boot++) {
		add_round_trip(&scene, VARIANT_PATCHED, SWITCH_EARLY, 265, 9);
		add_round_trip(&scene, VARIANT_PATCHED, SWITCH_LATE, 265, 9);
	}
	write_scene(&scene, compare_write);
	assert_non_null(strstr(scene.text, HEADER
			       "icount,syscall64,getppid,round_trip,"
			       "instructions,400,400,269,269,0,1,0,0,,"));
	assert_non_null(
		strstr(scene.text, ",equivalent within 1 %,2,2,counts,"));
	scene_end(&scene);
}

static void lanes_and_machines_are_never_paired(void **state)
{
	struct scene scene = { .n = 0 };
	struct run *late;

	(void)state;
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_EARLY, 265, 0);
	late = add_round_trip(&scene, VARIANT_PATCHED, SWITCH_LATE, 280, 0);
	late->manifest.lane = LANE_BOCHS;
	assert_string_equal(write_scene(&scene, compare_write), HEADER);
	late->manifest.lane = LANE_ICOUNT;
	late->manifest.pcid = true;
	assert_string_equal(write_scene(&scene, compare_write), HEADER);
	late->manifest.pcid = false;
	manifest_set(&late->manifest.cpu, "another CPU");
	assert_string_equal(write_scene(&scene, compare_write), HEADER);
	manifest_set(&late->manifest.cpu, "CPU");
	assert_string_not_equal(write_scene(&scene, compare_write), HEADER);
	scene_end(&scene);
}

static void marks_decide_what_is_compared(void **state)
{
	struct scene scene = { .n = 0 };

	(void)state;
	for (enum switch_mode mode = SWITCH_EARLY; mode <= SWITCH_LATE;
	     mode++) {
		struct run *run = add_run(&scene, VARIANT_PATCHED, mode, true);

		unit_series(run, PTI_PATH_SYSCALL64, METRIC_ROUND_TRIP,
			    "getppid", 1, 9, 400, 0);
		unit_series(run, PTI_PATH_SYSCALL64, METRIC_ENTRY_WINDOW,
			    "getppid", 1, 9, 12 + 6 * mode, 0);
		unit_series(run, PTI_PATH_SYSCALL64, METRIC_FLUSH_SHARE,
			    "getppid", 1, 10, 0, 2);
		unit_series(run, PTI_PATH_SYSCALL64, METRIC_ENTRIES, "getppid",
			    1, 9, 1, 0);
		run = add_run(&scene, VARIANT_PATCHED, mode, false);
		unit_series(run, PTI_PATH_SYSCALL64, METRIC_ENTRY_WINDOW,
			    "getppid", 1, 9, 99, 0);
	}
	write_scene(&scene, compare_write);
	assert_null(strstr(scene.text, "round_trip"));
	assert_null(strstr(scene.text, "entries"));
	assert_null(strstr(scene.text, ",99,"));
	assert_non_null(strstr(
		scene.text, "entry_window,instructions,9,9,12,18,6,1.5,6,6,"));
	/* A share is a mean; its median would be 0 or 1. */
	assert_non_null(
		strstr(scene.text, "flush_share,count,10,10,0.5,0.5,0,1,"));
	scene_end(&scene);
}

static void a_ratio_to_nothing_is_empty(void **state)
{
	struct scene scene = { .n = 0 };

	(void)state;
	for (enum switch_mode mode = SWITCH_EARLY; mode <= SWITCH_LATE; mode++)
		unit_series(add_run(&scene, VARIANT_PATCHED, mode, true),
			    PTI_PATH_IRET, METRIC_FLUSH_SHARE, "timer", 1, 9,
			    mode, 0);
	assert_non_null(
		strstr(write_scene(&scene, compare_write), ",9,9,0,1,1,,1,1,"));
	scene_end(&scene);
}

static void baseline_compares_with_stock(void **state)
{
	struct scene scene = { .n = 0 };

	(void)state;
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_EARLY, 266, 0);
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_OFF, 255, 0);
	add_round_trip(&scene, VARIANT_STOCK, SWITCH_OFF, 255, 0);
	add_round_trip(&scene, VARIANT_STOCK, SWITCH_EARLY, 265, 0);
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_LATE, 280, 0);
	write_scene(&scene, baseline_write);
	assert_non_null(strstr(scene.text, HEADER
			       "stock/icount,syscall64,getppid,round_trip,"
			       "instructions,200,200,265,266,1,"));
	assert_non_null(strstr(scene.text,
			       "stock-off/icount,syscall64,getppid,round_trip,"
			       "instructions,200,200,255,255,0,1,0,0,,"));
	assert_non_null(strstr(scene.text, ",stock-off,off\n"));
	assert_null(strstr(scene.text, "280"));
	scene_end(&scene);
}

static void runs_of_one_variant_are_pooled(void **state)
{
	struct scene scene = { .n = 0 };
	const struct key key = { PTI_PATH_SYSCALL64, "getppid",
				 METRIC_ROUND_TRIP };
	struct groups groups;
	struct cell cell;

	(void)state;
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_EARLY, 265, 0);
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_EARLY, 267, 0);
	scene.run[1].samples.series[0]->lost = 4;
	assert_int_equal(groups_init(&groups, scene.run, scene.n), 0);
	assert_int_equal(groups.n, 1);
	assert_int_equal(cell_load(&groups.group[0], &key, &cell), 0);
	assert_int_equal(cell.v.n, 400);
	assert_int_equal(cell.v.lost, 4);
	assert_int_equal(cell.boots, 2);
	assert_true(cell.figures[0] == 265 && cell.figures[1] == 267);
	assert_true(cell.v.estimate == 266);
	cell_deinit(&cell);
	groups_deinit(&groups);
	scene_end(&scene);
}

static const char *longest_line(const char *text, size_t *length)
{
	const char *longest = text;

	*length = 0;
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n > *length) {
			*length = n;
			longest = text;
		}
		text += n + (text[n] == '\n');
	}
	return longest;
}

static void the_report_keeps_to_its_width(void **state)
{
	struct scene scene = { .n = 0 };
	const char *line;
	size_t length;

	(void)state;
	for (enum switch_mode mode = SWITCH_EARLY; mode <= SWITCH_LATE;
	     mode++) {
		struct run *run = add_round_trip(&scene, VARIANT_PATCHED, mode,
						 123456, 5000);

		manifest_add_warning(
			&run->manifest,
			"a long warning that goes on and on until it has to be "
			"broken, because no line is longer than a hundred columns");
		manifest_add_gap(&run->manifest, "windows", "%s",
				 "marks are off");
		run = add_run(&scene, VARIANT_PATCHED, mode, true);
		unit_series(run, PTI_PATH_GENERAL_PROTECTION,
			    METRIC_ENTRY_WINDOW, "getppid", 1, 5000, 100 + mode,
			    7);
		unit_series(run, PTI_PATH_GENERAL_PROTECTION,
			    METRIC_ENTRY_SWITCH, "getppid", 1, 5000, 12345,
			    777);
	}
	write_scene(&scene, write_full);
	line = longest_line(scene.text, &length);
	if (length > DOC_COLUMNS)
		fail_msg("%zu columns: %.*s", length, (int)length, line);
	assert_non_null(strstr(scene.text, "late - early"));
	scene_end(&scene);
}

static void figures_are_short(void **state)
{
	const struct interval ci = { -1.5, 14 };
	char text[NUMBER_SIZE];

	(void)state;
	assert_string_equal(format_number(text, 265), "265");
	assert_string_equal(format_number(text, 265.50390625), "265.5");
	assert_string_equal(format_number(text, 12345.678), "12346");
	assert_string_equal(format_number(text, 0.0123), "0.0123");
	assert_string_equal(format_number(text, 0), "0");
	assert_string_equal(format_change(text, 14), "+14");
	assert_string_equal(format_change(text, -0.001), "-0.001");
	assert_string_equal(format_change(text, 0), "0");
	assert_string_equal(format_change(text, -0.0000001), "0");
	assert_string_equal(format_interval(text, &ci), "[-1.5, 14]");
	assert_string_equal(format_change_interval(text, &ci), "[-1.5, +14]");
	assert_string_equal(format_p(text, 1e-9), "p < 0.0001");
	assert_string_equal(format_p(text, 0.04996), "p = 0.0500");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_data_show_no_difference),
		cmocka_unit_test(lanes_and_machines_are_never_paired),
		cmocka_unit_test(marks_decide_what_is_compared),
		cmocka_unit_test(a_ratio_to_nothing_is_empty),
		cmocka_unit_test(baseline_compares_with_stock),
		cmocka_unit_test(runs_of_one_variant_are_pooled),
		cmocka_unit_test(the_report_keeps_to_its_width),
		cmocka_unit_test(figures_are_short),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
