/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_KERNEL_BPF_H
#define PTISCOPE_KERNEL_BPF_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bpf/shared.h"
#include "kernel/events.h"
#include "run/paths.h"

struct ptiscope_bpf;

/**
 * struct bpf_filter - what is counted; all of it must agree
 * @tgid: this process of our own PID namespace, 0 for all
 * @container: threads of the PID and mount namespace of this process, 0 for all
 * @comm: threads of this name, NULL for all
 * @cgroup: threads in this cgroup of version 2 or below it: a descriptor of its
 *	directory, or -1 for all
 * @paths: bit n: path n of enum pti_path
 * @syscall: entries for this system call and exits from it, as
 *	PTI_BPF_SYSCALL_* count; %PTI_BPF_SYSCALLS for all entries
 * @by_syscall: keep sums by system call as well
 * @marks: count CR3 writes; else count system calls and page faults, which
 *	every kernel can tell of
 * @pcid: the kernel uses PCID, so bit 63 of CR3 means something
 * @events: counters to read at each entry, or NULL
 */
struct bpf_filter {
	pid_t tgid;
	pid_t container;
	const char *comm;
	int cgroup;
	uint64_t paths;
	uint32_t syscall;
	bool by_syscall;
	bool marks;
	bool pcid;
	const struct events *events;
};

/**
 * struct bpf_counts - what was counted so far, summed over CPUs
 * @stats: by enum pti_path
 * @syscalls: by system call
 * @flushes: by the kernel's reason for a TLB flush
 * @events: by enum pti_path
 * @missed: records that a program was not run for
 */
struct bpf_counts {
	struct pti_bpf_stat stats[PTI_PATH_COUNT];
	struct pti_bpf_syscall syscalls[PTI_BPF_SYSCALLS];
	struct pti_bpf_flush flushes[PTI_BPF_REASONS];
	struct pti_bpf_events events[PTI_PATH_COUNT];
	uint64_t missed;
};

/**
 * struct bpf_reader - the BPF programs, loaded and attached
 * @skel: skeleton, or NULL
 * @cpus: possible CPUs
 * @values: room for all values of a map on each of them
 * @keys: room for its keys
 */
struct bpf_reader {
	struct ptiscope_bpf *skel;
	int cpus;
	void *values;
	uint32_t *keys;
};

int bpf_reader_open(struct bpf_reader *r, const struct bpf_filter *filter,
		    const char **why);
void bpf_reader_close(struct bpf_reader *r);
void bpf_reader_enable(struct bpf_reader *r, bool on);
int bpf_reader_read(const struct bpf_reader *r, struct bpf_counts *counts);
void bpf_counts_subtract(struct bpf_counts *now,
			 const struct bpf_counts *before);

#endif /* PTISCOPE_KERNEL_BPF_H */
