// SPDX-License-Identifier: GPL-2.0-only
/* /dev/ptiscope: open, read, poll and ioctl as uapi/ptiscope.h says. */
#include <linux/capability.h>
#include <linux/cpumask.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include "ptiscope.h"

/*
 * The probe wakes nobody: it runs in the middle of what is measured.  Instead,
 * while a recording goes on and someone waits, all that wait are woken at this
 * interval to look again.
 */
#define WAKE_INTERVAL msecs_to_jiffies(10)

static struct ptiscope *to_ptiscope(struct file *file)
{
	return container_of(file->private_data, struct ptiscope, misc);
}

/* On this CPU, where the reader is, and so not on one that is measured */
static void ptiscope_schedule_wake(struct ptiscope *p)
{
	/* With preemption off this CPU stays online, later its timers migrate */
	schedule_delayed_work_on(get_cpu(), &p->wake, WAKE_INTERVAL);
	put_cpu();
}

static void ptiscope_wake(struct work_struct *work)
{
	struct ptiscope *p =
		container_of(to_delayed_work(work), struct ptiscope, wake);

	wake_up_interruptible(&p->wait);
	/* An epoll(7) set stays on the queue and may not ask again by itself */
	if (READ_ONCE(p->recording) && wq_has_sleeper(&p->wait))
		ptiscope_schedule_wake(p);
}

/*
 * Whether read(2) would return at once.  The caller is on the wait queue
 * already, so it does not miss the wakeup that is scheduled here.
 */
static bool ptiscope_ready(struct ptiscope *p)
{
	/* Pairs with the release in ptiscope_start(): the ring is allocated */
	if (!smp_load_acquire(&p->recording))
		return true;
	ptiscope_schedule_wake(p);
	return !ptiscope_ring_empty(&p->ring);
}

static void ptiscope_stop(struct ptiscope *p)
{
	lockdep_assert_held(&p->lock);
	if (!p->recording)
		return;
	ptiscope_marks_detach(p);
	WRITE_ONCE(p->recording, false);
	wake_up_interruptible(&p->wait);
}

static int ptiscope_start(struct ptiscope *p, u32 tid)
{
	struct pid *filter = NULL;
	int err;

	lockdep_assert_held(&p->lock);
	if (ptiscope_marks_missing(p))
		return -EOPNOTSUPP;
	if (p->recording)
		return -EBUSY;

	if (tid) {
		filter = find_get_pid(tid);
		if (!filter)
			return -ESRCH;
	}
	ptiscope_filter_tid(&p->ring.match, filter);

	err = ptiscope_ring_prepare(&p->ring, p->ring_bytes);
	if (err)
		return err;
	err = ptiscope_marks_attach(p);
	if (err)
		return err;
	/* Pairs with the acquire in ptiscope_ready() */
	smp_store_release(&p->recording, true);
	wake_up_interruptible(&p->wait);
	return 0;
}

static long ptiscope_ioc_info(struct ptiscope *p, void __user *arg)
{
	struct ptiscope_info info;

	if (copy_from_user(&info, arg, sizeof(info)))
		return -EFAULT;
	if (info.version != PTISCOPE_ABI_VERSION || info.size != sizeof(info))
		return -EINVAL;

	info.record_size = sizeof(struct ptiscope_record);
	info.cpus = num_possible_cpus();
	info.features = ptiscope_features(p);
	info.ring_bytes = p->ring_bytes;
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long ptiscope_ioc_start(struct ptiscope *p, void __user *arg)
{
	struct ptiscope_start start;
	int err;

	if (copy_from_user(&start, arg, sizeof(start)))
		return -EFAULT;
	if (start.version != PTISCOPE_ABI_VERSION ||
	    start.size != sizeof(start) || start.reserved)
		return -EINVAL;

	if (mutex_lock_interruptible(&p->lock))
		return -ERESTARTSYS;
	err = ptiscope_start(p, start.tid);
	mutex_unlock(&p->lock);
	return err;
}

static long ptiscope_ioc_stop(struct ptiscope *p)
{
	if (mutex_lock_interruptible(&p->lock))
		return -ERESTARTSYS;
	ptiscope_stop(p);
	mutex_unlock(&p->lock);
	return 0;
}

static long ptiscope_ioc_stats(struct ptiscope *p, void __user *arg)
{
	struct ptiscope_stats stats;

	if (copy_from_user(&stats, arg, sizeof(stats)))
		return -EFAULT;
	if (stats.version != PTISCOPE_ABI_VERSION ||
	    stats.size != sizeof(stats))
		return -EINVAL;

	stats.written = 0;
	stats.read = 0;
	stats.lost = 0;
	if (mutex_lock_interruptible(&p->lock))
		return -ERESTARTSYS;
	ptiscope_ring_stats(&p->ring, &stats);
	mutex_unlock(&p->lock);
	return copy_to_user(arg, &stats, sizeof(stats)) ? -EFAULT : 0;
}

static long ptiscope_ioc_probe(void __user *arg)
{
	struct ptiscope_probe probe;
	u64 *samples;
	long err;

	if (copy_from_user(&probe, arg, sizeof(probe)))
		return -EFAULT;
	if (probe.version != PTISCOPE_ABI_VERSION ||
	    probe.size != sizeof(probe) || !probe.n ||
	    probe.n > PTISCOPE_PROBE_MAX)
		return -EINVAL;
	if (probe.kind > PTISCOPE_PROBE_MARK_PAIR) {
		err = ptiscope_permitted(CAP_SYS_ADMIN);
		if (err)
			return err;
	}

	samples = kcalloc(probe.n, sizeof(*samples), GFP_KERNEL);
	if (!samples)
		return -ENOMEM;
	err = ptiscope_probe(probe.kind, samples, probe.n);
	if (!err && copy_to_user(u64_to_user_ptr(probe.samples), samples,
				 probe.n * sizeof(*samples)))
		err = -EFAULT;
	kfree(samples);
	return err;
}

static long ptiscope_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	struct ptiscope *p = to_ptiscope(file);
	void __user *user = (void __user *)arg;
	int err;

	/* What the module can do is no secret; some calls ask for more below. */
	err = cmd == PTISCOPE_IOC_INFO ? 0 : ptiscope_permitted(CAP_PERFMON);
	if (err)
		return err;
	switch (cmd) {
	case PTISCOPE_IOC_INFO:
		return ptiscope_ioc_info(p, user);
	case PTISCOPE_IOC_START:
		return ptiscope_ioc_start(p, user);
	case PTISCOPE_IOC_STOP:
		return ptiscope_ioc_stop(p);
	case PTISCOPE_IOC_STATS:
		return ptiscope_ioc_stats(p, user);
	case PTISCOPE_IOC_PROBE:
		return ptiscope_ioc_probe(user);
	case PTISCOPE_IOC_AUDIT:
		return ptiscope_ioc_audit(user);
	case PTISCOPE_IOC_REGIONS:
		return ptiscope_ioc_regions(user);
	case PTISCOPE_IOC_FILTER:
		return ptiscope_ioc_filter(p, user);
	case PTISCOPE_IOC_NMI:
		return ptiscope_ioc_nmi(p, user);
	case PTISCOPE_IOC_IPI:
		return ptiscope_ioc_ipi(p, user);
	case PTISCOPE_IOC_SKIPS:
		return ptiscope_ioc_skips(p, user);
	default:
		return -ENOTTY;
	}
}

