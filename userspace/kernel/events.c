// SPDX-License-Identifier: GPL-2.0-only
/*
 * Performance counters: how an event is asked for on this CPU, which libpfm4
 * knows, and the file descriptors of its counters.
 */
#include "kernel/events.h"

#include <errno.h>
#include <perfmon/pfmlib_perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NO_SUCH_EVENT "libpfm4 knows no such event of this CPU"

/* The same names mean the same from Sandy Bridge to Comet Lake. */
static const char tlb_events[] = "DTLB_LOAD_MISSES:WALK_COMPLETED,"
				 "DTLB_LOAD_MISSES:WALK_DURATION,"
				 "DTLB_LOAD_MISSES:STLB_HIT,"
				 "ITLB_MISSES:WALK_COMPLETED,"
				 "ITLB_MISSES:WALK_DURATION,"
				 "TLB_FLUSH:DTLB_THREAD,"
				 "TLB_FLUSH:STLB_ANY";

/* A name that ends in :u or :k is one half; others of a PMU are both. */
static void choose_halves(struct event *event)
{
	const struct perf_event_attr *attr = &event->attr;
	bool software = attr->type == PERF_TYPE_SOFTWARE;

	event->all = software && !attr->exclude_user && !attr->exclude_kernel;
	event->half[0] = !attr->exclude_kernel;
	event->half[1] = !attr->exclude_user && !event->all;
}

/* Returns 0 or a negative errno: -ENOENT where libpfm4 does not know the name. */
static int encode(struct event *event)
{
	pfm_perf_encode_arg_t arg = {
		.attr = &event->attr,
		.size = sizeof(arg),
	};
	int err = pfm_initialize();

	if (err == PFM_SUCCESS)
		err = pfm_get_os_event_encoding(event->name,
						PFM_PLM0 | PFM_PLM3,
						PFM_OS_PERF_EVENT, &arg);
	if (err != PFM_SUCCESS)
		return err == PFM_ERR_NOMEM ? -ENOMEM : -ENOENT;
	/* It takes groups of tracepoints for events, too. */
	if (event->attr.type == PERF_TYPE_TRACEPOINT)
		return -ENOENT;
	event->attr.size = sizeof(event->attr);
	event->attr.read_format = 0;
	choose_halves(event);
	return 0;
}

static int add(struct events *e, const char *name, size_t length)
{
	struct event *event = &e->event[e->n];

	if (e->n == PTI_BPF_EVENTS)
		return -E2BIG;
	if (!length || length >= sizeof(event->name))
		return -ENOENT;
	memset(event, 0, sizeof(*event));
	memcpy(event->name, name, length);
	e->n++;
	return encode(event);
}

/**
 * events_choose() - the events that a user names
 * @e: filled in, not open
 * @list: names of libpfm4 with commas between, which are those of the Intel SDM
 *	and of perf's software events, with :u or :k where only user mode or only the
 *	kernel is wanted; or EVENTS_TLB
 * @bad: filled in with the name that is at fault
 * @size: bytes of @bad
 *
 * Return: 0; -E2BIG for more than PTI_BPF_EVENTS, -ENOENT for a name that
 * libpfm4 does not know here, -ENOMEM.  One of EVENTS_TLB that this CPU does not
 * have is no error: it is not counted, and says why.
 */
int events_choose(struct events *e, const char *list, char *bad, size_t size)
{
	bool tlb = !strcmp(list, EVENTS_TLB);
	const char *p = tlb ? tlb_events : list, *end;
	int err;

	memset(e, 0, sizeof(*e));
	for (;; p = end + 1) {
		end = strchrnul(p, ',');
		err = add(e, p, (size_t)(end - p));
		if (tlb && err == -ENOENT) {
			e->event[e->n - 1].why = NO_SUCH_EVENT;
		} else if (err) {
			snprintf(bad, size, "%.*s", (int)(end - p), p);
			return err;
		}
		if (!*end)
			return 0;
	}
}

static int open_one(const struct event *event, int cpu, int half)
{
	struct perf_event_attr attr = event->attr;
	long fd;

	attr.exclude_user = half == 0 && !event->all;
	attr.exclude_kernel = half == 1;
	attr.exclude_hv = !event->all;
	fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1,
		     PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : (int)fd;
}

static const char *reason(int err)
{
	switch (err) {
	case -ENOENT:
	case -EOPNOTSUPP:
	case -ENODEV:
		return "no PMU";
	case -EINVAL:
		return "the kernel does not count it for one CPU";
	default:
		return strerror(-err);
	}
}

static int *counters(const struct events *e, size_t half)
{
	return &e->fds[half * (size_t)e->cpus];
}

static void close_half(struct events *e, size_t half)
{
	int cpu, *fds = counters(e, half);

	for (cpu = 0; cpu < e->cpus; cpu++) {
		if (fds[cpu] >= 0)
			close(fds[cpu]);
		fds[cpu] = -1;
	}
}

/* All CPUs or none: a count of some of them would be one of too little. */
static void open_half(struct events *e, size_t half)
{
	struct event *event = &e->event[half / 2];
	int cpu, fd, last = -ENODEV, *fds = counters(e, half);

	if (event->why || !event->half[half % 2])
		return;
	for (cpu = 0; cpu < e->cpus; cpu++) {
		fd = open_one(event, cpu, half % 2);
		/* A CPU that is offline has no counter to read. */
		if (fd == -ENODEV)
			continue;
		last = fds[cpu] = fd;
		if (fd < 0)
			break;
	}
	if (last >= 0)
		return;
	event->why = reason(last);
	close_half(e, half & ~1UL);
	close_half(e, half | 1);
}

/**
 * events_open() - open counters on each CPU
 * @e: events, chosen; each that can't be counted is told why
 * @cpus: possible CPUs
 *
 * Counters are not pinned: where a CPU has too few, the kernel lets them count in
 * turns.
 *
 * Return: 0 or -ENOMEM.
 */
int events_open(struct events *e, int cpus)
{
	size_t i, total = 2 * e->n * (size_t)cpus;

	e->cpus = cpus;
	e->fds = malloc(total * sizeof(*e->fds));
	if (!e->fds)
		return -ENOMEM;
	for (i = 0; i < total; i++)
		e->fds[i] = -1;
	for (i = 0; i < 2 * e->n; i++)
		open_half(e, i);
	return 0;
}

/**
 * events_half_open() - is there a counter on some CPU?
 * @e: events, open
 * @half: 2 * event, plus 1 for user mode
 */
bool events_half_open(const struct events *e, size_t half)
{
	int cpu;

	for (cpu = 0; cpu < e->cpus; cpu++)
		if (counters(e, half)[cpu] >= 0)
			return true;
	return false;
}

/**
 * events_close() - close the counters
 * @e: events, open or not
 */
void events_close(struct events *e)
{
	size_t half;

	for (half = 0; e->fds && half < 2 * e->n; half++)
		close_half(e, half);
	free(e->fds);
	e->fds = NULL;
}
