// SPDX-License-Identifier: GPL-2.0-only
/*
 * Third stage: samples of a workload that the module records.
 *
 * It follows the timed samples instead of sharing them, because writing a record
 * takes time that would be charged to the round trip.  Each sample is a
 * recording of its own, started and stopped by the thread that is measured and
 * read out in between: the ring never fills, and no reader runs beside the
 * measurement.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stop.h"
#include "base/clock.h"
#include "measure/record.h"

/* About so many entries are recorded of each workload. */
#define RECORD_ENTRIES 4096

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
 * struct recorder - recordings that are being made
 * @plan: how
 * @ctx: the workload
 * @rec: what they say so far
 * @counts: entries by recording and path
 * @skipped: by recording, calls that skipped the switch
 * @records: what one recording left
 * @room: records that fit there
 */
struct recorder {
	const struct plan *plan;
	struct bench_ctx *ctx;
	struct recording *rec;
	uint32_t (*counts)[PTI_PATH_COUNT];
	uint64_t *skipped;
	struct ptiscope_record *records;
	size_t room;
};

static int push(struct recorder *r, unsigned int path, enum metric metric,
		enum unit unit, uint32_t divisor, uint64_t value)
{
	const char *name = r->ctx->w->name;
	struct series *s = sample_set_find(&r->rec->marks, path, metric, name);

	if (!s)
		s = sample_set_add(&r->rec->marks, path, metric, unit, name,
				   divisor);
	return s ? series_push(s, value) : -ENOMEM;
}

static int push_half(struct recorder *r, unsigned int path,
		     const uint64_t times[3], uint64_t cr3)
{
	bool user_table = cr3 & CR3_USER_TABLE;
	bool flush = !r->plan->pcid || !(cr3 & CR3_NOFLUSH);
	enum metric window = metric_window(path);
	int err;

	if (times[1] < times[0] || times[2] < times[1] ||
	    user_table != pti_path_is_exit(path)) {
		r->rec->odd++;
		return 0;
	}
	err = push(r, path, window, r->plan->unit, 1, times[1] - times[0]);
	if (!err)
		err = push(r, path, metric_switch(window), r->plan->unit, 1,
			   times[2] - times[1]);
	if (!err)
		err = push(r, path, METRIC_FLUSH_SHARE, UNIT_COUNT, 1, flush);
	return err;
}

static int senseless(const struct recorder *r)
{
	log_error("%s: the records of the module make no sense",
		  r->ctx->w->name);
	return -EPROTO;
}

/* Another process may be interrupted after its last call. */
static bool ends_in_call(const struct recorder *r, size_t n)
{
	return n && (r->ctx->w->other_process ||
		     r->records[n - 1].entry_path == PTI_PATH_SYSCALL64);
}

/*
 * A recording begins inside one ioctl and ends inside another.  So the first
 * record's exit half is the return from the first, and the last record's entry
 * half the call of the second: both are left out, and what remains is the
 * workload's alone.  Another process begins inside the read(2) that it waits in, and
 * ends anywhere.
 */
static int take_records(struct recorder *r, size_t n, uint32_t *counts,
			uint64_t *skipped)
{
	const struct ptiscope_record *record;
	size_t i;
	int err = 0;

	/* Where records were lost, the call that ends it may be among them. */
	if (!r->rec->lost && !ends_in_call(r, n))
		return senseless(r);
	for (i = 0; i < n && !err; i++) {
		record = &r->records[i];
		if (record->entry_path >= PTI_PATH_COUNT ||
		    record->exit_path >= PTI_PATH_COUNT)
			return senseless(r);
		*skipped += record->skipped;
		if (i > 0 && record->exit_path != PTI_PATH_NONE)
			err = push_half(r, record->exit_path,
					(uint64_t[]){ record->x0, record->x1,
						      record->x2 },
					record->exit_cr3);
		if (err || (i == n - 1 && !r->ctx->w->other_process))
			continue;
		counts[record->entry_path]++;
		err = push_half(r, record->entry_path,
				(uint64_t[]){ record->e0, record->e1,
					      record->e2 },
				record->new_cr3);
	}
	return err;
}

/* Record one sample; the records are left in r->records. */
static ssize_t record_once(struct recorder *r)
{
	const struct module_reader *reader = r->plan->reader;
	const struct workload *w = r->ctx->w;
	pid_t tid = w->other_process ? 0 : (pid_t)syscall(SYS_gettid);
	uint64_t ticks;
	int err, stopped;

	err = bench_prepare(r->ctx);
	if (!err && w->other_process)
		err = module_reader_filter(reader, r->ctx->helper,
					   PTISCOPE_PATHS_ALL);
	if (!err)
		err = module_reader_start(reader, tid);
	if (err)
		return err;
	err = w->sample(r->ctx, &ticks);
	stopped = module_reader_stop(reader);
	if (err || stopped)
		return err ? err : stopped;
	return module_reader_drain(reader, r->records, r->room);
}

/*
 * An iteration ends with a gap, and not every gap is the interrupt that is meant: an
 * emulator or a host takes the time as well, and an interrupt that comes while
 * another is handled is no entry from user mode.
 */
static bool missed(const struct recorder *r, size_t n)
{
	const struct bench_entries *e;
	uint64_t seen;
	size_t i;

	for (e = r->ctx->w->entries; e->path; e++) {
		if (!pti_path_is_asynchronous(e->path))
			continue;
		seen = 0;
		for (i = 0; i < n; i++)
			seen += r->records[i].entry_path == e->path;
		if (seen < e->count * r->ctx->iterations)
			return true;
	}
	return false;
}

