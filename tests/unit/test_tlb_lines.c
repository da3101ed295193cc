// SPDX-License-Identifier: GPL-2.0-only
/* What the TLB model counted, in names of metrics, report and compare.csv */
#include "unit_scene.h"

#include "render/json.h"
#include "render/tlb.h"

/* @walks in each part of the way of @run's getppid, in Skylake's geometry */
static void add_walks(struct run *run, const uint64_t walks[TLB_PARTS])
{
	for (unsigned int part = 0; part < TLB_PARTS; part++) {
		unit_series(run, PTI_PATH_SYSCALL64,
			    metric_tlb_count(1, part, TLB_WALK), "getppid_p600",
			    16, 9, walks[part], 0);
		unit_series(run, PTI_PATH_SYSCALL64,
			    metric_tlb_count(1, part, TLB_DATA_MISS),
			    "getppid_p600", 16, 9, walks[part] + 1, 0);
		unit_series(run, PTI_PATH_SYSCALL64,
			    metric_tlb_count(1, part, TLB_WALK_REF),
			    "getppid_p600", 16, 9, 4 * walks[part], 0);
		/* Nothing is missed: no line */
		unit_series(run, PTI_PATH_SYSCALL64,
			    metric_tlb_count(1, part, TLB_WALK), "getppid", 256,
			    9, 0, 0);
	}
}

static void scene_make(struct scene *scene)
{
	struct run *early =
		add_run(scene, VARIANT_PATCHED, SWITCH_EARLY, false);
	struct run *late = add_run(scene, VARIANT_PATCHED, SWITCH_LATE, false);

	early->manifest.lane = LANE_BOCHS;
	late->manifest.lane = LANE_BOCHS;
	add_walks(early, (const uint64_t[]){ 1, 2, 3, 600 });
	add_walks(late, (const uint64_t[]){ 2, 1, 3, 607 });
}

static void metrics_have_names_of_their_own(void **state)
{
	(void)state;
	assert_string_equal(
		metric_name(metric_tlb_event(TLB_PART_ENTRY, TLB_CR3_NOFLUSH)),
		"tlb_cr3_noflush_entry");
	assert_string_equal(
		metric_name(metric_tlb_count(0, TLB_PART_USER, TLB_WALK_REF)),
		"tlb_walk_refs_user_haswell");
	for (unsigned int a = METRIC_TLB_EVENTS; a < METRIC_COUNT; a++) {
		assert_int_equal(strncmp(metric_name(a), "tlb_", 4), 0);
		for (unsigned int b = METRIC_TLB_EVENTS; b < a; b++)
			assert_string_not_equal(metric_name(a), metric_name(b));
	}
	assert_null(metric_name(METRIC_TLB_EVENTS - 1));
	assert_null(metric_name(METRIC_COUNT));
	assert_int_equal(metric_tlb_geometry("skylake"), 1);
	assert_string_equal(metric_tlb_geometry_name(metric_tlb_geometry("x")),
			    "file");
	assert_null(metric_tlb_geometry_name(METRIC_TLB_GEOMETRIES));
}

/* has_fields() - a line of @text that has these words, in this order */
static bool has_fields(const char *text, const char *want)
{
	char *copy = strdup(text), *line, *rest = copy, seen[512], *word, *next;
	bool found = false;

	while (!found && (line = strsep(&rest, "\n"))) {
		seen[0] = 0;
		for (word = strtok_r(line, " |", &next); word;
		     word = strtok_r(NULL, " |", &next)) {
			strcat(seen, seen[0] ? " " : "");
			strncat(seen, word, sizeof(seen) - strlen(seen) - 2);
		}
		found = !strcmp(seen, want);
	}
	free(copy);
	return found;
}

static void the_report_has_a_line_a_variant(void **state)
{
	struct scene scene = { 0 };
	const char *text;

	(void)state;
	scene_make(&scene);
	text = write_scene(&scene, write_full);
	assert_true(has_fields(text, "getppid_p600 (syscall64), skylake"));
	assert_true(has_fields(text, "early 1 2 3 600 606 2424 610 9"));
	assert_true(has_fields(text, "late 2 1 3 607 613 2452 617 9"));
	assert_null(strstr(text, "getppid (syscall64)"));
	scene_end(&scene);
}

static void the_comparison_has_the_counts(void **state)
{
	struct scene scene = { 0 };
	const char *text;

	(void)state;
	scene_make(&scene);
	text = write_scene(&scene, compare_write);
	assert_non_null(strstr(
		text, "bochs,syscall64,getppid_p600,tlb_walks_user_skylake,"));
	assert_non_null(strstr(text, ",600,607,7,"));
	text = write_scene(&scene, json_write);
	assert_non_null(strstr(text, "\"first_level_misses\": 617"));
	assert_null(strstr(text, "no model of a TLB"));
	scene_end(&scene);
}

static void without_a_model_the_report_says_why(void **state)
{
	struct scene scene = { 0 };

	(void)state;
	add_round_trip(&scene, VARIANT_PATCHED, SWITCH_LATE, 265, 7);
	scene.run[0].manifest.lane = LANE_BOCHS;
	assert_non_null(strstr(write_scene(&scene, write_full),
			       "not measured: the emulator flushes"));
	assert_non_null(strstr(write_scene(&scene, json_write),
			       "no model of a TLB followed"));
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_have_names_of_their_own),
		cmocka_unit_test(the_report_has_a_line_a_variant),
		cmocka_unit_test(the_comparison_has_the_counts),
		cmocka_unit_test(without_a_model_the_report_says_why),
	};

	return cmocka_run_group_tests_name("tlb lines", tests, NULL, NULL);
}
