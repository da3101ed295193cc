// SPDX-License-Identifier: GPL-2.0-only
#include "unit_run.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/outfile.h"

static size_t count_entries(const char *dir)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void save_run(const struct rundir *dir, uint64_t round_trip)
{
	struct run run;

	unit_run_init(&run, "whatever", VARIANT_PATCHED, SWITCH_EARLY, false);
	assert_non_null(manifest_add_workload(&run.manifest, "getppid",
					      PTI_PATH_SYSCALL64));
	unit_series(&run, PTI_PATH_SYSCALL64, METRIC_ROUND_TRIP, "getppid", 1,
		    3, round_trip, 0);
	assert_int_equal(rundir_save(dir, &run), 0);
	run_deinit(&run);
}

static void write_run(const char *name, bool force, uint64_t round_trip)
{
	struct rundir dir;

	assert_int_equal(rundir_create(name, force, &dir), 0);
	save_run(&dir, round_trip);
	assert_int_equal(rundir_commit(&dir), 0);
}

static void assert_round_trip(const char *name, uint64_t value)
{
	struct run run;

	assert_int_equal(rundir_load(name, &run), 0);
	assert_int_equal(run.samples.series[0]->values[0], value);
	run_deinit(&run);
}

static void a_run_is_loaded_as_it_was_saved(void **state)
{
	struct run run;

	(void)state;
	write_run("one/", false, 265);
	assert_int_equal(rundir_load("one", &run), 0);
	assert_string_equal(run.manifest.run, "one");
	assert_string_equal(run.manifest.samples_file, "samples.gz");
	assert_int_equal(run.samples.n, 1);
	run_deinit(&run);
	assert_int_equal(count_entries("one"), 2);
}

static void nothing_has_the_name_before_it_is_whole(void **state)
{
	struct rundir dir;

	(void)state;
	assert_int_equal(rundir_create("early", false, &dir), 0);
	save_run(&dir, 1);
	assert_int_not_equal(access("early", F_OK), 0);
	assert_int_equal(rundir_commit(&dir), 0);
	assert_int_equal(access("early/manifest.json", F_OK), 0);
}

static void an_aborted_run_leaves_nothing(void **state)
{
	size_t before = count_entries(".");
	struct rundir dir;
	char *inner;

	(void)state;
	assert_int_equal(rundir_create("gone", false, &dir), 0);
	save_run(&dir, 1);
	inner = rundir_path(&dir, "env");
	assert_int_equal(mkdir(inner, 0777), 0);
	free(inner);
	rundir_abort(&dir);
	assert_int_equal(count_entries("."), before);
}

static void assert_create_fails(const char *name, bool force, const char *about)
{
	size_t before = count_entries(".");
	struct rundir dir;
	struct said said;

	said_begin(&said, STDERR_FILENO);
	assert_true(rundir_create(name, force, &dir) < 0);
	said_end(&said);
	assert_one_line(&said, about);
	assert_int_equal(count_entries("."), before);
}

static void an_old_run_is_replaced_by_force_alone(void **state)
{
	size_t before;

	(void)state;
	write_run("old", false, 1);
	before = count_entries(".");
	assert_create_fails("old", false, "--force");
	write_run("old", true, 2);
	assert_round_trip("old", 2);
	write_run("new", true, 3);
	assert_round_trip("new", 3);
	assert_int_equal(count_entries("."), before + 1);
}

static void force_replaces_runs_only(void **state)
{
	(void)state;
	assert_int_equal(mkdir("precious", 0777), 0);
	write_file("precious/thesis", "x", 1);
	assert_create_fails("precious", true, "no run directory");
	assert_int_equal(access("precious/thesis", F_OK), 0);
	write_file("file", "x", 1);
	assert_create_fails("file", true, "no run directory");
	assert_create_fails("no/such/parent", false, "can't create");
}

static void assert_load_fails(const char *name, const char *about)
{
	struct run run;
	struct said said;

	said_begin(&said, STDERR_FILENO);
	assert_true(rundir_load(name, &run) < 0);
	said_end(&said);
	assert_one_line(&said, about);
}

static void mixtures_of_runs_are_refused(void **state)
{
	struct rundir dir;
	struct run run;

	(void)state;
	assert_load_fails("nowhere", "nowhere/manifest.json");
	write_run("a", true, 1);
	write_run("b", true, 2);
	assert_int_equal(rename("a/samples.gz", "b/samples.gz"), 0);
	assert_load_fails("a", "a/samples.gz");
	assert_load_fails("b", "checksum");

	/* Samples of a workload, or in a unit, that the manifest does not know */
	for (int unit = 0; unit < 2; unit++) {
		unit_run_init(&run, "c", VARIANT_PATCHED, SWITCH_EARLY, false);
		assert_non_null(manifest_add_workload(&run.manifest,
						      unit ? "read1" : "timer",
						      PTI_PATH_SYSCALL64));
		unit_series(&run, PTI_PATH_SYSCALL64, METRIC_ROUND_TRIP,
			    "read1", 1, 3, 9, 0);
		if (unit) {
			run.manifest.lane = LANE_HARDWARE;
			run.manifest.unit = UNIT_TICKS;
		}
		assert_int_equal(rundir_create("c", true, &dir), 0);
		assert_int_equal(rundir_save(&dir, &run), 0);
		assert_int_equal(rundir_commit(&dir), 0);
		assert_load_fails("c", unit ? "instructions" : "'read1'");
		run_deinit(&run);
	}
}

static void a_file_appears_whole_or_not_at_all(void **state)
{
	struct outfile out;
	struct said said;

	(void)state;
	assert_int_equal(outfile_open(&out, ".", "table.csv"), 0);
	fputs("first", out.f);
	assert_int_not_equal(access("table.csv", F_OK), 0);
	assert_int_equal(outfile_commit(&out), 0);
	assert_string_equal(read_file("table.csv"), "first");
	assert_int_equal(outfile_open(&out, ".", "table.csv"), 0);
	fputs("second", out.f);
	outfile_abort(&out);
	outfile_abort(&out);
	assert_string_equal(read_file("table.csv"), "first");
	said_begin(&said, STDERR_FILENO);
	assert_true(outfile_open(&out, "no/such/dir", "table.csv") < 0);
	said_end(&said);
	assert_one_line(&said, "no/such/dir/table.csv");
	outfile_abort(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_is_loaded_as_it_was_saved),
		cmocka_unit_test(nothing_has_the_name_before_it_is_whole),
		cmocka_unit_test(an_aborted_run_leaves_nothing),
		cmocka_unit_test(an_old_run_is_replaced_by_force_alone),
		cmocka_unit_test(force_replaces_runs_only),
		cmocka_unit_test(mixtures_of_runs_are_refused),
		cmocka_unit_test(a_file_appears_whole_or_not_at_all),
	};

	return cmocka_run_group_tests_name("rundir", tests, unit_dir_make,
					   unit_dir_remove);
}
