// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace --timeline: the module's records, until time, a signal or a long one ends it,
 * as a file of trace events.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/outfile.h"
#include "base/stop.h"
#include "machine/calibrate.h"
#include "trace/timeline.h"
#include "trace/trace.h"

/* Records that one read(2) takes at most */
#define READ_MOST 4096

/* The reader's own calls are records, too: it looks rarely, in rings that hold more. */
#define PAUSE_MS 5

#define WAIT_TICKS 4000000000ULL

/** struct recording - one under way */
struct recording {
	const struct trace_opts *o;
	struct module_reader reader;
	struct records records;
	struct ptiscope_stats stats;
	struct ptiscope_record buffer[READ_MOST];
};

/* Returns how many came, or a negative errno. */
static ssize_t take(struct recording *r)
{
	ssize_t got = read(r->reader.fd, r->buffer, sizeof(r->buffer));
	size_t n = got < 0 ? 0 : (size_t)got / sizeof(r->buffer[0]);

	if (got < 0)
		return errno == EINTR ? 0 : -errno;
	for (size_t i = 0; i < n; i++) {
		int err = records_add(&r->records, &r->buffer[i]);

		if (err)
			return err;
	}
	return (ssize_t)n;
}

/* While it records, read(2) waits for a record: poll(2) tells whether one is there. */
static int take_ready(struct recording *r)
{
	struct pollfd fd = { .fd = r->reader.fd, .events = POLLIN };
	ssize_t n = READ_MOST;

	while (n == READ_MOST && !r->records.is_hit && poll(&fd, 1, 0) > 0)
		n = take(r);
	return n < 0 ? (int)n : 0;
}

/* What a recording that has ended left in the rings */
static int take_rest(struct recording *r)
{
	ssize_t n;

	do
		n = take(r);
	while (n > 0);
	return (int)n;
}

static void show_progress(const struct recording *r, uint64_t seconds)
{
	if (r->o->duration)
		log_progress("recording: %" PRIu64 " of %" PRIu64 " s, %" PRIu64
			     " records",
			     seconds, r->o->duration, r->records.taken);
	else
		log_progress("recording, Ctrl-C ends it: %" PRIu64
			     " s, %" PRIu64 " records",
			     seconds, r->records.taken);
}

static int record_live(struct recording *r)
{
	uint64_t start = clock_ns(), passed = 0, shown = UINT64_MAX;
	int err = module_reader_start(&r->reader, 0);

	while (!err && !r->records.is_hit &&
	       (!r->o->duration || passed < r->o->duration * 1000000000)) {
		if (stop_wait(PAUSE_MS))
			break;
		err = take_ready(r);
		passed = clock_ns() - start;
		if (passed / 1000000000 != shown)
			show_progress(r, shown = passed / 1000000000);
	}
	return err;
}

static int record_workload(struct recording *r, const char **why)
{
	const struct workload *w = r->o->workload;
	struct bench_ctx ctx = {
		.iterations = w->batch ? r->o->iterations : 1,
		.timeout = WAIT_TICKS,
	};
	uint64_t i, ticks, times = w->batch ? 1 : r->o->iterations;
	int err = bench_setup(w, &ctx);

	if (err) {
		*why = ctx.why;
		return err;
	}
	/* Once for nothing: its first page faults are not the workload's. */
	err = w->sample(&ctx, &ticks);
	if (!err)
		err = module_reader_start(&r->reader,
					  (pid_t)syscall(SYS_gettid));
	for (i = 0; i < times && !err; i++) {
		err = stop_requested() ? -EINTR : bench_prepare(&ctx);
		if (!err)
			err = w->sample(&ctx, &ticks);
	}
	if (!err)
		err = module_reader_stop(&r->reader);
	bench_teardown(w, &ctx);
	return err;
}

static int record(struct recording *r, const char **why)
{
	const struct bpf_filter *f = &r->o->filter;
	bool one = r->o->workload;
	int err = module_reader_filter(&r->reader, one ? 0 : f->tgid,
				       f->paths & PTISCOPE_PATHS_ALL);

	if (!err)
		err = one ? record_workload(r, why) : record_live(r);
	if (!err && !one)
		err = module_reader_stop(&r->reader);
	if (!err)
		err = take_rest(r);
	return err ? err : module_reader_stats(&r->reader, &r->stats);
}

