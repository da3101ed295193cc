// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-path counts and histograms of the CR3 switch, from the tracepoint
 * pti:pti_switch of a patched kernel.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "shared.h"

#define CR3_NOFLUSH_BIT 63

/*
 * The members of the kernel's struct pti_marks that are read here.  CO-RE drops
 * the ___local suffix and finds their offsets in the running kernel, so this
 * builds against any kernel's BTF.
 */
struct pti_marks___local {
	__u64 x0;
	__u64 x1;
	__u64 x2;
	__u64 exit_cr3;
	__u64 e0;
	__u64 e1;
	__u64 e2;
	__u64 new_cr3;
	__u8 exit_path;
	__u8 entry_path;
} __attribute__((preserve_access_index));

/* Set between open and load. */
const volatile __u32 filter_tgid;
const volatile bool has_pcid;

/* Written by userspace through the mapped .bss, so without a kernel entry. */
bool enabled;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PTI_BPF_PATHS);
	__type(key, __u32);
	__type(value, struct pti_bpf_stat);
} stats SEC(".maps");

/* Index of the highest set bit, 0 for 0; without a loop for the verifier. */
static __always_inline __u32 log2_slot(__u64 value)
{
	__u32 slot = 0, shift;

	shift = (value > 0xffffffff) << 5;
	value >>= shift;
	slot |= shift;
	shift = (value > 0xffff) << 4;
	value >>= shift;
	slot |= shift;
	shift = (value > 0xff) << 3;
	value >>= shift;
	slot |= shift;
	shift = (value > 0xf) << 2;
	value >>= shift;
	slot |= shift;
	shift = (value > 0x3) << 1;
	value >>= shift;
	slot |= shift;
	slot |= value >> 1;
	return slot < PTI_BPF_SLOTS ? slot : PTI_BPF_SLOTS - 1;
}

static __always_inline void account(__u32 path, __u64 window, __u64 cr3_switch,
				    __u64 written)
{
	struct pti_bpf_stat *stat;

	stat = bpf_map_lookup_elem(&stats, &path);
	if (!stat)
		return;
	stat->count++;
	if (!has_pcid || !(written >> CR3_NOFLUSH_BIT))
		stat->flushes++;
	stat->window_sum += window;
	stat->switch_sum += cr3_switch;
	stat->window_slots[log2_slot(window) & (PTI_BPF_SLOTS - 1)]++;
	stat->switch_slots[log2_slot(cr3_switch) & (PTI_BPF_SLOTS - 1)]++;
}

SEC("tp_btf/pti_switch")
int BPF_PROG(pti_switch, struct pti_marks___local *marks)
{
	if (!enabled)
		return 0;
	if (filter_tgid && bpf_get_current_pid_tgid() >> 32 != filter_tgid)
		return 0;

	account(marks->entry_path, marks->e1 - marks->e0, marks->e2 - marks->e1,
		marks->new_cr3);
	/* 0 is PTI_PATH_NONE: the exit before this entry was not marked. */
	if (marks->exit_path)
		account(marks->exit_path, marks->x1 - marks->x0,
			marks->x2 - marks->x1, marks->exit_cr3);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
