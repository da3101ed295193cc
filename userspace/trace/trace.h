/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of `ptiscope trace` share. */
#ifndef PTISCOPE_TRACE_TRACE_H
#define PTISCOPE_TRACE_TRACE_H

#include <jansson.h>

#include "workload/workload.h"
#include "machine/env.h"
#include "kernel/events.h"
#include "kernel/bpf.h"
#include "run/rundir.h"

/**
 * struct trace_opts - the command line
 * @duration: seconds, 0 until a signal
 * @interval: seconds between two live tables, 0 for none
 * @top: system calls shown in each table
 * @filter: what is counted
 * @events: counters to read at each entry, not open; @events.n may be 0
 * @workload: done once while counting, or NULL
 * @iterations: of @workload
 * @out: run directory to write, or NULL
 * @force: replace @out
 * @lane: enum lane, or -1 where the user named none
 * @json: print JSON
 * @timeline: file of trace events to write of the module's records, or NULL
 * @records: most that it holds, the last ones
 * @stop_above: ticks of a window or switch that end it, 0: none
 */
struct trace_opts {
	uint64_t duration;
	uint64_t interval;
	uint64_t top;
	struct bpf_filter filter;
	struct events events;
	const struct workload *workload;
	uint64_t iterations;
	const char *out;
	bool force;
	int lane;
	bool json;
	const char *timeline;
	uint64_t records;
	uint64_t stop_above;
};

/**
 * struct trace - a trace under way, and what it ends with
 * @o: the command line
 * @reader: BPF programs
 * @events: those of the command line, and why one was not counted
 * @counts: all that was counted
 * @seconds: how long it counted
 * @declared: entries that the workload declares, by enum pti_path
 */
struct trace {
	const struct trace_opts *o;
	struct bpf_reader reader;
	struct events events;
	struct bpf_counts counts;
	double seconds;
	uint64_t declared[PTI_PATH_COUNT];
};

/* count.c */
int trace_count(struct trace *t, const char **why);

/* print.c */
void trace_print_live(const struct trace *t, const struct bpf_counts *counts,
		      double seconds);
void trace_print_text(const struct trace *t);

/* top.c */
/**
 * struct trace_top - the system calls that took the most time to switch
 * @key: as PTI_BPF_SYSCALL_* count, the greatest first
 * @n: how many
 */
struct trace_top {
	uint32_t key[PTI_BPF_SYSCALLS];
	size_t n;
};

void trace_top(const struct bpf_counts *counts, uint64_t most,
	       struct trace_top *top);
const char *trace_reason(unsigned int reason);

/* record.c */
int trace_timeline(const struct trace_opts *o, const struct env *env);

/* events.c */
void trace_print_events(const struct trace *t);
json_t *trace_json_events(const struct trace *t);

/* json.c */
int trace_print_json(const struct trace *t);

/* run.c */
int trace_store(const struct trace *t, const struct env *env,
		const struct rundir *dir);

#endif /* PTISCOPE_TRACE_TRACE_H */
