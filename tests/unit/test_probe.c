// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <jansson.h>

#include "cmd/probe_rows.h"
#include "base/why.h"

static void statistics_are_those_of_the_samples(void **state)
{
	uint64_t ticks[101];
	struct probe_row row;

	(void)state;
	for (uint64_t i = 0; i < 101; i++)
		ticks[i] = 1100 - i;
	assert_int_equal(probe_row_fill(&row, ticks, 101), 0);
	assert_int_equal(row.n, 101);
	assert_true(row.min == 1000 && row.p05 == 1005 && row.median == 1050 &&
		    row.p95 == 1095 && row.max == 1100);
	assert_int_equal(probe_row_fill(&row, ticks, 1), 0);
	assert_true(row.min == 1100 && row.median == 1100 && row.max == 1100);
}

static void what_some_cpus_lack_says_why(void **state)
{
	unsigned int kind, can_lack = 0;
	const struct why *why;

	(void)state;
	for (kind = 0; kind < PTISCOPE_PROBE_COUNT; kind++) {
		assert_non_null(probe_kind(kind)->name);
		assert_non_null(probe_kind(kind)->what);
		why = &probe_kind(kind)->lacking;
		if (!why_not(why))
			continue;
		can_lack++;
		assert_non_null(why->remedy);
	}
	assert_int_equal(can_lack, PTISCOPE_PROBE_COUNT - 2);
	assert_null(probe_kind(PTISCOPE_PROBE_COUNT));
}

static void a_sentence_has_reason_and_remedy(void **state)
{
	const struct why why = { "pti:pti: no", "boot" }, none = { 0 };
	char text[WHY_TEXT_MAX];

	(void)state;
	assert_true(why_not(&why));
	assert_false(why_not(&none));
	assert_string_equal(why_text(&why, text), "pti:pti: no: boot");
}

static struct probe_table a_table(void)
{
	/* These two can be done anywhere: TSC_PAIR, MARK_PAIR */
	struct probe_table table = { .lane = LANE_ICOUNT, .cpu = 3 };
	const uint64_t ticks[] = { 4, 4, 4 };

	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(probe_row_fill(&table.rows[i], ticks, 3), 0);
	return table;
}

static void what_is_not_there_is_no_figure(void **state)
{
	const struct probe_table table = a_table();
	struct said said;
	char *line, *save;

	(void)state;
	said_begin(&said, STDOUT_FILENO);
	probe_print(&table);
	said_end(&said);
	assert_non_null(strstr(said.text, "Lane icount, CPU 3, instructions"));
	assert_null(strstr(said.text, "nan"));
	line = strstr(said.text, "Not possible here");
	assert_non_null(line);
	assert_null(strstr(line, "tsc_pair"));
	assert_non_null(strstr(line, "cr3_noflush"));
	assert_non_null(strstr(line, "user_table"));
	for (line = strtok_r(said.text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (strlen(line) > WHY_WIDTH)
			fail_msg("'%s'", line);
}

static void json_has_either_figures_or_a_reason(void **state)
{
	const struct probe_table table = a_table();
	json_t *root, *probes, *probe;
	struct said said;
	const char *key;
	size_t n = 0;

	(void)state;
	said_begin(&said, STDOUT_FILENO);
	assert_int_equal(probe_print_json(&table), 0);
	said_end(&said);
	root = json_loads(said.text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	probes = json_object_get(root, "probes");
	json_object_foreach(probes, key, probe) {
		bool there = json_integer_value(json_object_get(probe, "n"));

		n += there;
		assert_int_equal(!json_object_get(probe, "median"), !there);
		assert_int_equal(!json_object_get(probe, "reason"), there);
		assert_int_equal(!json_object_get(probe, "remedy"), there);
	}
	assert_int_equal(n, 2);
	assert_int_equal(json_object_size(probes), PTISCOPE_PROBE_COUNT + 1);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statistics_are_those_of_the_samples),
		cmocka_unit_test(what_some_cpus_lack_says_why),
		cmocka_unit_test(a_sentence_has_reason_and_remedy),
		cmocka_unit_test(what_is_not_there_is_no_figure),
		cmocka_unit_test(json_has_either_figures_or_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
