// SPDX-License-Identifier: GPL-2.0-only
/* One workload from set-up to samples: warm up, subtract the loop, time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/measure.h"
#include "measure/noise.h"
#include "machine/calibrate.h"
#include "base/log.h"
#include "stats/precision.h"
#include "base/stop.h"

/*
 * Samples that warm the caches up, and whose loops without work are the overhead:
 * as many as are timed, within these bounds.
 */
#define WARM_UP_LEAST 5
#define WARM_UP_MOST 31

/* Every so many samples the terminal hears of it. */
#define PROGRESS_STEP 50

/**
 * bench_time_is_up() - is a pass over a workload to end before it is complete?
 * @how: how long it may take
 * @start: calibrate_ns() when it began
 * @n: samples that it has
 */
bool bench_time_is_up(const struct measure *how, uint64_t start, uint64_t n)
{
	return how->time_ns && n >= BENCH_LEAST_SAMPLES &&
	       calibrate_ns() - start >= how->time_ns;
}

static int one_sample(const struct workload *w, struct bench_ctx *ctx,
		      uint64_t *ticks)
{
	int err = w->prepare ? w->prepare(ctx) : 0;

	return err ? err : w->sample(ctx, ticks);
}

static int warm_up(const struct measure *how, const struct workload *w,
		   struct bench_ctx *ctx, uint64_t samples, uint64_t *overhead)
{
	uint64_t loops[WARM_UP_MOST], ticks, start = calibrate_ns();
	size_t i, n = WARM_UP_MOST;
	int err;

	if (samples < n)
		n = samples > WARM_UP_LEAST ? samples : WARM_UP_LEAST;
	for (i = 0; i < n && !bench_time_is_up(how, start, i); i++) {
		if (stop_requested())
			return -EINTR;
		err = one_sample(w, ctx, &ticks);
		if (!err)
			err = w->overhead(ctx, &loops[i]);
		if (err)
			return err;
	}
	*overhead = (uint64_t)calibrate_median(loops, i).median;
	return 0;
}

/* Whether enough is known after  samples; asked ever more rarely. */
static int is_enough(const struct measure *how, const uint64_t *values,
		     uint64_t n, uint64_t *ask, bool *enough)
{
	*enough = false;
	if (!how->precision || n < *ask)
		return 0;
	*ask = n + n / 4;
	return precision_reached(values, n, how->precision, enough);
}

/*
 * The timed samples, less the loop, into an array that the caller owns.  @n: how
 * many at most, and how many they were.
 */
static int time_samples(const struct measure *how, const struct workload *w,
			struct bench_ctx *ctx, uint64_t overhead,
			uint64_t *values, uint64_t *n,
			struct bench_noise *noise)
{
	uint64_t i, ticks, ask = PRECISION_SAMPLES, start = calibrate_ns();
	bool enough = false;
	int err;

	for (i = 0; i < *n && !enough; i++) {
		if (stop_requested())
			return -EINTR;
		if (i % PROGRESS_STEP == 0)
			log_progress("%s: sample %llu of %s%llu", w->name,
				     (unsigned long long)i,
				     how->precision || how->time_ns ?
					     "at most " :
					     "",
				     (unsigned long long)*n);
		err = one_sample(w, ctx, &ticks);
		if (err)
			return err;
		values[i] = ticks > overhead ? ticks - overhead : 0;
		bench_noise_sample(noise);
		err = is_enough(how, values, i + 1, &ask, &enough);
		if (err)
			return err;
		enough = enough || bench_time_is_up(how, start, i + 1);
	}
	*n = i;
	return 0;
}

static int add_round_trip(const struct measure *how, const struct workload *w,
			  const struct bench_ctx *ctx, const uint64_t *values,
			  uint64_t n)
{
	struct series *s;
	uint64_t i;

	s = sample_set_add(&how->run->samples, w->path, METRIC_ROUND_TRIP,
			   how->run->manifest.unit, w->name,
			   (uint32_t)ctx->iterations);
	if (!s)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (series_push(s, values[i]))
			return -ENOMEM;
	}
	return 0;
}

