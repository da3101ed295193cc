// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>
#include <jansson.h>

#include "run/manifest.h"

#define FILE_NAME "manifest.json"

static void fill_reference(struct manifest *m)
{
	struct manifest_workload *w;

	assert_int_equal(manifest_init(m), 0);
	manifest_set(&m->run, "run-1");
	manifest_set(&m->kernel, "6.12.0-test");
	manifest_set(&m->cpu, "CPU \"X\", ü");
	manifest_set(&m->cmdline, "ro quiet");
	manifest_set(&m->microcode, "0xf0");
	manifest_set(&m->config, "01234567");
	manifest_set(&m->tsc_khz_source, "CPUID 0x15");
	manifest_set(&m->samples_file, "samples.gz");
	m->variant = VARIANT_PATCHED;
	m->lane = LANE_TCG;
	m->switch_mode = SWITCH_LATE;
	m->marks = m->skip = m->pti = m->pcid = true;
	m->tsc_khz = 2400000;
	m->unit = UNIT_NS;
	m->ticks_per_unit = 2.4;
	m->pinned_cpu = 1;
	m->loop_overhead = (struct calibration_value){ 2.5, 31 };
	m->rdtsc_pair = (struct calibration_value){ 24, 1000 };
	m->mark_pair = (struct calibration_value){ 30, 4096 };
	m->has_mark_pair = true;
	m->calibration_source = CALIBRATION_MODULE;
	m->capture_source = CAPTURE_MODULE;
	m->capture_written = 12;
	m->capture_read = 10;
	m->capture_lost = 2;
	w = manifest_add_workload(m, "getppid", PTI_PATH_SYSCALL64);
	w->iterations = 256;
	w->samples = 200;
	w->batch = true;
	w->declared[PTI_PATH_SYSCALL64] = 1;
	w->seen[PTI_PATH_SYSCALL64] = 51200;
	w->seen[PTI_PATH_TIMER] = 3;
	w->skipped = 44;
	w->has_seen = true;
	w->verified = VERIFIED_YES;
	w->has_noise = true;
	w->noise = (struct manifest_noise){ .interrupts = 7,
					    .preemptions = 1,
					    .migrations = 0,
					    .spin_ratio = 1.25 };
	manifest_set(&w->note, "interrupts are extra");
	assert_non_null(manifest_add_workload(m, "timer", PTI_PATH_TIMER));
	assert_int_equal(manifest_add_gap(m, "tlb", "no PMU on %s", "this CPU"),
			 0);
	assert_int_equal(manifest_add_warning(m, "%d %% lost", 17), 0);
}

static void save_reference(void)
{
	struct manifest m;

	fill_reference(&m);
	assert_int_equal(manifest_save(&m, FILE_NAME), 0);
	manifest_deinit(&m);
}

static void what_is_saved_is_loaded(void **state)
{
	struct manifest m;

	(void)state;
	save_reference();
	assert_int_equal(manifest_load(FILE_NAME, &m), 0);
	assert_string_equal(m.run, "run-1");
	assert_string_equal(m.cpu, "CPU \"X\", ü");
	assert_string_equal(m.microcode, "0xf0");
	assert_string_equal(m.config, "01234567");
	assert_int_equal(m.lane, LANE_TCG);
	assert_int_equal(m.switch_mode, SWITCH_LATE);
	assert_true(m.marks && m.skip && m.pti && m.pcid);
	assert_int_equal(m.unit, UNIT_NS);
	assert_true(m.ticks_per_unit == 2.4);
	assert_true(m.has_mark_pair && m.mark_pair.median == 30 &&
		    m.mark_pair.n == 4096);
	assert_int_equal(m.capture_lost, 2);
	assert_int_equal(m.n_workloads, 2);
	assert_int_equal(m.workloads[0].seen[PTI_PATH_TIMER], 3);
	assert_int_equal(m.workloads[0].skipped, 44);
	assert_int_equal(m.workloads[0].declared[PTI_PATH_SYSCALL64], 1);
	assert_int_equal(m.workloads[0].verified, VERIFIED_YES);
	assert_true(m.workloads[0].has_noise &&
		    m.workloads[0].noise.interrupts == 7 &&
		    m.workloads[0].noise.preemptions == 1 &&
		    m.workloads[0].noise.spin_ratio == 1.25);
	assert_false(m.workloads[1].has_noise);
	assert_false(m.workloads[1].has_seen);
	assert_int_equal(m.workloads[1].verified, VERIFIED_NOT_MEASURED);
	assert_string_equal(m.gaps[0].why, "no PMU on this CPU");
	assert_string_equal(m.warnings[0], "17 % lost");
	manifest_deinit(&m);
}

