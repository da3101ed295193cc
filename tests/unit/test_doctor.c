// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>
#include <jansson.h>
#include <sched.h>
#include <sys/stat.h>

#include "machine/doctor.h"

#define CPU_DIR "/sys/devices/system/cpu"
#define CLOCK_DIR "/sys/devices/system/clocksource/clocksource0"

/* A file of one line below @root, with the directories that it needs */
static void put(const char *root, const char *path, const char *line)
{
	char full[512], text[512], *p;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (p = strchr(full + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(full, 0755);
		*p = '/';
	}
	snprintf(text, sizeof(text), "%s\n", line);
	write_file(full, text, strlen(text));
}

/* A Haswell with the late switch and marks; what is wrong is left to tests */
static void put_haswell(const char *root)
{
	put(root, "/proc/cpuinfo",
	    "processor\t: 0\nmodel name\t: Intel Core i7-4770\n"
	    "microcode\t: 0x28\nflags\t\t: tsc pcid constant_tsc "
	    "nonstop_tsc invpcid pti\n\nprocessor\t: 1\n"
	    "model name\t: wrong\nmicrocode\t: 0xbad");
	put(root, "/proc/sys/kernel/osrelease", "6.12.117-ptiscope");
	put(root, "/proc/sys/kernel/perf_event_paranoid", "-1");
	put(root, "/proc/kallsyms",
	    "0000000000000000 T pti_init\n"
	    "0000000000000000 D __tracepoint_pti_switch");
	put(root, "/proc/cmdline", "pti_switch=late");
	put(root, "/sys/kernel/pti/switch", "late");
	put(root, "/sys/kernel/pti/marks", "on");
	put(root, "/sys/kernel/btf/vmlinux", "");
	put(root, "/sys/kernel/security/lockdown",
	    "[none] integrity confidentiality");
	put(root, "/sys/bus/event_source/devices/cpu/type", "4");
	put(root, CPU_DIR "/online", "0-2,4");
	put(root, CPU_DIR "/isolated", "2,4");
	put(root, CPU_DIR "/smt/active", "0");
	put(root, CPU_DIR "/intel_pstate/no_turbo", "1");
	put(root, CPU_DIR "/cpu0/cpufreq/scaling_governor", "performance");
	put(root, CPU_DIR "/cpu4/cpufreq/scaling_governor", "performance");
	put(root, CPU_DIR "/vulnerabilities/meltdown", "Mitigation: PTI");
	put(root, CPU_DIR "/vulnerabilities/l1tf", "Not affected");
	put(root, CLOCK_DIR "/current_clocksource", "tsc");
}

static void look(const char *root, struct survey *s, struct diagnosis *d)
{
	memset(s, 0, sizeof(*s));
	memset(d, 0, sizeof(*d));
	assert_int_equal(env_probe_files(&s->env, root), 0);
	doctor_read(s, root);
	doctor_facts(d, s);
	doctor_abilities(d, s);
}

static const struct fact *find(const struct diagnosis *d, const char *key)
{
	for (size_t i = 0; i < d->n_facts; i++)
		if (!strcmp(d->facts[i].key, key))
			return &d->facts[i];
	fail_msg("there is no fact %s", key);
	return NULL;
}

static void assert_fact(const struct diagnosis *d, const char *key,
			const char *text, const char *why)
{
	const struct fact *fact = find(d, key);
	char said[WHY_TEXT_MAX];

	if (strcmp(fact->text, text))
		fail_msg("%s is '%s', not '%s'", key, fact->text, text);
	if (!why && why_not(&fact->why))
		fail_msg("%s: nothing is wrong, but '%s'", key,
			 fact->why.reason);
	if (why && !strstr(why_text(&fact->why, said), why))
		fail_msg("%s: '%s' does not mention '%s'", key, said, why);
}

static void a_good_machine_has_nothing_in_the_way(void **state)
{
	static const char *const facts[][2] = {
		{ "kernel", "6.12.117-ptiscope" },
		{ "cpu", "Intel Core i7-4770" },
		{ "cpus", "4" },
		{ "microcode", "0x28" },
		{ "hypervisor", "none" },
		{ "meltdown", "Mitigation: PTI" },
		{ "pti", "yes" },
		{ "pcid", "yes" },
		{ "invpcid", "yes" },
		{ "patched", "yes" },
		{ "tracepoint", "yes" },
		{ "switch", "late" },
		{ "marks", "yes" },
		{ "btf", "yes" },
		{ "lockdown", "none" },
		{ "pmu", "yes" },
		{ "perf_event_paranoid", "-1" },
		{ "tsc_constant", "yes" },
		{ "tsc_nonstop", "yes" },
		{ "clocksource", "tsc" },
		{ "governor", "performance" },
		{ "turbo", "no" },
		{ "smt", "no" },
		{ "isolated_cpus", "2,4" },
	};
	struct diagnosis d;
	struct survey s;

	(void)state;
	put_haswell("good");
	look("good", &s, &d);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		assert_fact(&d, facts[i][0], facts[i][1], NULL);
	assert_int_equal(s.n_mitigations, 2);
	assert_string_equal(s.mitigations[0].name, "l1tf");
	assert_string_equal(s.mitigations[1].text, "Mitigation: PTI");
	for (size_t i = 0; i < d.n_abilities; i++)
		if (why_not(&d.abilities[i].why) &&
		    !strstr(d.abilities[i].why.reason, "not tried") &&
		    strcmp(d.abilities[i].key, "order_of_cpus"))
			fail_msg("%s: %s", d.abilities[i].key,
				 d.abilities[i].why.reason);
}

static void assert_ability(const struct diagnosis *d, const char *key,
			   const char *reason, const char *remedy)
{
	for (size_t i = 0; i < d->n_abilities; i++) {
		const struct why *why = &d->abilities[i].why;

		if (strcmp(d->abilities[i].key, key))
			continue;
		if (!reason) {
			assert_false(why_not(why));
			return;
		}
		assert_non_null(strstr(why->reason, reason));
		assert_non_null(strstr(why->remedy, remedy));
		return;
	}
	fail_msg("no ability %s", key);
}

/* A kernel without CONFIG_KALLSYMS_ALL names functions alone. */
static void patches_are_seen_without_symbols_of_data(void **state)
{
	struct diagnosis d;
	struct survey s;

	(void)state;
	put_haswell("text");
	put("text", "/proc/kallsyms",
	    "ffffffff81077a10 T __traceiter_pti_switch");
	look("text", &s, &d);
	assert_fact(&d, "tracepoint", "yes", NULL);
	put("text", "/proc/kallsyms",
	    "ffffffff81077a10 T __traceiter_pti_switches");
	look("text", &s, &d);
	assert_fact(&d, "patched", "yes", NULL);
	assert_fact(&d, "tracepoint", "no", "tracefs");
	put("text", "/sys/kernel/tracing/events/pti/pti_switch/id", "1");
	look("text", &s, &d);
	assert_fact(&d, "tracepoint", "yes", NULL);
}

static void a_tsc_that_the_kernel_does_not_trust_counts_nothing(void **state)
{
	struct diagnosis d;
	struct survey s;

	(void)state;
	put_haswell("hpet");
	put("hpet", CLOCK_DIR "/current_clocksource", "hpet");
	put("hpet", CLOCK_DIR "/available_clocksource", "hpet acpi_pm");
	look("hpet", &s, &d);
	assert_fact(&d, "clocksource", "hpet", "kernel log");
	assert_ability(&d, "tsc_ticks", "does not trust", "kernel log");
	put("hpet", CLOCK_DIR "/available_clocksource", "tsc hpet acpi_pm");
	look("hpet", &s, &d);
	assert_fact(&d, "clocksource", "hpet", NULL);
	assert_ability(&d, "tsc_ticks", NULL, NULL);
	put("hpet", "/proc/cmdline", "quiet tsc=unstable");
	look("hpet", &s, &d);
	assert_ability(&d, "tsc_ticks", "tsc=unstable", "without");
	put("hpet", "/proc/cmdline", "quiet");
	put("hpet", CLOCK_DIR "/current_clocksource", "kvm-clock");
	put("hpet", CLOCK_DIR "/available_clocksource", "kvm-clock acpi_pm");
	look("hpet", &s, &d);
	assert_ability(&d, "tsc_ticks", NULL, NULL);
}

/* What was tried, as if:  is of put_haswell() */
static void tell(struct survey *s, struct diagnosis *d)
{
	*d = (struct diagnosis){ 0 };
	s->tried = true;
	doctor_facts(d, s);
	doctor_abilities(d, s);
}

static void rights_are_told_apart(void **state)
{
	struct diagnosis d;
	struct survey s;

	(void)state;
	put_haswell("rights");
	put("rights", "/proc/sys/kernel/perf_event_paranoid", "2");
	look("rights", &s, &d);
	s.bpf = s.perfmon = true;
	tell(&s, &d);
	assert_ability(&d, "histograms", NULL, NULL);
	assert_ability(&d, "probes", "CAP_SYS_ADMIN", "run as root");
	s.bpf = false;
	tell(&s, &d);
	assert_ability(&d, "histograms", "CAP_BPF", "run as root");
	s.perfmon = false;
	s.pmu_error = EACCES;
	tell(&s, &d);
	assert_fact(&d, "pmu_cycles", "no", "run as root");
	s.user_ns = true;
	tell(&s, &d);
	assert_fact(&d, "pmu_cycles", "no", "outside");
	assert_fact(&d, "bpf", "no", "outside");
	assert_ability(&d, "histograms", "CAP_BPF", "outside");
	s.user_ns = false;
	s.perfmon = true;
	s.pmu_error = EPERM;
	tell(&s, &d);
	assert_fact(&d, "pmu_cycles", "no", "security module");
	s.seccomp = true;
	tell(&s, &d);
	assert_fact(&d, "pmu_cycles", "no", "container");
}

static void what_is_wrong_is_named(void **state)
{
	struct diagnosis d;
	struct survey s;

	(void)state;
	put_haswell("bad");
	put("bad", "/sys/kernel/pti/marks", "off");
	put("bad", "/sys/kernel/security/lockdown",
	    "none integrity [confidentiality]");
	put("bad", CPU_DIR "/isolated", "");
	put("bad", CPU_DIR "/smt/active", "1");
	put("bad", CPU_DIR "/intel_pstate/no_turbo", "0");
	put("bad", CPU_DIR "/cpu4/cpufreq/scaling_governor", "powersave");
	look("bad", &s, &d);
	assert_fact(&d, "marks", "no", "pti_marks=on");
	assert_fact(&d, "lockdown", "confidentiality", "lockdown=");
	assert_fact(&d, "isolated_cpus", "none", "isolcpus=");
	assert_fact(&d, "smt", "yes", "nosmt");
	assert_fact(&d, "turbo", "yes", "no_turbo");
	assert_fact(&d, "governor", "mixed", "performance");

	put("bad", "/sys/kernel/security/lockdown",
	    "none [integrity] confidentiality");
	put("bad", "/proc/cpuinfo",
	    "model name\t: A guest\nflags\t\t: tsc hypervisor xpcid pcids");
	look("bad", &s, &d);
	assert_fact(&d, "lockdown", "integrity", "signed");
	assert_fact(&d, "hypervisor", "unknown", NULL);
	assert_fact(&d, "lane", "kvm", "a guess");
	assert_fact(&d, "pti", "no", "pti=on");
	assert_fact(&d, "switch", "off", NULL);
	assert_fact(&d, "pcid", "no", "nopcid");
	assert_fact(&d, "invpcid", "no", "noinvpcid");
	assert_fact(&d, "tsc_constant", "no", "invariant");
	assert_fact(&d, "microcode", "unknown", "CONFIG_MICROCODE");
}

static void nothing_is_made_up(void **state)
{
	static const char *const unknown[] = {
		"microcode",   "lockdown",	     "smt", "turbo", "governor",
		"clocksource", "perf_event_paranoid"
	};
	struct diagnosis d;
	struct survey s;

	(void)state;
	put("bare", "/proc/cpuinfo", "");
	look("bare", &s, &d);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (find(&d, unknown[i])->known)
			fail_msg("%s is known", unknown[i]);
	assert_int_equal(s.n_mitigations, 0);
	assert_true(env_probe_files(&s.env, "nowhere") < 0);
}

/* A machine that was tried and lacks everything, by one errno for counters */
static void lack(struct survey *s, struct diagnosis *d, int err)
{
	memset(s, 0, sizeof(*s));
	memset(d, 0, sizeof(*d));
	s->tried = true;
	s->cpus = 2;
	s->no_module = (struct why){ "there is none", "make one" };
	s->pmu_error = err;
	s->tlb_error = err;
	s->tsc = (struct tsc_offset){ 2, 1, -500, 20, true };
	doctor_facts(d, s);
	doctor_abilities(d, s);
}

static void assert_why(const char *key, const struct why *why)
{
	if (!why_not(why) || !why->remedy || !why->remedy[0])
		fail_msg("%s: no reason or no remedy: '%s'", key, why->reason);
	/* What does not fit in its buffer would end in the midst of a word. */
	if (strlen(why->reason) >= sizeof(why->reason) - 1)
		fail_msg("%s: cut: '%s'", key, why->reason);
}

static void every_no_has_a_reason_and_a_remedy(void **state)
{
	static const int errors[] = { EACCES, EPERM,  ENODATA,
				      ENOENT, ENOSYS, EOPNOTSUPP };
	struct diagnosis d;
	struct survey s;
	size_t i, j, no = 0;

	(void)state;
	for (j = 0; j < sizeof(errors) / sizeof(errors[0]); j++) {
		lack(&s, &d, errors[j]);
		for (i = 0; i < d.n_facts; i++) {
			if (d.facts[i].type == FACT_BOOL && d.facts[i].known &&
			    !d.facts[i].yes) {
				assert_why(d.facts[i].key, &d.facts[i].why);
				no++;
			} else if (why_not(&d.facts[i].why)) {
				assert_why(d.facts[i].key, &d.facts[i].why);
			}
		}
		for (i = 0; i < d.n_abilities; i++)
			if (why_not(&d.abilities[i].why))
				assert_why(d.abilities[i].key,
					   &d.abilities[i].why);
	}
	/* pti, patched, tracepoint, marks, TSC, module, counters and more */
	assert_true(no >= 12 * j);
	assert_fact(&d, "tsc_offset",
		    "-500 +- 20 ticks (CPU 1, the worst of 2)", "compared");
}

/* What @print writes to stdout, in memory of the caller's */
static char *printed(const struct diagnosis *d, bool json)
{
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	char *text = calloc(1, 1 << 16);

	assert_non_null(file);
	assert_non_null(text);
	fflush(stdout);
	assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
	if (json)
		assert_int_equal(doctor_print_json(d), 0);
	else
		doctor_print(d);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
	fclose(file);
	return text;
}

static void the_table_fits_100_columns(void **state)
{
	struct diagnosis d;
	struct survey s;
	char *text, *line, *save;

	(void)state;
	put_haswell("wide");
	/* Of a long line nothing is lost. */
	put("wide", CPU_DIR "/vulnerabilities/spectre_v2",
	    "Mitigation: words words words words words words words words words "
	    "words words words words words words words words words words words "
	    "words words words wordss last.");
	look("wide", &s, &d);
	text = printed(&d, false);
	assert_non_null(strstr(text, "last"));
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (strlen(line) > 100 || line[strlen(line) - 1] == ' ')
			fail_msg("'%s'", line);
	}
	free(text);
}

