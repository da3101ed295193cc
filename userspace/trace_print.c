// SPDX-License-Identifier: GPL-2.0-only
/* A trace on the terminal or as JSON. */
#include <jansson.h>
#include <stdio.h>

#include "json_out.h"
#include "trace_print.h"

#define BAR_COLUMNS 40

static double mean(uint64_t sum, uint64_t count)
{
	return count ? (double)sum / (double)count : 0;
}

/* Upper bound of the slot that holds quantile @p, in ticks. */
static uint64_t quantile_below(const __u64 *slots, uint64_t count, double p)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < PTI_BPF_SLOTS - 1; i++) {
		sum += slots[i];
		if ((double)sum >= p * (double)count)
			break;
	}
	return 1ULL << (i + 1);
}

static void print_row(const char *name, const struct pti_bpf_stat *s)
{
	printf("%-18s %12llu %6.1f%% %9.1f %8llu %8llu %9.1f %8llu %8llu\n",
	       name, (unsigned long long)s->count,
	       100 * mean(s->flushes, s->count), mean(s->window_sum, s->count),
	       (unsigned long long)quantile_below(s->window_slots, s->count,
						  0.5),
	       (unsigned long long)quantile_below(s->window_slots, s->count,
						  0.99),
	       mean(s->switch_sum, s->count),
	       (unsigned long long)quantile_below(s->switch_slots, s->count,
						  0.5),
	       (unsigned long long)quantile_below(s->switch_slots, s->count,
						  0.99));
}

static void print_histogram(const char *name, const char *what,
			    const __u64 *slots)
{
	uint64_t most = 0;
	int i, first = -1, last = 0;

	for (i = 0; i < PTI_BPF_SLOTS; i++) {
		if (!slots[i])
			continue;
		if (first < 0)
			first = i;
		last = i;
		if (slots[i] > most)
			most = slots[i];
	}
	if (first < 0)
		return;
	printf("\n%s: %s, TSC ticks\n", name, what);
	for (i = first; i <= last; i++)
		printf("%12llu -> %-12llu %10llu |%-*.*s|\n",
		       i ? 1ULL << i : 0ULL, (1ULL << (i + 1)) - 1,
		       (unsigned long long)slots[i], BAR_COLUMNS,
		       (int)(slots[i] * BAR_COLUMNS / most),
		       "****************************************");
}

static void print_workload(const struct trace_result *t)
{
	unsigned int path;

	if (!t->workload)
		return;
	for (path = 0; path < PTI_PATH_COUNT; path++) {
		if (t->declared[path])
			printf("\n%s: %llu iterations, %s: %llu declared, "
			       "%llu counted\n",
			       t->workload, (unsigned long long)t->iterations,
			       pti_path_name(path),
			       (unsigned long long)t->declared[path],
			       (unsigned long long)t->stats[path].count);
	}
}

/**
 * trace_print_text() - print a trace for people
 * @t: trace
 */
void trace_print_text(const struct trace_result *t)
{
	const struct pti_bpf_stat *s = t->stats;
	unsigned int path;

	printf("%-18s %12s %7s %9s %8s %8s %9s %8s %8s\n", "path", "count",
	       "flush", "window", "p50 <", "p99 <", "switch", "p50 <", "p99 <");
	for (path = 0; path < PTI_PATH_COUNT; path++) {
		if (s[path].count)
			print_row(pti_path_name(path), &s[path]);
	}
	for (path = 0; path < PTI_PATH_COUNT; path++) {
		print_histogram(pti_path_name(path), "window",
				s[path].window_slots);
		print_histogram(pti_path_name(path), "switch",
				s[path].switch_slots);
	}
	print_workload(t);
	printf("\n%.1f s, %llu missed; window and switch are means in TSC "
	       "ticks\n",
	       t->seconds, (unsigned long long)t->missed);
}

static json_t *json_slots(const __u64 *slots)
{
	json_t *array = json_array();
	int i;

	for (i = 0; i < PTI_BPF_SLOTS; i++)
		json_array_append_new(array,
				      json_integer((json_int_t)slots[i]));
	return array;
}

static json_t *json_half(uint64_t sum, uint64_t count, const __u64 *slots)
{
	return json_pack("{s:f, s:o}", "mean", mean(sum, count), "log2_slots",
			 json_slots(slots));
}

static json_t *json_path(unsigned int path, const struct pti_bpf_stat *s)
{
	return json_pack(
		"{s:s, s:s, s:I, s:I, s:o, s:o}", "path", pti_path_name(path),
		"direction", pti_path_is_exit(path) ? "exit" : "entry", "count",
		(json_int_t)s->count, "flushes", (json_int_t)s->flushes,
		"window", json_half(s->window_sum, s->count, s->window_slots),
		"switch", json_half(s->switch_sum, s->count, s->switch_slots));
}

static json_t *json_workload(const struct trace_result *t)
{
	json_t *declared = json_object();
	unsigned int path;

	for (path = 0; path < PTI_PATH_COUNT; path++) {
		if (t->declared[path])
			json_object_set_new(
				declared, pti_path_name(path),
				json_integer((json_int_t)t->declared[path]));
	}
	return json_pack("{s:s, s:I, s:o}", "name", t->workload, "iterations",
			 (json_int_t)t->iterations, "declared_entries",
			 declared);
}

/**
 * trace_print_json() - print a trace for programs
 * @t: trace
 *
 * Return: 0, or -errno after one line on stderr
 */
int trace_print_json(const struct trace_result *t)
{
	json_t *paths = json_array(), *root;
	unsigned int path;

	for (path = 0; path < PTI_PATH_COUNT; path++) {
		if (t->stats[path].count)
			json_array_append_new(paths,
					      json_path(path, &t->stats[path]));
	}
	root = json_pack("{s:s, s:i, s:f, s:I, s:I, s:s, s:o}", "format",
			 "ptiscope-trace", "version", 1, "seconds", t->seconds,
			 "pid", (json_int_t)t->pid, "missed",
			 (json_int_t)t->missed, "unit", "ticks", "paths",
			 paths);
	if (root && t->workload)
		json_object_set_new(root, "workload", json_workload(t));
	return json_out(root, JSON_OUT_FLAGS, "the trace", stdout);
}
