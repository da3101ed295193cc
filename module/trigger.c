// SPDX-License-Identifier: GPL-2.0-only
/*
 * NMIs on demand: PTISCOPE_IOC_NMI.
 *
 * A high-resolution timer of one CPU sends NMIs to another one.  Handlers claim
 * them, and count.  An NMI is latched, not queued: a second one that comes
 * before the first is handled merges with it.  So the sender gives a credit
 * with each NMI and sends no other before the handler took it: then there is
 * one NMI for each credit, and the kernel finds an owner for every one.
 *
 * An NMI that hits user mode can also bring an IPI there, see nmi_raise().
 */
#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/hardirq.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <asm/irq_vectors.h>
#include <asm/nmi.h>

#include "compat.h"
#include "ptiscope.h"

#define NAME "ptiscope"

/* At most one of them */
#define NMI_IPIS (PTISCOPE_NMI_RESCHEDULE | PTISCOPE_NMI_IRQ_WORK)

/*
 * How often, a millisecond apart, the last NMI is waited for: a hypervisor may let a
 * CPU stand for seconds.
 */
#define DRAIN_ROUNDS 5000

/**
 * struct nmi_cpu - one CPU's side; all but @credit belongs to its NMI handler
 * @credit: NMIs under way to this CPU, 0 or 1
 * @left: NMIs of the chain under way that still have to come
 * @chained: NMIs that the handler sent to its own CPU
 * @seen: NMIs claimed
 * @user: those of them that interrupted user mode
 * @unknown: those of them that nobody sent from here
 * @raised: IPIs that the handler sent to its own CPU
 * @resched: reschedule IPIs that this CPU had taken when the last was sent
 */
struct nmi_cpu {
	atomic_t credit;
	u32 left;
	u64 chained;
	u64 seen;
	u64 user;
	u64 unknown;
	u32 raised;
	u32 resched;
};

static DEFINE_PER_CPU(struct nmi_cpu, nmi_cpu);

/**
 * struct nmi_trigger - the trigger; NMI handlers get no argument to find it by
 * @timer: sends, on a CPU other than @cpu
 * @interval: between two NMIs
 * @cpu: gets them
 * @count: how many to send
 * @chain: see &struct ptiscope_nmi.chain
 * @flags: PTISCOPE_NMI_*
 * @sent: by @timer
 * @skipped: times that @timer found the last NMI still under way
 * @running: @timer goes on
 * @active: handlers are registered; changed under &struct ptiscope.lock
 */
struct nmi_trigger {
	struct hrtimer timer;
	ktime_t interval;
	unsigned int cpu;
	u32 count;
	u32 chain;
	u32 flags;
	u64 sent;
	u64 skipped;
	bool running;
	bool active;
};

static struct nmi_trigger trigger;

/* The interrupt is all that is wanted of the work */
static void nmi_work(struct irq_work *work)
{
}

/* One is enough: only @cpu of &struct nmi_trigger queues it */
static struct irq_work ipi_work = IRQ_WORK_INIT_HARD(nmi_work);

/*
 * Send this CPU the IPI that the flags ask for.  Interrupts are off until the IRET
 * of the NMI, so it interrupts the same instruction of user mode.  Another NMI may
 * come first, though, and find it still to be taken: a second IPI would merge with
 * it, so it is neither sent nor counted.  Nobody can read the APIC's IRR from here,
 * but the kernel counts the reschedule IPIs, and the work knows that it is queued.
 */
static void nmi_raise(struct nmi_cpu *c, unsigned int cpu)
{
	u32 taken = ptiscope_reschedules(cpu);

	if (trigger.flags & PTISCOPE_NMI_IRQ_WORK) {
		c->raised += irq_work_queue(&ipi_work);
		return;
	}
	if (c->raised && c->resched == taken)
		return;
	c->resched = taken;
	c->raised++;
	ptiscope_send_ipi(cpu, RESCHEDULE_VECTOR);
}

NOKPROBE_SYMBOL(nmi_raise);

/*
 * This NMI is ours: count it and send the next of the chain, or the IPI.
 *
 * The next stays latched until the IRET of this one, so it interrupts the same
 * instruction of user mode.  Either is sent only if this one came from there:
 * inside the kernel the sending of an IPI may have been interrupted, and the two
 * halves of the xAPIC's command register must not change in between.
 */
static int nmi_claim(struct nmi_cpu *c, struct pt_regs *regs)
{
	unsigned int cpu = smp_processor_id();

	c->seen++;
	if (!user_mode(regs)) {
		c->left = 0;
		return NMI_HANDLED;
	}
	c->user++;
	if (cpu != trigger.cpu)
		return NMI_HANDLED;
	if (trigger.flags & NMI_IPIS)
		nmi_raise(c, cpu);
	if (!c->left)
		c->left = READ_ONCE(trigger.chain) + 1;
	/* nmi_stop() may have cut the chain since */
	if (--c->left && READ_ONCE(trigger.chain) &&
	    !atomic_cmpxchg(&c->credit, 0, 1)) {
		c->chained++;
		ptiscope_send_ipi(cpu, NMI_VECTOR);
	}
	return NMI_HANDLED;
}

