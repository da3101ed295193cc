// SPDX-License-Identifier: GPL-2.0-only
/* Which system calls took the most time to switch. */
#include <stdlib.h>

#include "trace/trace.h"

static uint64_t time_of(const struct pti_bpf_syscall *s)
{
	return s->window_sum + s->switch_sum;
}

/* More time first, without marks more entries; then by number. */
static int compare(const void *a, const void *b, void *context)
{
	const struct bpf_counts *counts = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const struct pti_bpf_syscall *p = &counts->syscalls[x];
	const struct pti_bpf_syscall *q = &counts->syscalls[y];

	if (time_of(p) != time_of(q))
		return time_of(p) < time_of(q) ? 1 : -1;
	if (p->entries != q->entries)
		return p->entries < q->entries ? 1 : -1;
	return x < y ? -1 : x > y;
}

/**
 * trace_top() - the system calls that took the most time to switch
 * @counts: counted
 * @most: how many at most
 * @top: filled in; what is no system call is left out
 */
void trace_top(const struct bpf_counts *counts, uint64_t most,
	       struct trace_top *top)
{
	uint32_t key;

	top->n = 0;
	for (key = 0; key < PTI_BPF_SYSCALL_NONE; key++)
		if (counts->syscalls[key].entries ||
		    counts->syscalls[key].exits ||
		    counts->syscalls[key].skipped)
			top->key[top->n++] = key;
	qsort_r(top->key, top->n, sizeof(top->key[0]), compare, (void *)counts);
	if (top->n > most)
		top->n = most;
}

/**
 * trace_reason() - why the kernel flushed a TLB
 * @reason: enum tlb_flush_reason of the kernel
 */
const char *trace_reason(unsigned int reason)
{
	static const char *const names[] = {
		"switch to another process", "other CPU asked for it",
		"own mapping changed",	     "own address space changed",
		"other CPUs asked to",
	};

	return reason < sizeof(names) / sizeof(names[0]) ? names[reason] :
							   "other";
}
