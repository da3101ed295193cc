// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope run: measure workloads, write a run directory. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "measure/measure.h"
#include "machine/calibrate.h"
#include "analyse/store.h"
#include "machine/describe.h"
#include "machine/env.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/opts.h"
#include "run/paths.h"
#include "base/pin.h"
#include "stats/precision.h"
#include "run/rundir.h"
#include "base/stop.h"
#include "run/warn.h"
#include "cmd/run_commands.h"

#define SAMPLES_DEFAULT 200
#define SAMPLES_QUICK 30
#define SAMPLES_MAX 1000000
#define WORKLOADS_MAX 64
#define TIME_MS_MAX 3600000

/* How long the timer workload may wait for an interrupt. */
#define TIMEOUT_S 2
#define TICKS_PER_S_UNKNOWN 1000000000ULL

/** struct run_opts - the command line, and what it chooses */
struct run_opts {
	const char *out;
	const char *workload_names;
	const char *path_names;
	const char *precision_text;
	int lane;
	uint64_t samples;
	double precision;
	uint64_t time_ms;
	uint64_t iterations;
	uint64_t cpu;
	bool list;
	bool quick;
	bool force;
	bool no_capture;
	int nmi_source;
	struct opt_words lines;
	const char *input;
	const char *ok_exit;
	struct run_commands commands;
	const struct workload *workloads[WORKLOADS_MAX];
	size_t n_workloads;
};

static void list_workloads(void)
{
	const struct bench_entries *e;
	const struct workload *w;
	size_t i;

	for (i = 0; (w = bench_get(i)); i++) {
		printf("%-19s %s [", w->name, w->help);
		for (e = w->entries; e->path && e->count; e++)
			printf("%s%u %s", e == w->entries ? "" : ", ", e->count,
			       pti_path_name(e->path));
		puts("]");
	}
}

static bool is_chosen(const struct run_opts *o, const struct workload *w)
{
	size_t i;

	for (i = 0; i < o->n_workloads; i++) {
		if (o->workloads[i] == w)
			return true;
	}
	return false;
}

/* Does an iteration enter the kernel by one of these paths, a bit each? */
static bool takes_path(const struct workload *w, uint64_t paths)
{
	const struct bench_entries *e;

	for (e = w->entries; e->path; e++) {
		if (e->count && paths & 1ULL << e->path)
			return true;
	}
	return false;
}

/* The paths of a list "a,b"; returns an exit code, or OPTS_GO_ON. */
static int parse_paths(const char *names, uint64_t *paths)
{
	char name[32];
	const char *end;
	int path;

	for (*paths = 0;; names = end + 1) {
		end = strchrnul(names, ',');
		snprintf(name, sizeof(name), "%.*s", (int)(end - names), names);
		path = pti_path_from_name(name);
		if (path <= 0 || pti_path_is_exit((unsigned int)path))
			return opts_usage_error(
				&command_run,
				"no entry path is called '%.*s'; see --list",
				(int)(end - names), names);
		*paths |= 1ULL << path;
		if (!*end)
			return OPTS_GO_ON;
	}
}

/* Of the workloads chosen, keep those that take one of the paths of --paths. */
static int choose_paths(struct run_opts *o)
{
	size_t i, n = 0;
	uint64_t paths;
	int code;

	if (!o->path_names)
		return OPTS_GO_ON;
	code = parse_paths(o->path_names, &paths);
	if (code != OPTS_GO_ON)
		return code;
	for (i = 0; i < o->n_workloads; i++) {
		if (takes_path(o->workloads[i], paths))
			o->workloads[n++] = o->workloads[i];
	}
	o->n_workloads = n;
	if (!n)
		return opts_usage_error(&command_run,
					"no workload takes the path %s",
					o->path_names);
	return OPTS_GO_ON;
}

