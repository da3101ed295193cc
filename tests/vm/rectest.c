// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recording through /dev/ptiscope: every record arrives once or is counted as
 * lost, whatever the reader, the writers, signals and CPUs do.
 * Needs a patched kernel with pti=on pti_marks=on, root, the module loaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "records.h"
#include "tap.h"

static void test_exact(struct tap *tap, int fd)
{
	const size_t sizes[] = { RECORD, RECORD * 7 + 50, 65536 };
	const unsigned int n = 3000;
	struct ptiscope_stats s;
	struct tally *t;

	for (int i = 0; i < 3; i++) {
		start(fd, gettid());
		getppids(n);
		stop(fd);
		t = drain(fd, sizes[i], gettid());
		s = stats(fd);
		/* One more: the entry of the call that stops */
		tap_ok(tap, t->syscall64 == n + 1,
		       "%u getppid and a STOP give %llu syscall64 records", n,
		       t->syscall64);
		tap_ok(tap,
		       !t->bad && !t->gaps && !s.lost && s.read == t->n &&
			       s.written == t->n,
		       "read %zu bytes at a time: %llu records, bad %llu, gaps %llu; written %llu, read %llu, lost %llu",
		       sizes[i], t->n, t->bad, t->gaps, s.written, s.read,
		       s.lost);
	}
}

static void test_start(struct tap *tap, int fd)
{
	struct ptiscope_stats s;

	tap_ok(tap, start(fd, 0x7ffffff0) == ESRCH,
	       "START for no thread: ESRCH");
	tap_ok(tap, start(fd, ~0U) == ESRCH, "START for thread 2^32-1: ESRCH");
	tap_ok(tap, !start(fd, gettid()), "START works after that");
	tap_ok(tap, start(fd, 0) == EBUSY, "START while recording: EBUSY");
	getppids(100);
	stop(fd);
	start(fd, gettid());
	stop(fd);
	s = stats(fd);
	tap_ok(tap,
	       s.written < 20 && !s.read && !s.lost &&
		       drain(fd, 4096, 0)->n == s.written,
	       "START drops what was not read, counters begin again");
}

static void test_fault(struct tap *tap, int fd)
{
	const unsigned int n = 500;
	char *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct ptiscope_stats s;
	cpu_set_t all, one;
	struct tally *t;
	ssize_t got;

	/* A gap is seen only where the same CPU has a record behind it. */
	sched_getaffinity(0, sizeof(all), &all);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	mprotect(two + 4096, 4096, PROT_NONE);
	start(fd, gettid());
	getppids(n);
	stop(fd);
	tap_ok(tap, syscall(SYS_read, fd, 8L, 65536L) < 0 && errno == EFAULT,
	       "bad address: EFAULT");
	tap_ok(tap, read(fd, two + 4096 - 10, 8192) < 0 && errno == EFAULT,
	       "room for 10 bytes, then a bad page: EFAULT");
	got = read(fd, two + 4096 - RECORD * 3 - 10, 65536);
	tap_ok(tap, got == (ssize_t)RECORD * 3,
	       "room for 3 records, then a bad page: 3 records");
	t = drain(fd, 65536, gettid());
	s = stats(fd);
	tap_ok(tap,
	       t->syscall64 + 3 >= n + 1 && t->n + 3 == s.written &&
		       s.read == s.written && !s.lost && t->gaps == 3,
	       "no record is lost by that: written %llu, read %llu", s.written,
	       s.read);
	sched_setaffinity(0, sizeof(all), &all);
	munmap(two, 8192);
}

static void test_overflow(struct tap *tap, int fd,
			  unsigned long long ring_bytes)
{
	const unsigned int n = ring_bytes / RECORD * 5 / 4;
	struct ptiscope_stats s;
	cpu_set_t before, one;
	struct tally *t;

	/* One CPU, one ring: the first that this process may run on */
	sched_getaffinity(0, sizeof(before), &before);
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE && !CPU_COUNT(&one); cpu++)
		if (CPU_ISSET(cpu, &before))
			CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
	start(fd, gettid());
	getppids(n);
	stop(fd);
	sched_setaffinity(0, sizeof(before), &before);
	t = drain(fd, 65536, gettid());
	s = stats(fd);
	tap_ok(tap,
	       s.lost > 0 && s.written > n && s.written == s.read + s.lost &&
		       s.read == t->n,
	       "full ring: written %llu = read %llu + lost %llu", s.written,
	       s.read, s.lost);
	tap_ok(tap, !t->bad && !t->gaps,
	       "the oldest records are kept: bad %llu, gaps %llu", t->bad,
	       t->gaps);
}

