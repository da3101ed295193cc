// SPDX-License-Identifier: GPL-2.0-only
/* A trace on the terminal: live tables, and the summary. */
#include <stdio.h>

#include "analyse/histogram.h"
#include "machine/syscalls.h"
#include "trace/trace.h"

#define BAR_COLUMNS 40

typedef unsigned long long ull;

static double per(double sum, double count)
{
	return count > 0 ? sum / count : 0;
}

/* Mean, median and 99th percentile of a histogram. */
static void print_times(uint64_t sum, const __u64 *slots)
{
	printf(" %8.1f %7.0f %7.0f",
	       per((double)sum, (double)histogram_count(slots)),
	       histogram_quantile(slots, 0.5), histogram_quantile(slots, 0.99));
}

/* Without PCID a CR3 write has no bit that asks for no flush. */
static void print_flush_share(const struct pti_bpf_stat *s, bool pcid)
{
	if (pcid)
		printf(" %6.1f%%",
		       100 * per((double)s->flushes, (double)s->count));
	else
		printf(" %7s", "no PCID");
}

static void print_path(const struct trace *t, const char *name,
		       const struct pti_bpf_stat *s, double seconds)
{
	printf("%-18s %10llu %10.0f", name, (ull)s->count,
	       per((double)s->count, seconds));
	if (t->o->filter.marks) {
		print_flush_share(s, t->o->filter.pcid);
		print_times(s->window_sum, s->window_slots);
		print_times(s->switch_sum, s->switch_slots);
	}
	putchar('\n');
}

/* Calls that made no entry at all, where there were any */
static void print_skipped(const struct bpf_counts *c)
{
	const char *comma = ": ";
	char name[64];
	uint32_t key;

	if (!c->stats[PTI_PATH_SYSCALL64].skipped)
		return;
	printf("%-18s %10llu", "skipped",
	       (ull)c->stats[PTI_PATH_SYSCALL64].skipped);
	for (key = 0; key < PTI_BPF_SKIPS; key++) {
		if (!c->syscalls[key].skipped)
			continue;
		printf("%s%s %llu", comma,
		       syscall_name(key, name, sizeof(name)),
		       (ull)c->syscalls[key].skipped);
		comma = ", ";
	}
	putchar('\n');
}

static void print_paths(const struct trace *t, const struct bpf_counts *c,
			double seconds)
{
	bool marks = t->o->filter.marks;
	unsigned int path;

	printf("%-18s %10s %10s", "path", "count", "per s");
	if (marks)
		printf(" %7s %8s %7s %7s %8s %7s %7s", "flush", "window", "p50",
		       "p99", "switch", "p50", "p99");
	putchar('\n');
	for (path = 0; path < PTI_PATH_COUNT; path++) {
		if (c->stats[path].count)
			print_path(t, pti_path_name(path), &c->stats[path],
				   seconds);
	}
	print_skipped(c);
}

/* Ticks that all paths together took for windows and switches. */
static uint64_t all_ticks(const struct bpf_counts *c)
{
	uint64_t sum = 0;
	unsigned int path;

	for (path = 0; path < PTI_PATH_COUNT; path++)
		sum += c->stats[path].window_sum + c->stats[path].switch_sum;
	return sum;
}

static void print_syscalls(const struct trace *t, const struct bpf_counts *c,
			   double seconds)
{
	const struct pti_bpf_syscall *s;
	uint64_t all = all_ticks(c), ticks;
	bool marks = t->o->filter.marks;
	struct trace_top top;
	char name[64];
	size_t i;

	trace_top(c, t->o->top, &top);
	if (!top.n)
		return;
	printf("%-18s %10s %10s", "system call", "entries", "per s");
	if (marks)
		printf(" %10s %14s %7s", "exits", "ticks to switch", "share");
	putchar('\n');
	for (i = 0; i < top.n; i++) {
		s = &c->syscalls[top.key[i]];
		ticks = s->window_sum + s->switch_sum;
		printf("%-18s %10llu %10.0f",
		       syscall_name(top.key[i], name, sizeof(name)),
		       (ull)s->entries, per((double)s->entries, seconds));
		if (marks)
			printf(" %10llu %15llu %6.1f%%", (ull)s->exits,
			       (ull)ticks,
			       100 * per((double)ticks, (double)all));
		putchar('\n');
	}
}

