// SPDX-License-Identifier: GPL-2.0-only
/*
 * The capture pass of a workload: samples that the module records.
 *
 * It follows the timed pass instead of sharing it, because writing a record
 * takes time that would be charged to the round trip.  Each sample is a
 * recording of its own, started and stopped by the thread that is measured and
 * read out in between: the ring never fills, and no reader runs beside the
 * measurement.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "measure/measure.h"
#include "machine/calibrate.h"
#include "base/log.h"
#include "base/stop.h"
#include "run/warn.h"

/* About so many entries are recorded of each workload. */
#define CAPTURE_ENTRIES 4096

/* Empty pairs of marks that are timed beside each workload. */
#define MARK_SAMPLES 257

/* Room for interrupts besides the entries that a sample declares. */
#define SPARE_RECORDS 4096

/* So often a recording is made again that missed its interrupt. */
#define RETRIES 50

/* A record in the ring, with its header; twice that leaves half the ring free. */
#define RING_BYTES_PER_ENTRY (2 * (sizeof(struct ptiscope_record) + 32))

#define CR3_NOFLUSH (1ULL << 63) /* SDM vol. 3, 4.10.4.1 */
#define CR3_USER_TABLE (1ULL << 12) /* kernel: PTI_USER_PGTABLE_BIT */

/**
 * struct capture - a capture pass under way
 * @how: how the workload is measured
 * @w: workload
 * @samples: recordings to make
 * @counts: entries by recording and path
 * @records: what one recording left
 * @room: records that fit there
 * @lost: records that the ring had no room for
 * @odd: records that contradict themselves
 * @missed: recordings that were made again
 */
struct capture {
	const struct measure *how;
	const struct workload *w;
	uint64_t samples;
	uint32_t (*counts)[PTI_PATH_COUNT];
	struct ptiscope_record *records;
	size_t room;
	uint64_t lost;
	uint64_t odd;
	uint64_t missed;
};

/* Interrupts come when they want; everything else the program asks for. */
static bool is_asynchronous(unsigned int path)
{
	switch (path) {
	case PTI_PATH_IRQ:
	case PTI_PATH_TIMER:
	case PTI_PATH_RESCHED_IPI:
	case PTI_PATH_CALL_IPI:
	case PTI_PATH_OTHER_IPI:
	case PTI_PATH_NMI_USER:
	case PTI_PATH_NMI_KERNEL:
	case PTI_PATH_MCE:
		return true;
	default:
		return false;
	}
}

static int push(struct capture *c, unsigned int path, enum metric metric,
		enum unit unit, uint32_t divisor, uint64_t value)
{
	struct sample_set *set = &c->how->run->samples;
	struct series *s = sample_set_find(set, path, metric, c->w->name);

	if (!s)
		s = sample_set_add(set, path, metric, unit, c->w->name,
				   divisor);
	return s ? series_push(s, value) : -ENOMEM;
}

static int push_half(struct capture *c, unsigned int path,
		     const uint64_t times[3], uint64_t cr3)
{
	const struct manifest *m = &c->how->run->manifest;
	bool exit = pti_path_is_exit(path), user_table = cr3 & CR3_USER_TABLE;
	bool flush = !m->pcid || !(cr3 & CR3_NOFLUSH);
	enum metric window = metric_window(path);
	int err;

	if (times[1] < times[0] || times[2] < times[1] || user_table != exit) {
		c->odd++;
		return 0;
	}
	err = push(c, path, window, m->unit, 1, times[1] - times[0]);
	if (!err)
		err = push(c, path, metric_switch(window), m->unit, 1,
			   times[2] - times[1]);
	if (!err)
		err = push(c, path, METRIC_FLUSH_SHARE, UNIT_COUNT, 1, flush);
	return err;
}

static int senseless(const struct capture *c)
{
	log_error("%s: the records of the module make no sense", c->w->name);
	return -EPROTO;
}

/* Another process may be interrupted after its last call. */
static bool ends_in_call(const struct capture *c, size_t n)
{
	return n && (c->w->other_process ||
		     c->records[n - 1].entry_path == PTI_PATH_SYSCALL64);
}

/*
 * A recording begins inside one ioctl and ends inside another.  So the first
 * record's exit half is the return from the first, and the last record's entry
 * half the call of the second: both are left out, and what remains is the
 * workload's alone.  Another process begins inside the read(2) that it waits in, and
 * ends anywhere.
 */
static int take_records(struct capture *c, size_t n, uint32_t *counts)
{
	const struct ptiscope_record *r;
	size_t i;
	int err = 0;

	/* Where records were lost, the call that ends it may be among them. */
	if (!c->lost && !ends_in_call(c, n))
		return senseless(c);
	for (i = 0; i < n && !err; i++) {
		r = &c->records[i];
		if (r->entry_path >= PTI_PATH_COUNT ||
		    r->exit_path >= PTI_PATH_COUNT)
			return senseless(c);
		if (i > 0 && r->exit_path != PTI_PATH_NONE)
			err = push_half(c, r->exit_path,
					(uint64_t[]){ r->x0, r->x1, r->x2 },
					r->exit_cr3);
		if (err || (i == n - 1 && !c->w->other_process))
			continue;
		counts[r->entry_path]++;
		err = push_half(c, r->entry_path,
				(uint64_t[]){ r->e0, r->e1, r->e2 },
				r->new_cr3);
	}
	return err;
}