static void saving_a_loaded_manifest_changes_nothing(void **state)
{
	struct manifest m;
	char *first;

	(void)state;
	save_reference();
	first = strdup(read_file(FILE_NAME));
	assert_int_equal(manifest_load(FILE_NAME, &m), 0);
	assert_int_equal(manifest_save(&m, FILE_NAME), 0);
	assert_string_equal(read_file(FILE_NAME), first);
	assert_int_equal(first[strlen(first) - 1], '\n');
	manifest_deinit(&m);
	free(first);
}

static void assert_load_fails(const char *about)
{
	struct manifest m;
	struct said said;

	said_begin(&said, STDERR_FILENO);
	assert_true(manifest_load(FILE_NAME, &m) < 0);
	said_end(&said);
	assert_one_line(&said, about);
	assert_one_line(&said, FILE_NAME);
}

/* The object within which a key stands: "", "samples", "workloads.0" ... */
static json_t *inner_object(json_t *root, const char *where)
{
	char names[64], *rest = names, *name;

	strcpy(names, where);
	while ((name = strsep(&rest, ".")) && *name)
		root = json_is_array(root) ? json_array_get(root, atoi(name)) :
					     json_object_get(root, name);
	assert_true(json_is_object(root));
	return root;
}

static void load_with(const char *where, const char *key, json_t *value,
		      const char *about)
{
	json_t *root, *object;

	save_reference();
	root = json_load_file(FILE_NAME, 0, NULL);
	assert_non_null(root);
	object = inner_object(root, where);
	assert_non_null(json_object_get(object, key));
	if (value)
		json_object_set_new(object, key, value);
	else
		json_object_del(object, key);
	assert_int_equal(json_dump_file(root, FILE_NAME, 0), 0);
	json_decref(root);
	assert_load_fails(about);
}

static const struct {
	const char *where;
	const char *keys;
} required[] = {
	{ "",
	  "format version run created tool kernel variant lane switch marks pti pcid cpu "
	  "cmdline tsc_khz tsc_khz_source unit ticks_per_unit pinned_cpu calibration "
	  "capture workloads not_measured warnings samples" },
	{ "calibration", "loop_overhead rdtsc_pair mark_pair source" },
	{ "calibration.loop_overhead", "median n" },
	{ "calibration.mark_pair", "median n" },
	{ "capture", "source written read lost why" },
	{ "workloads.0",
	  "name path iterations samples batch declared_entries seen_entries "
	  "verified note" },
	{ "not_measured.0", "what why" },
	{ "samples", "file crc32 bytes" },
};

/* Every key, once missing and once of a type that no key has. */
static void every_key_is_required_and_typed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		char *keys = strdup(required[i].keys), *rest = keys, *key;

		while ((key = strsep(&rest, " "))) {
			char quoted[64];

			snprintf(quoted, sizeof(quoted), "%s'", key);
			load_with(required[i].where, key, NULL, quoted);
			load_with(required[i].where, key, json_pack("[[]]"),
				  quoted);
		}
		free(keys);
	}
}

static void senseless_values_are_refused(void **state)
{
	(void)state;
	load_with("", "format", json_string("other"), "'format'");
	load_with("", "version", json_integer(2), "newer ptiscope");
	load_with("", "lane", json_string("mars"), "'lane'");
	load_with("", "variant", json_string(""), "'variant'");
	load_with("", "switch", json_string("off"), "contradicts");
	load_with("", "pti", json_false(), "contradicts");
	load_with("", "switch", json_string("early"), "contradicts");
	load_with("", "pti", json_integer(1), "'pti'");
	load_with("", "unit", json_string("count"), "'unit'");
	load_with("", "unit", json_string("seconds"), "'unit'");
	load_with("", "unit", json_string("instructions"),
		  "not that of the lane");
	load_with("", "lane", json_string("hardware"), "not that of the lane");
	load_with("", "ticks_per_unit", json_real(0), "'ticks_per_unit'");
	load_with("", "ticks_per_unit", json_real(-1), "'ticks_per_unit'");
	load_with("", "pinned_cpu", json_integer(-1), "'pinned_cpu'");
	load_with("", "tsc_khz", json_integer(-1), "'tsc_khz'");
	load_with("", "warnings", json_pack("[i]", 1), "'warnings'");
	load_with("", "workloads", json_pack("[s]", "x"), "'workloads'");
	load_with("workloads.0", "path", json_string("syscall"),
		  "'workloads.path'");
	load_with("workloads.0", "verified", json_string("maybe"), "verified'");
	load_with("workloads.0", "seen_entries",
		  json_pack("{s:i}", "nowhere", 1), "nowhere'");
	load_with("workloads.0", "seen_entries", json_pack("{s:i}", "irq", -1),
		  "irq'");
	load_with("workloads.0", "interference", json_pack("[]"),
		  "interference'");
	load_with("workloads.0.interference", "interrupts", json_integer(-1),
		  "interrupts'");
	load_with("workloads.0.interference", "spin_ratio", NULL,
		  "spin_ratio'");
	load_with("capture", "lost", json_integer(-1), "'capture.lost'");
	load_with("samples", "crc32", json_string("12345"), "crc32'");
	load_with("samples", "crc32", json_string("0x1234 6"), "crc32'");
	load_with("samples", "crc32", json_string("-1234567"), "crc32'");
	load_with("samples", "file", json_string("../secret"), "leads out");
}

