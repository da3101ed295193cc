// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope doctor: what can be measured here, and what would help. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "env.h"
#include "log.h"
#include "opts.h"
#include "output.h"
#include "reader_module.h"

#define ROWS_MAX 32
#define TEXT_MAX 192

/**
 * struct fact - something about this machine
 * @name: what it is about
 * @value: the answer
 */
struct fact {
	const char *name;
	char value[TEXT_MAX];
};

/**
 * struct ability - something that ptiscope can measure on some machines
 * @what: that
 * @ok: it can here
 * @why: why not, and the remedy after a colon; "" when @ok
 */
struct ability {
	const char *what;
	bool ok;
	const char *why;
};

/** struct diagnosis - everything that doctor says */
struct diagnosis {
	struct fact facts[ROWS_MAX];
	size_t n_facts;
	struct ability abilities[ROWS_MAX];
	size_t n_abilities;
};

static void __attribute__((format(printf, 3, 4)))
add_fact(struct diagnosis *d, const char *name, const char *fmt, ...)
{
	struct fact *fact = &d->facts[d->n_facts++];
	va_list args;

	fact->name = name;
	va_start(args, fmt);
	vsnprintf(fact->value, sizeof(fact->value), fmt, args);
	va_end(args);
}

/* @why is NULL when it can be measured. */
static void add_ability(struct diagnosis *d, const char *what, const char *why)
{
	d->abilities[d->n_abilities++] = (struct ability){
		.what = what,
		.ok = !why,
		.why = why ? why : "",
	};
}

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

static void find_facts(struct diagnosis *d, const struct env *env,
		       const char *module)
{
	add_fact(d, "kernel", "%s", env->kernel);
	add_fact(d, "cpu", "%s", env->cpu);
	add_fact(d, "hypervisor", "%s",
		 env->hypervisor[0] ? env->hypervisor : "none");
	add_fact(d, "lane", "%s%s", lane_names[env->lane],
		 env->lane_sure ? "" : " (a guess)");
	add_fact(d, "meltdown", "%s", env->meltdown);
	add_fact(d, "page-table isolation", "%s", env->pti ? "on" : "off");
	add_fact(d, "pcid", "%s", yes_no(env->pcid));
	add_fact(d, "invpcid", "%s", yes_no(env->invpcid));
	add_fact(d, "ptiscope patches", "%s", yes_no(env->patched));
	add_fact(d, "cr3 switch", "%s", switch_names[env->switch_mode]);
	add_fact(d, "marks", "%s", env->marks ? "on" : "off");
	add_fact(d, "module", "%s", module);
	add_fact(d, "btf", "%s", yes_no(env->btf));
	add_fact(d, "performance counters", "%s", yes_no(env->pmu));
	add_fact(d, "constant tsc", "%s", yes_no(env->tsc_constant));
	add_fact(d, "root", "%s", yes_no(env->root));
}

static const char *no_compare_reason(const struct env *env)
{
	if (!env->patched)
		return "the kernel switches early only: "
		       "boot a kernel with the ptiscope patches";
	if (!env->pti)
		return "page-table isolation is off: boot with pti=on";
	return NULL;
}

static const char *no_trace_reason(const struct env *env)
{
	const char *why = env_no_marks_reason(env);

	if (why)
		return why;
	if (!env->btf)
		return "the kernel has no BTF: "
		       "build it with CONFIG_DEBUG_INFO_BTF=y";
	return env->root ? NULL : "loading BPF needs privilege: run as root";
}

static const char *no_cycles_reason(const struct env *env)
{
	if (env->lane == LANE_TCG)
		return "an emulator's TSC counts no cycles: "
		       "use a machine or a KVM guest";
	if (!env->tsc_constant)
		return "the TSC's rate depends on the state of the CPU: "
		       "use another machine";
	return NULL;
}

static const char *no_flush_reason(const struct env *env)
{
	if (!env->pti)
		return "page-table isolation is off, so CR3 is not switched: "
		       "boot with pti=on";
	return env->pcid ? NULL :
			   "without PCID every CR3 write flushes: "
			   "use a CPU with PCID, and no nopcid";
}