/* Record one sample; the records are left in c->records. */
static ssize_t record_once(struct capture *c, struct bench_ctx *ctx)
{
	const struct module_reader *reader = c->how->reader;
	pid_t tid = c->w->other_process ? 0 : (pid_t)syscall(SYS_gettid);
	uint64_t ticks;
	int err, stopped;

	err = c->w->prepare ? c->w->prepare(ctx) : 0;
	if (!err && c->w->other_process)
		err = module_reader_filter(reader, ctx->helper);
	if (!err)
		err = module_reader_start(reader, tid);
	if (err)
		return err;
	err = c->w->sample(ctx, &ticks);
	stopped = module_reader_stop(reader);
	if (err || stopped)
		return err ? err : stopped;
	return module_reader_drain(reader, c->records, c->room);
}

/*
 * An iteration ends with a gap, and not every gap is the interrupt that is meant: an
 * emulator or a host takes the time as well, and an interrupt that comes while
 * another is handled is no entry from user mode.
 */
static bool missed(const struct capture *c, const struct bench_ctx *ctx,
		   size_t n)
{
	const struct bench_entries *e;
	uint64_t seen;
	size_t i;

	for (e = c->w->entries; e->path; e++) {
		if (!is_asynchronous(e->path))
			continue;
		seen = 0;
		for (i = 0; i < n; i++)
			seen += c->records[i].entry_path == e->path;
		if (seen < e->count * ctx->iterations)
			return true;
	}
	return false;
}

/* Record a sample that has the interrupts that it is about, or else the last one. */
static ssize_t record_sample(struct capture *c, struct bench_ctx *ctx)
{
	unsigned int i;
	ssize_t n;

	for (i = 0;; i++) {
		n = record_once(c, ctx);
		if (n < 0 || i == RETRIES || !missed(c, ctx, (size_t)n))
			return n;
		if (stop_requested())
			return -EINTR;
		c->missed++;
	}
}

static int capture_one(struct capture *c, struct bench_ctx *ctx,
		       uint32_t *counts)
{
	struct manifest *m = &c->how->run->manifest;
	struct ptiscope_stats stats;
	ssize_t n = record_sample(c, ctx);
	int err;

	if (n < 0)
		return (int)n;
	err = module_reader_stats(c->how->reader, &stats);
	if (err)
		return err;
	m->capture_written += stats.written;
	m->capture_read += stats.read;
	m->capture_lost += stats.lost;
	c->lost += stats.lost;
	return take_records(c, (size_t)n, counts);
}

/* Entries per iteration of every path that was seen at all. */
static int push_counts(struct capture *c, const struct bench_ctx *ctx,
		       struct manifest_workload *mw)
{
	unsigned int path;
	uint64_t i;

	for (path = 0; path < PTI_PATH_COUNT; path++) {
		for (i = 0; i < c->samples; i++)
			mw->seen[path] += c->counts[i][path];
		if (!mw->seen[path])
			continue;
		for (i = 0; i < c->samples; i++) {
			if (push(c, path, METRIC_ENTRIES, UNIT_COUNT,
				 (uint32_t)ctx->iterations, c->counts[i][path]))
				return -ENOMEM;
		}
	}
	mw->has_seen = true;
	return 0;
}

/* What two marks cost at least: every window and switch includes it. */
static int push_mark_cost(struct capture *c)
{
	uint64_t ticks[MARK_SAMPLES];
	size_t i;
	int err;

	err = module_reader_probe(c->how->reader, PTISCOPE_PROBE_MARK_PAIR,
				  ticks, MARK_SAMPLES);
	for (i = 0; i < MARK_SAMPLES && !err; i++)
		err = push(c, c->w->path, METRIC_MARK_COST,
			   c->how->run->manifest.unit, 1, ticks[i]);
	return err;
}

static void mark_lost(struct capture *c)
{
	struct sample_set *set = &c->how->run->samples;
	size_t i;

	for (i = 0; i < set->n; i++) {
		if (set->series[i]->metric != METRIC_ROUND_TRIP &&
		    set->series[i]->metric != METRIC_MARK_COST &&
		    !strcmp(set->series[i]->workload, c->w->name))
			set->series[i]->lost = c->lost;
	}
}

/* Append "; PATH: n entries, m declared" for a path that was not as declared. */
static char *tell_difference(char *p, char *end, unsigned int path,
			     uint64_t seen, uint64_t want)
{
	/* What the program waits for, it may have mistaken. */
	const char *why = is_asynchronous(path) ?
				  " (the others were no interrupts: "
				  "an emulator or a host took the time)" :
				  "";

	if (p < end)
		p += snprintf(p, (size_t)(end - p),
			      "; %s: %llu entries, %llu declared%s",
			      pti_path_name(path), (unsigned long long)seen,
			      (unsigned long long)want, why);
	return p;
}

