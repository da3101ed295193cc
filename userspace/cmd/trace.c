// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope trace: counts and histograms per path, made by BPF in the kernel. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/opts.h"
#include "base/stop.h"
#include "machine/doctor.h"
#include "machine/env.h"
#include "machine/syscalls.h"
#include "trace/trace.h"

#define ITERATIONS_DEFAULT 1000
#define TOP_DEFAULT 5
#define CGROUP_ROOT "/sys/fs/cgroup"
#define DURATION_MAX_S 86400

/* Some 700 bytes of a file each */
#define RECORDS_DEFAULT 20000
#define RECORDS_MAX 1000000

/** struct words - options whose text is looked at once all are known */
struct words {
	uint64_t pid;
	uint64_t container;
	const char *workload;
	const char *comm;
	const char *cgroup;
	const char *paths;
	const char *syscall;
	const char *events;
	uint64_t records;
	bool no_marks;
};

static int choose_workload(struct trace_opts *o, const struct words *w)
{
	if (!w->workload)
		return OPTS_GO_ON;
	if (o->duration || w->pid || w->container || w->comm || w->cgroup ||
	    w->no_marks)
		return opts_usage_error(
			&command_trace,
			"--workload counts itself: it goes "
			"with no --duration, --pid, --container, "
			"--comm, --cgroup or --no-marks");
	o->workload = bench_find(w->workload, strlen(w->workload));
	if (!o->workload)
		return opts_usage_error(&command_trace,
					"no workload is called '%s'",
					w->workload);
	if (o->workload->unmarked)
		return opts_usage_error(&command_trace, "%s: %s", w->workload,
					o->workload->unmarked);
	if (o->workload->other_process)
		return opts_usage_error(
			&command_trace,
			"%s: a process of its own makes the calls; "
			"trace it by --comm or --pid",
			w->workload);
	return OPTS_GO_ON;
}

/* A list "a,b" of paths, each a bit. */
static int choose_paths(struct bpf_filter *f, const char *list)
{
	char name[64];
	const char *p = list, *end;
	int path;

	if (!list)
		return OPTS_GO_ON;
	f->paths = 0;
	for (;; p = end + 1) {
		end = strchrnul(p, ',');
		snprintf(name, sizeof(name), "%.*s", (int)(end - p), p);
		path = pti_path_from_name(name);
		if (path <= PTI_PATH_NONE)
			return opts_usage_error(&command_trace,
						"no path is called '%s'", name);
		f->paths |= 1ULL << path;
		if (!*end)
			return OPTS_GO_ON;
	}
}

static int open_cgroup(struct bpf_filter *f, const char *name)
{
	char path[PATH_MAX];

	if (!name)
		return OPTS_GO_ON;
	snprintf(path, sizeof(path), "%s%s",
		 *name == '/' ? "" : CGROUP_ROOT "/", name);
	f->cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->cgroup >= 0)
		return OPTS_GO_ON;
	log_error("cgroup %s: %s", path, strerror(errno));
	return EXIT_RUNTIME;
}

/* The module knows processes and paths, nothing else. */
static int choose_timeline(struct trace_opts *o, const struct words *w)
{
	if (!o->timeline && (w->records || o->stop_above))
		return opts_usage_error(&command_trace,
					"--records and --stop-above go with "
					"--timeline alone");
	o->records = w->records ? w->records : RECORDS_DEFAULT;
	if (o->timeline &&
	    (w->comm || w->container || w->cgroup || w->syscall || w->events ||
	     w->no_marks || o->out || o->json))
		return opts_usage_error(
			&command_trace,
			"--timeline goes with --duration, --pid, --path and "
			"--workload alone");
	return OPTS_GO_ON;
}

static int choose_events(struct trace_opts *o, const struct words *w)
{
	char bad[64];
	int err;

	if (!w->events)
		return OPTS_GO_ON;
	if (w->no_marks)
		return opts_usage_error(&command_trace,
					"--events are read at marks: not with "
					"--no-marks");
	err = events_choose(&o->events, w->events, bad, sizeof(bad));
	if (!err)
		return OPTS_GO_ON;
	if (err == -ENOMEM) {
		log_error("no memory left");
		return EXIT_RUNTIME;
	}
	return opts_usage_error(
		&command_trace,
		err == -E2BIG ? "--events: '%s' is one too many" :
				"libpfm4 knows no event '%s' of this machine",
		bad);
}

static int choose_filter(struct trace_opts *o, const struct words *w)
{
	struct bpf_filter *f = &o->filter;
	int code;

	f->tgid = (pid_t)w->pid;
	f->container = (pid_t)w->container;
	f->marks = !w->no_marks;
	f->comm = w->comm;
	if (w->comm && (!*w->comm || strlen(w->comm) >= PTI_BPF_COMM))
		return opts_usage_error(&command_trace,
					"--comm: a thread's name has 1 to %d "
					"bytes",
					PTI_BPF_COMM - 1);
	if (w->syscall && syscall_find(w->syscall, &f->syscall))
		return opts_usage_error(&command_trace,
					"no system call is called '%s'",
					w->syscall);
	if (w->no_marks && (w->paths || o->out))
		return opts_usage_error(&command_trace,
					"--no-marks goes with neither --path "
					"nor -o");
	code = choose_paths(f, w->paths);
	return code == OPTS_GO_ON ? open_cgroup(f, w->cgroup) : code;
}

