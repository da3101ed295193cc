// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a synthetic run directory through the library, for the CLI tests:
 *
 *	mkrun DIR [KEY=VALUE]...
 *
 * With jitter=0 every sample of a series is the same, so the figures that a
 * report must show are known: the bases below, in units, plus add=.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/summaries.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "run/rundir.h"

#define BATCH 256

/* Round trips in units, and which exit leads back to user mode. */
static const struct {
	const char *name;
	unsigned int path;
	unsigned int exit;
	uint64_t round_trip;
	uint32_t divisor;
} workloads[] = {
	{ "getppid", PTI_PATH_SYSCALL64, PTI_PATH_SYSRET, 265, BATCH },
	{ "read1", PTI_PATH_SYSCALL64, PTI_PATH_SYSRET, 790, BATCH },
	{ "page_fault", PTI_PATH_PAGE_FAULT, PTI_PATH_IRET, 1850, BATCH },
	{ "timer", PTI_PATH_TIMER, PTI_PATH_IRET, 5400, 1 },
};

#define N_WORKLOADS (sizeof(workloads) / sizeof(workloads[0]))

struct settings {
	uint64_t lane, variant, switch_mode, marks, skip, pcid, n, jitter, add,
		window, lost, seed, force, chase, iterations;
	const char *kernel;
	const char *cpu;
	const char *boot;
	const char *cmdline;
	const char *microcode;
	const char *config;
	uint64_t state;
};

/* xorshift64: the same on every machine, which is all that it is for. */
static uint64_t noise(struct settings *s)
{
	s->state ^= s->state << 13;
	s->state ^= s->state >> 7;
	s->state ^= s->state << 17;
	return s->jitter ? s->state % s->jitter : 0;
}

static void fill(struct settings *s, struct run *run, unsigned int path,
		 enum metric metric, const char *name, uint32_t divisor,
		 uint64_t base)
{
	enum unit unit = metric == METRIC_FLUSH_SHARE ||
					 metric == METRIC_SKIPPED ?
				 UNIT_COUNT :
				 run->manifest.unit;
	struct series *series = sample_set_add(&run->samples, path, metric,
					       unit, name, divisor);

	if (!series)
		exit(EXIT_RUNTIME);
	series->lost = s->lost;
	for (uint64_t i = 0; i < s->n; i++)
		if (series_push(series,
				base * divisor + (unit == UNIT_COUNT ?
							  0 :
							  noise(s) * divisor)))
			exit(EXIT_RUNTIME);
}

static void fill_marks(struct settings *s, struct run *run, size_t i)
{
	const char *name = workloads[i].name;

	fill(s, run, workloads[i].path, METRIC_ENTRY_WINDOW, name, 1,
	     12 + s->window);
	fill(s, run, workloads[i].path, METRIC_ENTRY_SWITCH, name, 1, 41);
	fill(s, run, workloads[i].path, METRIC_FLUSH_SHARE, name, 1, 1);
	fill(s, run, workloads[i].exit, METRIC_EXIT_WINDOW, name, 1,
	     17 + s->window);
	fill(s, run, workloads[i].exit, METRIC_EXIT_SWITCH, name, 1, 44);
	fill(s, run, workloads[i].exit, METRIC_FLUSH_SHARE, name, 1, 1);
}

/* skip=1: getppid stands for the calls that skip the switch. */
static bool is_skipped(size_t i)
{
	return !i;
}

static void fill_run(struct settings *s, struct run *run)
{
	for (size_t i = 0; i < N_WORKLOADS; i++) {
		struct manifest_workload *w = manifest_add_workload(
			&run->manifest, workloads[i].name, workloads[i].path);
		if (!w)
			exit(EXIT_RUNTIME);
		w->iterations = s->iterations && workloads[i].divisor > 1 ?
					s->iterations :
					workloads[i].divisor;
		w->samples = s->n;
		w->batch = w->iterations > 1;
		w->declared[workloads[i].path] = 1;
		if (s->marks) {
			w->has_seen = true;
			w->verified = VERIFIED_YES;
			w->seen[workloads[i].path] = w->iterations * w->samples;
			fill_marks(s, run, i);
			if (s->skip)
				fill(s, run, workloads[i].path, METRIC_SKIPPED,
				     workloads[i].name, workloads[i].divisor,
				     is_skipped(i));
		}
		fill(s, run, workloads[i].path, METRIC_ROUND_TRIP,
		     workloads[i].name, workloads[i].divisor,
		     s->skip && is_skipped(i) ?
			     22 :
			     workloads[i].round_trip + s->add);
	}
}

/* chase=1: round trips of working sets, too; chase=2: all alike */
static void fill_chases(struct settings *s, struct run *run)
{
	static const struct {
		const char *name;
		uint64_t round_trip;
	} chases[] = {
		{ "chase_1m", 300 },
		{ "chase_16m", 900 },
		{ "chase_16m_k8", 400 },
	};

	for (size_t i = 0; i < sizeof(chases) / sizeof(chases[0]); i++) {
		if (!manifest_add_workload(&run->manifest, chases[i].name,
					   PTI_PATH_SYSCALL64))
			exit(EXIT_RUNTIME);
		fill(s, run, PTI_PATH_SYSCALL64, METRIC_ROUND_TRIP,
		     chases[i].name, BATCH,
		     (s->chase == 1 ? chases[i].round_trip : 300) + s->add);
	}
}