static void find_abilities(struct diagnosis *d, const struct env *env,
			   const char *no_module)
{
	const char *why = env_no_marks_reason(env);

	add_ability(d, "round trip of each workload (run)", NULL);
	add_ability(d, "late against early switch (run, report)",
		    no_compare_reason(env));
	add_ability(d, "window and switch of each entry (run)",
		    why ? why : no_module);
	add_ability(d, "histograms per path (trace)", no_trace_reason(env));
	add_ability(d, "cost of TSC reads in the kernel (run)", no_module);
	add_ability(d, "cycles", no_cycles_reason(env));
	add_ability(d, "share of CR3 writes that flush", no_flush_reason(env));
	add_ability(d, "TLB events",
		    env->pmu ? NULL :
			       "no performance counters: use a machine, or a "
			       "guest that is given them");
}

static void print_text(const struct diagnosis *d)
{
	const struct ability *a;
	size_t i;

	for (i = 0; i < d->n_facts; i++)
		printf("%-22s %s\n", d->facts[i].name, d->facts[i].value);
	printf("\nMeasurable here:\n");
	for (i = 0; i < d->n_abilities; i++) {
		a = &d->abilities[i];
		printf("%-4s %s\n", yes_no(a->ok), a->what);
		if (!a->ok)
			printf("     %s\n", a->why);
	}
}

static int print_json(const struct diagnosis *d)
{
	json_t *facts = json_object(), *abilities = json_array(), *root;
	size_t i;

	for (i = 0; i < d->n_facts; i++)
		json_object_set_new(facts, d->facts[i].name,
				    json_string(d->facts[i].value));
	for (i = 0; i < d->n_abilities; i++)
		json_array_append_new(abilities,
				      json_pack("{s:s, s:b, s:s}", "what",
						d->abilities[i].what, "ok",
						d->abilities[i].ok, "why",
						d->abilities[i].why));
	root = json_pack("{s:s, s:i, s:o, s:o}", "format", "ptiscope-doctor",
			 "version", 1, "facts", facts, "measurable", abilities);
	if (!root) {
		log_error("no memory left");
		return -1;
	}
	/* What can't be written is left to output_end(). */
	json_dumpf(root, stdout, JSON_INDENT(1) | JSON_SORT_KEYS);
	putchar('\n');
	json_decref(root);
	return 0;
}

static int parse(bool *json, int argc, char **argv)
{
	const struct opt table[] = { { "json", 'j', OPT_FLAG, json, NULL,
				       "print JSON", 0, 0, NULL },
				     { 0 } };
	int first, code;

	code = opts_parse(&command_doctor, table, argc, argv, &first);
	if (code == OPTS_GO_ON && first < argc)
		return opts_usage_error(&command_doctor, "what is '%s'?",
					argv[first]);
	return code;
}

static int doctor_main(int argc, char **argv)
{
	struct module_reader reader;
	struct diagnosis d = { 0 };
	const char *no_module = NULL;
	bool json = false;
	struct env env;
	int code = parse(&json, argc, argv);

	if (code != OPTS_GO_ON)
		return code;
	if (env_probe(&env)) {
		log_error("can't read /proc");
		return EXIT_RUNTIME;
	}
	if (!module_reader_open(&reader, &no_module)) {
		env.pcid = reader.info.features & PTISCOPE_HAS_PCID;
		module_reader_close(&reader);
	}
	find_facts(&d, &env, no_module ? no_module : "loaded");
	find_abilities(&d, &env, no_module);
	if (!json)
		print_text(&d);
	else if (print_json(&d))
		return EXIT_RUNTIME;
	return output_end();
}

const struct command command_doctor = {
	.name = "doctor",
	.summary = "say what can be measured here, and what would help",
	.usage = "[options]",
	.details = "A 'no' is followed by the reason and, after a colon, the "
		   "remedy.",
	.run = doctor_main,
};