#define TIMELINE_OPTIONS(o, w)                                            \
	{ "timeline",                                                     \
	  0,                                                              \
	  OPT_STR,                                                        \
	  &(o)->timeline,                                                 \
	  "FILE",                                                         \
	  "write trace events for Perfetto, of the module's records",     \
	  0,                                                              \
	  0,                                                              \
	  NULL },                                                         \
		{ "records",                                              \
		  0,                                                      \
		  OPT_U64,                                                \
		  &(w)->records,                                          \
		  "N",                                                    \
		  "most that FILE holds, the last ones, default 20000",   \
		  1,                                                      \
		  RECORDS_MAX,                                            \
		  NULL },                                                 \
	{                                                                 \
		"stop-above", 0, OPT_U64, &(o)->stop_above, "TICKS",      \
			"end at a window or switch that takes longer", 1, \
			INT64_MAX, NULL                                   \
	}

/* Returns an exit code, or OPTS_GO_ON. */
static int choose_all(struct trace_opts *o, const struct words *w)
{
	int code = choose_workload(o, w);

	if (code == OPTS_GO_ON)
		code = choose_filter(o, w);
	if (code == OPTS_GO_ON)
		code = choose_events(o, w);
	return code == OPTS_GO_ON ? choose_timeline(o, w) : code;
}

/* Defaults are set; what is given is filled in, the cgroup opened */
static int parse(struct trace_opts *o, int argc, char **argv)
{
	struct words w = { 0 };
	const struct opt table[] = {
		{ "duration", 'd', OPT_SECONDS, &o->duration, "S",
		  "seconds to count, default until Ctrl-C", 1, DURATION_MAX_S,
		  NULL },
		{ "interval", 'n', OPT_SECONDS, &o->interval, "S",
		  "seconds between live tables, default 1, 0: none", 0,
		  DURATION_MAX_S, NULL },
		{ "pid", 'p', OPT_U64, &w.pid, "N", "count this process alone",
		  1, INT_MAX, NULL },
		{ "comm", 'c', OPT_STR, &w.comm, "NAME",
		  "count threads of this name", 0, 0, NULL },
		{ "cgroup", 'g', OPT_STR, &w.cgroup, "DIR",
		  "count this cgroup (version 2) and those in it", 0, 0, NULL },
		{ "container", 0, OPT_U64, &w.container, "PID",
		  "count what shares its PID and mount namespace", 1, INT_MAX,
		  NULL },
		{ "path", 0, OPT_STR, &w.paths, "A,B",
		  "count these paths, default all", 0, 0, NULL },
		{ "syscall", 's', OPT_STR, &w.syscall, "NAME",
		  "count this system call, by name or number; 32:NAME", 0, 0,
		  NULL },
		{ "events", 'e', OPT_STR, &w.events, "A,B",
		  "count these at each entry, per path; tlb: of the TLB", 0, 0,
		  NULL },
		{ "top", 't', OPT_U64, &o->top, "N",
		  "system calls in a table, default 5, 0: not counted", 0,
		  PTI_BPF_SYSCALLS, NULL },
		{ "no-marks", 0, OPT_FLAG, &w.no_marks, NULL,
		  "what any kernel tells: calls, page faults, TLB flushes", 0,
		  0, NULL },
		{ "workload", 'w', OPT_STR, &w.workload, "NAME",
		  "count while this workload of 'run' is done once", 0, 0,
		  NULL },
		{ "iterations", 'i', OPT_U64, &o->iterations, "N",
		  "iterations of the workload, default 1000", 1,
		  BENCH_ITERATIONS_MAX, NULL },
		{ "output", 'o', OPT_STR, &o->out, "DIR",
		  "run directory to write, as 'run' does", 0, 0, NULL },
		{ "force", 'f', OPT_FLAG, &o->force, NULL,
		  "replace DIR when it exists", 0, 0, NULL },
		{ "lane", 'l', OPT_CHOICE, &o->lane, "LANE",
		  "what a TSC tick means here", 0, 0, lane_names },
		TIMELINE_OPTIONS(o, &w),
		{ "json", 'j', OPT_FLAG, &o->json, NULL,
		  "print JSON at the end, no live tables", 0, 0, NULL },
		{ 0 }
	};
	int code = opts_parse_all(&command_trace, table, argc, argv);

	if (code == OPTS_GO_ON)
		code = choose_all(o, &w);
	o->filter.by_syscall = o->top > 0;
	return code;
}

/* Why this can't be traced here, if it can't */
static struct why unsupported(const struct trace_opts *o, const struct env *env)
{
	struct why why = { 0 };

	if (o->filter.marks)
		why = env_no_marks(env);
	if (!why_not(&why) && !env->btf && !o->timeline)
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

/* The kernel refused BPF; returns an exit code. */
static int refused(int err)
{
	struct survey s = { 0 };
	struct why why = { "BPF is refused, by lockdown or a security module",
			   "boot without it, or see its policy" };

	doctor_try_rights(&s);
	if (!s.bpf || !s.perfmon)
		why = doctor_needs(&s, "BPF needs CAP_BPF and CAP_PERFMON");
	else if (s.seccomp)
		why = (struct why){
			"a seccomp filter may forbid bpf()",
			"run outside of this container, or have it allow that system call"
		};
	log_error("trace: %s (%s): %s", why.reason, strerror(-err), why.remedy);
	return EXIT_UNSUPPORTED;
}

static int count_and_show(struct trace *t, const struct env *env,
			  const struct rundir *dir)
{
	const char *why = "";
	int err;

	err = open_reader(t, &why);
	if (err) {
		events_close(&t->events);
		if (err == -EPERM || err == -EACCES)
			return refused(err);
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
	if (o->timeline)
		return trace_timeline(o, &env);
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
	int code = parse(&o, argc, argv);

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
		"--no-marks any\nkernel with BTF; with --timeline the module. Ctrl-C and SIGTERM end it with a\n"
		"summary; several can run at once, but for --timeline.",
	.run = trace_main,
};
