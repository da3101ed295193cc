// SPDX-License-Identifier: GPL-2.0-only
/*
 * PTISCOPE_IOC_NMI: every argument, what is counted, how it ends.  Runs as root
 * with the module loaded.  The NMIs hit a program that keeps a value of its own
 * in every general register and looks whether it is still there.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../module/uapi/ptiscope.h"
#include "interrupts.h"
#include "tap.h"

#define DEV "/dev/ptiscope"
#define TARGET 1
#define CPU1_ONLINE "/sys/devices/system/cpu/cpu1/online"

/* What is asked, and what the kernel fills in */
static struct ptiscope_nmi nmi;

static int nmi_op(int fd, __u32 op)
{
	nmi.version = PTISCOPE_ABI_VERSION;
	nmi.size = sizeof(nmi);
	nmi.op = op;
	return ioctl(fd, PTISCOPE_IOC_NMI, &nmi) ? errno : 0;
}

static int nmi_start(int fd, __u32 cpu, __u32 count, __u32 us, __u32 chain,
		     __u32 flags)
{
	nmi = (struct ptiscope_nmi){
		.cpu = cpu,
		.count = count,
		.interval_us = us,
		.chain = chain,
		.flags = flags,
	};
	return nmi_op(fd, PTISCOPE_NMI_START);
}

static void expect(struct tap *tap, int got, int want, const char *what)
{
	tap_ok(tap, got == want, "%s: %s%s%s", what,
	       want ? strerror(want) : "works", got == want ? "" : ", but got ",
	       got == want ? "" : strerror(got));
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static bool set_online(int cpu, bool online)
{
	char path[64];
	int fd;
	bool good;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online",
		 cpu);
	fd = open(path, O_WRONLY);
	good = fd >= 0 && write(fd, online ? "1" : "0", 1) == 1;
	close(fd);
	return good;
}

/* Values in all registers but RSP and RCX; false once one of them is wrong */
static bool registers_keep(unsigned long rounds)
{
	unsigned long bad;

	asm volatile("push %%rbp\n\t"
		     "mov $0x1111111111111111,%%rax\n\t"
		     "lea 1(%%rax),%%rbx\n\t"
		     "lea 2(%%rax),%%rdx\n\t"
		     "lea 3(%%rax),%%rsi\n\t"
		     "lea 4(%%rax),%%rdi\n\t"
		     "lea 5(%%rax),%%rbp\n\t"
		     "lea 6(%%rax),%%r8\n\t"
		     "lea 7(%%rax),%%r9\n\t"
		     "lea 8(%%rax),%%r10\n\t"
		     "lea 9(%%rax),%%r11\n\t"
		     "lea 10(%%rax),%%r12\n\t"
		     "lea 11(%%rax),%%r13\n\t"
		     "lea 12(%%rax),%%r14\n\t"
		     "lea 13(%%rax),%%r15\n"
		     "1:\tdec %%rcx\n\t"
		     "jnz 1b\n\t"
		     "mov $0x1111111111111111,%%rcx\n\t"
		     "xor %%rcx,%%rax\n\t"
		     "sub %%rcx,%%rbx\n\tdec %%rbx\n\tor %%rbx,%%rax\n\t"
		     "sub %%rcx,%%rdx\n\tsub $2,%%rdx\n\tor %%rdx,%%rax\n\t"
		     "sub %%rcx,%%rsi\n\tsub $3,%%rsi\n\tor %%rsi,%%rax\n\t"
		     "sub %%rcx,%%rdi\n\tsub $4,%%rdi\n\tor %%rdi,%%rax\n\t"
		     "sub %%rcx,%%rbp\n\tsub $5,%%rbp\n\tor %%rbp,%%rax\n\t"
		     "sub %%rcx,%%r8\n\tsub $6,%%r8\n\tor %%r8,%%rax\n\t"
		     "sub %%rcx,%%r9\n\tsub $7,%%r9\n\tor %%r9,%%rax\n\t"
		     "sub %%rcx,%%r10\n\tsub $8,%%r10\n\tor %%r10,%%rax\n\t"
		     "sub %%rcx,%%r11\n\tsub $9,%%r11\n\tor %%r11,%%rax\n\t"
		     "sub %%rcx,%%r12\n\tsub $10,%%r12\n\tor %%r12,%%rax\n\t"
		     "sub %%rcx,%%r13\n\tsub $11,%%r13\n\tor %%r13,%%rax\n\t"
		     "sub %%rcx,%%r14\n\tsub $12,%%r14\n\tor %%r14,%%rax\n\t"
		     "sub %%rcx,%%r15\n\tsub $13,%%r15\n\tor %%r15,%%rax\n\t"
		     "pop %%rbp"
		     : "=&a"(bad), "+c"(rounds)
		     :
		     : "rbx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",
		       "r12", "r13", "r14", "r15", "memory", "cc");
	return !bad;
}

