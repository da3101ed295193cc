// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ptiscope: who may open it, and every call with good and bad arguments.
 * Runs as root with the module loaded, on a stock and on a patched kernel.
 * Recording itself is tested by rectest.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../module/uapi/ptiscope.h"
#include "tap.h"

#define DEV "/dev/ptiscope"
#define BAD_ADDRESS ((void *)8)
#define NO_CAPABILITY (-1)
#define CAN_RECORD \
	(PTISCOPE_HAS_TRACEPOINT | PTISCOPE_HAS_PTI | PTISCOPE_HAS_MARKS)

/* 0, or errno of the call */
static int ioctl_errno(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? errno : 0;
}

static void expect(struct tap *tap, int got, int want, const char *what)
{
	tap_ok(tap, got == want, "%s: %s%s%s", what,
	       want ? strerror(want) : "works", got == want ? "" : ", but got ",
	       got == want ? "" : strerror(got));
}

/* Give up all capabilities but this one, or all of them: 0, or -1 and errno */
static long keep_capability(int capability)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = { 0 };

	if (capability != NO_CAPABILITY) {
		data[capability / 32].effective = 1U << capability % 32;
		data[capability / 32].permitted = 1U << capability % 32;
	}
	return syscall(SYS_capset, &head, data);
}

/* What @run returns in a child of its own, or 255 */
static int in_child(int (*run)(int), int arg)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid)
		_exit(run(arg));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* errno of open(2) for who gave up root, or root's capabilities */
static int open_errno_without(int uid)
{
	if (uid ? setuid(65534) : keep_capability(NO_CAPABILITY))
		return 255;
	return open(DEV, O_RDONLY) < 0 ? errno : 0;
}

/* Calls of root with CAP_PERFMON alone: which one went wrong, or 0 */
static int perfmon_calls(int fd)
{
	struct ptiscope_start start = { .version = PTISCOPE_ABI_VERSION,
					.size = sizeof(start) };
	struct ptiscope_ipi ipi = { 0 };
	struct ptiscope_nmi nmi = { .version = PTISCOPE_ABI_VERSION,
				    .size = sizeof(nmi),
				    .op = PTISCOPE_NMI_STATS };
	__u64 sample;
	struct ptiscope_probe probe = { .version = PTISCOPE_ABI_VERSION,
					.size = sizeof(probe),
					.kind = PTISCOPE_PROBE_TSC_PAIR,
					.n = 1,
					.samples = (unsigned long)&sample };
	int err;

	if (keep_capability(CAP_PERFMON))
		return 1;
	if (open(DEV, O_RDWR) >= 0 || errno != EPERM)
		return 2;
	fd = open(DEV, O_RDONLY);
	if (fd < 0)
		return 3;
	err = ioctl_errno(fd, PTISCOPE_IOC_START, &start);
	if ((err && err != EOPNOTSUPP) ||
	    ioctl_errno(fd, PTISCOPE_IOC_STOP, NULL))
		return 4;
	if (ioctl_errno(fd, PTISCOPE_IOC_PROBE, &probe))
		return 5;
	probe.kind = PTISCOPE_PROBE_INVLPG;
	if (ioctl_errno(fd, PTISCOPE_IOC_PROBE, &probe) != EPERM)
		return 6;
	if (ioctl_errno(fd, PTISCOPE_IOC_NMI, &nmi) != EPERM)
		return 7;
	if (ioctl_errno(fd, PTISCOPE_IOC_IPI, &ipi) != EPERM)
		return 8;
	return 0;
}

