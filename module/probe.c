// SPDX-License-Identifier: GPL-2.0-only
/*
 * What single instructions cost on this CPU: PTISCOPE_IOC_PROBE.
 *
 * Writes to CR3 are of the value that it has, so whatever interrupts them, an
 * NMI or a machine check, finds the page table and the PCID that this CPU is
 * said to use.  The others only flush, and to flush is always allowed.
 *
 * There is no probe that goes to the user page table and back: it maps neither
 * this module nor its stack, so the second instruction would never be fetched.
 */
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <asm/cpufeature.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>

#include "ptiscope.h"

/*
 * Samples taken with interrupts off in one go: some microseconds, some tens of
 * them where each is followed by TLB misses, or leaves a virtual CPU.
 */
#define CHUNK 64
#define CHUNK_FLUSH 16

/**
 * struct probe_slot - what the instructions work on
 * @first: first mark, side by side as in the kernel's mark page
 * @second: second mark
 * @cr3: value to write
 * @pcid: descriptor of INVPCID (SDM vol. 2A, INVPCID): PCID, then address
 */
struct probe_slot {
	u64 first;
	u64 second;
	u64 cr3;
	struct {
		u64 pcid;
		u64 address;
	} desc;
};

/*
 * LFENCE;RDTSC, @op, LFENCE;RDTSC.  Besides @op only the moves that free EAX and
 * EDX are in between.  What follows are input operands of @op.
 */
#define TIMED(op, ...)                                                      \
({                                                                          \
	u32 lo1, hi1, lo2, hi2;                                             \
									    \
	asm volatile("lfence\n\t"                                           \
		     "rdtsc\n\t"                                            \
		     "movl %%eax, %[lo1]\n\t"                               \
		     "movl %%edx, %[hi1]\n\t"                               \
		     op                                                     \
		     "lfence\n\t"                                           \
		     "rdtsc"                                                \
		     : [lo1] "=&r"(lo1), [hi1] "=&r"(hi1), "=&a"(lo2),      \
		       "=&d"(hi2)                                           \
		     : __VA_ARGS__                                          \
		     : "memory");                                           \
	((u64)hi2 << 32 | lo2) - ((u64)hi1 << 32 | lo1);                    \
})

/* Two marks, instruction for instruction as the entry code takes them */
static u64 mark_pair(struct probe_slot *slot)
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

static u64 probe_invpcid(const struct probe_slot *slot, u64 type)
{
	return TIMED("invpcid %[desc], %[type]\n\t",
		     [desc] "m"(slot->desc), [type] "r"(type));
}

/* Interrupts are off from before @slot is filled in until after the last sample */
static u64 take_sample(u32 kind, struct probe_slot *slot)
{
	switch (kind) {
	case PTISCOPE_PROBE_TSC_PAIR:
		return TIMED("");
	case PTISCOPE_PROBE_MARK_PAIR:
		return mark_pair(slot);
	case PTISCOPE_PROBE_CR3_NOFLUSH:
	case PTISCOPE_PROBE_CR3_FLUSH:
	case PTISCOPE_PROBE_CR3_NO_PCID:
		return TIMED("movq %[cr3], %%cr3\n\t", [cr3] "r"(slot->cr3));
	case PTISCOPE_PROBE_INVLPG:
		return TIMED("invlpg %[byte]\n\t", [byte] "m"(slot->first));
	case PTISCOPE_PROBE_INVPCID_ADDRESS:
		return probe_invpcid(slot, 0);
	case PTISCOPE_PROBE_INVPCID_CONTEXT:
		return probe_invpcid(slot, 1);
	case PTISCOPE_PROBE_INVPCID_GLOBAL:
		return probe_invpcid(slot, 2);
	case PTISCOPE_PROBE_INVPCID_ALL:
		return probe_invpcid(slot, 3);
	default:
		return 0;
	}
}

/* Whether this CPU, as the kernel set it up, can do it */
static bool probe_supported(u32 kind)
{
	bool pcid = native_read_cr4() & X86_CR4_PCIDE;

	if (kind == PTISCOPE_PROBE_TSC_PAIR || kind == PTISCOPE_PROBE_MARK_PAIR)
		return true;
	/* The hypervisor would refuse: its guest kernel is not in ring 0 */
	if (boot_cpu_has(X86_FEATURE_XENPV))
		return false;
	switch (kind) {
	case PTISCOPE_PROBE_CR3_NOFLUSH:
	case PTISCOPE_PROBE_CR3_FLUSH:
		return pcid;
	case PTISCOPE_PROBE_CR3_NO_PCID:
		return !pcid;
	case PTISCOPE_PROBE_INVLPG:
		return true;
	default:
		return boot_cpu_has(X86_FEATURE_INVPCID);
	}
}

/* What belongs to the mm and the CPU of this moment: interrupts are off */
static void prepare_slot(u32 kind, struct probe_slot *slot)
{
	unsigned long cr3 = __native_read_cr3();

	slot->cr3 = cr3;
	if (kind == PTISCOPE_PROBE_CR3_NOFLUSH)
		slot->cr3 |= X86_CR3_PCID_NOFLUSH;
	slot->desc.pcid = 0;
	if (native_read_cr4() & X86_CR4_PCIDE)
		slot->desc.pcid = cr3 & X86_CR3_PCID_MASK;
	/* A page that this probe itself uses; touched again for each sample */
	slot->desc.address = (unsigned long)&slot->first;
}

/* One go on one CPU */
static void take_chunk(u32 kind, struct probe_slot __percpu *slots,
		       u64 *samples, unsigned int n)
{
	struct probe_slot *slot;
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	slot = this_cpu_ptr(slots);
	prepare_slot(kind, slot);
	for (i = 0; i < n; i++) {
		WRITE_ONCE(slot->first, 0);
		samples[i] = take_sample(kind, slot);
	}
	local_irq_restore(flags);
}

/**
 * ptiscope_probe - time an operation on this CPU, interrupts off
 * @kind: enum ptiscope_probe_kind
 * @samples: out: TSC ticks
 * @n: number of samples
 *
 * May migrate between chunks of samples, never within one.  Sleeps.
 *
 * Return: 0, -EINVAL for an unknown @kind, -EOPNOTSUPP for one that this CPU
 * cannot do, -ENOMEM, or -EINTR when a fatal signal came
 */
int ptiscope_probe(u32 kind, u64 *samples, unsigned int n)
{
	unsigned int chunk = kind > PTISCOPE_PROBE_MARK_PAIR ? CHUNK_FLUSH : CHUNK;
	struct probe_slot __percpu *slots;
	unsigned int i;
	int err = 0;

	if (kind >= PTISCOPE_PROBE_COUNT)
		return -EINVAL;
	if (!probe_supported(kind))
		return -EOPNOTSUPP;

	slots = alloc_percpu(struct probe_slot);
	if (!slots)
		return -ENOMEM;

	for (i = 0; i < n && !err; i += chunk) {
		take_chunk(kind, slots, samples + i, min(chunk, n - i));
		cond_resched();
		if (fatal_signal_pending(current))
			err = -EINTR;
	}

	free_percpu(slots);
	return err;
}