/* A child on @cpu that stays in user mode until *@stop; exits with 1 when bad */
static pid_t spin(int cpu, volatile int *stop)
{
	pid_t pid = fork();
	bool good = true;

	if (pid)
		return pid;
	/* Or the device would stay open with this process */
	close_range(3, ~0U, 0);
	pin(cpu);
	while (!*stop && good)
		good = registers_keep(10000);
	_exit(!good);
}

static bool end_spin(pid_t pid, volatile int *stop)
{
	int status = 1;

	*stop = 1;
	waitpid(pid, &status, 0);
	*stop = 0;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* Until the timer has ended by itself */
static bool wait_done(int fd)
{
	for (int i = 0; i < 5000; i++) {
		if (nmi_op(fd, PTISCOPE_NMI_STATS))
			return false;
		if (!nmi.running)
			return true;
		usleep(2000);
	}
	return false;
}

/*
 * Until the last chain is over, too: STOP would cut it, and on a busy host the
 * target may be some way behind the timer.  A chain is over where all of it came, or
 * where an NMI in the kernel cut it.
 */
static bool wait_quiet(int fd, unsigned int chain)
{
	unsigned long long seen;

	if (!wait_done(fd))
		return false;
	for (int i = 0; i < 50; i++) {
		seen = nmi.seen;
		usleep(200000);
		if (nmi_op(fd, PTISCOPE_NMI_STATS))
			return false;
		if (nmi.seen == seen &&
		    (nmi.kernel || !(nmi.user % (chain + 1))))
			return true;
	}
	return false;
}

static void test_arguments(struct tap *tap, int fd)
{
	const __u32 min = PTISCOPE_NMI_INTERVAL_MIN;
	const __u32 max = PTISCOPE_NMI_INTERVAL_MAX;
	const struct {
		const char *what;
		int want;
		__u32 cpu, count, us, chain, flags;
	} bad[] = {
		{ "unknown flag", EINVAL, 0, 1, 1000, 0, 8 },
		{ "both IPIs", EINVAL, 0, 1, 1000, 0,
		  PTISCOPE_NMI_RESCHEDULE | PTISCOPE_NMI_IRQ_WORK },
		{ "a chain and a reschedule IPI", EINVAL, 0, 1, 1000, 1,
		  PTISCOPE_NMI_RESCHEDULE },
		{ "a chain and irq_work", EINVAL, 0, 1, 1000, 1,
		  PTISCOPE_NMI_IRQ_WORK },
		{ "interval too short", EINVAL, 0, 1, min - 1, 0, 0 },
		{ "interval 0", EINVAL, 0, 1, 0, 0, 0 },
		{ "interval too long", EINVAL, 0, 1, max + 1, 0, 0 },
		{ "interval without a count", EINVAL, 0, 0, 1000, 0, 0 },
		{ "interval too short for the chain", EINVAL, 0, 1,
		  min * 10 + 9, 10, 0 },
		{ "chain too long", EINVAL, 0, 0, 0, PTISCOPE_NMI_CHAIN_MAX + 1,
		  0 },
		{ "chain of 2^32-1", EINVAL, 0, 1, 1000, ~0U, 0 },
		{ "CPU 65536", ENODEV, 65536, 1, 1000, 0, 0 },
		{ "CPU 2^32-1", ENODEV, ~0U, 0, 0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char what[80];

		snprintf(what, sizeof(what), "START, %s", bad[i].what);
		expect(tap,
		       nmi_start(fd, bad[i].cpu, bad[i].count, bad[i].us,
				 bad[i].chain, bad[i].flags),
		       bad[i].want, what);
	}
	expect(tap, nmi_op(fd, 4), EINVAL, "unknown operation");
	nmi.version = 0;
	nmi.op = PTISCOPE_NMI_STATS;
	expect(tap, ioctl(fd, PTISCOPE_IOC_NMI, &nmi) ? errno : 0, EINVAL,
	       "other version");
	nmi.version = PTISCOPE_ABI_VERSION;
	nmi.size--;
	expect(tap, ioctl(fd, PTISCOPE_IOC_NMI, &nmi) ? errno : 0, EINVAL,
	       "other size");
	expect(tap, ioctl(fd, PTISCOPE_IOC_NMI, (void *)8) ? errno : 0, EFAULT,
	       "bad address");
	expect(tap, nmi_op(fd, PTISCOPE_NMI_CHAIN), ENXIO,
	       "CHAIN when not started");
	expect(tap, nmi_op(fd, PTISCOPE_NMI_STOP), 0, "STOP when not started");
}

static void test_claim_only(struct tap *tap, int fd)
{
	expect(tap, nmi_start(fd, 0, 0, 0, 0, 0), 0, "START without NMIs");
	expect(tap, nmi_start(fd, 0, 0, 0, 0, 0), EBUSY, "START when started");
	nmi.chain = PTISCOPE_NMI_CHAIN_MAX + 1;
	expect(tap, nmi_op(fd, PTISCOPE_NMI_CHAIN), EINVAL, "CHAIN, too long");
	nmi.chain = 3;
	expect(tap, nmi_op(fd, PTISCOPE_NMI_CHAIN), 0, "CHAIN");
	memset(&nmi, 0xff, sizeof(nmi));
	expect(tap, nmi_op(fd, PTISCOPE_NMI_STATS), 0, "STATS");
	tap_ok(tap,
	       !nmi.sent && !nmi.seen && !nmi.user && !nmi.kernel &&
		       !nmi.unknown && !nmi.chained && !nmi.skipped &&
		       !nmi.running && !nmi.raised,
	       "no NMI was sent, none was seen");
	expect(tap, nmi_op(fd, PTISCOPE_NMI_STOP), 0, "STOP");
}

static void test_counts(struct tap *tap, int fd, volatile int *stop)
{
	pid_t pid = spin(TARGET, stop);

	usleep(50000);
	expect(tap, nmi_start(fd, TARGET, 500, 500, 0, 0), 0,
	       "START of 500 NMIs");
	tap_ok(tap, wait_done(fd), "it ends by itself");
	expect(tap, nmi_op(fd, PTISCOPE_NMI_STOP), 0, "STOP");
	tap_ok(tap,
	       nmi.sent == 500 && nmi.seen == 500 && !nmi.unknown &&
		       !nmi.chained && nmi.user + nmi.kernel == nmi.seen &&
		       nmi.user >= 50,
	       "sent %llu, seen %llu, user %llu, kernel %llu, skipped %llu",
	       nmi.sent, nmi.seen, nmi.user, nmi.kernel, nmi.skipped);

	expect(tap, nmi_start(fd, TARGET, 20, 5000, 50, 0), 0,
	       "START of 20 chains of 50");
	tap_ok(tap, wait_quiet(fd, 50), "it ends by itself");
	expect(tap, nmi_op(fd, PTISCOPE_NMI_STOP), 0, "STOP");
	tap_ok(tap,
	       nmi.sent == 20 && nmi.chained >= 50 && nmi.chained <= 1000 &&
		       nmi.seen == nmi.sent + nmi.chained && !nmi.unknown,
	       "sent %llu, chained %llu, seen %llu, user %llu, kernel %llu",
	       nmi.sent, nmi.chained, nmi.seen, nmi.user, nmi.kernel);
	/* An NMI of the timer in the middle of a chain is one of it */
	tap_ok(tap, nmi.kernel || !(nmi.user % 51),
	       "every chain is whole that no NMI in the kernel cut");
	tap_ok(tap, end_spin(pid, stop),
	       "the program in between kept its registers");
}

/* What an NMI in user mode is followed by, and the kernel's count of that */
static const struct {
	const char *name;
	__u32 flag;
	const char *row;
} ipis[] = {
	{ "reschedule", PTISCOPE_NMI_RESCHEDULE, "RES" },
	{ "irq_work", PTISCOPE_NMI_IRQ_WORK, "IWI" },
};

static void test_raised(struct tap *tap, int fd, volatile int *stop)
{
	for (size_t i = 0; i < sizeof(ipis) / sizeof(ipis[0]); i++) {
		long long came = interrupts_taken(ipis[i].row, TARGET);
		pid_t pid = spin(TARGET, stop);

		usleep(50000);
		expect(tap, nmi_start(fd, TARGET, 500, 500, 0, ipis[i].flag), 0,
		       ipis[i].name);
		nmi.chain = 1;
		expect(tap, nmi_op(fd, PTISCOPE_NMI_CHAIN), EINVAL,
		       "CHAIN with an IPI");
		tap_ok(tap, wait_done(fd), "it ends by itself");
		expect(tap, nmi_op(fd, PTISCOPE_NMI_STOP), 0, "STOP");
		came = interrupts_taken(ipis[i].row, TARGET) - came;
		/* One that comes before the IPI of the last adds none. */
		tap_ok(tap,
		       nmi.seen == 500 && !nmi.chained && nmi.raised >= 50 &&
			       nmi.raised <= nmi.user && came >= nmi.raised,
		       "%s: user %llu, raised %u, the kernel counts %lld",
		       ipis[i].name, nmi.user, nmi.raised, came);
		tap_ok(tap, end_spin(pid, stop),
		       "the program in between kept its registers");
	}
}

static void test_ends(struct tap *tap, int fd, volatile int *stop)
{
	pid_t pid = spin(TARGET, stop);
	unsigned long long sent;
	bool good;

	expect(tap, nmi_start(fd, TARGET, ~0U, 100, 1, 0), 0,
	       "START of 2^32-1 NMIs");
	usleep(50000);
	expect(tap, nmi_op(fd, PTISCOPE_NMI_STOP), 0, "STOP in their middle");
	sent = nmi.sent;
	usleep(50000);
	nmi_op(fd, PTISCOPE_NMI_STATS);
	tap_ok(tap,
	       sent && sent == nmi.sent && !nmi.running &&
		       nmi.seen == nmi.sent + nmi.chained,
	       "no more was sent after it, all %llu and %llu were seen",
	       nmi.sent, nmi.chained);

	expect(tap, nmi_start(fd, TARGET, ~0U, 100, 0, 0), 0, "START again");
	usleep(20000);
	close(fd);
	fd = open(DEV, O_RDONLY);
	good = fd >= 0 && !nmi_op(fd, PTISCOPE_NMI_STATS);
	tap_ok(tap, good && nmi.sent && !nmi.running && nmi.seen == nmi.sent,
	       "close in their middle: sent %llu, all were seen", nmi.sent);
	close(fd);
	tap_ok(tap, end_spin(pid, stop),
	       "the program in between kept its registers");
}

static void test_offline(struct tap *tap, int fd)
{
	bool done;

	pin(0);
	expect(tap, nmi_start(fd, TARGET, ~0U, 100, 0, 0), 0,
	       "START, then the target goes offline");
	usleep(10000);
	tap_ok(tap, set_online(TARGET, false), "CPU 1 goes offline");
	done = wait_done(fd);
	tap_ok(tap, done && nmi.sent && nmi.sent == nmi.seen,
	       "no more is sent; sent %llu, seen %llu", nmi.sent, nmi.seen);
	expect(tap, nmi_op(fd, PTISCOPE_NMI_STOP), 0, "STOP");
	expect(tap, nmi_start(fd, TARGET, 1, 1000, 0, 0), ENODEV,
	       "START to a CPU that is offline");
	expect(tap, nmi_start(fd, 0, 1, 1000, 0, 0), ENXIO,
	       "START with one CPU online");
	tap_ok(tap, set_online(TARGET, true), "CPU 1 comes back");
	expect(tap, nmi_start(fd, TARGET, 20, 1000, 0, 0), 0, "START to it");
	tap_ok(tap, wait_done(fd) && nmi.sent == 20, "it gets all of them");
	expect(tap, nmi_op(fd, PTISCOPE_NMI_STOP), 0, "STOP");

	pin(1);
	expect(tap, nmi_start(fd, 0, ~0U, 100, 0, 0), 0,
	       "START, then the sender goes offline");
	pin(0);
	usleep(10000);
	tap_ok(tap, set_online(1, false), "CPU 1 goes offline");
	done = wait_done(fd);
	tap_ok(tap, done && nmi.sent && nmi.sent == nmi.seen,
	       "no more is sent; sent %llu, seen %llu", nmi.sent, nmi.seen);
	expect(tap, nmi_op(fd, PTISCOPE_NMI_STOP), 0, "STOP");
	tap_ok(tap, set_online(1, true), "CPU 1 comes back");
}

/* QEMU's watchdog iBASE 700 barks at once, with an NMI to the boot CPU */
static void bark(void)
{
	outb(0xf, 0x443);
	for (volatile int i = 0; i < 100; i++)
		;
}

/* The same on the CPU that is interrupted: exactly one IPI for each */
static void test_unknown_raised(struct tap *tap, int fd)
{
	for (size_t i = 0; i < sizeof(ipis) / sizeof(ipis[0]); i++) {
		long long came = interrupts_taken(ipis[i].row, 0);

		expect(tap,
		       nmi_start(fd, 0, 0, 0, 0,
				 PTISCOPE_NMI_UNKNOWN | ipis[i].flag),
		       0, ipis[i].name);
		for (int n = 0; n < 10; n++)
			bark();
		nmi_op(fd, PTISCOPE_NMI_STOP);
		came = interrupts_taken(ipis[i].row, 0) - came;
		tap_ok(tap, nmi.user == 10 && nmi.raised == 10 && came >= 10,
		       "%s: 10 NMIs by a watchdog: raised %u, the kernel counts %lld",
		       ipis[i].name, nmi.raised, came);
	}
}

static void test_unknown(struct tap *tap, int fd)
{
	const char *source = getenv("PTISCOPE_NMI");

	if (!source || strcmp(source, "ib700") || ioperm(0x443, 1, 1)) {
		tap_ok(tap, true,
		       "NMIs of unknown reason # SKIP no watchdog ib700");
		return;
	}
	pin(0);
	expect(tap, nmi_start(fd, 0, 0, 0, 0, PTISCOPE_NMI_UNKNOWN), 0,
	       "START, claim all");
	for (int i = 0; i < 10; i++)
		bark();
	nmi_op(fd, PTISCOPE_NMI_STATS);
	tap_ok(tap,
	       nmi.unknown == 10 && nmi.seen == 10 && nmi.user == 10 &&
		       !nmi.chained,
	       "10 NMIs by a watchdog: unknown %llu, seen %llu, user %llu",
	       nmi.unknown, nmi.seen, nmi.user);
	nmi.chain = 100;
	expect(tap, nmi_op(fd, PTISCOPE_NMI_CHAIN), 0, "CHAIN of 100");
	for (int i = 0; i < 10; i++)
		bark();
	nmi_op(fd, PTISCOPE_NMI_STOP);
	tap_ok(tap,
	       nmi.unknown == 20 && nmi.chained == 1000 && nmi.seen == 1020 &&
		       nmi.user == 1020,
	       "10 more: unknown %llu, chained %llu, seen %llu, user %llu",
	       nmi.unknown, nmi.chained, nmi.seen, nmi.user);
	test_unknown_raised(tap, fd);
	ioperm(0x443, 1, 0);
}

int main(void)
{
	volatile int *stop = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct tap tap = { 0 };
	int fd = open(DEV, O_RDONLY);

	if (fd < 0) {
		printf("1..0 # SKIP no %s: the module is not loaded\n", DEV);
		return TAP_EXIT_SKIP;
	}
	test_arguments(&tap, fd);
	test_claim_only(&tap, fd);
	test_unknown(&tap, fd);
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		expect(&tap, nmi_start(fd, 0, 1, 1000, 0, 0), ENXIO,
		       "START on a machine with one CPU");
		close(fd);
		return tap_done(&tap);
	}
	test_counts(&tap, fd, stop);
	test_raised(&tap, fd, stop);
	if (!access(CPU1_ONLINE, W_OK))
		test_offline(&tap, fd);
	test_ends(&tap, fd, stop);
	return tap_done(&tap);
}
