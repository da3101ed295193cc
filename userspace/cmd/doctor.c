// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope doctor: what can be measured here, and what would help. */
#include <stdio.h>
#include <string.h>

#include "machine/doctor.h"
#include "base/log.h"
#include "base/opts.h"
#include "kernel/module.h"

/** struct doctor_opts - the command line */
struct doctor_opts {
	bool json;
	const char *root;
};

static int parse(struct doctor_opts *o, int argc, char **argv)
{
	const struct opt table[] = {
		{ "json", 'j', OPT_FLAG, &o->json, NULL, "print JSON", 0, 0,
		  NULL },
		{ "root", 0, OPT_STR, &o->root, "DIR",
		  "read copies of /proc and /sys there, try nothing", 0, 0,
		  NULL },
		{ 0 }
	};
	return opts_parse_all(&command_doctor, table, argc, argv);
}

/* This machine: files, and what trying tells */
static int examine(struct survey *s)
{
	struct module_reader reader;

	if (env_probe(&s->env))
		return EXIT_RUNTIME;
	doctor_read(s, "");
	doctor_try(s);
	if (!module_reader_open(&reader, &s->no_module)) {
		/* Of CR4, where /proc/cpuinfo only tells what the CPU has */
		s->env.pcid = reader.info.features & PTISCOPE_HAS_PCID;
		module_reader_close(&reader);
	}
	return EXIT_OK;
}

static int examine_files(struct survey *s, const char *root)
{
	if (env_probe_files(&s->env, root)) {
		log_error("can't read %s/proc/cpuinfo", root);
		return EXIT_RUNTIME;
	}
	doctor_read(s, root);
	return EXIT_OK;
}

static int doctor_main(int argc, char **argv)
{
	struct doctor_opts o = { 0 };
	struct diagnosis d = { 0 };
	struct survey s = { 0 };
	int code = parse(&o, argc, argv);

	if (code != OPTS_GO_ON)
		return code;
	code = o.root ? examine_files(&s, o.root) : examine(&s);
	if (code)
		return code;
	doctor_facts(&d, &s);
	doctor_abilities(&d, &s);
	if (!o.json)
		doctor_print(&d);
	else if (doctor_print_json(&d))
		return EXIT_RUNTIME;
	return EXIT_OK;
}

const struct command command_doctor = {
	.name = "doctor",
	.summary = "say what can be measured here, and what would help",
	.usage = "[options]",
	.details = "A 'no' is followed by the reason and, after a colon, the "
		   "remedy.\nSome answers need root.",
	.run = doctor_main,
};
