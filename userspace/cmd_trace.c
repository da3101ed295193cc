// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope trace: counts and histograms per path, made by BPF in the kernel. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "env.h"
#include "log.h"
#include "opts.h"
#include "reader_bpf.h"
#include "stop.h"
#include "trace_print.h"

#define DURATION_MAX_S 86400
#define ITERATIONS_DEFAULT 1000
#define WAIT_TICKS 4000000000ULL

/** struct trace_opts - the command line */
struct trace_opts {
	uint64_t duration;
	uint64_t pid;
	const char *workload_name;
	uint64_t iterations;
	bool json;
	const struct workload *workload;
};

static int parse(struct trace_opts *o, int argc, char **argv)
{
	const struct opt table[] = {
		{ "duration", 'd', OPT_U64, &o->duration, "S",
		  "seconds to count, default until Ctrl-C", 1, DURATION_MAX_S,
		  NULL },
		{ "pid", 'p', OPT_U64, &o->pid, "N", "count this process alone",
		  1, INT_MAX, NULL },
		{ "workload", 'w', OPT_STR, &o->workload_name, "NAME",
		  "count while this workload of 'run' is done once", 0, 0,
		  NULL },
		{ "iterations", 'i', OPT_U64, &o->iterations, "N",
		  "iterations of the workload, default 1000", 1,
		  BENCH_ITERATIONS_MAX, NULL },
		{ "json", 'j', OPT_FLAG, &o->json, NULL, "print JSON", 0, 0,
		  NULL },
		{ 0 }
	};
	int code;

	code = opts_parse_all(&command_trace, table, argc, argv);
	if (code != OPTS_GO_ON)
		return code;
	if (!o->workload_name)
		return OPTS_GO_ON;
	if (o->pid || o->duration)
		return opts_usage_error(&command_trace,
					"--workload goes with neither --pid "
					"nor --duration");
	o->workload = bench_find(o->workload_name, strlen(o->workload_name));
	if (!o->workload)
		return opts_usage_error(&command_trace,
					"no workload is called '%s'",
					o->workload_name);
	if (o->workload->unmarked)
		return opts_usage_error(&command_trace, "%s: %s",
					o->workload_name,
					o->workload->unmarked);
	return OPTS_GO_ON;
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Nothing but the workload enters the kernel while counting is on. */
static int count_sample(struct bpf_reader *r, const struct workload *w,
			struct bench_ctx *ctx)
{
	uint64_t ticks;
	int err = w->prepare ? w->prepare(ctx) : 0;

	if (err)
		return err;
	bpf_reader_enable(r, true);
	err = w->sample(ctx, &ticks);
	bpf_reader_enable(r, false);
	return err;
}

static int trace_workload(struct bpf_reader *r, const struct trace_opts *o,
			  struct trace_result *t, const char **why)
{
	const struct workload *w = o->workload;
	struct bench_ctx ctx = {
		.iterations = w->batch ? o->iterations : 1,
		.timeout = WAIT_TICKS,
	};
	const struct bench_entries *e;
	uint64_t i, ticks, times = w->batch ? 1 : o->iterations;
	int err = bench_setup(w, &ctx);

	if (err) {
		*why = ctx.why;
		return err;
	}
	t->workload = w->name;
	t->iterations = o->iterations;
	for (e = w->entries; e->count; e++)
		t->declared[e->path] = e->count * o->iterations;
	/* Once for nothing: its first page faults are not the workload's. */
	err = w->sample(&ctx, &ticks);
	for (i = 0; i < times && !err; i++)
		err = stop_requested() ? -EINTR : count_sample(r, w, &ctx);
	bench_teardown(w, &ctx);
	return err;
}

static int count(struct bpf_reader *r, const struct trace_opts *o,
		 struct trace_result *t, const char **why)
{
	double start = now_s();
	int err = 0;

	if (o->workload) {
		err = trace_workload(r, o, t, why);
	} else {
		bpf_reader_enable(r, true);
		log_progress("counting, Ctrl-C ends it");
		stop_wait((o->duration ? o->duration : DURATION_MAX_S) * 1000);
		bpf_reader_enable(r, false);
	}
	t->seconds = now_s() - start;
	if (!err)
		err = bpf_reader_read(r, t->stats);
	if (!err)
		err = bpf_reader_missed(r, &t->missed);
	return err;
}

/* Why this can't be traced here, or NULL. */
static const char *unsupported(const struct env *env)
{
	const char *why = env_no_marks_reason(env);

	if (!why && !env->btf)
		why = "the kernel has no BTF: "
		      "build it with CONFIG_DEBUG_INFO_BTF=y";
	return why;
}

static int trace(const struct trace_opts *o, const struct env *env)
{
	struct trace_result t = { .pid = o->pid };
	struct bpf_reader reader;
	const char *why = "";
	pid_t tgid = o->workload ? getpid() : (pid_t)o->pid;
	int err;

	err = bpf_reader_open(&reader, tgid, env->pcid, &why);
	if (err) {
		log_error("%s: %s", why, strerror(-err));
		return err == -EOPNOTSUPP ? EXIT_UNSUPPORTED : EXIT_RUNTIME;
	}
	err = count(&reader, o, &t, &why);
	bpf_reader_close(&reader);
	if (err == -EINTR)
		log_error("interrupted");
	else if (err == -EOPNOTSUPP)
		log_error("%s: %s", o->workload_name, why);
	else if (err)
		log_error("trace: %s", strerror(-err));
	if (err)
		return err == -EOPNOTSUPP ? EXIT_UNSUPPORTED : EXIT_RUNTIME;
	if (!o->json)
		trace_print_text(&t);
	else if (trace_print_json(&t))
		return EXIT_RUNTIME;
	return EXIT_OK;
}

static int trace_main(int argc, char **argv)
{
	struct trace_opts o = { .iterations = ITERATIONS_DEFAULT };
	const char *why;
	struct env env;
	int code;

	code = parse(&o, argc, argv);
	if (code != OPTS_GO_ON)
		return code;
	if (env_probe(&env))
		return EXIT_RUNTIME;
	why = unsupported(&env);
	if (why) {
		log_error("trace: %s", why);
		return EXIT_UNSUPPORTED;
	}
	if (o.pid && kill((pid_t)o.pid, 0) && errno == ESRCH) {
		log_error("there is no process %llu",
			  (unsigned long long)o.pid);
		return EXIT_RUNTIME;
	}
	stop_init();
	return trace(&o, &env);
}

const struct command command_trace = {
	.name = "trace",
	.summary = "count and time CR3 switches per path, with BPF",
	.usage = "[options]",
	.details = "Needs a patched kernel booted with pti_marks=on, and root.",
	.run = trace_main,
};