static void test_stop_race(struct tap *tap, int fd)
{
	const int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned long long records = 0, lost = 0;
	struct ptiscope_stats s;
	pid_t pid[MAX_CPUS];
	int bad = 0;

	for (int i = 0; i < cpus; i++)
		pid[i] = hammer(i);
	for (int i = 0; i < 30; i++) {
		struct tally *t;

		bad += start(fd, 0) != 0;
		usleep(2000);
		bad += stop(fd) != 0;
		t = drain(fd, 65536, 0);
		s = stats(fd);
		records += t->n;
		lost += s.lost;
		bad += t->bad || s.read != t->n || s.written != s.read + s.lost;
		bad += s.lost == 0 && t->gaps;
	}
	for (int i = 0; i < cpus; i++)
		reap(pid[i]);
	tap_ok(tap, !bad && records,
	       "STOP while %d CPUs write, 30 times: %llu records, %llu lost",
	       cpus, records, lost);
}

/* Read on while other CPUs write, STOP in between from another process */
static void test_stream(struct tap *tap, int fd)
{
	pid_t writer = hammer(sysconf(_SC_NPROCESSORS_ONLN) - 1), stopper;
	struct ptiscope_stats s;
	struct tally *t;

	start(fd, writer);
	stopper = fork();
	if (!stopper) {
		usleep(300000);
		wait_written(fd, 1000);
		_exit(stop(fd));
	}
	t = drain(fd, 65536, writer);
	waitpid(stopper, NULL, 0);
	reap(writer);
	s = stats(fd);
	tap_ok(tap,
	       t->n > 100 && !t->bad && s.read == t->n &&
		       s.written == s.read + s.lost && (s.lost || !t->gaps),
	       "blocking reads until STOP: %llu records, written %llu = read %llu + lost %llu",
	       t->n, s.written, s.read, s.lost);
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* Whether it waits for something */
static bool sleeps(pid_t pid)
{
	char path[32], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%*d %*s %c", &state) != 1)
		state = 0;
	if (f)
		fclose(f);
	return state == 'S';
}

/* A child that sleeps */
static pid_t idler(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	while (!sleeps(pid))
		usleep(1000);
	return pid;
}

/* A stop and a continue make it leave and enter pause(2) again */
static void nudge(pid_t idle)
{
	kill(idle, SIGSTOP);
	kill(idle, SIGCONT);
}

/* Edge-triggered: nothing but the device tells that there is more to read */
static void test_epoll(struct tap *tap, int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int ep = epoll_create1(0), good = 0;
	struct ptiscope_record rec;
	pid_t idle = idler();

	fcntl(fd, F_SETFL, O_NONBLOCK);
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
	epoll_wait(ep, &event, 1, 0);
	start(fd, idle);
	for (int i = 0; i < 3; i++) {
		while (read(fd, &rec, sizeof(rec)) > 0)
			;
		nudge(idle);
		good += epoll_wait(ep, &event, 1, 5000) == 1 &&
			read(fd, &rec, sizeof(rec)) == sizeof(rec);
	}
	stop(fd);
	while (read(fd, &rec, sizeof(rec)) > 0)
		;
	tap_ok(tap, good == 3, "edge-triggered epoll tells of records, %d of 3",
	       good);
	close(ep);
	fcntl(fd, F_SETFL, 0);
	reap(idle);
}

static void test_blocking(struct tap *tap, int fd)
{
	const struct sigaction act = { .sa_handler = on_alarm };
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct ptiscope_record rec;
	pid_t idle = idler(), stopper;
	ssize_t got;
	int polled;

	sigaction(SIGALRM, &act, NULL);
	start(fd, idle);
	tap_ok(tap, poll(&pfd, 1, 50) == 0, "poll on empty rings waits");
	alarm(1);
	got = read(fd, &rec, sizeof(rec));
	tap_ok(tap, got < 0 && errno == EINTR,
	       "a signal ends a read that waits: EINTR");

	fcntl(fd, F_SETFL, O_NONBLOCK);
	got = read(fd, &rec, sizeof(rec));
	tap_ok(tap, got < 0 && errno == EAGAIN, "O_NONBLOCK: EAGAIN");
	fcntl(fd, F_SETFL, 0);

	nudge(idle);
	polled = poll(&pfd, 1, 5000);
	got = read(fd, &rec, sizeof(rec));
	tap_ok(tap, polled == 1 && got == sizeof(rec) && rec.tid == (__u32)idle,
	       "a record ends a poll and a read that wait");
	stopper = fork();
	if (!stopper) {
		usleep(100000);
		_exit(stop(fd));
	}
	while ((got = read(fd, &rec, sizeof(rec))) > 0)
		;
	tap_ok(tap, got == 0, "STOP ends a read that waits: 0");
	waitpid(stopper, NULL, 0);
	reap(idle);
}

static int set_online(int cpu, char on)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online",
		 cpu);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -1;
	ret = write(fd, &on, 1) == 1 ? 0 : -1;
	close(fd);
	return ret;
}

