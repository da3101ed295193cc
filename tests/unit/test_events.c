// SPDX-License-Identifier: GPL-2.0-only
/* How events are asked for: what libpfm4 makes of their names, per generation. */
#include "unit.h"

#include <errno.h>
#include <sys/wait.h>

#include "kernel/events.h"

#define TLB_EVENTS 7

/* Umask << 8 | event of each of EVENTS_TLB, from the manuals of these CPUs. */
static const struct generation {
	const char *pmu;
	uint64_t config[TLB_EVENTS];
} generations[] = {
	{ "snb", { 0x208, 0x408, 0x1008, 0x285, 0x485, 0x1bd, 0x20bd } },
	{ "ivb", { 0x8208, 0x8408, 0x45f, 0x285, 0x485, 0x1bd, 0x20bd } },
	{ "hsw", { 0xe08, 0x1008, 0x6008, 0xe85, 0x1085, 0x1bd, 0x20bd } },
	{ "bdw", { 0xe08, 0x1008, 0x6008, 0xe85, 0x1085, 0x1bd, 0x20bd } },
	{ "skl", { 0xe08, 0x1008, 0x2008, 0xe85, 0x1085, 0x1bd, 0x20bd } },
};

/* In a process of its own, since libpfm4 looks for the PMU once. */
static int wrong(const struct generation *g)
{
	struct events e;
	char bad[64];
	size_t i;

	setenv("LIBPFM_FORCE_PMU", g->pmu, 1);
	if (events_choose(&e, EVENTS_TLB, bad, sizeof(bad)) ||
	    e.n != TLB_EVENTS)
		return 1;
	for (i = 0; i < e.n; i++) {
		if (!e.event[i].why && e.event[i].half[0] &&
		    e.event[i].half[1] &&
		    e.event[i].attr.type == PERF_TYPE_RAW &&
		    e.event[i].attr.config == g->config[i])
			continue;
		fprintf(stderr, "# %s %s: %#llx\n", g->pmu, e.event[i].name,
			(unsigned long long)e.event[i].attr.config);
		return 1;
	}
	return 0;
}

static void test_generations(void **state)
{
	size_t i;
	pid_t pid;
	int status;

	(void)state;
	for (i = 0; i < sizeof(generations) / sizeof(generations[0]); i++) {
		pid = fork();
		assert_true(pid >= 0);
		if (!pid)
			_exit(wrong(&generations[i]));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

/* A PMU that is none of Intel's: its TLB has other events, and none is taken for it. */
static void test_no_such_pmu(void **state)
{
	struct events e;
	char bad[64];
	size_t i;

	(void)state;
	assert_int_equal(events_choose(&e, EVENTS_TLB, bad, sizeof(bad)), 0);
	assert_int_equal(e.n, TLB_EVENTS);
	for (i = 0; i < e.n; i++)
		assert_non_null(e.event[i].why);
	assert_int_equal(events_open(&e, 1), 0);
	for (i = 0; i < 2 * e.n; i++)
		assert_false(events_half_open(&e, i));
	events_close(&e);
	assert_int_equal(events_choose(&e, "TLB_FLUSH:STLB_ANY", bad,
				       sizeof(bad)),
			 -ENOENT);
	assert_string_equal(bad, "TLB_FLUSH:STLB_ANY");
}

static void test_software(void **state)
{
	struct events e;
	char bad[64];

	(void)state;
	assert_int_equal(events_choose(&e, "page-faults,context-switches", bad,
				       sizeof(bad)),
			 0);
	assert_int_equal(e.n, 2);
	assert_string_equal(e.event[1].name, "context-switches");
	assert_int_equal(e.event[0].attr.type, PERF_TYPE_SOFTWARE);
	assert_int_equal(e.event[0].attr.config, PERF_COUNT_SW_PAGE_FAULTS);
	assert_int_equal(e.event[1].attr.config,
			 PERF_COUNT_SW_CONTEXT_SWITCHES);
	assert_true(e.event[0].all && e.event[0].half[0]);
	assert_false(e.event[0].half[1] || e.event[0].why);
}

static void test_halves(void **state)
{
	struct events e;
	char bad[64];

	(void)state;
	assert_int_equal(events_choose(&e, "page-faults:u,page-faults:k", bad,
				       sizeof(bad)),
			 0);
	assert_false(e.event[0].half[0] || e.event[0].all);
	assert_true(e.event[0].half[1]);
	assert_true(e.event[1].half[0]);
	assert_false(e.event[1].half[1] || e.event[1].all);
}

static void test_bad_lists(void **state)
{
	static const struct {
		const char *list, *bad;
		int err;
	} lists[] = {
		{ "nonsense", "nonsense", -ENOENT },
		{ "page-faults,", "", -ENOENT },
		{ "page-faults,,cpu-clock", "", -ENOENT },
		{ "page-faults,tlb", "tlb", -ENOENT },
		{ "cpu-clock,cpu-clock,cpu-clock,cpu-clock,cpu-clock,cpu-clock,"
		  "cpu-clock,cpu-clock,page-faults",
		  "page-faults", -E2BIG },
		{ "0123456789012345678901234567890123456789012345678901234567"
		  "89012345",
		  "012345678901234567890123456789012345678901234567890123456789"
		  "012",
		  -ENOENT },
	};
	struct events e;
	char bad[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		assert_int_equal(events_choose(&e, lists[i].list, bad,
					       sizeof(bad)),
				 lists[i].err);
		assert_string_equal(bad, lists[i].bad);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generations),
		cmocka_unit_test(test_no_such_pmu),
		cmocka_unit_test(test_software),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_bad_lists),
	};

	/* What this machine is must not matter. */
	setenv("LIBPFM_FORCE_PMU", "perf", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