/* The workloads of a list "a,b", or all; returns an exit code, or OPTS_GO_ON. */
static int choose_workloads(struct run_opts *o)
{
	const char *p = o->workload_names, *end;
	const struct workload *w;

	if (!p) {
		while ((w = bench_get(o->n_workloads)))
			o->workloads[o->n_workloads++] = w;
		return OPTS_GO_ON;
	}
	for (;; p = end + 1) {
		end = strchrnul(p, ',');
		w = bench_find(p, (size_t)(end - p));
		if (!w)
			return opts_usage_error(
				&command_run,
				"no workload is called '%.*s'; see --list",
				(int)(end - p), p);
		if (is_chosen(o, w))
			return opts_usage_error(&command_run,
						"workload %s is named twice",
						w->name);
		o->workloads[o->n_workloads++] = w;
		if (!*end)
			return OPTS_GO_ON;
	}
}

/* Words behind the first "--"; options are taken from before it, whatever is between. */
static int count_behind(int argc, char **argv)
{
	int i = 1;

	while (i < argc && strcmp(argv[i], "--"))
		i++;
	return i < argc ? argc - i - 1 : 0;
}

/* Commands are measured without workloads; that in words comes after "--". */
static int choose_commands(struct run_opts *o, char **words, bool behind)
{
	int stop;

	if (words && !behind)
		return opts_usage_error(
			&command_run, "what is '%s'? a command comes after --",
			words[0]);
	o->commands.owner = &command_run;
	stop = run_commands_choose(&o->commands, words, &o->lines, o->input,
				   o->ok_exit);
	if (stop != OPTS_GO_ON || !o->commands.n)
		return stop;
	if (o->workload_names || o->path_names || o->iterations)
		return opts_usage_error(
			&command_run, "a command goes with neither "
				      "--workloads, --paths nor --iterations");
	for (size_t i = 0; i < o->commands.n; i++)
		o->workloads[o->n_workloads++] = &o->commands.workload[i];
	return OPTS_GO_ON;
}

/* How many samples; returns an exit code, or OPTS_GO_ON. */
static int choose_samples(struct run_opts *o)
{
	if (!o->samples)
		o->samples = o->quick ? SAMPLES_QUICK : SAMPLES_DEFAULT;
	if (o->precision_text &&
	    precision_parse(o->precision_text, &o->precision))
		return opts_usage_error(
			&command_run,
			"--precision: '%s' is no percentage above 0",
			o->precision_text);
	return OPTS_GO_ON;
}

static int parse(struct run_opts *o, int argc, char **argv)
{
	const struct opt table[] = {
		{ "output", 'o', OPT_STR, &o->out, "DIR",
		  "run directory to write", 0, 0, NULL },
		{ "lane", 'l', OPT_CHOICE, &o->lane, "LANE",
		  "what a TSC tick means here", 0, 0, lane_names },
		{ "workloads", 'w', OPT_STR, &o->workload_names, "A,B",
		  "what to measure, default all", 0, 0, NULL },
		{ "paths", 'p', OPT_STR, &o->path_names, "A,B",
		  "only workloads that enter the kernel by these", 0, 0, NULL },
		{ "list", 0, OPT_FLAG, &o->list, NULL, "list the workloads", 0,
		  0, NULL },
		{ "samples", 'n', OPT_U64, &o->samples, "N",
		  "samples per workload, default 200", 1, SAMPLES_MAX, NULL },
		{ "precision", 0, OPT_STR, &o->precision_text, "PERCENT",
		  "fewer samples, once the median is known so well", 0, 0,
		  NULL },
		{ "time", 0, OPT_U64, &o->time_ms, "MS",
		  "fewer samples, once a workload takes so long", 1,
		  TIME_MS_MAX, NULL },
		{ "iterations", 'i', OPT_U64, &o->iterations, "N",
		  "iterations per batch sample", 1, BENCH_ITERATIONS_MAX,
		  NULL },
		{ "cpu", 'c', OPT_U64, &o->cpu, "N",
		  "CPU to measure on, default the last allowed", 0,
		  CPU_SETSIZE - 1, NULL },
		{ "quick", 'q', OPT_FLAG, &o->quick, NULL,
		  "30 samples instead of 200", 0, 0, NULL },
		{ "force", 'f', OPT_FLAG, &o->force, NULL,
		  "replace DIR when it exists", 0, 0, NULL },
		{ "no-capture", 0, OPT_FLAG, &o->no_capture, NULL,
		  "time only, do not record marks", 0, 0, NULL },
		RUN_COMMAND_OPTIONS(o),
		{ "nmi", 0, OPT_CHOICE, &o->nmi_source, "SOURCE",
		  "where NMIs come from, default another CPU", 0, 0,
		  nmi_source_names },
		{ 0 }
	};
	int first, code, behind = count_behind(argc, argv);

	code = opts_parse(&command_run, table, argc, argv, &first);
	if (code != OPTS_GO_ON)
		return code;
	if (o->list) {
		list_workloads();
		return EXIT_OK;
	}
	if (!o->out)
		return opts_usage_error(&command_run, "-o DIR is missing");
	code = choose_samples(o);
	if (code != OPTS_GO_ON)
		return code;
	code = choose_commands(o, first < argc ? argv + first : NULL,
			       argc - first == behind);
	if (code != OPTS_GO_ON || o->commands.n)
		return code;
	code = choose_workloads(o);
	return code == OPTS_GO_ON ? choose_paths(o) : code;
}

