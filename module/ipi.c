// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inter-processor interrupts on demand: PTISCOPE_IOC_IPI.
 *
 * The caller's thread sends them, one after another, and sleeps between them. So
 * they end with it, and there is nothing to end at close(2).
 */
#include <linux/capability.h>
#include <linux/cpumask.h>
#include <linux/hardirq.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <asm/hardirq.h>
#include <trace/events/ipi.h>

#include "compat.h"
#include "ptiscope.h"

/* How long a reschedule IPI may take to arrive */
#define ARRIVAL_TIMEOUT HZ

/*
 * On the CPU that was interrupted. From user mode an interrupt is handled on the
 * task's stack, which is empty then; from the kernel on the stack for
 * interrupts. An idle CPU may do this without one.
 */
static void ipi_arrived(void *info)
{
	struct ptiscope_ipi *ipi = info;

	ipi->seen++;
	if (in_hardirq() && object_is_on_stack(&ipi))
		ipi->user++;
}

/* With preemption off the target stays online, and this CPU another one */
static int ipi_send(struct ptiscope_ipi *ipi)
{
	int err = 0;

	if (get_cpu() == ipi->cpu)
		err = -ENXIO;
	else if (!cpu_online(ipi->cpu))
		err = -ENODEV;
	else if (ipi->kind == PTISCOPE_IPI_CALL)
		err = smp_call_function_single(ipi->cpu, ipi_arrived, ipi, 1);
	else
		smp_send_reschedule(ipi->cpu);
	put_cpu();
	if (!err)
		ipi->sent++;
	return err;
}

static int ipi_sleep(const struct ptiscope_ipi *ipi)
{
	ktime_t interval = ns_to_ktime((u64)ipi->interval_us * NSEC_PER_USEC);

	set_current_state(TASK_INTERRUPTIBLE);
	schedule_hrtimeout(&interval, HRTIMER_MODE_REL);
	return signal_pending(current) ? -EINTR : 0;
}

/*
 * Sleep the interval, and until a reschedule IPI has arrived: others that are
 * sent before merge with it.
 */
static int ipi_wait(struct ptiscope_ipi *ipi, u32 before)
{
	unsigned long end = jiffies + ARRIVAL_TIMEOUT;
	int err;

	do {
		err = ipi_sleep(ipi);
		if (err || ipi->kind == PTISCOPE_IPI_CALL)
			return err;
		if (ptiscope_reschedules(ipi->cpu) != before) {
			ipi->seen++;
			return 0;
		}
	} while (time_before(jiffies, end));
	return -ETIMEDOUT;
}

static int ipi_run(struct ptiscope_ipi *ipi)
{
	int err = 0;
	u32 before;

	while (!err && ipi->sent < ipi->count) {
		before = ptiscope_reschedules(ipi->cpu);
		err = ipi_send(ipi);
		if (!err)
			err = ipi_wait(ipi, before);
	}
	return err;
}

static int ipi_check(const struct ptiscope_ipi *ipi)
{
	if (ipi->version != PTISCOPE_ABI_VERSION || ipi->size != sizeof(*ipi) ||
	    ipi->kind > PTISCOPE_IPI_RESCHEDULE || !ipi->count ||
	    ipi->interval_us < PTISCOPE_IPI_INTERVAL_MIN ||
	    ipi->interval_us > PTISCOPE_IPI_INTERVAL_MAX)
		return -EINVAL;
	return ipi->cpu < nr_cpu_ids && cpu_possible(ipi->cpu) ? 0 : -ENODEV;
}

/**
 * ptiscope_ioc_ipi - PTISCOPE_IOC_IPI
 * @p: the device
 * @arg: user address of a struct ptiscope_ipi
 *
 * Sleeps.
 *
 * Return: 0 or an error, see &struct ptiscope_ipi
 */
long ptiscope_ioc_ipi(struct ptiscope *p, void __user *arg)
{
	struct ptiscope_ipi ipi;
	int err;

	err = ptiscope_permitted(CAP_SYS_ADMIN);
	if (err)
		return err;
	if (copy_from_user(&ipi, arg, sizeof(ipi)))
		return -EFAULT;
	err = ipi_check(&ipi);
	if (err)
		return err;

	ipi.sent = 0;
	ipi.seen = 0;
	ipi.user = 0;
	if (!mutex_trylock(&p->ipi))
		return -EBUSY;
	err = ipi_run(&ipi);
	mutex_unlock(&p->ipi);
	return copy_to_user(arg, &ipi, sizeof(ipi)) ? -EFAULT : err;
}