/**
 * trace_print_live() - print what came in an interval
 * @t: trace; counts and seconds are those so far
 * @counts: of the interval
 * @seconds: its length
 */
void trace_print_live(const struct trace *t, const struct bpf_counts *counts,
		      double seconds)
{
	printf("-- %.1f s\n", seconds);
	print_paths(t, counts, seconds);
	print_syscalls(t, counts, seconds);
	putchar('\n');
}

/* A power of two a line: the slots within it together. */
static void print_histogram(const char *name, const char *what,
			    const __u64 *slots)
{
	uint64_t lines[33] = { 0 }, low, high, most = 0;
	unsigned int i, line, first = 33, last = 0;

	for (i = 0; i <= PTI_BPF_SLOT_LAST; i++) {
		low = histogram_low(i);
		for (line = 0; low >> line; line++)
			;
		lines[line] += slots[i];
		if (lines[line] > most)
			most = lines[line];
		if (!slots[i])
			continue;
		if (first > line)
			first = line;
		last = line;
	}
	if (!most)
		return;
	printf("\n%s: %s, TSC ticks\n", name, what);
	for (line = first; line <= last; line++) {
		low = line ? 1ULL << (line - 1) : 0;
		high = line ? (1ULL << line) - 1 : 0;
		printf("%12llu -> %-12llu %10llu |%-*.*s|\n", (ull)low,
		       (ull)high, (ull)lines[line], BAR_COLUMNS,
		       (int)(lines[line] * BAR_COLUMNS / most),
		       "****************************************");
	}
}

static void print_flushes(const struct bpf_counts *c)
{
	unsigned int i;
	bool head = false;

	for (i = 0; i < PTI_BPF_REASONS; i++) {
		if (!c->flushes[i].count)
			continue;
		if (!head)
			printf("\n%-28s %10s %10s %10s\n",
			       "TLB flush by the kernel", "count", "of all",
			       "pages");
		head = true;
		printf("%-28s %10llu %10llu %10llu\n", trace_reason(i),
		       (ull)c->flushes[i].count, (ull)c->flushes[i].all,
		       (ull)c->flushes[i].pages);
	}
}

/* A call that skips the switch is no entry, but the workload declares it. */
static uint64_t trace_calls(const struct trace *t, unsigned int path)
{
	return t->counts.stats[path].count + t->counts.stats[path].skipped;
}

static void print_workload(const struct trace *t)
{
	unsigned int path;

	for (path = 0; path < PTI_PATH_COUNT; path++) {
		if (t->declared[path])
			printf("\n%s: %llu iterations, %s: %llu declared, "
			       "%llu counted\n",
			       t->o->workload->name, (ull)t->o->iterations,
			       pti_path_name(path), (ull)t->declared[path],
			       (ull)trace_calls(t, path));
	}
}

/**
 * trace_print_text() - print the summary for people
 * @t: trace
 */
void trace_print_text(const struct trace *t)
{
	const struct pti_bpf_stat *s = t->counts.stats;
	unsigned int path;

	print_paths(t, &t->counts, t->seconds);
	if (t->o->top) {
		putchar('\n');
		print_syscalls(t, &t->counts, t->seconds);
	}
	for (path = 0; path < PTI_PATH_COUNT; path++) {
		print_histogram(pti_path_name(path), "window",
				s[path].window_slots);
		print_histogram(pti_path_name(path), "switch",
				s[path].switch_slots);
	}
	print_flushes(&t->counts);
	trace_print_events(t);
	print_workload(t);
	printf("\n%.1f s, %llu missed", t->seconds, (ull)t->counts.missed);
	puts(t->o->filter.marks ?
		     "; window and switch: mean, median and 99th percentile in "
		     "TSC ticks" :
		     "\nNot counted: windows, switches and flushes by CR3, and "
		     "interrupts: they need marks");
}
