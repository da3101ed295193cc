// SPDX-License-Identifier: GPL-2.0-only
#include "unit_run.h"

#include "analyse/summaries.h"
#include "base/csv.h"

#define HEADER                                                                \
	"run,kernel,lane,switch,marks,pcid,path,workload,metric,unit,n,lost," \
	"min,p05,median,mean,p95,p99,max,ci_low,ci_high,ci_of,skip\n"

/* A CSV file in memory. */
struct memory {
	struct csv csv;
	char *text;
	size_t size;
};

static void memory_begin(struct memory *m)
{
	m->csv = (struct csv){ .f = open_memstream(&m->text, &m->size) };
	assert_non_null(m->csv.f);
}

static void memory_expect(struct memory *m, const char *want)
{
	fclose(m->csv.f);
	assert_string_equal(m->text, want);
	free(m->text);
}

static void fields_are_escaped(void **state)
{
	struct memory m;

	(void)state;
	memory_begin(&m);
	csv_text(&m.csv, "plain text");
	csv_text(&m.csv, "a,b");
	csv_text(&m.csv, "say \"hi\"");
	csv_text(&m.csv, "two\nlines");
	csv_text(&m.csv, "\r");
	csv_text(&m.csv, "");
	csv_end(&m.csv);
	csv_text(&m.csv, "");
	csv_text(&m.csv, "second");
	csv_end(&m.csv);
	memory_expect(
		&m,
		"plain text,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"\r\",\n"
		",second\n");
}

static void numbers_are_short_and_exact(void **state)
{
	struct memory m;

	(void)state;
	memory_begin(&m);
	csv_u64(&m.csv, UINT64_MAX);
	csv_real(&m.csv, 265);
	csv_real(&m.csv, 0.5);
	csv_real(&m.csv, -0.0);
	csv_real(&m.csv, 1.0 / 3);
	csv_real(&m.csv, -14);
	csv_real(&m.csv, 1234567890);
	csv_real(&m.csv, 1e-9);
	csv_real(&m.csv, 265.00390625);
	csv_end(&m.csv);
	memory_expect(
		&m,
		"18446744073709551615,265,0.5,0,0.3333333333,-14,1234567890,1e-09,"
		"265.0039062\n");
}

static int write_summary(const struct run *run, FILE *f)
{
	return summary_write(&run, 1, f);
}

static void summary_of_a_run(void **state)
{
	struct memory m;
	struct run run;

	(void)state;
	unit_run_init(&run, "a,run", VARIANT_PATCHED, SWITCH_LATE, true);
	run.manifest.pcid = true;
	/* Ticks 256 * (100 .. 104), 2 ticks to an instruction */
	run.manifest.ticks_per_unit = 2;
	unit_series(&run, PTI_PATH_SYSCALL64, METRIC_ROUND_TRIP, "getppid", 256,
		    5, 100, 5)
		->lost = 3;
	unit_series(&run, PTI_PATH_SYSCALL64, METRIC_ENTRIES, "getppid", 256, 2,
		    1, 0);
	memory_begin(&m);
	assert_int_equal(write_summary(&run, m.csv.f), 0);
	memory_expect(
		&m, HEADER
		"\"a,run\",6.12.0,icount,late,on,on,syscall64,getppid,round_trip,"
		"instructions,5,3,50,50.1,51,51,51.9,51.98,52,50,52,median,off\n"
		"\"a,run\",6.12.0,icount,late,on,on,syscall64,getppid,entries,"
		"count,2,0,1,1,1,1,1,1,1,1,1,median,off\n");
	run_deinit(&run);
}

