// SPDX-License-Identifier: GPL-2.0-only
/* What a measured workload is verified against, and what is kept of it. */
#include "unit_run.h"

#include "measure/keep.h"

/* A workload of one call and up to two spare faults, and one that waits for a timer */
static const struct workload caller = {
	.name = "caller",
	.path = PTI_PATH_SYSCALL64,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 2, 0 },
		     { PTI_PATH_PAGE_FAULT, 0, 2 } },
};
static const struct workload waiter = {
	.name = "waiter",
	.path = PTI_PATH_TIMER,
	.entries = { { PTI_PATH_TIMER, 1, 0 } },
};
static const struct workload counter = {
	.name = "counter",
	.path = PTI_PATH_NMI_USER,
	.entries = { { PTI_PATH_NMI_USER, 1, 0 } },
	.unmarked = "it counts itself",
	.counts = true,
};
static const struct workload any = { .name = "command", .path = 1 };

/* 10 recordings of 4 iterations */
static struct recording recorded(unsigned int path, uint64_t seen)
{
	struct recording rec = { .samples = 10, .iterations = 4 };

	rec.seen[path] = seen;
	return rec;
}

static void expect(const struct workload *w, const struct recording *rec,
		   enum verified verified, const char *wrong)
{
	const struct timing timing = { .n = 3, .iterations = 1 };
	struct verdict verdict = verify_entries(w, &timing, rec);

	assert_int_equal(verdict.verified, verified);
	if (!wrong)
		assert_string_equal(verdict.wrong, "");
	else if (!strstr(verdict.wrong, wrong))
		fail_msg("'%s' does not mention '%s'", verdict.wrong, wrong);
}

static void entries_are_those_declared(void **state)
{
	struct recording rec = recorded(PTI_PATH_SYSCALL64, 80);

	(void)state;
	expect(&caller, &rec, VERIFIED_YES, NULL);
	rec.seen[PTI_PATH_SYSCALL64] = 79;
	expect(&caller, &rec, VERIFIED_NO,
	       "caller: records are not as they should be: 0 lost, 0 "
	       "contradict themselves; syscall64: 79 entries, 80 declared");
	rec.seen[PTI_PATH_SYSCALL64] = 81;
	expect(&caller, &rec, VERIFIED_NO, "81 entries, 80 declared");
	rec.seen[PTI_PATH_SYSCALL64] = 80;
	/* Spare ones are by recording, not by iteration. */
	rec.seen[PTI_PATH_PAGE_FAULT] = 20;
	expect(&caller, &rec, VERIFIED_YES, NULL);
	rec.seen[PTI_PATH_PAGE_FAULT] = 21;
	expect(&caller, &rec, VERIFIED_NO, "page_fault: 21 entries, 0 decl");
	rec.seen[PTI_PATH_PAGE_FAULT] = 0;
	/* Nobody asks for an interrupt; nobody declares an INT 0x80 here. */
	rec.seen[PTI_PATH_TIMER] = 5;
	expect(&caller, &rec, VERIFIED_YES, NULL);
	rec.seen[PTI_PATH_INT80] = 1;
	expect(&caller, &rec, VERIFIED_NO, "int80: 1 entries, 0 declared");
}

/* Calls that skip the switch leave no record, and are calls all the same. */
static void skipped_calls_count(void **state)
{
	struct recording rec = recorded(PTI_PATH_SYSCALL64, 3);

	(void)state;
	rec.skipped = 77;
	expect(&caller, &rec, VERIFIED_YES, NULL);
	rec.skipped = 76;
	expect(&caller, &rec, VERIFIED_NO, "79 entries, 80 declared");
	rec.skipped = 80;
	expect(&caller, &rec, VERIFIED_NO, "83 entries, 80 declared");
}

static void records_must_be_whole(void **state)
{
	struct recording rec = recorded(PTI_PATH_SYSCALL64, 80);

	(void)state;
	rec.lost = 1;
	expect(&caller, &rec, VERIFIED_NO, "1 lost, 0 contradict");
	rec.lost = 0;
	rec.odd = 2;
	expect(&caller, &rec, VERIFIED_NO, "0 lost, 2 contradict");
}

static void interrupts_may_be_more_but_not_fewer(void **state)
{
	struct recording rec = recorded(PTI_PATH_TIMER, 41);

	(void)state;
	expect(&waiter, &rec, VERIFIED_YES, NULL);
	rec.seen[PTI_PATH_TIMER] = 39;
	expect(&waiter, &rec, VERIFIED_NO, "the others were no interrupts");
}

static void without_records_the_count_tells_or_nothing(void **state)
{
	struct timing timing = { .n = 5, .iterations = 64, .counted = 320 };
	struct recording rec = recorded(PTI_PATH_SYSCALL64, 7);

	(void)state;
	assert_int_equal(verify_entries(&counter, &timing, NULL).verified,
			 VERIFIED_YES);
	timing.counted--;
	assert_int_equal(verify_entries(&counter, &timing, NULL).verified,
			 VERIFIED_NO);
	expect(&caller, NULL, VERIFIED_NOT_MEASURED, NULL);
	expect(&any, &rec, VERIFIED_NOT_MEASURED, NULL);
}