/* Record a sample that has the interrupts that it is about, or else the last one. */
static ssize_t record_sample(struct recorder *r)
{
	unsigned int i;
	ssize_t n;

	for (i = 0;; i++) {
		n = record_once(r);
		if (n < 0 || i == RETRIES || !missed(r, (size_t)n))
			return n;
		if (stop_requested())
			return -EINTR;
		r->rec->missed++;
	}
}

static int record_one(struct recorder *r, uint32_t *counts, uint64_t *skipped)
{
	struct ptiscope_stats stats;
	ssize_t n = record_sample(r);
	int err;

	if (n < 0)
		return (int)n;
	err = module_reader_stats(r->plan->reader, &stats);
	if (err)
		return err;
	r->rec->written += stats.written;
	r->rec->read += stats.read;
	r->rec->lost += stats.lost;
	return take_records(r, (size_t)n, counts, skipped);
}

/* What two marks cost at least: every window and switch includes it. */
static int push_mark_cost(struct recorder *r)
{
	uint64_t ticks[MARK_SAMPLES];
	size_t i;
	int err;

	err = module_reader_probe(r->plan->reader, PTISCOPE_PROBE_MARK_PAIR,
				  ticks, MARK_SAMPLES);
	for (i = 0; i < MARK_SAMPLES && !err; i++)
		err = push(r, r->ctx->w->path, METRIC_MARK_COST, r->plan->unit,
			   1, ticks[i]);
	return err;
}

/* Calls per iteration that skipped the switch, where the kernel lets any do so. */
static int push_skipped(struct recorder *r)
{
	struct recording *rec = r->rec;
	uint64_t i;

	if (!(r->plan->reader->info.features & PTISCOPE_HAS_SKIP))
		return 0;
	for (i = 0; i < rec->samples; i++) {
		rec->skipped += r->skipped[i];
		if (push(r, PTI_PATH_SYSCALL64, METRIC_SKIPPED, UNIT_COUNT,
			 (uint32_t)rec->iterations, r->skipped[i]))
			return -ENOMEM;
	}
	return 0;
}

/* Entries per iteration of every path that was seen at all. */
static int push_counts(struct recorder *r)
{
	struct recording *rec = r->rec;
	unsigned int path;
	uint64_t i;

	for (path = 0; path < PTI_PATH_COUNT; path++) {
		for (i = 0; i < rec->samples; i++)
			rec->seen[path] += r->counts[i][path];
		if (!rec->seen[path])
			continue;
		for (i = 0; i < rec->samples; i++) {
			if (push(r, path, METRIC_ENTRIES, UNIT_COUNT,
				 (uint32_t)rec->iterations, r->counts[i][path]))
				return -ENOMEM;
		}
	}
	return 0;
}

static void mark_lost(struct recording *rec)
{
	size_t i;

	for (i = 0; i < rec->marks.n; i++) {
		if (rec->marks.series[i]->metric != METRIC_MARK_COST)
			rec->marks.series[i]->lost = rec->lost;
	}
}

/* At most @samples recordings */
static int record_all(struct recorder *r, uint64_t samples)
{
	uint64_t i, start = clock_ns();
	int err;

	for (i = 0; i < samples; i++) {
		if (plan_time_is_up(r->plan, start, i))
			break;
		if (stop_requested())
			return -EINTR;
		err = record_one(r, r->counts[i], &r->skipped[i]);
		if (err)
			return err;
	}
	r->rec->samples = i;
	err = push_mark_cost(r);
	if (!err)
		err = push_counts(r);
	if (!err)
		err = push_skipped(r);
	/* The next workload is no process of its own. */
	if (!err && r->ctx->w->other_process)
		err = module_reader_filter(r->plan->reader, 0,
					   PTISCOPE_PATHS_ALL);
	mark_lost(r->rec);
	return err;
}

/**
 * recording_make() - record a workload's entries and exits
 * @rec: filled in; recording_deinit() is due even after an error
 * @plan: how, with a reader
 * @ctx: the workload, set up and warmed up; iterations are cut to what fits the
 *	ring
 * @samples: recordings to make at most
 *
 * Return: 0 or a negative errno; -EINTR when a signal asked to end.
 */
int recording_make(struct recording *rec, const struct plan *plan,
		   struct bench_ctx *ctx, uint64_t samples)
{
	uint64_t ring = plan->reader->info.ring_bytes;
	uint64_t fit = ring / RING_BYTES_PER_ENTRY, most;
	struct recorder r = { .plan = plan, .ctx = ctx, .rec = rec };
	int err = -ENOMEM;

	*rec = (struct recording){ 0 };
	if (fit > 0 && ctx->iterations > fit)
		ctx->iterations = fit;
	rec->iterations = ctx->iterations;
	r.room = ctx->w->other_process ? ring / sizeof(struct ptiscope_record) :
					 ctx->iterations + SPARE_RECORDS;
	most = RECORD_ENTRIES / ctx->iterations;
	if (most < 1)
		most = 1;
	if (most > samples)
		most = samples;
	r.counts = calloc(most, sizeof(*r.counts));
	r.skipped = calloc(most, sizeof(*r.skipped));
	r.records = calloc(r.room, sizeof(*r.records));
	if (r.counts && r.skipped && r.records) {
		/* The first recording warms the module up and is thrown away. */
		log_progress("%s: recording marks", ctx->w->name);
		err = (int)record_sample(&r);
		if (err >= 0) {
			rec->missed = 0;
			err = record_all(&r, most);
		}
	}
	free(r.counts);
	free(r.skipped);
	free(r.records);
	return err;
}

/** recording_deinit() - free the samples */
void recording_deinit(struct recording *rec)
{
	sample_set_deinit(&rec->marks);
}
