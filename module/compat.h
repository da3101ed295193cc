/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything in which the kernels that this module builds for differ.  The
 * other files test no version and no feature of the kernel tree.
 */
#ifndef _PTISCOPE_COMPAT_H
#define _PTISCOPE_COMPAT_H

#include <linux/cpumask.h>
#include <linux/hardirq.h>
#include <linux/hrtimer.h>
#include <linux/kconfig.h>
#include <linux/kernel.h>
#include <linux/mm_types.h>
#include <linux/percpu.h>
#include <linux/rwsem.h>
#include <linux/types.h>
#include <asm/apic.h>
#include <asm/cpufeature.h>
#include <asm/irq_vectors.h>
#include <asm/pgtable.h>

#ifndef CONFIG_X86_64
#error "ptiscope: x86-64 only"
#endif
#ifndef CONFIG_SMP
#error "ptiscope: the kernel needs CONFIG_SMP"
#endif
#ifndef CONFIG_TRACEPOINTS
#error "ptiscope: the kernel needs CONFIG_TRACEPOINTS"
#endif
#ifndef CONFIG_X86_LOCAL_APIC
#error "ptiscope: the kernel needs CONFIG_X86_LOCAL_APIC"
#endif

/*
 * PTISCOPE_KNOWS_MARKS is 1 where the kernel tree has the marks, else 0.  Kbuild
 * looks for the header, because sparse does not know __has_include().
 *
 * A stock tree gets a struct pti_marks with the members that the probe reads,
 * so that all of the module is compiled on every kernel.  Its layout promises
 * nothing: where PTISCOPE_KNOWS_MARKS is 0, no probe is ever attached.
 */
#if PTISCOPE_KNOWS_MARKS
#include <asm/pti_marks.h>
#ifndef X86_FEATURE_PTI_MARKS
#error "ptiscope: asm/pti_marks.h without X86_FEATURE_PTI_MARKS: unknown patch level"
#endif
#else
struct pti_marks {
	u64 x0, x1, x2, exit_cr3;
	u64 e0, e1, e2, old_cr3, new_cr3;
	u8 exit_path;
	u8 entry_path;
};
#endif
#include "uapi/pti_paths.h"

/* Whether the kernel was booted with pti_marks=on, and obeyed */
static inline bool ptiscope_kernel_marks(void)
{
#ifdef X86_FEATURE_PTI_MARKS
	return boot_cpu_has(X86_FEATURE_PTI_MARKS);
#else
	return false;
#endif
}

/*
 * Calls that skip the switch came to the patches last: whether there are any, how many there
 * were in the stay that a record is of, and how many of a number since boot.
 */
static inline bool ptiscope_kernel_skips(void)
{
#ifdef X86_FEATURE_PTI_SKIP
	return boot_cpu_has(X86_FEATURE_PTI_SKIP);
#else
	return false;
#endif
}

static inline u32 ptiscope_marks_skipped(const struct pti_marks *marks)
{
#ifdef X86_FEATURE_PTI_SKIP
	return marks->skipped;
#else
	return 0;
#endif
}

static inline u32 ptiscope_marks_skips(const struct pti_marks *marks, unsigned int nr)
{
#ifdef X86_FEATURE_PTI_SKIP
	return nr < ARRAY_SIZE(marks->skips) ? READ_ONCE(marks->skips[nr]) : 0;
#else
	return 0;
#endif
}

/*
 * Send an NMI (NMI_VECTOR) or an IPI to a CPU that is online; NMIs have no
 * shorthand for "self".  Before 6.6 the APIC driver was called through its table,
 * since then by static calls, and of these only send_IPI_mask can send NMIs and is
 * exported.
 */
static inline void ptiscope_send_ipi(unsigned int cpu, int vector)
{
#ifdef DECLARE_APIC_CALL
	__apic_send_IPI_mask(cpumask_of(cpu), vector);
#else
	apic->send_IPI_mask(cpumask_of(cpu), vector);
#endif
}

/*
 * A timer that calls @function.  Since 6.13 one call sets up all of it, since 6.15 it
 * is the only one.  A function cannot be tested for, so Kbuild looks for it in the
 * header: PTISCOPE_HRTIMER_SETUP is 1 where it is there, else 0.
 */
static inline void ptiscope_hrtimer_setup(struct hrtimer *timer,
					  enum hrtimer_restart (*function)(struct hrtimer *),
					  enum hrtimer_mode mode)
{
#if PTISCOPE_HRTIMER_SETUP
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, mode);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, mode);
	timer->function = function;
#endif
}

/*
 * How many reschedule IPIs a CPU has taken. By 7.3 the counts are an array, which an
 * enum names, so Kbuild looks for it: PTISCOPE_IRQ_COUNTS is 1 where it is there, else 0.
 */
static inline u32 ptiscope_reschedules(unsigned int cpu)
{
#if PTISCOPE_IRQ_COUNTS
	return READ_ONCE(per_cpu(irq_stat.counts[IRQ_COUNT_RESCHEDULE], cpu));
#else
	return READ_ONCE(per_cpu(irq_stat.irq_resched_count, cpu));
#endif
}

/*
 * User half of an mm's page table, the top-level table that user mode runs on;
 * NULL in a kernel without page-table isolation.  The option's first name is of
 * kernels before 6.9.
 */
static inline const u64 *ptiscope_user_pgd(struct mm_struct *mm)
{
#if defined(CONFIG_PAGE_TABLE_ISOLATION) || \
	defined(CONFIG_MITIGATION_PAGE_TABLE_ISOLATION)
	return (const u64 *)kernel_to_user_pgdp(mm->pgd);
#else
	return NULL;
#endif
}

/* Keep the tables that map the LDT.  Return: 0 or -EINTR */
static inline int ptiscope_ldt_lock(struct mm_struct *mm)
{
#ifdef CONFIG_MODIFY_LDT_SYSCALL
	return down_read_killable(&mm->context.ldt_usr_sem);
#else
	return 0;
#endif
}

static inline void ptiscope_ldt_unlock(struct mm_struct *mm)
{
#ifdef CONFIG_MODIFY_LDT_SYSCALL
	up_read(&mm->context.ldt_usr_sem);
#endif
}

#endif /* _PTISCOPE_COMPAT_H */
