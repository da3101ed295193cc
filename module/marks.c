// SPDX-License-Identifier: GPL-2.0-only
/* The source of the records: the tracepoint pti:pti_switch. */
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <asm/cpufeature.h>
#include <asm/special_insns.h>

#include "compat.h"
#include "ptiscope.h"

/*
 * Runs once per marked entry, after the kernel context is established, with
 * interrupts off or in an NMI, on the CPU and in the task of the entry.  The
 * spilled user registers of struct pti_marks stay out of the record.
 *
 * It is part of what every recorded entry costs: the record is made in its slot,
 * and whatever is not the rule is out of line.
 */
static void pti_switch_probe(void *data, const struct pti_marks *marks)
{
	struct ptiscope_ring *ring = data;
	struct ptiscope_cpu *c = this_cpu_ptr(ring->cpus);
	struct ptiscope_record *rec = c->next;

	c->marks = marks;
	if (unlikely(!ring->match.any) &&
	    !ptiscope_filter_match(&ring->match, marks))
		return;
	if (unlikely(c->kept == c->limit) && ptiscope_ring_full(c))
		return;

	/* Every member is set, and there is no padding */
	rec->exit_path = marks->exit_path;
	rec->entry_path = marks->entry_path;
	if (likely(marks->exit_path != PTI_PATH_NONE)) {
		rec->x0 = marks->x0;
		rec->x1 = marks->x1;
		rec->x2 = marks->x2;
		rec->exit_cr3 = marks->exit_cr3;
	} else {
		rec->x0 = 0;
		rec->x1 = 0;
		rec->x2 = 0;
		rec->exit_cr3 = 0;
	}
	rec->e0 = marks->e0;
	rec->e1 = marks->e1;
	rec->e2 = marks->e2;
	rec->old_cr3 = marks->old_cr3;
	rec->new_cr3 = marks->new_cr3;
	rec->seq = c->kept + c->lost;
	rec->tgid = task_tgid_nr(current);
	rec->tid = task_pid_nr(current);
	rec->cpu = raw_smp_processor_id();
	rec->skipped = ptiscope_marks_skipped(marks);

	c->next = rec + 1 == c->end ? c->begin : rec + 1;
	/* Pairs with the acquire in ring_waiting(): the record is whole */
	smp_store_release(&c->kept, c->kept + 1);
}

static void match_pti_switch(struct tracepoint *tp, void *priv)
{
	struct tracepoint **found = priv;

	if (!strcmp(tp->name, "pti_switch"))
		*found = tp;
}

/**
 * ptiscope_marks_init - find the tracepoint
 * @p: the device; its tracepoint stays NULL where the kernel has none
 *
 * Tracepoints of the kernel image never go away, so the pointer stays good.
 */
void ptiscope_marks_init(struct ptiscope *p)
{
	if (PTISCOPE_KNOWS_MARKS)
		for_each_kernel_tracepoint(match_pti_switch, &p->tracepoint);
}

/**
 * ptiscope_features - what the kernel and the CPU offer
 * @p: the device
 *
 * Return: PTISCOPE_HAS_* bits
 */
u64 ptiscope_features(const struct ptiscope *p)
{
	u64 features = 0;

	if (p->tracepoint)
		features |= PTISCOPE_HAS_TRACEPOINT;
	if (boot_cpu_has(X86_FEATURE_PTI))
		features |= PTISCOPE_HAS_PTI;
	if (native_read_cr4() & X86_CR4_PCIDE)
		features |= PTISCOPE_HAS_PCID;
	if (ptiscope_kernel_marks())
		features |= PTISCOPE_HAS_MARKS;
	if (ptiscope_kernel_skips())
		features |= PTISCOPE_HAS_SKIP;
	return features;
}

/**
 * ptiscope_marks_missing - why nothing can be recorded
 * @p: the device
 *
 * Return: one line for the user, or NULL where recording is possible
 */
const char *ptiscope_marks_missing(const struct ptiscope *p)
{
	u64 features = ptiscope_features(p);

	if (!PTISCOPE_KNOWS_MARKS)
		return "built for a kernel without the tracepoint pti:pti_switch";
	if (!(features & PTISCOPE_HAS_TRACEPOINT))
		return "this kernel has no tracepoint pti:pti_switch";
	if (!(features & PTISCOPE_HAS_PTI))
		return "page-table isolation is off, boot with pti=on";
	if (!(features & PTISCOPE_HAS_MARKS))
		return "marks are off, boot with pti_marks=on";
	return NULL;
}

/**
 * ptiscope_marks_attach - let the probe write to the ring
 * @p: the device; its ring is prepared
 *
 * Return: 0, or a negative error of tracepoint_probe_register()
 */
int ptiscope_marks_attach(struct ptiscope *p)
{
	return tracepoint_probe_register(p->tracepoint, pti_switch_probe,
					 &p->ring);
}

/**
 * ptiscope_marks_detach - stop the probe
 * @p: the device
 *
 * When this returns the probe runs on no CPU and all its records are
 * committed.  Sleeps.
 */
void ptiscope_marks_detach(struct ptiscope *p)
{
	tracepoint_probe_unregister(p->tracepoint, pti_switch_probe, &p->ring);
	tracepoint_synchronize_unregister();
}