static void print_hit(const struct ptiscope_record *r)
{
	printf("stopped on CPU %u, process %u, thread %u: ", r->cpu, r->tgid,
	       r->tid);
	if (r->exit_path != PTI_PATH_NONE)
		printf("%s exit %" PRIu64 " + %" PRIu64 ", ",
		       pti_path_name(r->exit_path), (uint64_t)(r->x1 - r->x0),
		       (uint64_t)(r->x2 - r->x1));
	printf("%s entry %" PRIu64 " + %" PRIu64 " ticks\n",
	       pti_path_name(r->entry_path), (uint64_t)(r->e1 - r->e0),
	       (uint64_t)(r->e2 - r->e1));
}

/* What the file holds, by the records themselves */
static void print_sums(const struct recording *r)
{
	struct record_sum sum[PTI_PATH_COUNT];

	printf("%s: %zu records; lost %" PRIu64 ", older ones not kept %" PRIu64
	       "\n",
	       r->o->timeline, r->records.n, (uint64_t)r->stats.lost,
	       r->records.taken - r->records.n);
	if (r->records.is_hit)
		print_hit(&r->records.hit);
	else if (r->records.above)
		printf("no window or switch took more than %" PRIu64 " ticks\n",
		       r->records.above);
	printf("%-18s %9s %14s %14s\n", "path", "count", "window ticks",
	       "switch ticks");
	records_sum(&r->records, sum);
	for (unsigned int path = PTI_PATH_NONE + 1; path < PTI_PATH_COUNT;
	     path++)
		if (sum[path].n)
			printf("%-18s %9" PRIu64 " %14" PRIu64 " %14" PRIu64
			       "\n",
			       pti_path_name(path), sum[path].n,
			       sum[path].window, sum[path].write);
}

static int write_file(const struct recording *r, const struct env *env,
		      struct outfile *out)
{
	const char *source;
	enum lane lane = r->o->lane < 0 ? env->lane : (enum lane)r->o->lane;
	const struct bpf_filter *f = &r->o->filter;
	const struct timeline_facts facts = {
		.lane = lane_names[lane],
		.unit = lane_is_exact(lane) ? "instructions" : "TSC ticks",
		.tsc_khz = calibrate_tsc_khz(&source),
		.pcid = r->reader.info.features & PTISCOPE_HAS_PCID,
		.filtered = r->o->workload || f->tgid ||
			    (f->paths & PTISCOPE_PATHS_ALL) !=
				    PTISCOPE_PATHS_ALL,
		.lost = r->stats.lost,
	};
	int err = timeline_write(&r->records, &facts, out->f);
	bool to_stdout = out->is_stdout;

	if (err)
		log_error("no memory left");
	else
		err = outfile_commit(out);
	if (!err && !to_stdout)
		print_sums(r);
	return err ? EXIT_RUNTIME : EXIT_OK;
}

static int complain(const struct trace_opts *o, int err, const char *why)
{
	if (err == -EINTR)
		log_error("interrupted; nothing was written");
	else if (err == -EPROTO)
		log_error("the records of the module make no sense");
	else if (err == -ESRCH)
		log_error("there is no process %d", (int)o->filter.tgid);
	else if (err == -EOPNOTSUPP && why)
		log_error("%s: %s", o->workload->name, why);
	else
		log_error("trace: %s", strerror(-err));
	return err == -EOPNOTSUPP ? EXIT_UNSUPPORTED : EXIT_RUNTIME;
}

/**
 * trace_timeline() - record, and write a file of trace events
 * @o: with @timeline
 * @env: the machine, probed
 *
 * Return: an exit code, after one line on stderr where it is not 0
 */
int trace_timeline(const struct trace_opts *o, const struct env *env)
{
	struct recording *r = calloc(1, sizeof(*r));
	struct outfile out = { 0 };
	const char *why = NULL;
	int err = -ENOMEM, code = EXIT_RUNTIME;

	if (!r || records_init(&r->records, o->records, o->stop_above)) {
		log_error("no memory left");
		goto free;
	}
	r->o = o;
	code = module_reader_need(&r->reader, "trace --timeline");
	if (code != EXIT_OK)
		goto free;
	code = EXIT_RUNTIME;
	/* The file first: where it can't be made, nothing is recorded. */
	if (!outfile_open(&out, NULL, o->timeline)) {
		err = record(r, &why);
		code = err ? complain(o, err, why) : write_file(r, env, &out);
	}
	outfile_abort(&out);
	module_reader_close(&r->reader);
free:
	if (r)
		records_deinit(&r->records);
	free(r);
	return code;
}