static struct manifest_workload *describe(const struct measure *how,
					  const struct workload *w,
					  const struct bench_ctx *ctx,
					  uint64_t n)
{
	const struct bench_entries *e;
	struct manifest_workload *mw;

	mw = manifest_add_workload(&how->run->manifest, w->name, w->path);
	if (!mw)
		return NULL;
	mw->iterations = ctx->iterations;
	mw->samples = n;
	mw->batch = w->batch;
	mw->verified = VERIFIED_NOT_MEASURED;
	for (e = w->entries; e->path; e++)
		mw->declared[e->path] = e->count;
	return mw;
}

/* No record tells of the entries: say so, and what is known instead. */
static int describe_unmarked(const struct measure *how,
			     const struct workload *w,
			     const struct bench_ctx *ctx,
			     struct manifest_workload *mw)
{
	struct manifest *m = &how->run->manifest;
	int err = manifest_set(&mw->note, w->unmarked);

	if (w->counts) {
		mw->seen[w->path] = ctx->counted;
		mw->has_seen = true;
		mw->verified = ctx->counted == mw->samples * ctx->iterations ?
				       VERIFIED_YES :
				       VERIFIED_NO;
	} else if (!err) {
		err = manifest_add_gap(m, "kernel entries", "%s: %s", w->name,
				       w->unmarked);
	}
	if (!err && how->reader)
		err = manifest_add_gap(m, "windows and switches", "%s: %s",
				       w->name, w->unmarked);
	return err;
}

static int measure_ready(const struct measure *how, const struct workload *w,
			 struct bench_ctx *ctx)
{
	struct manifest_workload *mw;
	struct bench_noise noise;
	uint64_t overhead, *values, n = how->samples;
	char note[128];
	int err;

	if (w->samples && w->samples < n)
		n = w->samples;
	values = calloc(n, sizeof(*values));
	if (!values)
		return -ENOMEM;
	/* Touched now: a first write during the samples would fault. */
	memset(values, 0xff, n * sizeof(*values));

	err = warm_up(how, w, ctx, n, &overhead);
	ctx->counted = 0;
	bench_noise_start(&noise, how->run->manifest.pinned_cpu);
	if (!err)
		err = time_samples(how, w, ctx, overhead, values, &n, &noise);
	if (!err)
		err = add_round_trip(how, w, ctx, values, n);
	free(values);
	if (err)
		return err;

	mw = describe(how, w, ctx, n);
	if (!mw)
		return -ENOMEM;
	err = bench_noise_end(&noise, &how->run->manifest, mw);
	if (err)
		return err;
	if (w->unmarked)
		return describe_unmarked(how, w, ctx, mw);
	if (how->reader)
		return bench_capture(how, w, ctx, mw);
	snprintf(note, sizeof(note), "%llu ticks of loop subtracted per sample",
		 (unsigned long long)overhead);
	return manifest_set(&mw->note, note);
}

/**
 * bench_measure() - measure one workload
 * @how: how, and where to
 * @w: workload
 *
 * Adds its round trip, what the marks say where there is a reader, and its
 * entry in the manifest.  A workload that waits in vain becomes a gap in the
 * manifest.
 *
 * Return: 0; -EINTR when a signal asked to end; another negative errno, after
 * an error message.
 */
int bench_measure(const struct measure *how, const struct workload *w)
{
	struct bench_ctx ctx = {
		.iterations = how->iterations && w->batch ? how->iterations :
							    w->iterations,
		.timeout = how->timeout,
		.module = how->module,
		.nmi_source = how->nmi_source,
		.command = how->command,
	};
	int err;

	err = bench_setup(w, &ctx);
	if (!err) {
		err = measure_ready(how, w, &ctx);
		bench_teardown(w, &ctx);
	}
	if (err == -ETIME) {
		log_warn("%s: no interrupt came that it could measure; not "
			 "measured",
			 w->name);
		return manifest_add_gap(
			&how->run->manifest, w->name,
			"no interrupt came that it could measure");
	}
	if (err == -EOPNOTSUPP) {
		log_warn("%s: %s; not measured", w->name, ctx.why);
		return manifest_add_gap(&how->run->manifest, w->name, "%s",
					ctx.why);
	}
	/* -EPROTO was explained where it was found. */
	if (err && err != -EINTR && err != -EPROTO)
		log_error("%s: %s", w->name, strerror(-err));
	return err;
}
