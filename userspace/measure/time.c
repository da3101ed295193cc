// SPDX-License-Identifier: GPL-2.0-only
/* First stage: the round trips of a workload, less the loop around them. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/progress.h"
#include "base/stop.h"
#include "machine/calibrate.h"
#include "measure/time.h"
#include "stats/precision.h"

/*
 * Samples that warm the caches up, and whose loops without work are the overhead:
 * as many as are timed, within these bounds.
 */
#define WARM_UP_LEAST 5
#define WARM_UP_MOST 31

/**
 * timing_warm_up() - warm up, and find out what the loop takes
 * @timing: filled in, with room for the samples; timing_deinit() is due even
 *	after an error
 * @plan: how many samples, and for how long
 * @ctx: the workload, set up
 *
 * Return: 0; -EINTR when a signal asked to end; or another negative errno.
 */
int timing_warm_up(struct timing *timing, const struct plan *plan,
		   struct bench_ctx *ctx)
{
	uint64_t loops[WARM_UP_MOST], ticks, start;
	const struct workload *w = ctx->w;
	size_t i, n = WARM_UP_MOST;
	int err;

	*timing = (struct timing){ .n = plan->samples,
				   .iterations = ctx->iterations };
	if (w->samples && w->samples < timing->n)
		timing->n = w->samples;
	timing->ticks = calloc(timing->n, sizeof(*timing->ticks));
	if (!timing->ticks)
		return -ENOMEM;
	/* Touched now: a first write during the samples would fault. */
	memset(timing->ticks, 0xff, timing->n * sizeof(*timing->ticks));
	err = tlb_model_open(&timing->tlb, plan->lane, plan->isolated, w->name,
			     timing->n);
	if (err)
		return err;

	start = clock_ns();
	if (timing->n < n)
		n = timing->n > WARM_UP_LEAST ? timing->n : WARM_UP_LEAST;
	for (i = 0; i < n && !plan_time_is_up(plan, start, i); i++) {
		if (stop_requested())
			return -EINTR;
		err = bench_sample(ctx, &ticks);
		if (!err)
			err = w->overhead(ctx, &loops[i]);
		if (err)
			return err;
	}
	timing->overhead = (uint64_t)calibrate_median(loops, i).median;
	return 0;
}

/* Whether enough is known after @n samples; asked ever more rarely. */
static int is_enough(const struct plan *plan, const uint64_t *ticks, uint64_t n,
		     uint64_t *ask, bool *enough)
{
	*enough = false;
	if (!plan->precision || n < *ask)
		return 0;
	*ask = n + n / 4;
	return precision_reached(ticks, n, plan->precision, enough);
}

static int take_one(struct timing *timing, const struct plan *plan,
		    struct bench_ctx *ctx, uint64_t i)
{
	uint64_t ticks;
	int err = bench_prepare(ctx);

	tlb_model_begin(&timing->tlb);
	if (!err)
		err = ctx->w->sample(ctx, &ticks);
	tlb_model_end(&timing->tlb);
	if (err)
		return err;
	timing->ticks[i] = ticks > timing->overhead ? ticks - timing->overhead :
						      0;
	timing->moved += (uint64_t)sched_getcpu() != plan->cpu;
	return 0;
}

/* One sample of each; *@enough where enough is known of all of them */
static int take_turn(struct timing *const *timing, const struct plan *plan,
		     struct bench_ctx *const *ctx, size_t n, uint64_t i,
		     uint64_t *ask, bool *enough)
{
	uint64_t next = *ask;
	bool known;
	int err = 0;

	*enough = plan->precision;
	for (size_t k = 0; k < n && !err; k++) {
		err = take_one(timing[k], plan, ctx[k], i);
		next = *ask;
		if (!err)
			err = is_enough(plan, timing[k]->ticks, i + 1, &next,
					&known);
		*enough = *enough && known;
	}
	*ask = next;
	return err;
}

/**
 * timing_take() - take the samples, of several workloads in turns
 * @timing: @n, warmed up, for as many samples each; the samples and what goes with
 *	them are filled in
 * @plan: when there are enough
 * @ctx: the workloads
 *
 * Return: 0; -EINTR when a signal asked to end; or another negative errno.
 */
int timing_take(struct timing *const *timing, const struct plan *plan,
		struct bench_ctx *const *ctx, size_t n)
{
	uint64_t i, ask = PRECISION_SAMPLES, start = clock_ns();
	const uint64_t most = timing[0]->n;
	struct progress progress;
	char what[PLAN_WHERE_SIZE + 64];
	bool enough = false;
	int err;

	snprintf(what, sizeof(what), "%s%s, samples", plan->where,
		 ctx[0]->w->name);
	progress_begin(&progress, what);
	for (size_t k = 0; k < n; k++)
		ctx[k]->counted = 0;
	for (i = 0; i < most && !enough; i++) {
		if (stop_requested())
			return -EINTR;
		progress_show(&progress, i, most);
		err = take_turn(timing, plan, ctx, n, i, &ask, &enough);
		if (err)
			return err;
		enough = enough || plan_time_is_up(plan, start, i + 1);
	}
	for (size_t k = 0; k < n; k++) {
		timing[k]->n = i;
		timing[k]->counted = ctx[k]->counted;
	}
	return 0;
}

/** timing_deinit() - free the samples */
void timing_deinit(struct timing *timing)
{
	tlb_model_close(&timing->tlb);
	free(timing->ticks);
}
