// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope probe: what CR3 writes and TLB flushes cost in the kernel. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "machine/env.h"
#include "base/log.h"
#include "base/opts.h"
#include "base/pin.h"
#include "cmd/probe_rows.h"
#include "kernel/module.h"

#define SAMPLES_DEFAULT 1000

/** struct probe_opts - the command line */
struct probe_opts {
	uint64_t samples;
	uint64_t cpu;
	int lane;
	bool json;
};

static int parse(struct probe_opts *o, int argc, char **argv)
{
	const struct opt table[] = {
		{ "samples", 'n', OPT_U64, &o->samples, "N",
		  "samples of each, default 1000", 1, PTISCOPE_PROBE_MAX,
		  NULL },
		{ "cpu", 'c', OPT_U64, &o->cpu, "N",
		  "CPU to measure on, default the last allowed", 0,
		  CPU_SETSIZE - 1, NULL },
		{ "lane", 'l', OPT_CHOICE, &o->lane, "LANE",
		  "what a TSC tick means here", 0, 0, lane_names },
		{ "json", 'j', OPT_FLAG, &o->json, NULL, "print JSON", 0, 0,
		  NULL },
		{ 0 }
	};
	return opts_parse_all(&command_probe, table, argc, argv);
}

/* Time every kind; those that the CPU lacks are left with no samples. */
static int probe_all(const struct module_reader *r, struct probe_table *table,
		     size_t n)
{
	uint64_t ticks[PTISCOPE_PROBE_MAX];
	unsigned int kind;
	int err;

	for (kind = 0; kind < PTISCOPE_PROBE_COUNT; kind++) {
		/* The first go warms up. */
		err = module_reader_probe(r, kind, ticks, n);
		if (err == -EOPNOTSUPP && why_not(&probe_kind(kind)->lacking))
			continue;
		if (!err)
			err = module_reader_probe(r, kind, ticks, n);
		if (!err)
			err = probe_row_fill(&table->rows[kind], ticks, n);
		if (err) {
			log_error("/dev/ptiscope: probe %s: %s",
				  probe_kind(kind)->name, strerror(-err));
			return EXIT_RUNTIME;
		}
	}
	return EXIT_OK;
}

static int probe_main(int argc, char **argv)
{
	struct probe_opts o = { .samples = SAMPLES_DEFAULT,
				.cpu = PIN_LAST,
				.lane = -1 };
	struct probe_table table = { 0 };
	struct module_reader reader;
	struct env env;
	int code = parse(&o, argc, argv);

	if (code == OPTS_GO_ON)
		code = pin_to_cpu(&command_probe, &o.cpu);
	if (code != OPTS_GO_ON)
		return code;
	if (env_probe(&env))
		return EXIT_RUNTIME;
	code = module_reader_need(&reader, "probe");
	if (code)
		return code;
	table.lane = o.lane >= 0 ? (enum lane)o.lane : env.lane;
	table.cpu = (unsigned int)o.cpu;
	code = probe_all(&reader, &table, (size_t)o.samples);
	module_reader_close(&reader);
	if (code)
		return code;
	if (!o.json)
		probe_print(&table);
	else if (probe_print_json(&table))
		return EXIT_RUNTIME;
	return EXIT_OK;
}

const struct command command_probe = {
	.name = "probe",
	.summary = "time CR3 writes, INVPCID and INVLPG in the kernel",
	.usage = "[options]",
	.details =
		"Needs the module. Each figure includes the two TSC reads "
		"around the instruction,\nwhich tsc_pair shows. Lanes icount "
		"and bochs can't be detected: name them.",
	.run = probe_main,
};
