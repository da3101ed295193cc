// SPDX-License-Identifier: GPL-2.0-only
/*
 * PTISCOPE_IOC_IPI: every argument, what is counted, how it ends; and that each
 * IPI that interrupts user mode is one record by its name.
 * Needs a patched kernel with pti=on pti_marks=on, root, 2 CPUs, the module loaded.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/time.h>

#include "interrupts.h"
#include "records.h"
#include "tap.h"

#define TARGET 1
#define COUNT 200
#define INTERVAL_US 200
#define CPU1_ONLINE "/sys/devices/system/cpu/cpu1/online"

static int fd;
static atomic_int spinner_tid;
static atomic_bool spinner_ends;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static struct ptiscope_ipi ipi(__u32 kind, __u32 count, __u32 interval)
{
	return (struct ptiscope_ipi){ .version = PTISCOPE_ABI_VERSION,
				      .size = sizeof(struct ptiscope_ipi),
				      .kind = kind,
				      .cpu = TARGET,
				      .count = count,
				      .interval_us = interval };
}

static int send_ipis(struct ptiscope_ipi *arg)
{
	return ioctl(fd, PTISCOPE_IOC_IPI, arg) ? errno : 0;
}

static void expect(struct tap *tap, int got, int want, const char *what)
{
	tap_ok(tap, got == want, "%s: %s, wanted %s", what, strerror(got),
	       strerror(want));
}

static void test_arguments(struct tap *tap)
{
	struct ptiscope_ipi arg = ipi(PTISCOPE_IPI_CALL, 1, INTERVAL_US);
	const struct ptiscope_ipi good = arg;

	arg.version++;
	expect(tap, send_ipis(&arg), EINVAL, "a bad version");
	arg = good;
	arg.size--;
	expect(tap, send_ipis(&arg), EINVAL, "a bad size");
	arg = good;
	arg.kind = PTISCOPE_IPI_RESCHEDULE + 1;
	expect(tap, send_ipis(&arg), EINVAL, "a bad kind");
	arg = good;
	arg.count = 0;
	expect(tap, send_ipis(&arg), EINVAL, "none");
	arg = good;
	arg.interval_us = PTISCOPE_IPI_INTERVAL_MIN - 1;
	expect(tap, send_ipis(&arg), EINVAL, "too often");
	arg.interval_us = PTISCOPE_IPI_INTERVAL_MAX + 1;
	expect(tap, send_ipis(&arg), EINVAL, "too seldom");
	arg = good;
	arg.cpu = MAX_CPUS * 64;
	expect(tap, send_ipis(&arg), ENODEV, "a CPU that there is not");
	arg = good;
	arg.cpu = 0;
	expect(tap, send_ipis(&arg), ENXIO, "the CPU that sends");
	expect(tap, send_ipis((void *)8), EFAULT, "a bad address");
}

static void *spin(void *unused)
{
	pin(TARGET);
	spinner_tid = gettid();
	while (!spinner_ends)
		;
	return unused;
}

/* Records of entries by this path */
static unsigned long long recorded(__u8 path)
{
	static struct ptiscope_record buf[256];
	unsigned long long seen = 0;
	ssize_t n;

	stop(fd);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (size_t i = 0; i < n / RECORD; i++)
			seen += buf[i].entry_path == path;
	return stats(fd).lost ? 0 : seen;
}

static void test_records(struct tap *tap)
{
	struct ptiscope_ipi call = ipi(PTISCOPE_IPI_CALL, COUNT, INTERVAL_US);
	struct ptiscope_ipi kick =
		ipi(PTISCOPE_IPI_RESCHEDULE, COUNT, INTERVAL_US);
	long long came = interrupts_taken("CAL", TARGET), n;

	start(fd, spinner_tid);
	expect(tap, send_ipis(&call), 0, "calls");
	n = (long long)recorded(PTI_PATH_CALL_IPI);
	came = interrupts_taken("CAL", TARGET) - came;
	tap_ok(tap, call.sent == COUNT && call.seen == COUNT,
	       "calls: %llu sent, %llu seen", call.sent, call.seen);
	tap_ok(tap, call.user >= COUNT / 4 && call.user <= COUNT,
	       "calls: %llu interrupted user mode", call.user);
	tap_ok(tap, n >= (long long)call.user && n <= came,
	       "calls: %lld records of call_ipi, %lld came in all", n, came);

	came = interrupts_taken("RES", TARGET);
	start(fd, spinner_tid);
	expect(tap, send_ipis(&kick), 0, "reschedule");
	n = (long long)recorded(PTI_PATH_RESCHED_IPI);
	came = interrupts_taken("RES", TARGET) - came;
	tap_ok(tap, kick.sent == COUNT && kick.seen == COUNT && !kick.user,
	       "reschedule: %llu sent, %llu seen", kick.sent, kick.seen);
	/* Which of them hit user mode is not known; pathtest has an exact number. */
	tap_ok(tap, n >= COUNT / 4 && n <= came,
	       "reschedule: %lld records of resched_ipi, %lld came in all", n,
	       came);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void test_signal(struct tap *tap)
{
	const struct itimerval soon = { .it_value.tv_usec = 500000 };
	struct ptiscope_ipi arg = ipi(PTISCOPE_IPI_CALL, 1000000, 1000);

	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_alarm }, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	expect(tap, send_ipis(&arg), EINTR, "a signal ends it");
	tap_ok(tap, arg.sent > 0 && arg.sent == arg.seen && arg.sent < 1000000,
	       "a signal: %llu sent, %llu seen", arg.sent, arg.seen);
}

static void *send_many(void *result)
{
	struct ptiscope_ipi arg = ipi(PTISCOPE_IPI_CALL, 1000000, 1000);

	pin(0);
	/* The other thread may be the first to send, and this one the second. */
	do
		*(int *)result = send_ipis(&arg);
	while (*(int *)result == EBUSY);
	return NULL;
}

static bool set_online(const char *value)
{
	int file = open(CPU1_ONLINE, O_WRONLY);
	bool good = file >= 0 && write(file, value, 1) == 1;

	close(file);
	return good;
}

/* One at a time; and the CPU goes away meanwhile. */
static void test_offline(struct tap *tap)
{
	struct ptiscope_ipi arg = ipi(PTISCOPE_IPI_CALL, 1, INTERVAL_US);
	int result = -1, err = 0;
	pthread_t thread;

	pthread_create(&thread, NULL, send_many, &result);
	for (int i = 0; i < 1000 && err != EBUSY; i++) {
		usleep(1000);
		err = send_ipis(&arg);
	}
	expect(tap, err, EBUSY, "while another thread sends");
	tap_ok(tap, set_online("0"), "CPU %d goes offline", TARGET);
	pthread_join(thread, NULL);
	expect(tap, result, ENODEV, "that ends it");
	expect(tap, send_ipis(&arg), ENODEV, "and to an offline CPU");
	tap_ok(tap, set_online("1"), "CPU %d comes back", TARGET);
	expect(tap, send_ipis(&arg), 0, "and gets IPIs again");
}

int main(void)
{
	struct tap tap = { 0 };
	pthread_t thread;

	fd = record_open();
	if (fd < 0)
		return TAP_EXIT_SKIP;
	pin(0);
	test_arguments(&tap);
	pthread_create(&thread, NULL, spin, NULL);
	while (!spinner_tid)
		;
	test_records(&tap);
	test_signal(&tap);
	spinner_ends = true;
	pthread_join(thread, NULL);
	test_offline(&tap);
	return tap_done(&tap);
}
