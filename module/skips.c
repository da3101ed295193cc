// SPDX-License-Identifier: GPL-2.0-only
/* System calls that skipped the switch, by number: PTISCOPE_IOC_SKIPS. */
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "ptiscope.h"

/* The marks of a CPU are known from its first record on, and stay where they are */
static void sum_skips(const struct ptiscope_ring *ring, struct ptiscope_skips *skips)
{
	unsigned int cpu, nr;

	if (!ring->cpus)
		return;
	for_each_possible_cpu(cpu) {
		const struct pti_marks *marks = READ_ONCE(per_cpu_ptr(ring->cpus, cpu)->marks);

		if (!marks)
			continue;
		skips->cpus++;
		for (nr = 0; nr < PTISCOPE_SKIP_NUMBERS; nr++)
			skips->count[nr] += ptiscope_marks_skips(marks, nr);
	}
}

/**
 * ptiscope_ioc_skips - PTISCOPE_IOC_SKIPS
 * @p: the device
 * @arg: struct ptiscope_skips of the caller
 *
 * Return: 0 or a negative error as uapi/ptiscope.h says
 */
long ptiscope_ioc_skips(struct ptiscope *p, struct ptiscope_skips __user *arg)
{
	struct ptiscope_skips *skips;
	long err = 0;

	skips = memdup_user(arg, sizeof(*skips));
	if (IS_ERR(skips))
		return PTR_ERR(skips);
	if (skips->version != PTISCOPE_ABI_VERSION || skips->size != sizeof(*skips) ||
	    skips->reserved) {
		err = -EINVAL;
		goto free;
	}
	if (!ptiscope_kernel_skips()) {
		err = -EOPNOTSUPP;
		goto free;
	}
	skips->cpus = 0;
	memset(skips->count, 0, sizeof(skips->count));
	if (mutex_lock_interruptible(&p->lock)) {
		err = -ERESTARTSYS;
		goto free;
	}
	sum_skips(&p->ring, skips);
	mutex_unlock(&p->lock);
	if (copy_to_user(arg, skips, sizeof(*skips)))
		err = -EFAULT;
free:
	kfree(skips);
	return err;
}