static void rows_go_by_path_workload_and_metric(void **state)
{
	static const char *const order[] = { "syscall64,second,round_trip",
					     "syscall64,first,round_trip",
					     "syscall64,first,entry_window",
					     "timer,second,round_trip",
					     "sysret,second,exit_switch" };
	struct memory m;
	struct run run;
	const char *at;

	(void)state;
	unit_run_init(&run, "r", VARIANT_PATCHED, SWITCH_EARLY, false);
	/* "second" ran first. */
	assert_non_null(
		manifest_add_workload(&run.manifest, "second", PTI_PATH_TIMER));
	assert_non_null(
		manifest_add_workload(&run.manifest, "first", PTI_PATH_TIMER));
	unit_series(&run, PTI_PATH_SYSRET, METRIC_EXIT_SWITCH, "second", 1, 1,
		    5, 0);
	unit_series(&run, PTI_PATH_SYSCALL64, METRIC_ENTRY_WINDOW, "first", 1,
		    1, 5, 0);
	unit_series(&run, PTI_PATH_SYSCALL64, METRIC_ROUND_TRIP, "first", 1, 1,
		    5, 0);
	unit_series(&run, PTI_PATH_TIMER, METRIC_ROUND_TRIP, "second", 1, 1, 5,
		    0);
	unit_series(&run, PTI_PATH_SYSCALL64, METRIC_ROUND_TRIP, "second", 1, 1,
		    5, 0);
	memory_begin(&m);
	assert_int_equal(write_summary(&run, m.csv.f), 0);
	fclose(m.csv.f);
	at = m.text;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		at = strstr(at, order[i]);
		if (!at)
			fail_msg("'%s' is missing or out of order", order[i]);
	}
	free(m.text);
	run_deinit(&run);
}

static void a_series_without_samples_has_empty_figures(void **state)
{
	struct memory m;
	struct run run;

	(void)state;
	unit_run_init(&run, "r", VARIANT_STOCK, SWITCH_OFF, false);
	unit_series(&run, PTI_PATH_TIMER, METRIC_ROUND_TRIP, "timer", 1, 0, 0,
		    0)
		->lost = 7;
	memory_begin(&m);
	assert_int_equal(write_summary(&run, m.csv.f), 0);
	memory_expect(&m, HEADER
		      "r,6.12.0,icount,off,off,off,timer,timer,round_trip,"
		      "instructions,0,7,,,,,,,,,,,off\n");
	run_deinit(&run);
}

static void runs_follow_each_other(void **state)
{
	struct run a, b;
	const struct run *runs[] = { &a, &b };
	struct memory m;

	(void)state;
	unit_run_init(&a, "a", VARIANT_STOCK, SWITCH_OFF, false);
	unit_run_init(&b, "b", VARIANT_STOCK, SWITCH_OFF, false);
	unit_series(&a, PTI_PATH_TIMER, METRIC_ROUND_TRIP, "timer", 1, 1, 9, 0);
	unit_series(&b, PTI_PATH_TIMER, METRIC_ROUND_TRIP, "timer", 1, 1, 8, 0);
	memory_begin(&m);
	assert_int_equal(summary_write(runs, 2, m.csv.f), 0);
	memory_expect(&m, HEADER
		      "a,6.12.0,icount,off,off,off,timer,timer,round_trip,"
		      "instructions,1,0,9,9,9,9,9,9,9,9,9,median,off\n"
		      "b,6.12.0,icount,off,off,off,timer,timer,round_trip,"
		      "instructions,1,0,8,8,8,8,8,8,8,8,8,median,off\n");
	run_deinit(&a);
	run_deinit(&b);
}

static void unwritable_files_are_reported(void **state)
{
	static const char *const files[] = { "/no/such/dir/summary.csv",
					     "/dev/full" };
	struct run run;

	(void)state;
	unit_run_init(&run, "r", VARIANT_STOCK, SWITCH_OFF, false);
	for (size_t i = 0; i < 2; i++) {
		struct said said;

		said_begin(&said, STDERR_FILENO);
		assert_true(summary_save(&run, files[i]) < 0);
		said_end(&said);
		assert_one_line(&said, files[i]);
	}
	run_deinit(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_escaped),
		cmocka_unit_test(numbers_are_short_and_exact),
		cmocka_unit_test(summary_of_a_run),
		cmocka_unit_test(rows_go_by_path_workload_and_metric),
		cmocka_unit_test(a_series_without_samples_has_empty_figures),
		cmocka_unit_test(runs_follow_each_other),
		cmocka_unit_test(unwritable_files_are_reported),
	};

	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
