// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the TLB model of the bochs lane counts becomes samples of the run.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/tlb_model.h"
#include "run/warn.h"

/**
 * tlb_model_open() - ask whether there is a model, and make room
 * @t: out; needs tlb_model_close()
 * @lane: that this is
 * @isolated: the kernel isolates page tables
 * @name: of the workload
 * @samples: at most so many
 * Return: 0 or -ENOMEM
 */
int tlb_model_open(struct tlb_model *t, enum lane lane, bool isolated,
		   const char *name, uint64_t samples)
{
	size_t bytes = samples * sizeof(*t->reply);

	memset(t, 0, sizeof(*t));
	if (lane != LANE_BOCHS)
		return 0;
	t->reply = malloc(bytes);
	if (!t->reply)
		return -ENOMEM;
	/* The model writes to memory that is there. */
	memset(t->reply, 0xff, bytes);
	t->room = samples;
	t->isolated = isolated;
	snprintf(t->label, sizeof(t->label), "%s", name);
	t->there = tlb_call(TLB_CALL_HELLO, (uintptr_t)t->reply, NULL) &&
		   t->reply->version == TLB_PROTOCOL_VERSION;
	return 0;
}

/** tlb_model_close() - free what tlb_model_open() got */
void tlb_model_close(struct tlb_model *t)
{
	free(t->reply);
	memset(t, 0, sizeof(*t));
}

/** tlb_model_begin() - a sample begins, in which there is nothing but what it measures */
void tlb_model_begin(const struct tlb_model *t)
{
	if (t->there && t->n < t->room)
		tlb_call(TLB_CALL_BEGIN, t->isolated, t->label);
}

/** tlb_model_end() - it ended */
void tlb_model_end(struct tlb_model *t)
{
	if (t->there && t->n < t->room &&
	    tlb_call(TLB_CALL_END, (uintptr_t)&t->reply[t->n], NULL))
		t->n++;
}

static bool is_declared(const struct workload *w, unsigned int path)
{
	for (const struct bench_entries *e = w->entries; e->path; e++)
		if (e->path == path)
			return true;
	return w->path == path;
}

/* Interrupts that came into a sample: in the kernel, or on a way that is not its own */
static uint64_t interrupts(const struct tlb_reply *r, const struct workload *w)
{
	uint64_t n = r->nested;

	for (unsigned int path = PTI_PATH_IRQ; path <= PTI_PATH_NMI_KERNEL;
	     path++)
		if (!is_declared(w, path))
			n += r->entries[path];
	return n;
}

/* Where a count stands in each reply */
typedef uint64_t (*count_fn)(const struct tlb_reply *r, unsigned int path,
			     unsigned int part, unsigned int geometry,
			     unsigned int i);

static uint64_t event_of(const struct tlb_reply *r, unsigned int path,
			 unsigned int part, unsigned int geometry,
			 unsigned int i)
{
	(void)geometry;
	return r->part[path][part].event[i];
}

static uint64_t count_of(const struct tlb_reply *r, unsigned int path,
			 unsigned int part, unsigned int geometry,
			 unsigned int i)
{
	return r->part[path][part].count[geometry][i];
}

/**
 * struct saving - a series in the making
 * @clean: samples without interrupts
 * @always: also if all of it is 0
 */
struct saving {
	const struct tlb_model *t;
	struct run *run;
	const struct workload *w;
	const char *name;
	uint64_t iterations;
	const bool *clean;
	uint64_t n_clean;
};

static int save_series(const struct saving *s, enum metric metric,
		       unsigned int path, bool always, count_fn count,
		       unsigned int part, unsigned int geometry, unsigned int i)
{
	const struct tlb_reply *r = s->t->reply;
	struct series *series;
	uint64_t k, any = 0;
	int err = 0;

	for (k = 0; k < s->t->n; k++)
		any |= s->clean[k] ? count(&r[k], path, part, geometry, i) : 0;
	if (!any && !always)
		return 0;
	series = sample_set_add(&s->run->samples, path, metric, UNIT_COUNT,
				s->name, (uint32_t)s->iterations);
	if (!series)
		return -ENOMEM;
	series->lost = s->t->n - s->n_clean;
	for (k = 0; k < s->t->n && !err; k++)
		if (s->clean[k])
			err = series_push(series, count(&r[k], path, part,
							geometry, i));
	return err;
}

static int save_path(const struct saving *s, unsigned int path)
{
	const struct tlb_reply *r = s->t->reply;
	bool own = path == s->w->path;
	unsigned int part, i, g, number;
	int err = 0;

	for (part = 0; part < TLB_PARTS && !err; part++) {
		for (i = 0; i < TLB_EVENTS && !err; i++)
			err = save_series(s, metric_tlb_event(part, i), path,
					  own && i <= TLB_ACCESS, event_of,
					  part, 0, i);
		for (g = 0; g < r->geometries && !err; g++) {
			number = metric_tlb_geometry(r->name[g]);
			for (i = 0; i < TLB_COUNTS && !err; i++)
				err = save_series(
					s, metric_tlb_count(number, part, i),
					path, own, count_of, part, g, i);
		}
	}
	return err;
}

/* A second geometry from a file would have the name of the first. */
static int check_names(const struct tlb_model *t, struct run *run)
{
	unsigned int files = 0;

	for (unsigned int g = 0; g < t->reply->geometries; g++)
		files += metric_tlb_geometry(t->reply->name[g]) ==
			 METRIC_TLB_GEOMETRIES - 1;
	if (files <= 1)
		return 0;
	return manifest_add_gap(&run->manifest, "TLB misses",
				"two geometries from files in one run") ?
		       -ENOMEM :
		       -EALREADY;
}

static int save_clean(struct saving *s, bool *clean)
{
	const struct tlb_reply *r = s->t->reply;
	int err = 0;

	s->clean = clean;
	for (uint64_t k = 0; k < s->t->n; k++) {
		clean[k] = !interrupts(&r[k], s->w);
		s->n_clean += clean[k];
	}
	if (!s->n_clean)
		return manifest_add_gap(
			&s->run->manifest, "TLB misses",
			"%s: an interrupt came into every sample", s->name);
	for (unsigned int path = 0; path < PTI_PATH_COUNT && !err; path++)
		err = save_path(s, path);
	return err;
}

/**
 * tlb_model_save() - the counts of all samples, as series
 * @name: of the workload in the run
 * @iterations: that one sample covers
 *
 * A sample into which an interrupt came is left out, and counted as lost.  If that is
 * every one, all stay, and a warning says so.
 *
 * Return: 0 or -ENOMEM
 */
int tlb_model_save(const struct tlb_model *t, struct run *run,
		   const struct workload *w, const char *name,
		   uint64_t iterations)
{
	struct saving s = { .t = t,
			    .run = run,
			    .w = w,
			    .name = name,
			    .iterations = iterations };
	bool *clean;
	int err;

	if (!t->n)
		return 0;
	err = check_names(t, run);
	if (err)
		return err == -EALREADY ? 0 : err;
	clean = calloc(t->n, sizeof(*clean));
	if (!clean)
		return -ENOMEM;
	err = save_clean(&s, clean);
	free(clean);
	return err;
}
