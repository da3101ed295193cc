// SPDX-License-Identifier: GPL-2.0-only
/* Counting: a workload that is done once, or until time or a signal ends it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "trace/trace.h"

#define WAIT_TICKS 4000000000ULL
#define FOREVER_MS (86400ULL * 1000)

static double now_s(void)
{
	return (double)clock_ns() * 1e-9;
}

/* Nothing but the workload enters the kernel while counting is on. */
static int count_sample(struct bpf_reader *r, const struct workload *w,
			struct bench_ctx *ctx)
{
	uint64_t ticks;
	int err = bench_prepare(ctx);

	if (err)
		return err;
	bpf_reader_enable(r, true);
	err = w->sample(ctx, &ticks);
	bpf_reader_enable(r, false);
	return err;
}

static int count_workload(struct trace *t, const char **why)
{
	const struct workload *w = t->o->workload;
	struct bench_ctx ctx = {
		.iterations = w->batch ? t->o->iterations : 1,
		.timeout = WAIT_TICKS,
	};
	const struct bench_entries *e;
	uint64_t i, ticks, times = w->batch ? 1 : t->o->iterations;
	int err = bench_setup(w, &ctx);

	if (err) {
		*why = ctx.why;
		return err;
	}
	for (e = w->entries; e->path; e++)
		t->declared[e->path] = e->count * times * ctx.iterations;
	/* Once for nothing: its first page faults are not the workload's. */
	err = w->sample(&ctx, &ticks);
	for (i = 0; i < times && !err; i++)
		err = stop_requested() ? -EINTR :
					 count_sample(&t->reader, w, &ctx);
	bench_teardown(w, &ctx);
	return err;
}

/* One live table: what came since the last one, which @last becomes. */
static int show_interval(struct trace *t, struct bpf_counts *last,
			 double seconds)
{
	struct bpf_counts *now = malloc(sizeof(*now));
	int err = now ? bpf_reader_read(&t->reader, now) : -ENOMEM;

	if (!err) {
		t->counts = *now;
		bpf_counts_subtract(now, last);
		*last = t->counts;
		trace_print_live(t, now, seconds);
		/* A reader at the other end of a pipe waits for it. */
		if (fflush(stdout))
			err = -errno;
	}
	free(now);
	return err;
}

/* Milliseconds until the next table or the end. */
static uint64_t wait_ms(const struct trace_opts *o, double passed)
{
	uint64_t ms = FOREVER_MS;
	double left;

	if (o->interval && !o->json)
		ms = o->interval * 1000;
	if (o->duration) {
		left = ((double)o->duration - passed) * 1000;
		if (left < (double)ms)
			ms = left > 0 ? (uint64_t)left + 1 : 0;
	}
	return ms;
}

static int count_live(struct trace *t)
{
	bool live = t->o->interval && !t->o->json, stopped = false;
	struct bpf_counts *last = calloc(1, sizeof(*last));
	double start = now_s(), before = start, now = start;
	int err = last ? 0 : -ENOMEM;

	bpf_reader_enable(&t->reader, true);
	log_progress("counting, Ctrl-C ends it");
	while (!err && !stopped &&
	       (!t->o->duration || now - start < (double)t->o->duration)) {
		stopped = stop_wait(wait_ms(t->o, now - start));
		now = now_s();
		if (live && !stopped)
			err = show_interval(t, last, now - before);
		before = now;
	}
	bpf_reader_enable(&t->reader, false);
	free(last);
	return err;
}

/**
 * trace_count() - count until the end
 * @t: its reader is open; counts, seconds and what is declared are filled in
 * @why: set to a sentence with -EOPNOTSUPP
 *
 * Return: 0 or a negative errno; -EINTR where a workload was cut short.
 */
int trace_count(struct trace *t, const char **why)
{
	double start = now_s();
	int err;

	err = t->o->workload ? count_workload(t, why) : count_live(t);
	t->seconds = now_s() - start;
	return err ? err : bpf_reader_read(&t->reader, &t->counts);
}
