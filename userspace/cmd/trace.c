// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope trace: counts and histograms per path, made by BPF in the kernel. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/env.h"
#include "base/log.h"
#include "base/opts.h"
#include "base/stop.h"
#include "trace/trace.h"

#define ITERATIONS_DEFAULT 1000
#define TOP_DEFAULT 5

/* Why this can't be traced here, if it can't */
static struct why unsupported(const struct trace_opts *o, const struct env *env)
{
	struct why why = { 0 };

	if (o->filter.marks)
		why = env_no_marks(env);
	if (!why_not(&why) && !env->btf)
		why = (struct why){ "the kernel has no BTF",
				    "build it with CONFIG_DEBUG_INFO_BTF=y" };
	return why;
}

/* Returns an exit code. */
static int show(const struct trace *t)
{
	if (!t->o->json)
		trace_print_text(t);
	else if (trace_print_json(t))
		return EXIT_RUNTIME;
	return EXIT_OK;
}

/* What of the events can't be counted is left out; the rest is counted. */
static int open_reader(struct trace *t, const char **why)
{
	struct bpf_filter filter = t->o->filter;

	t->events = t->o->events;
	if (t->events.n) {
		filter.events = &t->events;
		*why = "events";
		if (events_open(&t->events, libbpf_num_possible_cpus()))
			return -ENOMEM;
	}
	return bpf_reader_open(&t->reader, &filter, why);
}

static int count_and_show(struct trace *t, const struct env *env,
			  const struct rundir *dir)
{
	const char *why = "";
	int err;

	err = open_reader(t, &why);
	if (err) {
		events_close(&t->events);
		log_error("%s: %s", why, strerror(-err));
		return err == -EOPNOTSUPP ? EXIT_UNSUPPORTED : EXIT_RUNTIME;
	}
	err = trace_count(t, &why);
	bpf_reader_close(&t->reader);
	events_close(&t->events);
	if (!err && dir && trace_store(t, env, dir))
		return EXIT_RUNTIME;
	if (!err)
		return show(t);
	if (err == -EINTR)
		log_error("interrupted");
	else if (err == -EOPNOTSUPP)
		log_error("%s: %s", t->o->workload->name, why);
	else
		log_error("trace: %s", strerror(-err));
	return err == -EOPNOTSUPP ? EXIT_UNSUPPORTED : EXIT_RUNTIME;
}

/* The directory first: where it can't be made, nothing is counted. */
static int trace_into(struct trace *t, const struct env *env)
{
	struct rundir dir;
	int code;

	if (!t->o->out)
		return count_and_show(t, env, NULL);
	if (rundir_create(t->o->out, t->o->force, &dir))
		return EXIT_RUNTIME;
	code = count_and_show(t, env, &dir);
	if (code != EXIT_OK) {
		rundir_abort(&dir);
		return code;
	}
	return rundir_commit(&dir) ? EXIT_RUNTIME : EXIT_OK;
}

static int trace(struct trace_opts *o)
{
	struct env env;
	struct trace *t;
	struct why why;
	int code;

	if (env_probe(&env))
		return EXIT_RUNTIME;
	why = unsupported(o, &env);
	if (why_not(&why)) {
		log_error("trace: %s: %s%s", why.reason, why.remedy,
			  o->filter.marks && env.btf ?
				  "; --no-marks counts system calls, page "
				  "faults and TLB flushes here" :
				  "");
		return EXIT_UNSUPPORTED;
	}
	if (o->filter.tgid && kill(o->filter.tgid, 0) && errno == ESRCH) {
		log_error("there is no process %d", (int)o->filter.tgid);
		return EXIT_RUNTIME;
	}
	o->filter.pcid = env.pcid;
	if (o->workload)
		o->filter.tgid = getpid();
	t = calloc(1, sizeof(*t));
	if (!t) {
		log_error("no memory left");
		return EXIT_RUNTIME;
	}
	t->o = o;
	code = trace_into(t, &env);
	free(t);
	return code;
}

static int trace_main(int argc, char **argv)
{
	struct trace_opts o = {
		.interval = 1,
		.top = TOP_DEFAULT,
		.iterations = ITERATIONS_DEFAULT,
		.lane = -1,
		.filter = { .cgroup = -1,
			    .paths = UINT64_MAX,
			    .syscall = PTI_BPF_SYSCALLS },
	};
	int code = trace_parse(&o, argc, argv);

	if (code == OPTS_GO_ON) {
		stop_init();
		code = trace(&o);
	}
	if (o.filter.cgroup >= 0)
		close(o.filter.cgroup);
	return code;
}

const struct command command_trace = {
	.name = "trace",
	.summary = "count and time CR3 switches per path, with BPF",
	.usage = "[options]",
	.details =
		"Needs a patched kernel booted with pti_marks=on, and root; with "
		"--no-marks any\nkernel with BTF. Ctrl-C and SIGTERM end it with a "
		"summary; several can run at once.",
	.run = trace_main,
};