static void assert_schema(const json_t *root)
{
	const json_t *object, *facts = json_object_get(root, "facts");
	const char *key;
	json_t *copy = json_deep_copy(facts);

	assert_string_equal(json_string_value(json_object_get(root, "format")),
			    "ptiscope-doctor");
	assert_int_equal(json_integer_value(json_object_get(root, "version")),
			 DOCTOR_VERSION);
	assert_true(json_is_boolean(json_object_get(root, "tried")));
	assert_true(json_is_object(json_object_get(root, "mitigations")));
	json_object_foreach(copy, key, object) {
		assert_true(json_is_string(json_object_get(object, "text")));
		assert_non_null(json_object_get(object, "value"));
		assert_int_equal(!json_object_get(object, "reason"),
				 !json_object_get(object, "remedy"));
	}
	json_decref(copy);
	copy = json_deep_copy(json_object_get(root, "measurable"));
	assert_true(json_object_size(copy) >= 10);
	json_object_foreach(copy, key, object) {
		assert_true(json_is_string(json_object_get(object, "what")));
		assert_int_equal(json_is_true(json_object_get(object, "ok")),
				 !json_object_get(object, "reason"));
		assert_int_equal(!json_object_get(object, "reason"),
				 !json_object_get(object, "remedy"));
	}
	json_decref(copy);
}

