// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trace as a run directory, so that report and plot take it like any other run:
 * per path, samples that are distributed as what the histograms count.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/store.h"
#include "machine/describe.h"
#include "analyse/histogram.h"
#include "base/log.h"
#include "run/rundir.h"
#include "trace/trace.h"

/* Samples of a series at most; of more values, as many at even ranks. */
#define SAMPLES_MOST 10000

/* The name in place of a workload's, where the machine's own load was counted. */
#define NAME_OF_ANY "trace"

static int push(struct run *run, const struct trace *t, unsigned int path,
		enum metric metric, enum unit unit, const __u64 *slots)
{
	const char *name = t->o->workload ? t->o->workload->name : NAME_OF_ANY;
	struct series *s;

	s = sample_set_add(&run->samples, path, metric, unit, name, 1);
	if (!s)
		return -ENOMEM;
	s->lost = t->counts.missed;
	if (metric == METRIC_ENTRIES)
		return series_push(s, t->counts.stats[path].count);
	if (metric == METRIC_SKIPPED)
		return series_push(s, t->counts.stats[path].skipped);
	return histogram_push(slots, SAMPLES_MOST, s);
}

static int push_path(struct run *run, const struct trace *t, unsigned int path)
{
	const struct pti_bpf_stat *s = &t->counts.stats[path];
	enum metric window = metric_window(path);
	__u64 flushes[PTI_BPF_SLOTS] = { s->count - s->flushes, s->flushes };
	enum unit unit = run->manifest.unit;
	int err;

	err = push(run, t, path, window, unit, s->window_slots);
	if (!err)
		err = push(run, t, path, metric_switch(window), unit,
			   s->switch_slots);
	if (!err)
		err = push(run, t, path, METRIC_FLUSH_SHARE, UNIT_COUNT,
			   flushes);
	if (!err && !pti_path_is_exit(path))
		err = push(run, t, path, METRIC_ENTRIES, UNIT_COUNT, NULL);
	if (!err && s->skipped)
		err = push(run, t, path, METRIC_SKIPPED, UNIT_COUNT, NULL);
	return err;
}

static int describe_trace(struct manifest *m, const struct trace *t)
{
	const struct workload *w = t->o->workload;
	struct manifest_workload *mw;
	unsigned int path;
	char note[160];

	m->capture_source = CAPTURE_BPF;
	mw = manifest_add_workload(m, w ? w->name : NAME_OF_ANY,
				   w ? w->path : PTI_PATH_SYSCALL64);
	if (!mw)
		return -ENOMEM;
	mw->iterations = w ? t->o->iterations : 1;
	mw->samples = 1;
	mw->batch = w && w->batch;
	mw->has_seen = true;
	mw->verified = VERIFIED_NOT_MEASURED;
	mw->skipped = t->counts.stats[PTI_PATH_SYSCALL64].skipped;
	for (path = 0; path < PTI_PATH_COUNT; path++) {
		if (!pti_path_is_exit(path))
			mw->seen[path] = t->counts.stats[path].count;
		m->capture_written += mw->seen[path];
		if (t->declared[path])
			mw->declared[path] =
				t->declared[path] / t->o->iterations;
	}
	m->capture_read = m->capture_written;
	m->capture_written += t->counts.missed;
	m->capture_lost = t->counts.missed;
	snprintf(note, sizeof(note),
		 "counted by BPF for %.1f s; values are middles of histogram "
		 "slots, within 1/16",
		 t->seconds);
	return manifest_set(&mw->note, note);
}

static int fill(struct run *run, const struct trace *t, const struct env *env)
{
	unsigned int path;
	int err;

	err = describe_machine(&run->manifest, env, t->o->lane, 0);
	if (!err)
		err = describe_trace(&run->manifest, t);
	if (!err)
		err = manifest_add_gap(&run->manifest, "round trips", "%s",
				       "a trace times no loop");
	for (path = 0; path < PTI_PATH_COUNT && !err; path++)
		if (t->counts.stats[path].count ||
		    t->counts.stats[path].skipped)
			err = push_path(run, t, path);
	return err;
}

/**
 * trace_store() - write a trace as a run directory
 * @t: trace, ended
 * @env: the machine, probed
 * @dir: the directory, created; the caller commits it
 *
 * Return: 0, or a negative errno after one line on stderr.
 */
int trace_store(const struct trace *t, const struct env *env,
		const struct rundir *dir)
{
	struct run run;
	int err = run_init(&run);

	if (!err)
		err = fill(&run, t, env);
	if (!err)
		err = store_run(dir, &run);
	if (err == -ENOMEM)
		log_error("no memory left");
	run_deinit(&run);
	return err;
}