/* Which call without capabilities was not refused, or 0 */
static int handed_on_calls(int fd)
{
	struct ptiscope_record rec;
	struct ptiscope_start start = { .version = PTISCOPE_ABI_VERSION,
					.size = sizeof(start) };
	struct ptiscope_ipi ipi = { 0 };
	struct ptiscope_nmi nmi = { .version = PTISCOPE_ABI_VERSION,
				    .size = sizeof(nmi),
				    .op = PTISCOPE_NMI_STATS };
	struct ptiscope_probe probe = { .version = PTISCOPE_ABI_VERSION,
					.size = sizeof(probe),
					.n = 1,
					.samples = (unsigned long)&rec };
	struct ptiscope_regions regions = { .version = PTISCOPE_ABI_VERSION,
					    .size = sizeof(regions),
					    .cpu = PTISCOPE_NO_CPU };
	struct ptiscope_filter filter = { .version = PTISCOPE_ABI_VERSION,
					  .size = sizeof(filter),
					  .paths = PTISCOPE_PATHS_ALL,
					  .cpu = PTISCOPE_NO_CPU };
	struct ptiscope_stats stats = { .version = PTISCOPE_ABI_VERSION,
					.size = sizeof(stats) };

	if (keep_capability(NO_CAPABILITY))
		return 1;
	if (read(fd, &rec, sizeof(rec)) >= 0 || errno != EPERM)
		return 2;
	if (ioctl_errno(fd, PTISCOPE_IOC_START, &start) != EPERM)
		return 3;
	if (ioctl_errno(fd, PTISCOPE_IOC_PROBE, &probe) != EPERM)
		return 4;
	if (ioctl_errno(fd, PTISCOPE_IOC_NMI, &nmi) != EPERM)
		return 5;
	if (ioctl_errno(fd, PTISCOPE_IOC_IPI, &ipi) != EPERM)
		return 7;
	if (ioctl_errno(fd, PTISCOPE_IOC_FILTER, &filter) != EPERM)
		return 8;
	if (ioctl_errno(fd, PTISCOPE_IOC_STOP, NULL) != EPERM)
		return 9;
	if (ioctl_errno(fd, PTISCOPE_IOC_STATS, &stats) != EPERM)
		return 10;
	return ioctl_errno(fd, PTISCOPE_IOC_REGIONS, &regions) == EPERM ? 0 : 6;
}

/* Number of processes, out of @n that open at the same time, that succeed */
static int racing_opens(int n)
{
	int go[2], done[2], good = 0;
	char c;

	if (pipe(go) || pipe(done))
		return -1;
	for (int i = 0; i < n; i++) {
		if (fork())
			continue;
		close(go[1]);
		close(done[0]);
		while (read(go[0], &c, 1) > 0)
			;
		c = open(DEV, O_RDONLY) >= 0;
		if (write(done[1], &c, 1) == 1)
			pause();
		_exit(0);
	}
	close(go[0]);
	close(go[1]);
	for (int i = 0; i < n && read(done[0], &c, 1) == 1; i++)
		good += c;
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	signal(SIGTERM, SIG_DFL);
	while (wait(NULL) > 0)
		;
	close(done[0]);
	close(done[1]);
	return good;
}

static void test_open(struct tap *tap)
{
	struct stat st;
	int fd, step, bad = 0;

	tap_ok(tap,
	       !stat(DEV, &st) && S_ISCHR(st.st_mode) &&
		       (st.st_mode & 07777) == 0600 && !st.st_uid,
	       "%s belongs to root with mode 0600", DEV);
	expect(tap, in_child(open_errno_without, true), EACCES,
	       "open as another user");
	chmod(DEV, 0666);
	expect(tap, in_child(open_errno_without, true), EPERM,
	       "the same with mode 0666");
	chmod(DEV, 0600);
	expect(tap, in_child(open_errno_without, false), EPERM,
	       "open as root without capabilities");

	step = in_child(perfmon_calls, -1);
	tap_ok(tap, !step,
	       "CAP_PERFMON reads, and neither flushes nor sends NMIs: step %d",
	       step);

	for (int i = 0; i < 20; i++)
		bad += racing_opens(4) != 1;
	tap_ok(tap, !bad,
	       "of four processes that open at once, one succeeds, 20 times");

	fd = open(DEV, O_RDONLY);
	tap_ok(tap, fd >= 0 && open(DEV, O_RDONLY) < 0 && errno == EBUSY,
	       "a second open fails with EBUSY");
	close(fd);
	fd = open(DEV, O_RDONLY);
	tap_ok(tap, fd >= 0, "open works again after close");
	step = in_child(handed_on_calls, fd);
	tap_ok(tap, !step,
	       "a descriptor alone gives no right to anything: step %d", step);
	close(fd);
}

static void test_fork(struct tap *tap)
{
	int fd = open(DEV, O_RDONLY);
	int fds[2], again;
	pid_t pid;
	char c;

	if (pipe(fds))
		return;
	pid = fork();
	if (!pid) {
		close(fds[1]);
		_exit(read(fds[0], &c, 1) || ioctl(fd, PTISCOPE_IOC_STOP));
	}
	close(fd);
	again = open(DEV, O_RDONLY) < 0 ? errno : 0;
	tap_ok(tap, again == EBUSY,
	       "the descriptor that a child inherited keeps the device");
	close(fds[0]);
	close(fds[1]);
	waitpid(pid, &again, 0);
	tap_ok(tap, !again, "it works in the child");
	fd = open(DEV, O_RDONLY);
	tap_ok(tap, fd >= 0, "when the child has ended the device is free");
	close(fd);
}

