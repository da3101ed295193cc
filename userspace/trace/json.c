// SPDX-License-Identifier: GPL-2.0-only
/* A trace as JSON. */
#include <jansson.h>
#include <stdio.h>

#include "analyse/histogram.h"
#include "base/json_out.h"
#include "machine/syscalls.h"
#include "trace/trace.h"

#define FORMAT_VERSION 2

/* Slots that count something, each [least value, greatest value, count]. */
static json_t *json_slots(const __u64 *slots)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i <= PTI_BPF_SLOT_LAST; i++) {
		if (!slots[i])
			continue;
		array = json_appended(
			array,
			json_pack("[I, I, I]", (json_int_t)histogram_low(i),
				  i == PTI_BPF_SLOT_LAST ?
					  (json_int_t)-1 :
					  (json_int_t)histogram_high(i),
				  (json_int_t)slots[i]));
	}
	return array;
}

static json_t *json_half(uint64_t sum, uint64_t count, const __u64 *slots)
{
	return json_pack("{s:f, s:f, s:f, s:f, s:o}", "mean",
			 count ? (double)sum / (double)count : 0, "p50",
			 histogram_quantile(slots, 0.5), "p95",
			 histogram_quantile(slots, 0.95), "p99",
			 histogram_quantile(slots, 0.99), "slots",
			 json_slots(slots));
}

static json_t *json_path(unsigned int path, const struct pti_bpf_stat *s,
			 bool marks)
{
	json_t *o = json_pack("{s:s, s:s, s:I}", "path", pti_path_name(path),
			      "direction",
			      pti_path_is_exit(path) ? "exit" : "entry",
			      "count", (json_int_t)s->count);

	if (!o || !marks)
		return o;
	o = json_with_member(o, "flushes",
			     json_integer((json_int_t)s->flushes));
	o = json_with_member(o, "window",
			     json_half(s->window_sum, s->count,
				       s->window_slots));
	return json_with_member(o, "switch",
				json_half(s->switch_sum, s->count,
					  s->switch_slots));
}

static json_t *json_paths(const struct trace *t)
{
	json_t *paths = json_array();
	unsigned int path;

	for (path = 0; path < PTI_PATH_COUNT; path++) {
		if (t->counts.stats[path].count)
			paths = json_appended(
				paths, json_path(path, &t->counts.stats[path],
						 t->o->filter.marks));
	}
	return paths;
}

/* All system calls, those that took the most time to switch first. */
static json_t *json_syscalls(const struct trace *t)
{
	const struct pti_bpf_syscall *s;
	json_t *calls = json_array();
	struct trace_top top;
	char name[64];
	size_t i;

	trace_top(&t->counts, PTI_BPF_SYSCALLS, &top);
	for (i = 0; i < top.n; i++) {
		s = &t->counts.syscalls[top.key[i]];
		calls = json_appended(
			calls,
			json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "name",
				  syscall_name(top.key[i], name, sizeof(name)),
				  "entries", (json_int_t)s->entries, "exits",
				  (json_int_t)s->exits, "skipped",
				  (json_int_t)s->skipped, "window_ticks",
				  (json_int_t)s->window_sum, "switch_ticks",
				  (json_int_t)s->switch_sum));
	}
	return calls;
}

static json_t *json_flushes(const struct trace *t)
{
	const struct pti_bpf_flush *f;
	json_t *flushes = json_array();
	unsigned int i;

	for (i = 0; i < PTI_BPF_REASONS; i++) {
		f = &t->counts.flushes[i];
		if (f->count)
			flushes = json_appended(
				flushes,
				json_pack("{s:i, s:s, s:I, s:I, s:I}", "reason",
					  (int)i, "what", trace_reason(i),
					  "count", (json_int_t)f->count, "all",
					  (json_int_t)f->all, "pages",
					  (json_int_t)f->pages));
	}
	return flushes;
}

static json_t *json_workload(const struct trace *t)
{
	json_t *declared = json_object();
	unsigned int path;

	for (path = 0; path < PTI_PATH_COUNT; path++) {
		if (t->declared[path])
			declared = json_with_member(
				declared, pti_path_name(path),
				json_integer((json_int_t)t->declared[path]));
	}
	return json_pack("{s:s, s:I, s:o}", "name", t->o->workload->name,
			 "iterations", (json_int_t)t->o->iterations,
			 "declared_entries", declared);
}

/**
 * trace_print_json() - print a trace for programs
 * @t: trace
 *
 * Return: 0, or -errno after one line on stderr
 */
int trace_print_json(const struct trace *t)
{
	json_t *root;

	root = json_pack(
		"{s:s, s:i, s:f, s:I, s:I, s:I, s:b, s:s, s:o, s:o, s:o}",
		"format", "ptiscope-trace", "version", FORMAT_VERSION,
		"seconds", t->seconds, "pid", (json_int_t)t->o->filter.tgid,
		"missed", (json_int_t)t->counts.missed, "skipped",
		(json_int_t)t->counts.stats[PTI_PATH_SYSCALL64].skipped, "pcid",
		t->o->filter.pcid, "unit", "ticks", "paths", json_paths(t),
		"syscalls", json_syscalls(t), "tlb_flushes", json_flushes(t));
	if (root && t->o->events.n)
		root = json_with_member(root, "events", trace_json_events(t));
	if (root && t->o->workload)
		root = json_with_member(root, "workload", json_workload(t));
	return json_out(root, JSON_OUT_FLAGS, "the trace", stdout);
}
