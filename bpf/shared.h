/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF program and userspace/reader_bpf.c agree on.  Included after
 * vmlinux.h in the program and after <linux/types.h> in userspace.
 */
#ifndef PTISCOPE_BPF_SHARED_H
#define PTISCOPE_BPF_SHARED_H

/** PTI_BPF_PATHS - slots by enum pti_path; room for paths added later */
#define PTI_BPF_PATHS 64

/** PTI_BPF_SLOTS - histogram slots; slot i counts values in [2^i, 2^(i+1)) */
#define PTI_BPF_SLOTS 32

/**
 * struct pti_bpf_stat - what one CPU saw on one path, in TSC ticks
 * @count: how often the path was taken
 * @flushes: CR3 writes of the path that flushed the TLB
 * @window_sum: sum of the windows (start of the path to the CR3 write)
 * @switch_sum: sum of the switches (the CR3 write itself)
 * @window_slots: log2 histogram of the windows; 0 counts in slot 0
 * @switch_slots: log2 histogram of the switches
 */
struct pti_bpf_stat {
	__u64 count;
	__u64 flushes;
	__u64 window_sum;
	__u64 switch_sum;
	__u64 window_slots[PTI_BPF_SLOTS];
	__u64 switch_slots[PTI_BPF_SLOTS];
};

#endif /* PTISCOPE_BPF_SHARED_H */