static void damaged_files_are_refused(void **state)
{
	char *whole;

	(void)state;
	unlink(FILE_NAME);
	assert_load_fails("can't read");
	save_reference();
	whole = strdup(read_file(FILE_NAME));
	for (size_t n = 0; n + 2 < strlen(whole); n += 7) {
		write_file(FILE_NAME, whole, n);
		assert_load_fails("line");
	}
	free(whole);
	write_file(FILE_NAME, "[]\n", 3);
	assert_load_fails("format");
	write_file(FILE_NAME, "{\"format\":1,\"format\":2}\n", 24);
	assert_load_fails("line 1");
	write_file(FILE_NAME, "\0\0\0\0", 4);
	assert_load_fails("line");
}

static void optional_measurements_may_be_null(void **state)
{
	struct manifest m;

	(void)state;
	fill_reference(&m);
	m.has_mark_pair = false;
	m.tsc_khz = 0;
	assert_int_equal(manifest_save(&m, FILE_NAME), 0);
	manifest_deinit(&m);
	assert_non_null(strstr(read_file(FILE_NAME), "\"mark_pair\": null"));
	assert_non_null(strstr(read_file(FILE_NAME), "\"tsc_khz\": null"));
	assert_int_equal(manifest_load(FILE_NAME, &m), 0);
	assert_false(m.has_mark_pair);
	assert_int_equal(m.tsc_khz, 0);
	manifest_deinit(&m);
}

/* Version 0.1.0 called ticks of the TSC cycles, which they are not. */
static void ticks_had_another_name(void **state)
{
	struct manifest m;
	json_t *root;

	(void)state;
	fill_reference(&m);
	m.lane = LANE_HARDWARE;
	m.unit = UNIT_TICKS;
	assert_int_equal(manifest_save(&m, FILE_NAME), 0);
	manifest_deinit(&m);
	assert_non_null(
		strstr(read_file(FILE_NAME), "\"unit\": \"TSC ticks\""));
	root = json_load_file(FILE_NAME, 0, NULL);
	json_object_set_new(root, "unit", json_string("cycles"));
	assert_int_equal(json_dump_file(root, FILE_NAME, 0), 0);
	json_decref(root);
	assert_int_equal(manifest_load(FILE_NAME, &m), 0);
	assert_int_equal(m.unit, UNIT_TICKS);
	manifest_deinit(&m);
}

static void control_characters_become_blanks(void **state)
{
	struct manifest m;

	(void)state;
	fill_reference(&m);
	manifest_set(&m.cpu, "a\033[2Jb\n");
	manifest_add_warning(&m, "two\nlines");
	assert_string_equal(m.cpu, "a [2Jb ");
	assert_string_equal(m.warnings[1], "two lines");
	manifest_deinit(&m);
	write_file(FILE_NAME, "{ \"a\": \"\\\n\" }", 12);
	assert_load_fails("line");
}

static void unwritable_files_are_reported(void **state)
{
	struct manifest m;
	struct said said;

	(void)state;
	fill_reference(&m);
	said_begin(&said, STDERR_FILENO);
	assert_true(manifest_save(&m, "no/such/dir") < 0);
	said_end(&said);
	assert_one_line(&said, "no/such/dir");
	said_begin(&said, STDERR_FILENO);
	assert_true(manifest_save(&m, "/dev/full") < 0);
	said_end(&said);
	assert_one_line(&said, "/dev/full");
	manifest_deinit(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_saved_is_loaded),
		cmocka_unit_test(saving_a_loaded_manifest_changes_nothing),
		cmocka_unit_test(every_key_is_required_and_typed),
		cmocka_unit_test(senseless_values_are_refused),
		cmocka_unit_test(damaged_files_are_refused),
		cmocka_unit_test(optional_measurements_may_be_null),
		cmocka_unit_test(ticks_had_another_name),
		cmocka_unit_test(control_characters_become_blanks),
		cmocka_unit_test(unwritable_files_are_reported),
	};

	return cmocka_run_group_tests_name("manifest", tests, unit_dir_make,
					   unit_dir_remove);
}
