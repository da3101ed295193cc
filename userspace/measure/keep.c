// SPDX-License-Identifier: GPL-2.0-only
/* Last stage, the only one that writes: manifest and samples get what was found. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "base/log.h"
#include "measure/keep.h"
#include "run/warn.h"

/* Below this a loop of fixed length varies by itself. */
#define SPEED_CHANGE 0.02

static int keep_round_trip(struct run *run, const struct plan *plan,
			   const struct workload *w,
			   const struct timing *timing)
{
	struct series *s = sample_set_add(&run->samples, w->path,
					  METRIC_ROUND_TRIP, plan->unit,
					  w->name,
					  (uint32_t)timing->iterations);
	uint64_t i;

	if (!s)
		return -ENOMEM;
	for (i = 0; i < timing->n; i++) {
		if (series_push(s, timing->ticks[i]))
			return -ENOMEM;
	}
	return 0;
}

static struct manifest_workload *keep_workload(struct manifest *m,
					       const struct workload *w,
					       const struct timing *timing)
{
	struct manifest_workload *mw =
		manifest_add_workload(m, w->name, w->path);
	const struct bench_entries *e;

	if (!mw)
		return NULL;
	mw->iterations = timing->iterations;
	mw->samples = timing->n;
	mw->batch = w->batch;
	for (e = w->entries; e->path; e++)
		mw->declared[e->path] = e->count;
	return mw;
}

/* Samples that can't be compared with one another are worth a warning. */
static int keep_noise(struct manifest *m, const struct plan *plan,
		      struct manifest_workload *mw,
		      const struct manifest_noise *noise)
{
	double change = noise->spin_ratio - 1;
	int err = 0;

	mw->has_noise = true;
	mw->noise = *noise;
	/* An emulator in host time is as fast as the host lets it be. */
	if (plan->lane != LANE_TCG && fabs(change) > SPEED_CHANGE)
		err = run_warn(m,
			       "%s: the clock of the CPU changed: a fixed "
			       "loop took %+.1f %% of ticks after it",
			       mw->name, change * 100);
	if (!err && noise->migrations)
		err = run_warn(m,
			       "%s: after %llu samples the thread was on "
			       "another CPU",
			       mw->name, (unsigned long long)noise->migrations);
	return err;
}

/* No record tells of the entries: say so, and what is known instead. */
static int keep_unmarked(struct manifest *m, const struct plan *plan,
			 const struct workload *w, struct manifest_workload *mw,
			 const struct timing *timing)
{
	int err = manifest_set(&mw->note, w->unmarked);

	if (w->counts) {
		mw->seen[w->path] = timing->counted;
		mw->has_seen = true;
	} else if (!err) {
		err = manifest_add_gap(m, "kernel entries", "%s: %s", w->name,
				       w->unmarked);
	}
	if (!err && plan->reader)
		err = manifest_add_gap(m, "windows and switches", "%s: %s",
				       w->name, w->unmarked);
	return err;
}

static int keep_recording(struct run *run, struct manifest_workload *mw,
			  struct recording *rec)
{
	struct manifest *m = &run->manifest;
	char text[128];
	unsigned int path;
	int n, err = sample_set_move(&run->samples, &rec->marks);

	if (err)
		return err;
	m->capture_written += rec->written;
	m->capture_read += rec->read;
	m->capture_lost += rec->lost;
	for (path = 0; path < PTI_PATH_COUNT; path++)
		mw->seen[path] = rec->seen[path];
	mw->skipped = rec->skipped;
	mw->has_seen = true;
	n = snprintf(text, sizeof(text),
		     "recorded %llu samples of %llu iterations",
		     (unsigned long long)rec->samples,
		     (unsigned long long)rec->iterations);
	if (rec->missed)
		snprintf(text + n, sizeof(text) - (size_t)n,
			 "; %llu more missed their interrupt",
			 (unsigned long long)rec->missed);
	return manifest_set(&mw->note, text);
}

/* What it is that was run */
static int keep_program(struct manifest_workload *mw, const struct workload *w)
{
	char note[512];

	if (!w->program)
		return 0;
	snprintf(note, sizeof(note), "%s: %s", w->help, mw->note);
	return manifest_set(&mw->note, note);
}

static int keep_timed(struct run *run, const struct plan *plan,
		      const struct workload *w, struct found *found)
{
	struct manifest *m = &run->manifest;
	struct manifest_workload *mw;
	char note[128];
	int err = keep_round_trip(run, plan, w, &found->timing);

	if (err)
		return err;
	err = tlb_model_save(&found->timing.tlb, run, w, w->name,
			     found->timing.iterations);
	if (err)
		return err;
	mw = keep_workload(m, w, &found->timing);
	if (!mw)
		return -ENOMEM;
	mw->verified = found->verdict.verified;
	err = keep_noise(m, plan, mw, &found->noise);
	if (err)
		return err;
	if (w->unmarked)
		return keep_unmarked(m, plan, w, mw, &found->timing);
	if (found->recorded)
		err = keep_recording(run, mw, &found->recording);
	if (!err && found->verdict.wrong[0])
		err = run_warn(m, "%s", found->verdict.wrong);
	if (!plan->reader && !err) {
		snprintf(note, sizeof(note),
			 "%llu ticks of loop subtracted per sample",
			 (unsigned long long)found->timing.overhead);
		err = manifest_set(&mw->note, note);
	}
	return err ? err : keep_program(mw, w);
}

/**
 * keep_found() - write what was found into a run
 * @run: gets the samples, and the entry of the workload in the manifest
 * @plan: how it was measured
 * @w: workload
 * @found: what was found; its samples may be moved to @run
 *
 * What could not be measured becomes a gap in the manifest.
 *
 * Return: 0 or -ENOMEM.
 */
int keep_found(struct run *run, const struct plan *plan,
	       const struct workload *w, struct found *found)
{
	int err = found->timed ? keep_timed(run, plan, w, found) : 0;

	if (err || !found->gap)
		return err;
	log_warn("%s: %s; not measured", w->name, found->gap);
	return manifest_add_gap(&run->manifest, w->name, "%s", found->gap);
}