static unsigned long long test_info(struct tap *tap, int fd)
{
	const struct ptiscope_info good = { .version = PTISCOPE_ABI_VERSION,
					    .size = sizeof(good) };
	struct ptiscope_info info = good;

	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_INFO, &info), 0, "INFO");
	tap_ok(tap,
	       info.record_size == sizeof(struct ptiscope_record) &&
		       info.cpus == (__u32)sysconf(_SC_NPROCESSORS_CONF) &&
		       info.ring_bytes >= 16384 && !(info.features >> 4),
	       "INFO: record size %u, %u CPUs, features %#llx, ring of %llu bytes",
	       info.record_size, info.cpus, info.features, info.ring_bytes);
	info = good;
	info.version++;
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_INFO, &info), EINVAL,
	       "INFO, other version");
	info = good;
	info.size--;
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_INFO, &info), EINVAL,
	       "INFO, other size");
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_INFO, BAD_ADDRESS), EFAULT,
	       "INFO, bad address");
	info = good;
	ioctl(fd, PTISCOPE_IOC_INFO, &info);
	return info.features;
}

static void test_start(struct tap *tap, int fd, unsigned long long features)
{
	const struct ptiscope_start good = { .version = PTISCOPE_ABI_VERSION,
					     .size = sizeof(good) };
	struct ptiscope_start start = good;

	start.version = 0;
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_START, &start), EINVAL,
	       "START, other version");
	start = good;
	start.size++;
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_START, &start), EINVAL,
	       "START, other size");
	start = good;
	start.reserved = 1;
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_START, &start), EINVAL,
	       "START, reserved set");
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_START, BAD_ADDRESS), EFAULT,
	       "START, bad address");
	start = good;
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_START, &start),
	       (features & CAN_RECORD) == CAN_RECORD ? 0 : EOPNOTSUPP, "START");
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_STOP, NULL), 0, "STOP");
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_STOP, NULL), 0,
	       "STOP when stopped");
}

static void test_stats(struct tap *tap, int fd)
{
	const struct ptiscope_stats good = { .version = PTISCOPE_ABI_VERSION,
					     .size = sizeof(good),
					     .written = 1,
					     .read = 2,
					     .lost = 3 };
	struct ptiscope_stats stats = good;

	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_STATS, &stats), 0, "STATS");
	tap_ok(tap, !stats.written && !stats.read && !stats.lost,
	       "STATS are 0 before the first START");
	stats = good;
	stats.version = 99;
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_STATS, &stats), EINVAL,
	       "STATS, other version");
	stats = good;
	stats.size = 0;
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_STATS, &stats), EINVAL,
	       "STATS, other size");
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_STATS, BAD_ADDRESS), EFAULT,
	       "STATS, bad address");
}

static int compare_u64(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void test_probe_good(struct tap *tap, int fd, __u32 kind,
			    const char *name)
{
	const unsigned int n = PTISCOPE_PROBE_MAX;
	__u64 *samples = calloc(n + 1, sizeof(*samples));
	struct ptiscope_probe probe = { .version = PTISCOPE_ABI_VERSION,
					.size = sizeof(probe),
					.kind = kind,
					.n = n,
					.samples = (unsigned long)samples };

	samples[n] = 0x5aULL;
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_PROBE, &probe), 0, name);
	tap_ok(tap, samples[n] == 0x5aULL,
	       "%s writes no more than was asked for", name);
	qsort(samples, n, sizeof(*samples), compare_u64);
	tap_ok(tap, samples[0] && samples[n / 2] < 1000000,
	       "%s: min %llu, median %llu, 99%% %llu, max %llu ticks", name,
	       samples[0], samples[n / 2], samples[n / 100 * 99],
	       samples[n - 1]);
	free(samples);
}

