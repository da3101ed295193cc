// SPDX-License-Identifier: GPL-2.0-only
/* Which records are kept: PTISCOPE_IOC_FILTER. */
#include <linux/cpumask.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "ptiscope.h"

/* Bits of every path, and none for PTI_PATH_NONE */
#define ALL_PATHS (BIT_ULL(PTI_PATH_COUNT) - 2)

static_assert(ALL_PATHS == PTISCOPE_PATHS_ALL);

/**
 * ptiscope_filter_clear - keep every record
 * @f: the filter; the probe is not attached
 */
void ptiscope_filter_clear(struct ptiscope_match *f)
{
	put_pid(f->tid);
	put_pid(f->tgid);
	*f = (struct ptiscope_match){
		.paths = ALL_PATHS,
		.cpu = PTISCOPE_NO_CPU,
		.any = true,
	};
}

/* The probe asks a single question where nothing is filtered */
static void filter_update(struct ptiscope_match *f)
{
	f->any = !f->tid && !f->tgid && f->paths == ALL_PATHS &&
		 f->cpu == PTISCOPE_NO_CPU;
}

/**
 * ptiscope_filter_tid - keep the records of one thread, besides the rest
 * @f: the filter; the probe is not attached
 * @tid: the thread, or NULL for all; the reference to it is taken over
 */
void ptiscope_filter_tid(struct ptiscope_match *f, struct pid *tid)
{
	put_pid(f->tid);
	f->tid = tid;
	filter_update(f);
}

/**
 * ptiscope_filter_match - whether a record is kept
 * @f: the filter, not @any
 * @marks: what the record would be made of
 *
 * Runs in the probe, interrupts off, in the task of the record.
 */
bool ptiscope_filter_match(const struct ptiscope_match *f,
			   const struct pti_marks *marks)
{
	u64 paths = BIT_ULL(marks->entry_path) | BIT_ULL(marks->exit_path);

	if (!(f->paths & paths))
		return false;
	if (f->cpu != PTISCOPE_NO_CPU && f->cpu != raw_smp_processor_id())
		return false;
	if (f->tgid && f->tgid != task_tgid(current))
		return false;
	return !f->tid || f->tid == task_pid(current);
}

static bool is_process(struct pid *pid)
{
	bool is;

	rcu_read_lock();
	is = pid_task(pid, PIDTYPE_TGID);
	rcu_read_unlock();
	return is;
}

static int filter_set(struct ptiscope_match *f,
		      const struct ptiscope_filter *arg)
{
	struct pid *tgid = NULL;

	if (!arg->paths || arg->paths & ~ALL_PATHS)
		return -EINVAL;
	if (arg->cpu != PTISCOPE_NO_CPU &&
	    (arg->cpu >= nr_cpu_ids || !cpu_possible(arg->cpu)))
		return -ENXIO;
	if (arg->tgid) {
		tgid = find_get_pid(arg->tgid);
		if (!tgid || !is_process(tgid)) {
			put_pid(tgid);
			return -ESRCH;
		}
	}
	put_pid(f->tgid);
	f->tgid = tgid;
	f->paths = arg->paths;
	f->cpu = arg->cpu;
	filter_update(f);
	return 0;
}

/**
 * ptiscope_ioc_filter - PTISCOPE_IOC_FILTER
 * @p: the device
 * @arg: struct ptiscope_filter of the caller
 *
 * Return: 0 or a negative error as uapi/ptiscope.h says
 */
long ptiscope_ioc_filter(struct ptiscope *p,
			 const struct ptiscope_filter __user *arg)
{
	struct ptiscope_filter filter;
	int err;

	if (copy_from_user(&filter, arg, sizeof(filter)))
		return -EFAULT;
	if (filter.version != PTISCOPE_ABI_VERSION ||
	    filter.size != sizeof(filter))
		return -EINVAL;

	if (mutex_lock_interruptible(&p->lock))
		return -ERESTARTSYS;
	err = p->recording ? -EBUSY : filter_set(&p->ring.match, &filter);
	mutex_unlock(&p->lock);
	return err;
}