/* The module times in the kernel, where the marks are taken. */
static int probe_module(struct manifest *m, const struct module_reader *r)
{
	uint64_t ticks[CALIBRATE_SAMPLES];
	int err;

	err = module_reader_probe(r, PTISCOPE_PROBE_TSC_PAIR, ticks,
				  CALIBRATE_SAMPLES);
	if (err)
		return err;
	m->rdtsc_pair = calibrate_median(ticks, CALIBRATE_SAMPLES);
	m->calibration_source = CALIBRATION_MODULE;

	if (!(r->info.features & PTISCOPE_HAS_MARKS))
		return 0;
	err = module_reader_probe(r, PTISCOPE_PROBE_MARK_PAIR, ticks,
				  CALIBRATE_SAMPLES);
	if (err)
		return err;
	m->mark_pair = calibrate_median(ticks, CALIBRATE_SAMPLES);
	m->has_mark_pair = true;
	return 0;
}

/* No marks: say so once as the state of capture, and for each thing missing. */
static int no_capture(struct manifest *m, const char *why)
{
	int err = manifest_set(&m->capture_why, why);

	m->capture_source = CAPTURE_NONE;
	if (!err)
		err = manifest_add_gap(m, "windows and switches per path", "%s",
				       why);
	if (!err)
		err = manifest_add_gap(m, "kernel entries per path", "%s", why);
	if (!err && !m->has_mark_pair)
		err = manifest_add_gap(m, "cost of a mark", "%s", why);
	return err;
}

/* Open the module where that helps; *@use is set when it records marks. */
static int open_capture(struct run *run, const struct env *env,
			const struct run_opts *o, struct module_reader *r,
			bool *use)
{
	struct manifest *m = &run->manifest;
	struct why why, no_marks = env_no_marks(env);
	int err = module_reader_open(r, &why);
	char text[WHY_TEXT_MAX];

	*use = false;
	if (o->no_capture)
		return no_capture(m, "turned off by --no-capture");
	if (err)
		return no_capture(
			m,
			why_text(why_not(&no_marks) ? &no_marks : &why, text));
	err = probe_module(m, r);
	if (err) {
		log_error("/dev/ptiscope: probe: %s", strerror(-err));
		return err;
	}
	m->pcid = r->info.features & PTISCOPE_HAS_PCID;
	if (why_not(&no_marks))
		return no_capture(m, why_text(&no_marks, text));
	m->capture_source = CAPTURE_MODULE;
	*use = true;
	return manifest_set(&m->capture_why, "");
}

/* "3 of 42, 5 min left in all; " */
static void say_where(char where[PLAN_WHERE_SIZE], size_t done, size_t all,
		      uint64_t ns)
{
	double left =
		done ? (double)ns * 1e-9 / (double)done * (double)(all - done) :
		       0;

	if (all > 1 && left >= 60)
		snprintf(where, PLAN_WHERE_SIZE,
			 "%zu of %zu, %u min left in all; ", done + 1, all,
			 (unsigned int)(left / 60));
	else if (all > 1)
		snprintf(where, PLAN_WHERE_SIZE, "%zu of %zu; ", done + 1, all);
}