static void add_mark(struct recording *rec, uint64_t ticks)
{
	struct series *s = sample_set_add(&rec->marks, PTI_PATH_SYSCALL64,
					  METRIC_ENTRY_WINDOW, UNIT_TICKS,
					  "caller", 1);

	assert_non_null(s);
	assert_int_equal(series_push(s, ticks), 0);
}

static void what_was_found_is_kept(void **state)
{
	static const struct module_reader reader;
	const struct plan plan = { .reader = &reader, .unit = UNIT_TICKS };
	uint64_t ticks[] = { 100, 101, 102 };
	struct found found = {
		.timed = true,
		.timing = { .ticks = ticks, .n = 3, .iterations = 4 },
		.noise = { .spin_ratio = 1.5, .migrations = 2 },
		.recorded = true,
		.recording = recorded(PTI_PATH_SYSCALL64, 80),
		.verdict = { VERIFIED_NO, "caller: something is wrong" },
	};
	const struct manifest_workload *mw;
	const struct series *s;
	struct said said;
	struct run run;

	(void)state;
	unit_run_init(&run, "r", VARIANT_PATCHED, SWITCH_LATE, true);
	add_mark(&found.recording, 7);
	found.recording.missed = 1;
	found.recording.written = 90;
	said_begin(&said, STDERR_FILENO);
	assert_int_equal(keep_found(&run, &plan, &caller, &found), 0);
	said_end(&said);
	assert_int_equal(run.samples.n, 2);
	s = run.samples.series[0];
	assert_int_equal(s->metric, METRIC_ROUND_TRIP);
	assert_true(s->n == 3 && s->values[2] == 102 && s->divisor == 4);
	assert_int_equal(run.samples.series[1]->values[0], 7);
	assert_int_equal(found.recording.marks.n, 0);
	mw = &run.manifest.workloads[0];
	assert_true(mw->samples == 3 && mw->iterations == 4 && mw->has_noise);
	assert_true(mw->has_seen && mw->seen[PTI_PATH_SYSCALL64] == 80);
	assert_int_equal(mw->verified, VERIFIED_NO);
	assert_string_equal(mw->note, "recorded 10 samples of 4 iterations; "
				      "1 more missed their interrupt");
	assert_int_equal(run.manifest.capture_written, 90);
	/* The clock, the CPU, the entries */
	assert_int_equal(run.manifest.n_warnings, 3);
	assert_non_null(strstr(said.text, "took +50.0 % of ticks"));
	assert_int_equal(run.manifest.n_gaps, 0);
	run_deinit(&run);
}

static void what_was_not_measured_is_a_gap(void **state)
{
	const struct plan plan = { .unit = UNIT_TICKS };
	struct found found = { .gap = "no interrupt came" };
	struct said said;
	struct run run;

	(void)state;
	unit_run_init(&run, "r", VARIANT_PATCHED, SWITCH_LATE, false);
	said_begin(&said, STDERR_FILENO);
	assert_int_equal(keep_found(&run, &plan, &waiter, &found), 0);
	said_end(&said);
	assert_one_line(&said, "waiter: no interrupt came; not measured");
	assert_int_equal(run.samples.n, 0);
	assert_int_equal(run.manifest.n_workloads, 0);
	assert_int_equal(run.manifest.n_gaps, 1);
	assert_string_equal(run.manifest.gaps[0].why, "no interrupt came");
	run_deinit(&run);
}

static void without_a_reader_the_loop_is_told(void **state)
{
	const struct plan plan = { .unit = UNIT_TICKS };
	struct found found = {
		.timed = true,
		.timing = { .overhead = 12, .iterations = 1 },
		.noise = { .spin_ratio = 1 },
	};
	struct run run;

	(void)state;
	unit_run_init(&run, "r", VARIANT_PATCHED, SWITCH_LATE, false);
	assert_int_equal(keep_found(&run, &plan, &caller, &found), 0);
	assert_string_equal(run.manifest.workloads[0].note,
			    "12 ticks of loop subtracted per sample");
	assert_int_equal(run.manifest.n_warnings, 0);
	run_deinit(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_those_declared),
		cmocka_unit_test(skipped_calls_count),
		cmocka_unit_test(records_must_be_whole),
		cmocka_unit_test(interrupts_may_be_more_but_not_fewer),
		cmocka_unit_test(without_records_the_count_tells_or_nothing),
		cmocka_unit_test(what_was_found_is_kept),
		cmocka_unit_test(what_was_not_measured_is_a_gap),
		cmocka_unit_test(without_a_reader_the_loop_is_told),
	};

	return cmocka_run_group_tests_name("measure", tests, NULL, NULL);
}