NOKPROBE_SYMBOL(nmi_claim);

static int nmi_local(unsigned int type, struct pt_regs *regs)
{
	struct nmi_cpu *c = this_cpu_ptr(&nmi_cpu);

	if (!atomic_cmpxchg(&c->credit, 1, 0))
		return NMI_DONE;
	return nmi_claim(c, regs);
}

NOKPROBE_SYMBOL(nmi_local);

/* Called when no one else claimed the NMI */
static int nmi_unknown(unsigned int type, struct pt_regs *regs)
{
	struct nmi_cpu *c = this_cpu_ptr(&nmi_cpu);

	c->unknown++;
	return nmi_claim(c, regs);
}

NOKPROBE_SYMBOL(nmi_unknown);

/*
 * Interrupts are off, so a CPU that is online here stays so until this returns:
 * it leaves in stop_machine(), which needs this CPU as well.
 *
 * When the CPU of the timer goes offline the timer moves to another one, perhaps
 * to the one that is to be interrupted.
 */
static enum hrtimer_restart nmi_tick(struct hrtimer *timer)
{
	unsigned int cpu = trigger.cpu;

	if (!cpu_online(cpu) || cpu == smp_processor_id())
		goto end;
	if (!atomic_cmpxchg(&per_cpu(nmi_cpu, cpu).credit, 0, 1)) {
		WRITE_ONCE(trigger.sent, trigger.sent + 1);
		ptiscope_send_ipi(cpu, NMI_VECTOR);
		if (trigger.sent == trigger.count)
			goto end;
	} else {
		WRITE_ONCE(trigger.skipped, trigger.skipped + 1);
	}
	hrtimer_forward_now(timer, trigger.interval);
	return HRTIMER_RESTART;

end:
	WRITE_ONCE(trigger.running, false);
	return HRTIMER_NORESTART;
}

/* On the CPU that is to send */
static void nmi_start_timer(void *unused)
{
	hrtimer_start(&trigger.timer, trigger.interval,
		      HRTIMER_MODE_REL_PINNED_HARD);
}

/*
 * Wait for what is under way: it has an owner only while there are handlers.  A
 * CPU that takes no NMI for so long is in trouble that must not hold up close(2).
 */
static void nmi_drain(void)
{
	int i, cpu;
	bool busy;

	for (i = 0; i < DRAIN_ROUNDS; i++) {
		busy = false;
		for_each_online_cpu(cpu)
			busy |= atomic_read(&per_cpu(nmi_cpu, cpu).credit);
		usleep_range(1000, 2000);
		if (!busy)
			return;
	}
	pr_warn("an NMI is still under way, and nobody will know it\n");
}

static void nmi_stop(void)
{
	if (!trigger.active)
		return;
	hrtimer_cancel(&trigger.timer);
	WRITE_ONCE(trigger.running, false);
	WRITE_ONCE(trigger.chain, 0);
	/* Handlers that saw the chain have sent what they send */
	synchronize_rcu();
	nmi_drain();
	/* Both wait until no handler runs */
	if (trigger.flags & PTISCOPE_NMI_UNKNOWN)
		unregister_nmi_handler(NMI_UNKNOWN, NAME);
	unregister_nmi_handler(NMI_LOCAL, NAME);
	/* Nobody queues it any more */
	irq_work_sync(&ipi_work);
	trigger.active = false;
}

static int nmi_register(u32 flags)
{
	int err;

	err = register_nmi_handler(NMI_LOCAL, nmi_local, 0, NAME);
	if (err || !(flags & PTISCOPE_NMI_UNKNOWN))
		return err;
	err = register_nmi_handler(NMI_UNKNOWN, nmi_unknown, 0, NAME);
	if (err)
		unregister_nmi_handler(NMI_LOCAL, NAME);
	return err;
}

static int nmi_check(const struct ptiscope_nmi *nmi)
{
	u32 ipis = nmi->flags & NMI_IPIS;

	if (nmi->flags & ~(PTISCOPE_NMI_UNKNOWN | NMI_IPIS) ||
	    ipis == NMI_IPIS || (ipis && nmi->chain) ||
	    nmi->chain > PTISCOPE_NMI_CHAIN_MAX)
		return -EINVAL;
	if (!nmi->count)
		return nmi->interval_us ? -EINVAL : 0;
	if (nmi->interval_us < PTISCOPE_NMI_INTERVAL_MIN * (nmi->chain + 1) ||
	    nmi->interval_us > PTISCOPE_NMI_INTERVAL_MAX)
		return -EINVAL;
	return 0;
}

/* A CPU to send from, or an error; this one if possible */
static int nmi_sender(unsigned int target)
{
	unsigned int cpu = raw_smp_processor_id();

	if (cpu == target)
		cpu = cpumask_any_but(cpu_online_mask, target);
	return cpu < nr_cpu_ids ? cpu : -ENXIO;
}