static int measure_all(struct run *run, const struct run_opts *o,
		       const struct module_reader *module, bool capture)
{
	const struct manifest *m = &run->manifest;
	uint64_t khz = m->tsc_khz;
	struct plan plan = {
		.module = module->fd >= 0 ? module : NULL,
		.reader = capture ? module : NULL,
		.nmi_source = (enum nmi_source)o->nmi_source,
		.samples = o->samples,
		.precision = o->precision,
		.time_ns = o->time_ms * 1000000,
		.iterations = o->iterations,
		.timeout = TIMEOUT_S * (khz ? khz * 1000 : TICKS_PER_S_UNKNOWN),
		.cpu = m->pinned_cpu,
		.lane = m->lane,
		.unit = m->unit,
		.pcid = m->pcid,
		.isolated = m->switch_mode != SWITCH_OFF,
	};
	uint64_t start = clock_ns();
	size_t i, at_once = o->commands.n ? o->commands.n : 1;
	int err = 0;

	for (i = 0; i < o->n_workloads && !err; i += at_once) {
		log_info("%s: %s", o->workloads[i]->name,
			 o->workloads[i]->help);
		say_where(plan.where, i, o->n_workloads / at_once,
			  clock_ns() - start);
		err = measure_workloads(&plan, &o->workloads[i], at_once, run);
	}
	return err;
}

static int measure(struct run *run, const struct env *env,
		   const struct run_opts *o)
{
	struct module_reader reader;
	bool capture;
	int err;

	if (mlockall(MCL_CURRENT)) {
		err = run_warn(
			&run->manifest,
			"memory can't be locked: a page that is written out "
			"would add a fault");
		if (err)
			return err;
	}
	err = describe_machine(&run->manifest, env, o->lane, o->cpu);
	if (err)
		return err;
	err = open_capture(run, env, o, &reader, &capture);
	if (!err)
		err = measure_all(run, o, &reader, capture);
	module_reader_close(&reader);
	return err;
}

static int run_into(struct rundir *dir, const struct env *env,
		    const struct run_opts *o)
{
	struct run run;
	int err = run_init(&run);

	if (!err)
		err = measure(&run, env, o);
	if (!err)
		err = store_run(dir, &run);
	if (!err && stop_requested())
		err = -EINTR;
	if (err == -ENOMEM)
		log_error("no memory left");
	if (err == -EINTR)
		log_error("interrupted; nothing was written");
	run_deinit(&run);
	return err;
}

static int run(const struct run_opts *o)
{
	struct rundir dir;
	struct env env;

	if (env_probe(&env))
		return EXIT_RUNTIME;
	stop_init();
	if (rundir_create(o->out, o->force, &dir))
		return EXIT_RUNTIME;
	if (run_into(&dir, &env, o)) {
		rundir_abort(&dir);
		return EXIT_RUNTIME;
	}
	if (rundir_commit(&dir))
		return EXIT_RUNTIME;
	log_progress("wrote %s\n", o->out);
	return EXIT_OK;
}

static int run_main(int argc, char **argv)
{
	struct run_opts o = { .lane = -1, .cpu = PIN_LAST };
	int code = parse(&o, argc, argv);

	if (code == OPTS_GO_ON)
		code = pin_to_cpu(&command_run, &o.cpu);
	if (code == OPTS_GO_ON)
		code = run(&o);
	run_commands_deinit(&o.commands);
	return code;
}

const struct command command_run = {
	.name = "run",
	.summary = "measure workloads and write a run directory",
	.usage = "[options] -o DIR [-- COMMAND [ARG...]]",
	.details =
		"Times each workload from user mode, and records entries and "
		"exits where the kernel\nhas marks and the module is loaded. "
		"Lanes icount and bochs can't be detected: name\nthem.  A command is run 20 times on one CPU, its "
		"output to /dev/null;\nseveral, by --command, in turns. It has to end with an "
		"exit code of --ok-exit.",
	.run = run_main,
};
