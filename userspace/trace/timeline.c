// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records as Chrome trace events, which Perfetto and chrome://tracing open: a track for
 * each CPU, on it user mode and the kernel by path, and in the kernel the windows and
 * the writes to CR3.
 *
 * A record is an exit, a stay in user mode and an entry; so a stay in the kernel is
 * between two of them, and drawn where both are there.  Each event is written on its
 * own: a whole trace in memory would take a hundred times that of the records.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/json_out.h"
#include "trace/timeline.h"

#define CR3_NOFLUSH (1ULL << 63) /* SDM vol. 3, 4.10.4.1 */

/* All tracks are those of one process, of which a CPU is a thread. */
#define PROCESS 1

/* As many digits as a double keeps */
#define EVENT_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

/**
 * struct track - of a CPU, what is not drawn yet
 * @entry: the last record, of which the entry is due; or NULL
 * @seq: of the next record, where none is lost
 * @any: it has a record
 */
struct track {
	const struct ptiscope_record *entry;
	uint64_t seq;
	bool any;
};

/**
 * struct timeline - one that is being written
 * @origin: the earliest tick
 * @tracks: by CPU
 * @failed: memory ran out
 */
struct timeline {
	FILE *f;
	const struct timeline_facts *facts;
	uint64_t origin;
	struct track *tracks;
	size_t cpus;
	bool failed;
};

/** struct half - an entry or an exit */
struct half {
	unsigned int path;
	uint64_t begin;
	uint64_t write;
	uint64_t end;
	uint64_t cr3;
};

static struct half entry_of(const struct ptiscope_record *r)
{
	return (struct half){ r->entry_path, r->e0, r->e1, r->e2, r->new_cr3 };
}

static struct half exit_of(const struct ptiscope_record *r)
{
	return (struct half){ r->exit_path, r->x0, r->x1, r->x2, r->exit_cr3 };
}

static double us(const struct timeline *t, uint64_t ticks)
{
	return (double)ticks * 1e3 /
	       (t->facts->tsc_khz ? (double)t->facts->tsc_khz : 1e6);
}

/* Takes over the event, which is NULL where it could not be made. */
static void write_event(struct timeline *t, json_t *event)
{
	fputs(",\n", t->f);
	t->failed |= !event || json_dumpf(event, t->f, EVENT_FLAGS);
	json_decref(event);
}

static void slice(struct timeline *t, unsigned int cpu, const char *name,
		  uint64_t begin, uint64_t end, json_t *args)
{
	write_event(t, json_pack("{s:s, s:s, s:i, s:i, s:f, s:f, s:o}", "ph",
				 "X", "name", name, "pid", PROCESS, "tid",
				 (int)cpu + 1, "ts", us(t, begin - t->origin),
				 "dur", us(t, end - begin), "args", args));
}

static json_t *ticks_of(unsigned int path, uint64_t ticks)
{
	return json_pack("{s:s, s:I}", "path", pti_path_name(path), "ticks",
			 (json_int_t)ticks);
}

static void draw_half(struct timeline *t, unsigned int cpu,
		      const struct half *half)
{
	bool flush = !t->facts->pcid || !(half->cr3 & CR3_NOFLUSH);

	slice(t, cpu,
	      pti_path_is_exit(half->path) ? "exit window" : "entry window",
	      half->begin, half->write,
	      ticks_of(half->path, half->write - half->begin));
	slice(t, cpu, flush ? "CR3 write, flush" : "CR3 write", half->write,
	      half->end, ticks_of(half->path, half->end - half->write));
}

/* A half of which the other is not known */
static void draw_alone(struct timeline *t, unsigned int cpu, struct half half)
{
	slice(t, cpu, pti_path_name(half.path), half.begin, half.end,
	      json_object());
	draw_half(t, cpu, &half);
}

/* A stay in the kernel, or in a handler that interrupted it */
static void draw_kernel(struct timeline *t, unsigned int cpu, struct half entry,
			struct half exit)
{
	slice(t, cpu, pti_path_name(entry.path), entry.begin, exit.end,
	      json_pack("{s:s}", "exit", pti_path_name(exit.path)));
	draw_half(t, cpu, &entry);
	slice(t, cpu, t->facts->filtered ? "kernel or elsewhere" : "kernel",
	      entry.end, exit.begin, json_object());
	draw_half(t, cpu, &exit);
}

static void draw_lost(struct timeline *t, const struct ptiscope_record *r,
		      uint64_t n)
{
	write_event(t, json_pack("{s:s, s:s, s:s, s:i, s:i, s:f, s:{s:I}}",
				 "ph", "i", "name", "records lost", "s", "t",
				 "pid", PROCESS, "tid", (int)r->cpu + 1, "ts",
				 us(t, r->e0 - t->origin), "args", "n",
				 (json_int_t)n));
}