/* What copy on write and the like may add, in all recordings. */
static uint64_t spare(const struct capture *c, unsigned int path)
{
	const struct bench_entries *e;

	for (e = c->w->entries; e->path; e++) {
		if (e->path == path)
			return e->spare * c->samples;
	}
	return 0;
}

static int note_samples(const struct capture *c, const struct bench_ctx *ctx,
			struct manifest_workload *mw)
{
	char text[128];
	int n = snprintf(text, sizeof(text),
			 "recorded %llu samples of %llu iterations",
			 (unsigned long long)c->samples,
			 (unsigned long long)ctx->iterations);

	if (c->missed)
		snprintf(text + n, sizeof(text) - (size_t)n,
			 "; %llu more missed their interrupt",
			 (unsigned long long)c->missed);
	return manifest_set(&mw->note, text);
}

/* Did every path see what was declared, interrupts aside? */
static int verify(const struct capture *c, const struct bench_ctx *ctx,
		  struct manifest_workload *mw)
{
	uint64_t times = c->samples * ctx->iterations, want;
	char text[256], *end = text + sizeof(text), *p = text;
	bool good = !c->lost && !c->odd;
	unsigned int path;

	if (note_samples(c, ctx, mw))
		return -ENOMEM;

	/* Nobody knows what a command should do. */
	if (!c->w->entries[0].path)
		return 0;
	text[0] = '\0';
	for (path = 0; path < PTI_PATH_COUNT; path++) {
		want = mw->declared[path] * times;
		if ((mw->seen[path] >= want &&
		     mw->seen[path] <= want + spare(c, path)) ||
		    (is_asynchronous(path) && mw->seen[path] > want))
			continue;
		good = false;
		p = tell_difference(p, end, path, mw->seen[path], want);
	}
	mw->verified = good ? VERIFIED_YES : VERIFIED_NO;
	if (good)
		return 0;
	return run_warn(&c->how->run->manifest,
			"%s: records are not as they should be: %llu lost, "
			"%llu contradict themselves%s",
			c->w->name, (unsigned long long)c->lost,
			(unsigned long long)c->odd, text);
}

static int capture_all(struct capture *c, struct bench_ctx *ctx,
		       struct manifest_workload *mw)
{
	uint64_t i, start = calibrate_ns();
	int err;

	for (i = 0; i < c->samples; i++) {
		if (bench_time_is_up(c->how, start, i))
			break;
		if (stop_requested())
			return -EINTR;
		err = capture_one(c, ctx, c->counts[i]);
		if (err)
			return err;
	}
	c->samples = i;
	err = push_mark_cost(c);
	if (!err)
		err = push_counts(c, ctx, mw);
	/* The next workload is no process of its own. */
	if (!err && c->w->other_process)
		err = module_reader_filter(c->how->reader, 0);
	if (!err)
		err = verify(c, ctx, mw);
	mark_lost(c);
	return err;
}

/**
 * bench_capture() - record a workload's entries and exits
 * @how: how, with a reader
 * @w: workload
 * @ctx: its context, set up and warmed up; iterations are cut to what fits the
 *	ring
 * @mw: its entry in the manifest; seen, verified and note are filled in
 *
 * Adds the series of the marks: window, switch and flush_share of every path
 * that was taken, the number of entries, and what a pair of marks costs.
 *
 * Return: 0 or a negative errno; -EINTR when a signal asked to end.
 */
int bench_capture(const struct measure *how, const struct workload *w,
		  struct bench_ctx *ctx, struct manifest_workload *mw)
{
	uint64_t fit = how->reader->info.ring_bytes / RING_BYTES_PER_ENTRY;
	struct capture c = { .how = how, .w = w };
	int err = -ENOMEM;

	if (fit > 0 && ctx->iterations > fit)
		ctx->iterations = fit;
	c.room = w->other_process ? how->reader->info.ring_bytes /
					    sizeof(struct ptiscope_record) :
				    ctx->iterations + SPARE_RECORDS;
	c.samples = CAPTURE_ENTRIES / ctx->iterations;
	if (c.samples < 1)
		c.samples = 1;
	if (c.samples > mw->samples)
		c.samples = mw->samples;
	c.counts = calloc(c.samples, sizeof(*c.counts));
	c.records = calloc(c.room, sizeof(*c.records));
	if (c.counts && c.records) {
		/* The first recording warms the module up and is thrown away. */
		log_progress("%s: recording marks", w->name);
		err = (int)record_sample(&c, ctx);
		if (err >= 0) {
			c.missed = 0;
			err = capture_all(&c, ctx, mw);
		}
	}
	free(c.counts);
	free(c.records);
	return err;
}