static void test_probe_bad(struct tap *tap, int fd)
{
	__u64 sample;
	const struct ptiscope_probe good = { .version = PTISCOPE_ABI_VERSION,
					     .size = sizeof(good),
					     .n = 1,
					     .samples =
						     (unsigned long)&sample };
	struct ptiscope_probe bad[6];
	const char *const what[] = { "other version", "other size",
				     "unknown kind",  "unknown kind 2^32-1",
				     "no samples",    "too many samples" };

	for (int i = 0; i < 6; i++)
		bad[i] = good;
	bad[0].version = 0;
	bad[1].size = sizeof(good) + 8;
	bad[2].kind = PTISCOPE_PROBE_COUNT;
	bad[3].kind = ~0U;
	bad[4].n = 0;
	bad[5].n = PTISCOPE_PROBE_MAX + 1;
	for (int i = 0; i < 6; i++)
		tap_ok(tap,
		       ioctl_errno(fd, PTISCOPE_IOC_PROBE, &bad[i]) == EINVAL,
		       "PROBE, %s: EINVAL", what[i]);
	bad[0] = good;
	bad[0].samples = (unsigned long)BAD_ADDRESS;
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_PROBE, &bad[0]), EFAULT,
	       "PROBE, bad address of samples");
	bad[0].samples = 0xffff888000000000ULL;
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_PROBE, &bad[0]), EFAULT,
	       "PROBE, kernel address of samples");
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_PROBE, BAD_ADDRESS), EFAULT,
	       "PROBE, bad address");
}

static void test_file(struct tap *tap, int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct ptiscope_record rec;
	ssize_t got;

	expect(tap, ioctl_errno(fd, _IO(PTISCOPE_IOC_MAGIC, 99), NULL), ENOTTY,
	       "unknown ioctl");
	tap_ok(tap, read(fd, &rec, 0) < 0 && errno == EINVAL,
	       "read of 0 bytes: EINVAL");
	tap_ok(tap, read(fd, &rec, sizeof(rec) - 1) < 0 && errno == EINVAL,
	       "read of less than a record: EINVAL");
	do
		got = read(fd, &rec, sizeof(rec));
	while (got > 0);
	tap_ok(tap, !got, "read when stopped, after the last record: 0");
	tap_ok(tap, poll(&pfd, 1, 0) == 1 && pfd.revents == POLLIN,
	       "poll when stopped: POLLIN");
	tap_ok(tap, write(fd, &rec, sizeof(rec)) < 0, "write fails");
	tap_ok(tap,
	       mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED &&
		       errno == ENODEV,
	       "mmap: ENODEV");
	tap_ok(tap, lseek(fd, 0, SEEK_SET) < 0 && errno == ESPIPE,
	       "lseek: ESPIPE");
}

/* ioctl(2) through the 32-bit system call table; -errno or the result */
static long ioctl32(int fd, unsigned int cmd, void *arg)
{
	long ret;

	asm volatile("int $0x80"
		     : "=a"(ret)
		     : "a"(54L), "b"((long)fd), "c"((long)cmd), "d"(arg)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static void test_compat(struct tap *tap, int fd)
{
	struct ptiscope_info *info =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int status = 0;
	pid_t pid;

	if (info == MAP_FAILED)
		return;
	*info = (struct ptiscope_info){ .version = PTISCOPE_ABI_VERSION,
					.size = sizeof(*info) };
	pid = fork();
	if (!pid) {
		const __u32 record = sizeof(struct ptiscope_record);

		if (ioctl32(fd, PTISCOPE_IOC_INFO, info) ||
		    info->record_size != record)
			_exit(1);
		info->version++;
		_exit(ioctl32(fd, PTISCOPE_IOC_INFO, info) != -EINVAL ||
		      ioctl32(fd, _IO(PTISCOPE_IOC_MAGIC, 99), NULL) !=
			      -ENOTTY);
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		tap_ok(tap, true,
		       "32-bit ioctl # SKIP no 32-bit system calls here");
	else
		tap_ok(tap, !WEXITSTATUS(status),
		       "32-bit ioctl works and fails like 64-bit");
	munmap(info, 4096);
}

int main(void)
{
	struct tap tap = { 0 };
	unsigned long long features;
	int fd;

	/* racing_opens() ends its children through the process group */
	setpgid(0, 0);
	if (access(DEV, F_OK)) {
		printf("1..0 # SKIP no %s: the module is not loaded\n", DEV);
		return TAP_EXIT_SKIP;
	}
	test_open(&tap);
	test_fork(&tap);
	fd = open(DEV, O_RDWR | O_NONBLOCK);
	if (!tap_ok(&tap, fd >= 0, "open for reading and writing"))
		return tap_done(&tap);
	test_stats(&tap, fd);
	features = test_info(&tap, fd);
	test_start(&tap, fd, features);
	test_file(&tap, fd);
	test_probe_good(&tap, fd, PTISCOPE_PROBE_TSC_PAIR, "PROBE TSC_PAIR");
	test_probe_good(&tap, fd, PTISCOPE_PROBE_MARK_PAIR, "PROBE MARK_PAIR");
	test_probe_bad(&tap, fd);
	test_compat(&tap, fd);
	close(fd);
	return tap_done(&tap);
}