/* Where a thread is filtered, another one's entry says nothing of its exit. */
static bool is_one_stay(const struct timeline *t, const struct track *track,
			const struct ptiscope_record *r)
{
	return track->entry && track->seq == r->seq &&
	       r->exit_path != PTI_PATH_NONE &&
	       (!t->facts->filtered || track->entry->tid == r->tid);
}

static void draw_exit(struct timeline *t, const struct track *track,
		      const struct ptiscope_record *r)
{
	if (is_one_stay(t, track, r)) {
		draw_kernel(t, r->cpu, entry_of(track->entry), exit_of(r));
	} else {
		if (track->entry)
			draw_alone(t, r->cpu, entry_of(track->entry));
		if (r->exit_path != PTI_PATH_NONE)
			draw_alone(t, r->cpu, exit_of(r));
	}
	if (r->exit_path != PTI_PATH_NONE)
		slice(t, r->cpu, "user", r->x2, r->e0,
		      json_pack("{s:I, s:I}", "process", (json_int_t)r->tgid,
				"thread", (json_int_t)r->tid));
}

static void draw_record(struct timeline *t, const struct ptiscope_record *r)
{
	struct track *track = &t->tracks[r->cpu];

	if (track->any && track->seq != r->seq)
		draw_lost(t, r, r->seq - track->seq);
	if (r->exit_path == PTI_PATH_PARANOID) {
		draw_kernel(t, r->cpu, entry_of(r), exit_of(r));
		/* A gap before it is one before the record behind it, too. */
		if (track->any && track->seq != r->seq && track->entry) {
			draw_alone(t, r->cpu, entry_of(track->entry));
			track->entry = NULL;
		}
	} else {
		draw_exit(t, track, r);
		track->entry = r;
	}
	track->any = true;
	track->seq = r->seq + 1;
}

static void name_track(struct timeline *t, size_t cpu)
{
	char name[32];

	snprintf(name, sizeof(name), "CPU %zu", cpu);
	write_event(t, json_pack("{s:s, s:s, s:i, s:i, s:{s:s}}", "ph", "M",
				 "name", "thread_name", "pid", PROCESS, "tid",
				 (int)cpu + 1, "args", "name", name));
}

static void write_head(struct timeline *t, const struct records *records)
{
	const struct timeline_facts *facts = t->facts;
	json_t *head = json_pack(
		"{s:s, s:s, s:s, s:I, s:b, s:b, s:I, s:I, s:I}", "made_by",
		"ptiscope trace --timeline", "lane", facts->lane, "unit",
		facts->unit, "tsc_khz", (json_int_t)facts->tsc_khz, "pcid",
		facts->pcid, "filtered", facts->filtered, "records",
		(json_int_t)records->n, "older_not_kept",
		(json_int_t)(records->taken - records->n), "lost",
		(json_int_t)facts->lost);

	fputs("{\"displayTimeUnit\": \"ns\", \"otherData\": ", t->f);
	t->failed |= !head || json_dumpf(head, t->f, JSON_COMPACT);
	json_decref(head);
	fprintf(t->f,
		",\n\"traceEvents\": [\n{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%d,"
		"\"tid\":0,\"args\":{\"name\":\"ptiscope\"}}",
		PROCESS);
}

static void find_bounds(struct timeline *t, const struct records *records)
{
	for (size_t i = 0; i < records->n; i++) {
		const struct ptiscope_record *r = records_at(records, i);
		bool exit_first = r->exit_path != PTI_PATH_NONE &&
				  r->x0 < r->e0;
		uint64_t begin = exit_first ? r->x0 : r->e0;

		if (!i || begin < t->origin)
			t->origin = begin;
		if (r->cpu >= t->cpus)
			t->cpus = r->cpu + 1;
	}
}

/**
 * timeline_write() - write records as Chrome trace events
 * @records: as the module handed them out
 * @f: gets JSON, some 700 bytes a record
 * Return: 0 or -ENOMEM; whether all was written is for @f's owner to ask
 */
int timeline_write(const struct records *records,
		   const struct timeline_facts *facts, FILE *f)
{
	struct timeline t = { .f = f, .facts = facts };

	find_bounds(&t, records);
	t.tracks = calloc(t.cpus + 1, sizeof(*t.tracks));
	if (!t.tracks)
		return -ENOMEM;
	write_head(&t, records);
	for (size_t i = 0; i < records->n; i++)
		draw_record(&t, records_at(records, i));
	for (size_t cpu = 0; cpu < t.cpus; cpu++) {
		if (t.tracks[cpu].entry)
			draw_alone(&t, cpu, entry_of(t.tracks[cpu].entry));
		if (t.tracks[cpu].any)
			name_track(&t, cpu);
	}
	fputs("\n]}\n", f);
	free(t.tracks);
	return t.failed && !ferror(f) ? -ENOMEM : 0;
}
