// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads, stage by stage: warm up, time, watch, record, verify, keep.  Each
 * stage returns what it found; none but the last writes it down.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "measure/keep.h"
#include "measure/measure.h"
#include "measure/watch.h"

/** struct turn - one of the workloads that are timed in turns */
struct turn {
	const struct workload *w;
	struct bench_ctx ctx;
	struct found found;
};

static int set_up(struct turn *turn, const struct plan *plan)
{
	turn->ctx = (struct bench_ctx){
		.iterations = plan->iterations && turn->w->batch ?
				      plan->iterations :
				      turn->w->iterations,
		.timeout = plan->timeout,
		.module = plan->module,
		.nmi_source = plan->nmi_source,
	};
	return bench_setup(turn->w, &turn->ctx);
}

static int take(struct turn *turns, size_t n, const struct plan *plan)
{
	struct timing *timing[PLAN_TURNS_MAX];
	struct bench_ctx *ctx[PLAN_TURNS_MAX];
	struct watch before = watch_begin(plan->cpu);
	int err;

	for (size_t i = 0; i < n; i++) {
		timing[i] = &turns[i].found.timing;
		ctx[i] = &turns[i].ctx;
	}
	err = timing_take(timing, plan, ctx, n);
	for (size_t i = 0; i < n && !err; i++) {
		turns[i].found.noise = watch_end(&before, timing[i]->moved);
		turns[i].found.timed = true;
	}
	return err;
}

static int record(struct turn *turn, const struct plan *plan)
{
	struct found *found = &turn->found;
	int err;

	found->verdict.verified = VERIFIED_NOT_MEASURED;
	if (plan->reader && !turn->w->unmarked) {
		err = recording_make(&found->recording, plan, &turn->ctx,
				     found->timing.n);
		if (err)
			return err;
		found->recorded = true;
	}
	found->verdict =
		verify_entries(turn->w, &found->timing,
			       found->recorded ? &found->recording : NULL);
	return 0;
}

static int find_out(struct turn *turns, size_t n, const struct plan *plan)
{
	size_t i, ready;
	int err = 0;

	for (ready = 0; ready < n && !err; ready += !err)
		err = set_up(&turns[ready], plan);
	for (i = 0; i < n && !err; i++)
		err = timing_warm_up(&turns[i].found.timing, plan,
				     &turns[i].ctx);
	if (!err)
		err = take(turns, n, plan);
	for (i = 0; i < n && !err; i++)
		err = record(&turns[i], plan);
	for (i = 0; i < ready; i++)
		bench_teardown(turns[i].w, &turns[i].ctx);
	return err;
}

static const char *gap_of(const struct turn *turn, int err)
{
	return err == -ETIME	  ? "no interrupt came that it could measure" :
	       err == -EOPNOTSUPP ? turn->ctx.why :
				    NULL;
}

/**
 * measure_workloads() - measure workloads, in turns where there are several
 * @plan: how
 * @w: @n workloads, at most PLAN_TURNS_MAX
 * @run: gets their round trips, what the marks say where there is a reader, and their
 *	entries in the manifest; a lone workload that waits in vain becomes a gap there
 *
 * Return: 0; -EINTR when a signal asked to end; another negative errno, after
 * an error message.
 */
int measure_workloads(const struct plan *plan, const struct workload *const *w,
		      size_t n, struct run *run)
{
	struct turn *turns = calloc(n, sizeof(*turns));
	int err = turns ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && !err; i++)
		turns[i].w = w[i];
	if (!err)
		err = find_out(turns, n, plan);
	if (n == 1 && turns)
		turns->found.gap = gap_of(turns, err);
	if (n == 1 && turns && turns->found.gap)
		err = 0;
	for (size_t i = 0; i < n && !err; i++)
		err = keep_found(run, plan, w[i], &turns[i].found);
	/* -EPROTO was explained where it was found. */
	if (err && err != -EINTR && err != -EPROTO)
		log_error("%s: %s", w[0]->name, strerror(-err));
	for (size_t i = 0; i < n && turns; i++) {
		timing_deinit(&turns[i].found.timing);
		recording_deinit(&turns[i].found.recording);
	}
	free(turns);
	return err;
}