static void test_hotplug(struct tap *tap, int fd)
{
	const int cpu = sysconf(_SC_NPROCESSORS_ONLN) - 1;
	struct ptiscope_stats s;
	struct tally *t;
	pid_t pid;

	if (cpu < 1 || access("/sys/devices/system/cpu/cpu1/online", W_OK)) {
		tap_ok(tap, true, "CPU hotplug # SKIP one CPU");
		return;
	}
	pid = hammer(cpu);
	start(fd, pid);
	wait_written(fd, 10);
	tap_ok(tap, !set_online(cpu, '0'), "CPU %d goes down while it records",
	       cpu);
	tap_ok(tap, !set_online(cpu, '1'), "and comes up again");
	stop(fd);
	reap(pid);
	t = drain(fd, 65536, 0);
	s = stats(fd);
	tap_ok(tap,
	       t->next_seq[cpu] && !t->bad && s.read == t->n &&
		       s.written == s.read + s.lost,
	       "its records arrive: %llu from it, written %llu = read %llu + lost %llu",
	       t->next_seq[cpu], s.written, s.read, s.lost);
}

static void test_close(struct tap *tap, int *fd)
{
	pid_t pid = hammer(-1);
	int bad = 0;

	for (int i = 0; i < 30; i++) {
		bad += start(*fd, 0) != 0;
		usleep(1000);
		close(*fd);
		*fd = open(DEV, O_RDONLY);
		bad += *fd < 0;
	}
	reap(pid);
	tap_ok(tap, !bad && !stats(*fd).written,
	       "close while recording, open again, 30 times");
}

int main(void)
{
	struct ptiscope_info info = { .version = PTISCOPE_ABI_VERSION,
				      .size = sizeof(info) };
	struct tap tap = { 0 };
	int fd = open(DEV, O_RDONLY);

	if (fd < 0 || ioctl(fd, PTISCOPE_IOC_INFO, &info) ||
	    (info.features & CAN_RECORD) != CAN_RECORD) {
		printf("1..0 # SKIP %s cannot record here: %s\n", DEV,
		       fd < 0 ? strerror(errno) : "no marks");
		return TAP_EXIT_SKIP;
	}
	test_exact(&tap, fd);
	test_start(&tap, fd);
	test_fault(&tap, fd);
	test_overflow(&tap, fd, info.ring_bytes);
	test_stop_race(&tap, fd);
	test_stream(&tap, fd);
	test_blocking(&tap, fd);
	test_epoll(&tap, fd);
	test_hotplug(&tap, fd);
	test_close(&tap, &fd);
	close(fd);
	return tap_done(&tap);
}
