// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part of pathtest about interrupts: each is caused a known number of times while
 * a CPU is in user mode, and what else comes is what /proc/interrupts tells.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/io.h>
#include <x86intrin.h>

#include "interrupts.h"
#include "pathtest.h"

/* The CPU that is interrupted while it runs spin() */
#define TARGET 1
#define INTERVAL_US 500
/* It goes on for so long, and until so many came: on a busy host fewer come */
#define TIMER_US 300000
#define TIMER_LEAST 60
/*
 * Timer interrupts of which one may find the target in the kernel: there they are no
 * entry from user mode.  That is so where one is due while the softirqs of the last
 * still run, or a kernel thread does.
 */
#define TIMER_IN_KERNEL 20

/* The first serial port, and its interrupt */
#define COM1 0x3f8
#define COM1_IER (COM1 + 1)
#define COM1_THRI 2
#define COM1_IRQ "4"
#define COM1_CPU "/proc/irq/" COM1_IRQ "/effective_affinity_list"

static atomic_bool spinner_runs;
static atomic_bool spinner_ends;

static void on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Does nothing but be in user mode */
static void *spin(void *unused)
{
	on_cpu(TARGET);
	spinner_runs = true;
	while (!spinner_ends)
		;
	return unused;
}

static struct ptiscope_nmi send_nmis(int fd, __u32 flags)
{
	struct ptiscope_nmi nmi = { .version = PTISCOPE_ABI_VERSION,
				    .size = sizeof(nmi),
				    .flags = flags,
				    .cpu = TARGET,
				    .count = TIMES,
				    .interval_us = INTERVAL_US };

	if (ioctl(fd, PTISCOPE_IOC_NMI, &nmi))
		return (struct ptiscope_nmi){ 0 };
	do {
		usleep(10000);
		nmi.op = PTISCOPE_NMI_STATS;
		ioctl(fd, PTISCOPE_IOC_NMI, &nmi);
	} while (nmi.running || nmi.seen < nmi.sent);
	nmi.op = PTISCOPE_NMI_STOP;
	ioctl(fd, PTISCOPE_IOC_NMI, &nmi);
	return nmi;
}

static unsigned int take_nmis(int fd)
{
	return (unsigned int)send_nmis(fd, 0).user;
}

static unsigned int take_reschedules(int fd)
{
	return send_nmis(fd, PTISCOPE_NMI_RESCHEDULE).raised;
}

static unsigned int take_irq_work(int fd)
{
	return send_nmis(fd, PTISCOPE_NMI_IRQ_WORK).raised;
}

static unsigned int take_calls(int fd)
{
	struct ptiscope_ipi ipi = { .version = PTISCOPE_ABI_VERSION,
				    .size = sizeof(ipi),
				    .kind = PTISCOPE_IPI_CALL,
				    .cpu = TARGET,
				    .count = TIMES,
				    .interval_us = INTERVAL_US };

	return ioctl(fd, PTISCOPE_IOC_IPI, &ipi) ? 0 : (unsigned int)ipi.user;
}

/* Each returns how many of its interrupts hit user mode on the target. */
static const struct {
	const char *name;
	unsigned int (*take)(int fd);
	enum pti_path path;
	const char *row;
	/* The kernel has some of its own: for RCU, a kworker, the log */
	bool others;
} ways[] = {
	{ "nmi_user", take_nmis, PTI_PATH_NMI_USER, "NMI", false },
	{ "resched_ipi", take_reschedules, PTI_PATH_RESCHED_IPI, "RES", true },
	{ "other_ipi", take_irq_work, PTI_PATH_OTHER_IPI, "IWI", true },
	{ "call_ipi", take_calls, PTI_PATH_CALL_IPI, "CAL", true },
};

/* At least those that are known to have hit user mode, at most all that came */
static void test_sent(struct tap *tap, int fd)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		long long came = interrupts_taken(ways[i].row, TARGET);
		unsigned int user, most;
		struct paths p;

		start(fd, 0);
		user = ways[i].take(fd);
		p = stop_and_read(fd, TARGET);
		came = interrupts_taken(ways[i].row, TARGET) - came;
		most = ways[i].others ? (unsigned int)came : user;
		judge(tap, ways[i].name, &p, p.entry[ways[i].path], user, most);
		tap_ok(tap, user >= TIMES / 10 && user <= TIMES,
		       "%d bits: %s: %u of %d hit user mode, %lld came in all",
		       BITS, ways[i].name, user, TIMES, came);
	}
}