static void json_says_what_the_table_says(void **state)
{
	struct diagnosis d;
	struct survey s;
	json_t *root, *facts;
	char *text;

	(void)state;
	put_haswell("json");
	look("json", &s, &d);
	text = printed(&d, true);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	free(text);
	assert_schema(root);
	facts = json_object_get(root, "facts");
	assert_int_equal(json_object_size(facts), d.n_facts);
	assert_true(json_is_true(
		json_object_get(json_object_get(facts, "pcid"), "value")));
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(facts, "cpus"), "value")),
			 4);
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(facts, "switch"), "value")),
			    "late");
	assert_string_equal(
		json_string_value(json_object_get(
			json_object_get(root, "mitigations"), "meltdown")),
		"Mitigation: PTI");
	json_decref(root);

	lack(&s, &d, ENOENT);
	text = printed(&d, true);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	free(text);
	assert_schema(root);
	facts = json_object_get(root, "facts");
	assert_true(json_is_null(
		json_object_get(json_object_get(facts, "lockdown"), "value")));
	assert_int_equal(
		json_integer_value(json_object_get(
			json_object_get(facts, "tsc_offset"), "value")),
		-500);
	json_decref(root);
}

static void tsc_offsets_are_measured_and_nothing_else_changes(void **state)
{
	cpu_set_t before, after;
	struct survey s = { 0 };

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	doctor_try(&s);
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
	/* A machine that does too much else may not let two threads run. */
	if (!s.tsc.cpus)
		return;
	assert_int_equal(s.tsc.cpus, CPU_COUNT(&before));
	if (s.tsc.cpus > 1)
		assert_true(s.tsc.bound > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_machine_has_nothing_in_the_way),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(patches_are_seen_without_symbols_of_data),
		cmocka_unit_test(
			a_tsc_that_the_kernel_does_not_trust_counts_nothing),
		cmocka_unit_test(rights_are_told_apart),
		cmocka_unit_test(nothing_is_made_up),
		cmocka_unit_test(every_no_has_a_reason_and_a_remedy),
		cmocka_unit_test(the_table_fits_100_columns),
		cmocka_unit_test(json_says_what_the_table_says),
		cmocka_unit_test(
			tsc_offsets_are_measured_and_nothing_else_changes),
	};

	return cmocka_run_group_tests(tests, unit_dir_make, unit_dir_remove);
}
