/* SPDX-License-Identifier: GPL-2.0-only */
/* Recording through /dev/ptiscope, for the tests of it; one source file each. */
#ifndef _PTISCOPE_TESTS_RECORDS_H
#define _PTISCOPE_TESTS_RECORDS_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../module/uapi/ptiscope.h"

#define DEV "/dev/ptiscope"
#define CAN_RECORD \
	(PTISCOPE_HAS_TRACEPOINT | PTISCOPE_HAS_PTI | PTISCOPE_HAS_MARKS)
#define MAX_CPUS 1024
#define RECORD sizeof(struct ptiscope_record)

/* What a series of records amounted to */
struct tally {
	unsigned long long n;
	unsigned long long syscall64;
	unsigned long long bad;
	unsigned long long gaps;
	unsigned long long next_seq[MAX_CPUS];
};

static inline int start(int fd, __u32 tid)
{
	struct ptiscope_start arg = { .version = PTISCOPE_ABI_VERSION,
				      .size = sizeof(arg),
				      .tid = tid };

	return ioctl(fd, PTISCOPE_IOC_START, &arg) ? errno : 0;
}

static inline int stop(int fd)
{
	return ioctl(fd, PTISCOPE_IOC_STOP) ? errno : 0;
}

static inline struct ptiscope_stats stats(int fd)
{
	struct ptiscope_stats arg = { .version = PTISCOPE_ABI_VERSION,
				      .size = sizeof(arg) };

	if (ioctl(fd, PTISCOPE_IOC_STATS, &arg))
		memset(&arg, 0xff, sizeof(arg));
	return arg;
}

/* Until @n records are written, or for some seconds: a busy host takes its time */
static inline void wait_written(int fd, unsigned long long n)
{
	for (int i = 0; i < 1000 && stats(fd).written < n; i++)
		usleep(10000);
}

static inline void getppids(unsigned int n)
{
	long ret;

	while (n--)
		asm volatile("syscall"
			     : "=a"(ret)
			     : "a"(SYS_getppid)
			     : "rcx", "r11", "memory");
}

static inline bool sound(const struct ptiscope_record *r, __u32 tid)
{
	if (r->cpu >= MAX_CPUS || (tid && r->tid != tid))
		return false;
	if (r->entry_path == PTI_PATH_NONE ||
	    r->entry_path >= PTI_PATH_FORK_RETURN)
		return false;
	if (r->e0 > r->e1 || r->e1 > r->e2)
		return false;
	if (r->exit_path == PTI_PATH_NONE)
		return !(r->x0 | r->x1 | r->x2 | r->exit_cr3);
	if (r->exit_path < PTI_PATH_FORK_RETURN ||
	    r->exit_path >= PTI_PATH_COUNT || r->x0 > r->x1 || r->x1 > r->x2)
		return false;
	/* A paranoid exit ends the handler of that very entry. */
	return r->exit_path == PTI_PATH_PARANOID ? r->e2 <= r->x0 :
						   r->x2 <= r->e0;
}

static inline void count(struct tally *tally, const struct ptiscope_record *r,
			 size_t n, __u32 tid)
{
	for (; n; n--, r++) {
		tally->n++;
		tally->syscall64 += r->entry_path == PTI_PATH_SYSCALL64;
		if (!sound(r, tid)) {
			tally->bad++;
			continue;
		}
		tally->bad += r->seq < tally->next_seq[r->cpu];
		tally->gaps += r->seq - tally->next_seq[r->cpu];
		tally->next_seq[r->cpu] = r->seq + 1;
	}
}

/* Read all that is there, @bytes at a time, until 0 or an error */
static inline struct tally *drain(int fd, size_t bytes, __u32 tid)
{
	static struct tally tally;
	char *buf = malloc(bytes);
	ssize_t n;

	memset(&tally, 0, sizeof(tally));
	while ((n = read(fd, buf, bytes)) > 0) {
		if (n % RECORD)
			tally.bad++;
		count(&tally, (void *)buf, n / RECORD, tid);
	}
	free(buf);
	return &tally;
}

/* A child that runs getppid until killed, on @cpu if that is not negative */
static inline pid_t hammer(int cpu)
{
	int closed[2];
	cpu_set_t set;
	pid_t pid;
	char c;

	if (pipe(closed))
		return -1;
	pid = fork();
	if (pid) {
		/* This ends when the child's descriptors are closed. */
		close(closed[1]);
		while (read(closed[0], &c, 1) > 0)
			;
		close(closed[0]);
		return pid;
	}
	/* A copy of the device's descriptor would keep it open */
	close_range(3, ~0U, 0);
	CPU_ZERO(&set);
	CPU_SET(cpu < 0 ? 0 : cpu, &set);
	if (cpu >= 0)
		sched_setaffinity(0, sizeof(set), &set);
	for (;;)
		getppids(1000);
}

static inline void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The device, or -1 after saying in TAP why nothing can be recorded here */
static inline int record_open(void)
{
	struct ptiscope_info info = { .version = PTISCOPE_ABI_VERSION,
				      .size = sizeof(info) };
	int fd = open(DEV, O_RDONLY);

	if (fd >= 0 && !ioctl(fd, PTISCOPE_IOC_INFO, &info) &&
	    (info.features & CAN_RECORD) == CAN_RECORD)
		return fd;
	printf("1..0 # SKIP %s cannot record here: %s\n", DEV,
	       fd < 0 ? strerror(errno) : "no marks");
	return -1;
}

#endif /* _PTISCOPE_TESTS_RECORDS_H */