/* Both CPUs stay online while the caller holds the lock of CPU hotplug */
static int nmi_start_locked(const struct ptiscope_nmi *nmi)
{
	int cpu, sender, err;

	if (nmi->cpu >= nr_cpu_ids || !cpu_online(nmi->cpu))
		return -ENODEV;
	sender = nmi_sender(nmi->cpu);
	if (nmi->count && sender < 0)
		return sender;

	for_each_possible_cpu(cpu)
		per_cpu(nmi_cpu, cpu) = (struct nmi_cpu){ 0 };
	trigger.interval = ns_to_ktime((u64)nmi->interval_us * NSEC_PER_USEC);
	trigger.cpu = nmi->cpu;
	trigger.count = nmi->count;
	trigger.chain = nmi->chain;
	trigger.flags = nmi->flags;
	trigger.sent = 0;
	trigger.skipped = 0;
	ptiscope_hrtimer_setup(&trigger.timer, nmi_tick,
			       HRTIMER_MODE_REL_PINNED_HARD);
	err = nmi_register(nmi->flags);
	if (err)
		return err;
	trigger.active = true;
	if (!nmi->count)
		return 0;
	trigger.running = true;
	err = smp_call_function_single(sender, nmi_start_timer, NULL, 1);
	if (err)
		nmi_stop();
	return err;
}

static int nmi_start(const struct ptiscope_nmi *nmi)
{
	int err = nmi_check(nmi);

	if (err)
		return err;
	if (trigger.active)
		return -EBUSY;
	cpus_read_lock();
	err = nmi_start_locked(nmi);
	cpus_read_unlock();
	return err;
}

/* Change the chain of what was started */
static int nmi_chain(const struct ptiscope_nmi *nmi)
{
	u32 interval = ktime_to_us(trigger.interval);

	if (!trigger.active)
		return -ENXIO;
	if (nmi->chain > PTISCOPE_NMI_CHAIN_MAX ||
	    (nmi->chain && trigger.flags & NMI_IPIS) ||
	    (trigger.count &&
	     interval < PTISCOPE_NMI_INTERVAL_MIN * (nmi->chain + 1)))
		return -EINVAL;
	WRITE_ONCE(trigger.chain, nmi->chain);
	return 0;
}

static void nmi_counters(struct ptiscope_nmi *nmi)
{
	int cpu;

	nmi->running = READ_ONCE(trigger.running);
	nmi->raised = 0;
	nmi->sent = READ_ONCE(trigger.sent);
	nmi->skipped = READ_ONCE(trigger.skipped);
	nmi->chained = 0;
	nmi->seen = 0;
	nmi->user = 0;
	nmi->unknown = 0;
	for_each_possible_cpu(cpu) {
		const struct nmi_cpu *c = &per_cpu(nmi_cpu, cpu);

		nmi->chained += READ_ONCE(c->chained);
		nmi->seen += READ_ONCE(c->seen);
		nmi->user += READ_ONCE(c->user);
		nmi->unknown += READ_ONCE(c->unknown);
		nmi->raised += READ_ONCE(c->raised);
	}
	nmi->kernel = nmi->seen - nmi->user;
}

static int nmi_do(const struct ptiscope_nmi *nmi)
{
	switch (nmi->op) {
	case PTISCOPE_NMI_START:
		return nmi_start(nmi);
	case PTISCOPE_NMI_STOP:
		nmi_stop();
		return 0;
	case PTISCOPE_NMI_CHAIN:
		return nmi_chain(nmi);
	case PTISCOPE_NMI_STATS:
		return 0;
	default:
		return -EINVAL;
	}
}

/**
 * ptiscope_ioc_nmi - PTISCOPE_IOC_NMI
 * @p: the device
 * @arg: user address of a struct ptiscope_nmi
 *
 * Sleeps.
 *
 * Return: 0 or an error, see &struct ptiscope_nmi
 */
long ptiscope_ioc_nmi(struct ptiscope *p, void __user *arg)
{
	struct ptiscope_nmi nmi;
	int err;

	err = ptiscope_permitted(CAP_SYS_ADMIN);
	if (err)
		return err;
	if (copy_from_user(&nmi, arg, sizeof(nmi)))
		return -EFAULT;
	if (nmi.version != PTISCOPE_ABI_VERSION || nmi.size != sizeof(nmi))
		return -EINVAL;

	if (mutex_lock_interruptible(&p->lock))
		return -ERESTARTSYS;
	err = nmi_do(&nmi);
	if (!err)
		nmi_counters(&nmi);
	mutex_unlock(&p->lock);
	if (err)
		return err;
	return copy_to_user(arg, &nmi, sizeof(nmi)) ? -EFAULT : 0;
}

/**
 * ptiscope_nmi_release - end what PTISCOPE_IOC_NMI started, if anything
 * @p: the device
 *
 * When this returns no handler is registered, and no NMI is under way, or the
 * kernel log says that one is.  Sleeps.
 */
void ptiscope_nmi_release(struct ptiscope *p)
{
	lockdep_assert_held(&p->lock);
	nmi_stop();
}
