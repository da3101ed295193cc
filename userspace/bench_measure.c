// SPDX-License-Identifier: GPL-2.0-only
/* One workload from set-up to samples: warm up, subtract the loop, time. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_measure.h"
#include "calibrate.h"
#include "log.h"
#include "stop.h"

/* Samples that warm the caches up; their loops without work are the overhead. */
#define WARM_UP_SAMPLES 31

/* Every so many samples the terminal hears of it. */
#define PROGRESS_STEP 50

/**
 * bench_warn() - warn the user now, and the reader of the manifest later
 * @m: manifest
 * @fmt: as for printf(3)
 *
 * Return: 0 or -ENOMEM.
 */
int bench_warn(struct manifest *m, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	log_warn("%s", text);
	return manifest_add_warning(m, "%s", text);
}

static int one_sample(const struct workload *w, struct bench_ctx *ctx,
		      uint64_t *ticks)
{
	int err = w->prepare ? w->prepare(ctx) : 0;

	return err ? err : w->sample(ctx, ticks);
}

static int warm_up(const struct workload *w, struct bench_ctx *ctx,
		   uint64_t *overhead)
{
	uint64_t loops[WARM_UP_SAMPLES], ticks;
	int i, err;

	for (i = 0; i < WARM_UP_SAMPLES; i++) {
		if (stop_requested())
			return -EINTR;
		err = one_sample(w, ctx, &ticks);
		if (!err)
			err = w->overhead(ctx, &loops[i]);
		if (err)
			return err;
	}
	*overhead = (uint64_t)calibrate_median(loops, WARM_UP_SAMPLES).median;
	return 0;
}

/* The timed samples, less the loop, into an array that the caller owns. */
static int time_samples(const struct measure *how, const struct workload *w,
			struct bench_ctx *ctx, uint64_t overhead,
			uint64_t *values)
{
	uint64_t i, ticks;
	int err;

	for (i = 0; i < how->samples; i++) {
		if (stop_requested())
			return -EINTR;
		if (i % PROGRESS_STEP == 0)
			log_progress("%s: sample %llu of %llu", w->name,
				     (unsigned long long)i,
				     (unsigned long long)how->samples);
		err = one_sample(w, ctx, &ticks);
		if (err)
			return err;
		values[i] = ticks > overhead ? ticks - overhead : 0;
	}
	return 0;
}

static int add_round_trip(const struct measure *how, const struct workload *w,
			  const struct bench_ctx *ctx, const uint64_t *values)
{
	struct series *s;
	uint64_t i;

	s = sample_set_add(&how->run->samples, w->path, METRIC_ROUND_TRIP,
			   how->run->manifest.unit, w->name,
			   (uint32_t)ctx->iterations);
	if (!s)
		return -ENOMEM;
	for (i = 0; i < how->samples; i++) {
		if (series_push(s, values[i]))
			return -ENOMEM;
	}
	return 0;
}

static struct manifest_workload *describe(const struct measure *how,
					  const struct workload *w,
					  const struct bench_ctx *ctx)
{
	const struct bench_entries *e;
	struct manifest_workload *mw;

	mw = manifest_add_workload(&how->run->manifest, w->name, w->path);
	if (!mw)
		return NULL;
	mw->iterations = ctx->iterations;
	mw->samples = how->samples;
	mw->batch = w->batch;
	mw->verified = VERIFIED_NOT_MEASURED;
	for (e = w->entries; e->count; e++)
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
		mw->verified = ctx->counted == how->samples * ctx->iterations ?
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
	uint64_t overhead, *values;
	char note[128];
	int err;

	values = calloc(how->samples, sizeof(*values));
	if (!values)
		return -ENOMEM;
	/* Touched now: a first write during the samples would fault. */
	memset(values, 0xff, how->samples * sizeof(*values));

	err = warm_up(w, ctx, &overhead);
	ctx->counted = 0;
	if (!err)
		err = time_samples(how, w, ctx, overhead, values);
	if (!err)
		err = add_round_trip(how, w, ctx, values);
	free(values);
	if (err)
		return err;

	mw = describe(how, w, ctx);
	if (!mw)
		return -ENOMEM;
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
	};
	int err;

	err = bench_setup(w, &ctx);
	if (!err) {
		err = measure_ready(how, w, &ctx);
		bench_teardown(w, &ctx);
	}
	if (err == -ETIME) {
		log_warn("%s: no interrupt came; not measured", w->name);
		return manifest_add_gap(&how->run->manifest, w->name,
					"no interrupt came while it waited");
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
