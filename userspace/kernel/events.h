/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_KERNEL_EVENTS_H
#define PTISCOPE_KERNEL_EVENTS_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "bpf/shared.h"

/** EVENTS_TLB - what stands for the TLB's events on a command line */
#define EVENTS_TLB "tlb"

/**
 * struct event - something that a performance counter counts
 * @name: as on the command line, and as libpfm4 knows it
 * @attr: how perf_event_open() is asked for it, by libpfm4
 * @half: which halves are wanted: [0] in the kernel, [1] in user mode
 * @all: half 0 is everything: the kernel's own (software) events are not taken
 *	apart unless the name says so
 * @why: why it is not counted, or NULL
 */
struct event {
	char name[64];
	struct perf_event_attr attr;
	bool half[2];
	bool all;
	const char *why;
};

/**
 * struct events - those that the user wants
 * @event: in the order of the command line
 * @n: how many
 * @fds: counters, 2 * @n * @cpus of them: of each event that for the kernel on
 *	each CPU, then that for user mode; -1 where there is none
 * @cpus: possible CPUs
 */
struct events {
	struct event event[PTI_BPF_EVENTS];
	size_t n;
	int *fds;
	int cpus;
};

int events_choose(struct events *e, const char *list, char *bad, size_t size);
int events_open(struct events *e, int cpus);
void events_close(struct events *e);
bool events_half_open(const struct events *e, size_t half);

#endif /* PTISCOPE_KERNEL_EVENTS_H */
