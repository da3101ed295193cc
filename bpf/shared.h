/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs and userspace/kernel/bpf.c agree on.  Included after
 * vmlinux.h in the programs and after <linux/types.h> in userspace.
 */
#ifndef PTISCOPE_BPF_SHARED_H
#define PTISCOPE_BPF_SHARED_H

/** PTI_BPF_PATHS - slots by enum pti_path; room for paths added later */
#define PTI_BPF_PATHS 64

/*
 * Of enum pti_path, which only a patched kernel describes in vmlinux.h;
 * userspace/kernel/bpf.c checks that these agree with it.
 */
#define PTI_BPF_PATH_NONE 0
#define PTI_BPF_PATH_SYSCALL64 1
#define PTI_BPF_PATH_INT80 4
#define PTI_BPF_PATH_PAGE_FAULT 5

/** PTI_BPF_FINE - bits below the highest set one that tell slots apart */
#define PTI_BPF_FINE 3

/**
 * PTI_BPF_SLOTS - histogram slots: values below 16 have one each, from there on
 * each power of two has eight.  A power of two, the last sixteen stay empty.
 */
#define PTI_BPF_SLOTS 256

/** PTI_BPF_SLOT_LAST - all values of 2^32 - 2^28 or more */
#define PTI_BPF_SLOT_LAST 239

/** PTI_BPF_COMPAT - number of 32-bit system call 0; 64-bit ones are below */
#define PTI_BPF_COMPAT 512
/** PTI_BPF_SYSCALL_OTHER - stands for numbers that no system call has */
#define PTI_BPF_SYSCALL_OTHER 1024
/** PTI_BPF_SYSCALL_NONE - no system call, but an interrupt or exception */
#define PTI_BPF_SYSCALL_NONE 1025
/** PTI_BPF_SYSCALLS - all of them */
#define PTI_BPF_SYSCALLS 1026

/** PTI_BPF_SKIPS - numbers of system calls that may skip the switch, from 0 */
#define PTI_BPF_SKIPS 256

/** PTI_BPF_REASONS - slots by enum tlb_flush_reason of the kernel */
#define PTI_BPF_REASONS 8

/** PTI_BPF_EVENTS - most events that performance counters are read for */
#define PTI_BPF_EVENTS 8

/** PTI_BPF_COMM - bytes of a thread's name, the closing 0 included */
#define PTI_BPF_COMM 16

/**
 * struct pti_bpf_stat - what one CPU saw on one path, in TSC ticks
 * @count: how often the path was taken
 * @flushes: CR3 writes of the path that flushed the TLB
 * @skipped: calls that skipped the switch, and so took no path; of syscall64 alone
 * @window_sum: sum of the windows (start of the path to the CR3 write)
 * @switch_sum: sum of the switches (the CR3 write itself)
 * @window_slots: histogram of the windows, by pti_bpf_slot()
 * @switch_slots: histogram of the switches
 */
struct pti_bpf_stat {
	__u64 count;
	__u64 flushes;
	__u64 skipped;
	__u64 window_sum;
	__u64 switch_sum;
	__u64 window_slots[PTI_BPF_SLOTS];
	__u64 switch_slots[PTI_BPF_SLOTS];
};

/**
 * struct pti_bpf_syscall - what one CPU saw of one system call, in TSC ticks
 * @entries: how often it was entered
 * @exits: how often it returned, where the exit was marked
 * @skipped: how often it skipped the switch, and is in neither of these
 * @window_sum: sum of the windows of both
 * @switch_sum: sum of the switches of both
 */
struct pti_bpf_syscall {
	__u64 entries;
	__u64 exits;
	__u64 skipped;
	__u64 window_sum;
	__u64 switch_sum;
};

/**
 * struct pti_bpf_flush - the kernel's own TLB flushes for one reason, on one CPU
 * @count: how many
 * @all: how many of them flushed everything
 * @pages: pages that the others named
 */
struct pti_bpf_flush {
	__u64 count;
	__u64 all;
	__u64 pages;
};

/**
 * struct pti_bpf_event - what a counter counted behind one path, on one CPU
 * @sum: of the @n stays
 * @n: stays in which it counted all the time
 */
struct pti_bpf_event {
	__u64 sum;
	__u64 n;
};

/**
 * struct pti_bpf_events - what the counters counted behind one path, on one CPU
 * @half: of event e at 2 * e: behind an entry by this path until the next entry,
 *	in the kernel (the kernel's own events: anywhere); at 2 * e + 1: behind an
 *	exit by this path until the next entry, in user mode
 */
struct pti_bpf_events {
	struct pti_bpf_event half[2 * PTI_BPF_EVENTS];
};

/**
 * pti_bpf_slot() - slot of the histograms that counts a value
 * @value: any; without a loop, for the verifier
 */
static inline __attribute__((always_inline)) __u32 pti_bpf_slot(__u64 value)
{
	__u32 low = (__u32)value, shift = 0, rest;

	if (value < 2 << PTI_BPF_FINE)
		return low;
	if (value >> 32)
		return PTI_BPF_SLOT_LAST;
	rest = low >> PTI_BPF_FINE;
	/* Index of the highest bit of what is above the fine ones */
	if (rest >> 16) {
		shift += 16;
		rest >>= 16;
	}
	if (rest >> 8) {
		shift += 8;
		rest >>= 8;
	}
	if (rest >> 4) {
		shift += 4;
		rest >>= 4;
	}
	if (rest >> 2) {
		shift += 2;
		rest >>= 2;
	}
	shift += rest >> 1;
	/* low >> shift has its highest bit above the fine ones */
	return (shift << PTI_BPF_FINE) + (low >> shift);
}

#endif /* PTISCOPE_BPF_SHARED_H */