static void describe(const struct settings *s, struct manifest *m)
{
	m->lane = s->lane;
	m->variant = s->variant;
	m->switch_mode = s->switch_mode;
	m->pti = s->switch_mode != SWITCH_OFF;
	m->marks = s->marks;
	m->skip = s->skip;
	m->pcid = s->pcid;
	m->tsc_khz = 1000000;
	m->unit = s->lane == LANE_TCG ? UNIT_NS :
		  s->lane == LANE_ICOUNT || s->lane == LANE_BOCHS ?
					UNIT_INSTRUCTIONS :
					UNIT_TICKS;
	m->loop_overhead = (struct calibration_value){ 2, 31 };
	m->rdtsc_pair = (struct calibration_value){ 4, 1000 };
	if (s->marks) {
		m->mark_pair = (struct calibration_value){ 9, 1000 };
		m->has_mark_pair = true;
		m->calibration_source = CALIBRATION_MODULE;
		m->capture_source = CAPTURE_MODULE;
		m->capture_written = 4 * s->n + s->lost;
		m->capture_read = 4 * s->n;
		m->capture_lost = s->lost;
	} else {
		manifest_add_gap(m, "entry_window", "marks are off");
	}
	manifest_set(&m->created, "2026-01-02T03:04:05Z");
	manifest_set(&m->kernel, s->kernel);
	manifest_set(&m->cpu, s->cpu);
	manifest_set(&m->boot, s->boot);
	manifest_set(&m->cmdline, s->cmdline);
	manifest_set(&m->microcode, s->microcode);
	manifest_set(&m->config, s->config);
	manifest_set(&m->tsc_khz_source, "fixture");
}

static int index_of(const char *const *names, const char *name)
{
	for (int i = 0; names[i]; i++)
		if (!strcmp(names[i], name))
			return i;
	log_error("mkrun: unknown name '%s'", name);
	exit(EXIT_USAGE);
}

static void set_number(struct settings *s, const char *key, const char *text)
{
	const struct {
		const char *key;
		uint64_t *value;
	} numbers[] = {
		{ "marks", &s->marks },	  { "skip", &s->skip },
		{ "pcid", &s->pcid },	  { "n", &s->n },
		{ "jitter", &s->jitter }, { "add", &s->add },
		{ "window", &s->window }, { "lost", &s->lost },
		{ "seed", &s->seed },	  { "force", &s->force },
		{ "chase", &s->chase },	  { "iterations", &s->iterations },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!strcmp(numbers[i].key, key)) {
			*numbers[i].value = strtoull(text, NULL, 10);
			return;
		}
	}
	log_error("mkrun: unknown key '%s'", key);
	exit(EXIT_USAGE);
}

static void set(struct settings *s, char *argument)
{
	char *value = strchr(argument, '=');

	if (!value)
		exit(EXIT_USAGE);
	*value++ = 0;
	if (!strcmp(argument, "lane"))
		s->lane = index_of(lane_names, value);
	else if (!strcmp(argument, "variant"))
		s->variant = index_of(variant_names, value);
	else if (!strcmp(argument, "switch"))
		s->switch_mode = index_of(switch_names, value);
	else if (!strcmp(argument, "kernel"))
		s->kernel = value;
	else if (!strcmp(argument, "cpu"))
		s->cpu = value;
	else if (!strcmp(argument, "boot"))
		s->boot = value;
	else if (!strcmp(argument, "cmdline"))
		s->cmdline = value;
	else if (!strcmp(argument, "microcode"))
		s->microcode = value;
	else if (!strcmp(argument, "config"))
		s->config = value;
	else
		set_number(s, argument, value);
}

static int write_run(struct settings *s, const char *dir)
{
	struct rundir rundir;
	char *summary;
	struct run run;
	int err;

	if (run_init(&run) || rundir_create(dir, s->force, &rundir))
		return EXIT_RUNTIME;
	describe(s, &run.manifest);
	fill_run(s, &run);
	if (s->chase)
		fill_chases(s, &run);
	summary = rundir_path(&rundir, "summary.csv");
	err = rundir_save(&rundir, &run);
	if (!err)
		err = summary_save(&run, summary);
	if (err)
		rundir_abort(&rundir);
	else
		err = rundir_commit(&rundir);
	free(summary);
	run_deinit(&run);
	return err ? EXIT_RUNTIME : EXIT_OK;
}

int main(int argc, char **argv)
{
	struct settings s = {
		.lane = LANE_ICOUNT,
		.variant = VARIANT_PATCHED,
		.n = 200,
		.seed = 1,
		.kernel = "6.12.0-fixture",
		.cpu = "Fixture CPU",
		.boot = "",
		.cmdline = "quiet, \"quoted\"",
		.microcode = "",
		.config = "",
	};

	if (argc < 2)
		return EXIT_USAGE;
	for (int i = 2; i < argc; i++)
		set(&s, argv[i]);
	s.state = 0x9e3779b97f4a7c15 ^ s.seed;
	return write_run(&s, argv[1]);
}
