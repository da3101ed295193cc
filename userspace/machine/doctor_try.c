// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope doctor: what only trying tells. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/sysfile.h"
#include "machine/doctor.h"

#define INITIAL_USER_NS 0xEFFFFFFDU /* PROC_USER_INIT_INO of linux/proc_ns.h */

/* A pair of CPUs is given so long, and so many exchanges: less than 1 ms of them,
 * but the threads may have to wait until both run. */
#define PAIR_NS 200000000
#define PAIR_EXCHANGES 2000
/* Exchanges without which a figure would be luck */
#define PAIR_EXCHANGES_MIN 10
/* All pairs together are given so long. */
#define ALL_NS 2000000000

static bool may(unsigned int capability)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &head, data))
		return false;
	return data[capability / 32].effective >> (capability % 32) & 1;
}

/* Namespaces are told apart by the inodes of these files. */
static bool in_user_namespace(void)
{
	struct stat st;

	return !stat("/proc/self/ns/user", &st) && st.st_ino != INITIAL_USER_NS;
}

/* prctl(2) tells, too, but the filter may kill who asks. */
static bool has_seccomp_filter(void)
{
	FILE *f = sysfile_open("", "/proc/self/status");
	char line[256];
	int mode = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Seccomp: %d", &mode) == 1)
			break;
	if (f)
		fclose(f);
	return mode == SECCOMP_MODE_FILTER;
}

/* 0 if the event counts while this program does something, or errno */
static int try_event(uint32_t type, uint64_t config)
{
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.config = config,
		.exclude_hv = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1,
			      PERF_FLAG_FD_CLOEXEC);
	volatile unsigned char memory[1 << 20];
	uint64_t count = 0;
	size_t i;
	int err = 0;

	if (fd < 0)
		return errno;
	for (i = 0; i < sizeof(memory); i += 512)
		memory[i]++;
	if (read(fd, &count, sizeof(count)) != sizeof(count) || !count)
		err = ENODATA;
	close(fd);
	return err;
}

/**
 * struct exchange - two threads that hand a turn to and fro
 * @turn: odd: the other thread's
 * @stamp: TSC of the other thread when it got the turn
 * @cpu: of the other thread
 * @deadline: when both give up, ns of CLOCK_MONOTONIC
 */
struct exchange {
	atomic_uint turn;
	_Atomic uint64_t stamp;
	int cpu;
	uint64_t deadline;
};

static bool pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

/* Wait for a turn; the clock is looked at now and then only. */
static bool wait_for(struct exchange *x, unsigned int turn)
{
	unsigned int spins = 0;

	while (atomic_load_explicit(&x->turn, memory_order_acquire) != turn) {
		if (++spins % 1024 == 0 && clock_ns() > x->deadline)
			return false;
	}
	return true;
}

static void *answer_turns(void *arg)
{
	struct exchange *x = arg;
	unsigned int i;

	if (!pin_to(x->cpu))
		return NULL;
	for (i = 0; i < PAIR_EXCHANGES && wait_for(x, 2 * i + 1); i++) {
		atomic_store_explicit(&x->stamp, bench_tsc(),
				      memory_order_relaxed);
		atomic_store_explicit(&x->turn, 2 * i + 2,
				      memory_order_release);
	}
	return NULL;
}

/*
 * The other CPU's TSC was read between two reads of ours: the shortest such
 * exchange says best how far it is ahead.
 */
static bool compare(int cpu, uint64_t deadline, int64_t *ticks, uint64_t *bound)
{
	struct exchange x = { .cpu = cpu, .deadline = clock_ns() + PAIR_NS };
	uint64_t t0, t2, best = UINT64_MAX;
	pthread_t other;
	unsigned int i;

	if (x.deadline > deadline)
		x.deadline = deadline;
	if (pthread_create(&other, NULL, answer_turns, &x))
		return false;
	for (i = 0; i < PAIR_EXCHANGES; i++) {
		t0 = bench_tsc();
		atomic_store_explicit(&x.turn, 2 * i + 1, memory_order_release);
		if (!wait_for(&x, 2 * i + 2))
			break;
		t2 = bench_tsc();
		if (t2 - t0 >= best)
			continue;
		best = t2 - t0;
		*ticks = (int64_t)(atomic_load(&x.stamp) - t0 - best / 2);
		*bound = best / 2 + 1;
	}
	pthread_join(other, NULL);
	return i >= PAIR_EXCHANGES_MIN;
}

/*
 * Compare the TSCs of the CPUs that may be used.  @offset->cpus stays 0 where that was
 * not possible, or the threads did not get to run.
 *
 * A thread on the first CPU and one on each other CPU in turn exchange the
 * time. The affinity of the calling thread is restored.
 */
static void compare_tscs(struct tsc_offset *offset)
{
	uint64_t deadline = clock_ns() + ALL_NS, bound, worst = 0;
	unsigned int cpus = 1;
	cpu_set_t allowed;
	int cpu, first = -1;
	int64_t ticks;

	*offset = (struct tsc_offset){ 0 };
	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		if (first < 0) {
			first = cpu;
			if (!pin_to(first))
				return;
			continue;
		}
		if (!compare(cpu, deadline, &ticks, &bound))
			break;
		cpus++;
		offset->apart |= (uint64_t)llabs(ticks) > bound;
		if ((uint64_t)llabs(ticks) + bound > worst) {
			worst = (uint64_t)llabs(ticks) + bound;
			offset->cpu = (unsigned int)cpu;
			offset->ticks = ticks;
			offset->bound = bound;
		}
	}
	sched_setaffinity(0, sizeof(allowed), &allowed);
	if (cpu == CPU_SETSIZE)
		offset->cpus = cpus;
}

/**
 * doctor_try_rights() - find out what this process may do
 * @s: user_ns, seccomp, perfmon, bpf and sys_admin are filled in
 */
void doctor_try_rights(struct survey *s)
{
	s->user_ns = in_user_namespace();
	s->seccomp = has_seccomp_filter();
	s->sys_admin = !s->user_ns && may(CAP_SYS_ADMIN);
	s->perfmon = s->sys_admin || (!s->user_ns && may(CAP_PERFMON));
	s->bpf = s->sys_admin || (!s->user_ns && may(CAP_BPF));
}

/**
 * doctor_try() - find out what only this machine itself can tell
 * @s: tried, user_ns, seccomp, perfmon, bpf, sys_admin, pmu_error, tlb_error and tsc are filled in
 */
void doctor_try(struct survey *s)
{
	s->tried = true;
	doctor_try_rights(s);
	s->pmu_error = try_event(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES);
	s->tlb_error = try_event(PERF_TYPE_HW_CACHE,
				 PERF_COUNT_HW_CACHE_DTLB |
					 PERF_COUNT_HW_CACHE_OP_READ << 8 |
					 PERF_COUNT_HW_CACHE_RESULT_MISS << 16);
	compare_tscs(&s->tsc);
}