static ssize_t ptiscope_read(struct file *file, char __user *buf, size_t count,
			     loff_t *ppos)
{
	struct ptiscope *p = to_ptiscope(file);
	bool recording;
	ssize_t n;
	int err;

	if (count < sizeof(struct ptiscope_record))
		return -EINVAL;

	for (;;) {
		err = ptiscope_permitted(CAP_PERFMON);
		if (err)
			return err;
		if (mutex_lock_interruptible(&p->lock))
			return -ERESTARTSYS;
		n = ptiscope_ring_read(&p->ring, buf, count);
		recording = p->recording;
		mutex_unlock(&p->lock);

		if (n || !recording)
			return n;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(p->wait, ptiscope_ready(p));
		if (err)
			return err;
	}
}

/* Readable when read(2) would not block: also when recording is stopped */
static __poll_t ptiscope_poll(struct file *file, poll_table *wait)
{
	struct ptiscope *p = to_ptiscope(file);

	poll_wait(file, &p->wait, wait);
	return ptiscope_ready(p) ? EPOLLIN | EPOLLRDNORM : 0;
}

static int ptiscope_open(struct inode *inode, struct file *file)
{
	struct ptiscope *p = to_ptiscope(file);
	int err;

	err = ptiscope_permitted(file->f_mode & FMODE_WRITE ? CAP_SYS_ADMIN :
				 CAP_PERFMON);
	if (err)
		return err;
	if (test_and_set_bit_lock(0, &p->open))
		return -EBUSY;
	return stream_open(inode, file);
}

/* The last reference is gone: no read, poll or ioctl runs or comes any more */
static int ptiscope_release(struct inode *inode, struct file *file)
{
	struct ptiscope *p = to_ptiscope(file);

	mutex_lock(&p->lock);
	ptiscope_nmi_release(p);
	ptiscope_stop(p);
	cancel_delayed_work_sync(&p->wake);
	ptiscope_ring_destroy(&p->ring);
	mutex_unlock(&p->lock);
	clear_bit_unlock(0, &p->open);
	return 0;
}

static const struct file_operations ptiscope_fops = {
	.owner = THIS_MODULE,
	.open = ptiscope_open,
	.release = ptiscope_release,
	.read = ptiscope_read,
	.poll = ptiscope_poll,
	.unlocked_ioctl = ptiscope_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

/**
 * ptiscope_dev_init - fill in the device; the caller registers @p->misc
 * @p: the device
 */
void ptiscope_dev_init(struct ptiscope *p)
{
	mutex_init(&p->lock);
	mutex_init(&p->ipi);
	init_waitqueue_head(&p->wait);
	ptiscope_filter_clear(&p->ring.match);
	INIT_DELAYED_WORK(&p->wake, ptiscope_wake);
	p->misc = (struct miscdevice){
		.minor = MISC_DYNAMIC_MINOR,
		.name = "ptiscope",
		.fops = &ptiscope_fops,
		.mode = 0600,
	};
}
