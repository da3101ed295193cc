// SPDX-License-Identifier: GPL-2.0-only
/* What the measuring itself costs: PTISCOPE_IOC_PROBE. */
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "ptiscope.h"

/* Samples taken with interrupts off in one go: some microseconds */
#define CHUNK 64

/* Two marks side by side, like those of the kernel's mark page */
struct mark_pair {
	u64 first;
	u64 second;
};

/* LFENCE;RDTSC twice; only the moves that free EAX and EDX are in between */
static u64 tsc_pair(void)
{
	u32 lo1, hi1, lo2, hi2;

	asm volatile("lfence\n\t"
		     "rdtsc\n\t"
		     "movl %%eax, %[lo1]\n\t"
		     "movl %%edx, %[hi1]\n\t"
		     "lfence\n\t"
		     "rdtsc"
		     : [lo1] "=&r"(lo1), [hi1] "=&r"(hi1), "=&a"(lo2),
		       "=&d"(hi2)
		     :
		     : "memory");
	return ((u64)hi2 << 32 | lo2) - ((u64)hi1 << 32 | lo1);
}

/* Two marks, instruction for instruction as the entry code takes them */
static u64 mark_pair(struct mark_pair *slot)
{
	asm volatile("lfence\n\t"
		     "rdtsc\n\t"
		     "movl %%eax, (%[first])\n\t"
		     "movl %%edx, 4(%[first])\n\t"
		     "lfence\n\t"
		     "rdtsc\n\t"
		     "movl %%eax, (%[second])\n\t"
		     "movl %%edx, 4(%[second])"
		     :
		     : [first] "r"(&slot->first), [second] "r"(&slot->second)
		     : "eax", "edx", "memory");
	return slot->second - slot->first;
}

static u64 take_sample(u32 kind, struct mark_pair *slot)
{
	switch (kind) {
	case PTISCOPE_PROBE_TSC_PAIR:
		return tsc_pair();
	case PTISCOPE_PROBE_MARK_PAIR:
		return mark_pair(slot);
	default:
		return 0;
	}
}

/**
 * ptiscope_probe - time an operation on this CPU, interrupts off
 * @kind: enum ptiscope_probe_kind
 * @samples: out: TSC ticks
 * @n: number of samples
 *
 * May migrate between chunks of samples, never within one.  Sleeps.
 *
 * Return: 0, -EINVAL for an unknown @kind, or -ENOMEM
 */
int ptiscope_probe(u32 kind, u64 *samples, unsigned int n)
{
	struct mark_pair __percpu *slots;
	unsigned int i = 0;

	if (kind >= PTISCOPE_PROBE_COUNT)
		return -EINVAL;

	slots = alloc_percpu(struct mark_pair);
	if (!slots)
		return -ENOMEM;

	while (i < n) {
		unsigned int end = min(n, i + CHUNK);
		struct mark_pair *slot;
		unsigned long flags;

		local_irq_save(flags);
		slot = this_cpu_ptr(slots);
		for (; i < end; i++)
			samples[i] = take_sample(kind, slot);
		local_irq_restore(flags);
		cond_resched();
	}

	free_percpu(slots);
	return 0;
}