/* The timer's interrupts so far, and when that was read */
struct reading {
	unsigned long long before;
	long long taken;
	unsigned long long after;
};

static struct reading read_timer(void)
{
	struct reading r = { .before = __rdtsc() };

	r.taken = interrupts_taken("LOC", TARGET);
	r.after = __rdtsc();
	return r;
}

/*
 * As many as the kernel counts meanwhile, but for those that hit the kernel.  What it
 * counts at some time of a reading is compared with the records that surely came
 * between two, and with those that may have.  One may be at the entry, recorded and
 * not yet counted.
 */
static void test_timer(struct tap *tap, int fd)
{
	static struct ptiscope_record buf[256];
	long long sure = 0, possible = 0, came;
	int rounds = 100;
	struct reading first, last;
	ssize_t n;

	start(fd, 0);
	first = read_timer();
	do {
		usleep(TIMER_US);
		last = read_timer();
	} while (last.taken - first.taken < TIMER_LEAST && --rounds);
	stop(fd);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (size_t i = 0; i < n / RECORD; i++) {
			const struct ptiscope_record *r = &buf[i];

			if (r->cpu != TARGET || r->entry_path != PTI_PATH_TIMER)
				continue;
			sure += r->e0 > first.after && r->e0 < last.before;
			possible += r->e0 > first.before && r->e0 < last.after;
		}
	came = last.taken - first.taken;
	tap_ok(tap,
	       came >= TIMER_LEAST && sure <= came + 1 &&
		       possible + 1 >= came - came / TIMER_IN_KERNEL &&
		       !stats(fd).lost,
	       "%d bits: timer: %lld came, records %lld, up to %lld with those at the ends",
	       BITS, came, sure, possible);
}

/*
 * The port's transmitter is empty: so it asks for its interrupt as soon as that is
 * enabled, by the rising bit alone.  The kernel's handler reads that reason, which
 * clears it, and has nothing to send.  The OUT is over when the local APIC has the
 * interrupt, and this CPU is the one that takes it, before the next instructions.
 */
static void take_irqs(void)
{
	unsigned char ier = inb(COM1_IER);

	for (int i = 0; i < TIMES; i++) {
		outb(ier | COM1_THRI, COM1_IER);
		for (volatile int j = 0; j < 100; j++)
			;
		outb(ier & ~COM1_THRI, COM1_IER);
	}
	outb(ier, COM1_IER);
}

/* Where the kernel sends that interrupt; or -1 */
static int irq_cpu(void)
{
	FILE *f = fopen(COM1_CPU, "re");
	int cpu = -1;

	if (f && fscanf(f, "%d", &cpu) != 1)
		cpu = -1;
	if (f)
		fclose(f);
	return cpu;
}

/*
 * An interrupt that is due together with another one is taken behind it, in the
 * kernel where that one has softirqs to run: so at most as many are missing as
 * others came.
 */
static void test_irq(struct tap *tap, int fd)
{
	int cpu = irq_cpu();
	long long came = cpu < 0 ? -1 : interrupts_taken(COM1_IRQ, cpu);
	struct paths p;
	unsigned int others;

	if (came < 0) {
		tap_ok(tap, true, "irq # SKIP nobody has asked for IRQ %s",
		       COM1_IRQ);
		return;
	}
	on_cpu(cpu);
	if (!tap_ok(tap, !ioperm(COM1, 8, 1), "the ports of COM1 are open"))
		return;
	start(fd, gettid());
	take_irqs();
	p = stop_and_read(fd, ANY_CPU);
	came = interrupts_taken(COM1_IRQ, cpu) - came;
	ioperm(COM1, 8, 0);
	others = interrupts(&p) - p.entry[PTI_PATH_IRQ];
	judge(tap, "irq", &p, p.entry[PTI_PATH_IRQ],
	      others < TIMES / 2 ? TIMES - others : TIMES / 2, TIMES);
	tap_ok(tap, came == TIMES, "%d bits: irq: the kernel counts %lld", BITS,
	       came);
}

/**
 * test_interrupts() - all paths of interrupts
 * @tap: gets the results
 * @fd: the device, not recording
 */
void test_interrupts(struct tap *tap, int fd)
{
	pthread_t thread;

	test_irq(tap, fd);
	on_cpu(0);
	pthread_create(&thread, NULL, spin, NULL);
	while (!spinner_runs)
		;
	test_sent(tap, fd);
	test_timer(tap, fd);
	spinner_ends = true;
	pthread_join(thread, NULL);
}
