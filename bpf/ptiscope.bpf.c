// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-path counts and histograms of the CR3 switch, from the tracepoint
 * pti:pti_switch of a patched kernel; and what any kernel can tell: the TLB
 * flushes that it asks for, its system calls and its page faults.  Userspace
 * loads those programs whose tracepoint the kernel has and the user wants.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "shared.h"

#define CR3_NOFLUSH_BIT 63
#define TS_COMPAT 2 /* asm/thread_info.h: the system call is a 32-bit one */
#define PID_NS_LEVELS 33 /* linux/pid_namespace.h: 32 below the initial one */
#define TLB_FLUSH_ALL (~0UL) /* asm/tlbflush.h */

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
	__u32 skipped;
	__u32 skips[PTI_BPF_SKIPS];
} __attribute__((preserve_access_index));

/*
 * Set between open and load: what is constant then costs no instruction.
 * filter_comm is compared as two words.
 */
const volatile __u32 filter_tgid;
const volatile __u32 filter_pid_ns; /* of filter_tgid; 0: the initial one */
const volatile __u32 filter_in_pid_ns; /* of the current thread; 0: any */
const volatile __u32 filter_in_mnt_ns;
const volatile bool filter_by_comm;
const volatile __u64 filter_comm[PTI_BPF_COMM / 8];
const volatile bool filter_by_cgroup;
const volatile __u64 filter_paths = ~0ULL;
const volatile __u32 filter_syscall = PTI_BPF_SYSCALLS;
const volatile bool by_syscall;
const volatile bool has_pcid;
const volatile __u32 event_halves; /* a bit for each that has counters */
const volatile __u32 n_cpus;

/* Written by userspace through the mapped .bss, so without a kernel entry. */
bool enabled;
bool skips_enabled; /* what is told of with the next entry, so a little longer */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PTI_BPF_PATHS);
	__type(key, __u32);
	__type(value, struct pti_bpf_stat);
} stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PTI_BPF_SYSCALLS);
	__type(key, __u32);
	__type(value, struct pti_bpf_syscall);
} syscalls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PTI_BPF_REASONS);
	__type(key, __u32);
	__type(value, struct pti_bpf_flush);
} flushes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cgroup SEC(".maps");

/* What a thread entered the kernel for, until it returns: PTI_BPF_SYSCALL_*. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} last_syscall SEC(".maps");

/*
 * Counters: of event e on a CPU at 2 * e * n_cpus + CPU, and at
 * (2 * e + 1) * n_cpus + CPU.  The first counts for the kernel alone and the second
 * for user mode alone, so that readings at entries tell the two apart.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PTI_BPF_PATHS);
	__type(key, __u32);
	__type(value, struct pti_bpf_events);
} events SEC(".maps");

/* How many calls of each number had skipped the switch at a CPU's last such record. */
struct skips {
	__u32 before[PTI_BPF_SKIPS];
	__u32 now[PTI_BPF_SKIPS];
	bool known;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct skips);
} last_skips SEC(".maps");

/* The readings at a CPU's last entry, and by which path that came if it counts. */
struct readings {
	struct bpf_perf_event_value value[2 * PTI_BPF_EVENTS];
	__u32 entry_path;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct readings);
} last_readings SEC(".maps");

static __always_inline bool comm_matches(void)
{
	__u64 comm[PTI_BPF_COMM / 8] = {};

	bpf_get_current_comm(comm, sizeof(comm));
	return comm[0] == filter_comm[0] && comm[1] == filter_comm[1];
}

/*
 * A process has a number in its PID namespace and in each above it.  Namespaces are told
 * apart by the inode that /proc/PID/ns/pid shows.
 */
static __always_inline bool process_matches(void)
{
	struct pid *pid;
	struct upid *number;
	__u32 level;

	if (!filter_pid_ns)
		return bpf_get_current_pid_tgid() >> 32 == filter_tgid;
	pid = bpf_get_current_task_btf()->group_leader->thread_pid;
	number = (void *)pid + bpf_core_field_offset(struct pid, numbers);
	for (level = 0;
	     level < PID_NS_LEVELS && level <= BPF_CORE_READ(pid, level);
	     level++) {
		if (BPF_CORE_READ(number, ns, ns.inum) == filter_pid_ns)
			return (__u32)BPF_CORE_READ(number, nr) == filter_tgid;
		number = (void *)number + bpf_core_type_size(struct upid);
	}
	return false;
}

/* Is the current thread of the container: of its PID and mount namespace? */
static __always_inline bool container_matches(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pid *pid = task->thread_pid;
	struct upid *number;

	if (!filter_in_pid_ns)
		return true;
	number = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
		 BPF_CORE_READ(pid, level) * bpf_core_type_size(struct upid);
	return BPF_CORE_READ(number, ns, ns.inum) == filter_in_pid_ns &&
	       BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum) ==
		       filter_in_mnt_ns;
}

/* Is the current thread one that is counted? */
static __always_inline bool thread_matches(bool on)
{
	if (!on)
		return false;
	if (filter_tgid && !process_matches())
		return false;
	if (!container_matches())
		return false;
	if (filter_by_comm && !comm_matches())
		return false;
	return !filter_by_cgroup ||
	       bpf_current_task_under_cgroup(&cgroup, 0) == 1;
}

static __always_inline void account(__u32 path, __u64 window, __u64 cr3_switch,
				    __u64 written)
{
	struct pti_bpf_stat *stat;

	if (!(filter_paths >> path & 1))
		return;
	stat = bpf_map_lookup_elem(&stats, &path);
	if (!stat)
		return;
	stat->count++;
	if (!has_pcid || !(written >> CR3_NOFLUSH_BIT))
		stat->flushes++;
	stat->window_sum += window;
	stat->switch_sum += cr3_switch;
	stat->window_slots[pti_bpf_slot(window) & (PTI_BPF_SLOTS - 1)]++;
	stat->switch_slots[pti_bpf_slot(cr3_switch) & (PTI_BPF_SLOTS - 1)]++;
}

static __always_inline void account_syscall(__u32 key, bool entry, __u64 window,
					    __u64 cr3_switch)
{
	struct pti_bpf_syscall *sum = bpf_map_lookup_elem(&syscalls, &key);

	if (!sum)
		return;
	if (entry)
		sum->entries++;
	else
		sum->exits++;
	sum->window_sum += window;
	sum->switch_sum += cr3_switch;
}

static __always_inline __u32 syscall_key(__u64 nr, bool compat)
{
	if ((__u32)nr >= PTI_BPF_COMPAT)
		return PTI_BPF_SYSCALL_OTHER;
	return compat ? (__u32)nr + PTI_BPF_COMPAT : (__u32)nr;
}

/*
 * What the current thread entered for.  Its registers are saved already, but
 * INT 0x80, as any exception, has its number in RAX until the handler runs.
 */
static __always_inline __u32 entered_for(struct task_struct *task, __u8 path)
{
	struct pt_regs *regs;

	if (path > PTI_BPF_PATH_INT80)
		return PTI_BPF_SYSCALL_NONE;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	if (path == PTI_BPF_PATH_SYSCALL64)
		return syscall_key(regs->orig_ax, false);
	return syscall_key(
		path == PTI_BPF_PATH_INT80 ? regs->ax : regs->orig_ax, true);
}

/* The record by system call; false where it is not the one that is wanted. */
static __always_inline void count_by_syscall(struct pti_marks___local *marks,
					     bool *entry, bool *exit)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 now = entered_for(task, marks->entry_path);
	__u32 before = PTI_BPF_SYSCALL_NONE, *last;

	last = bpf_task_storage_get(&last_syscall, task, 0, 0);
	if (last) {
		before = *last;
		*last = now;
	} else {
		bpf_task_storage_get(&last_syscall, task, &now,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	}
	if (filter_syscall < PTI_BPF_SYSCALLS) {
		*entry = now == filter_syscall;
		*exit = *exit && before == filter_syscall;
	}
	if (*entry)
		account_syscall(now, true, marks->e1 - marks->e0,
				marks->e2 - marks->e1);
	if (*exit)
		account_syscall(before, false, marks->x1 - marks->x0,
				marks->x2 - marks->x1);
}

/*
 * What a counter counted since this CPU's last entry, to @sum.  Where there are more
 * events than counters they count in turns; what a counter did not see to the end is
 * left out, so nothing has to be scaled.
 */
static __always_inline void count_half(struct bpf_perf_event_value *last,
				       struct pti_bpf_event *sum, __u32 half)
{
	struct bpf_perf_event_value now;
	__u64 key = half * n_cpus + bpf_get_smp_processor_id();

	if (bpf_perf_event_read_value(&counters, key, &now, sizeof(now)))
		return;
	if (sum && last->enabled && now.running > last->running &&
	    now.running - last->running == now.enabled - last->enabled) {
		sum->sum += now.counter - last->counter;
		sum->n++;
	}
	*last = now;
}

/*
 * Each entry is read, whether it counts or not: the next difference begins here.
 * What the kernel did since belongs to the entry before, what user mode did to the
 * exit between the two.
 */
static __always_inline void count_events(struct pti_marks___local *marks,
					 bool entry, bool exit)
{
	__u32 zero = 0, path = marks->exit_path, half;
	struct readings *last = bpf_map_lookup_elem(&last_readings, &zero);
	struct pti_bpf_events *before, *after;
	struct pti_bpf_event *sum;

	if (!last)
		return;
	before = bpf_map_lookup_elem(&events, &last->entry_path);
	after = bpf_map_lookup_elem(&events, &path);
	if (!before || !after)
		return;
	for (half = 0; half < 2 * PTI_BPF_EVENTS; half++) {
		if (!(event_halves >> half & 1))
			continue;
		if (half & 1)
			sum = exit ? &after->half[half] : NULL;
		else
			sum = last->entry_path ? &before->half[half] : NULL;
		count_half(&last->value[half], sum, half);
	}
	last->entry_path = entry ? marks->entry_path : PTI_BPF_PATH_NONE;
}

/*
 * Calls of the stay in user mode before this entry that made none of their own.  The
 * kernel counts them by number since boot, so each record is looked at, whoever made it.
 */
static __always_inline __u64 count_numbers(struct pti_marks___local *marks,
					   bool wanted)
{
	struct pti_bpf_syscall *sum;
	__u32 zero = 0, key, n;
	struct skips *last = bpf_map_lookup_elem(&last_skips, &zero);
	__u64 all = 0;

	if (!last || (last->known && !marks->skipped))
		return 0;
	bpf_core_read(last->now, sizeof(last->now), &marks->skips);
	for (__u64 i = 0; i < PTI_BPF_SKIPS; i++) {
		/* The verifier looks for the bound here. */
		const __u64 nr = i & (PTI_BPF_SKIPS - 1);

		n = last->now[nr] - last->before[nr];
		last->before[nr] = last->now[nr];
		if (!n || !wanted || !last->known ||
		    (filter_syscall < PTI_BPF_SYSCALLS && nr != filter_syscall))
			continue;
		key = nr;
		sum = bpf_map_lookup_elem(&syscalls, &key);
		if (sum)
			sum->skipped += n;
		all += n;
	}
	last->known = true;
	return all;
}

static __always_inline void count_skipped(struct pti_marks___local *marks)
{
	__u32 path = PTI_BPF_PATH_SYSCALL64;
	struct pti_bpf_stat *stat;
	bool wanted;
	__u64 n;

	if (!bpf_core_field_exists(marks->skipped) ||
	    (!by_syscall && !marks->skipped))
		return;
	wanted = filter_paths >> path & 1 && thread_matches(skips_enabled);
	n = by_syscall ? count_numbers(marks, wanted) : marks->skipped;
	stat = bpf_map_lookup_elem(&stats, &path);
	if (stat && wanted)
		stat->skipped += n;
}

static __always_inline void count(struct pti_marks___local *marks,
				  bool with_events)
{
	/* PTI_BPF_PATH_NONE: the exit before this entry was not marked. */
	bool entry = true, exit = marks->exit_path != PTI_BPF_PATH_NONE;

	count_skipped(marks);
	if (!thread_matches(enabled)) {
		if (with_events)
			count_events(marks, false, false);
		return;
	}
	if (by_syscall)
		count_by_syscall(marks, &entry, &exit);
	if (with_events)
		count_events(marks, entry, exit);
	if (entry)
		account(marks->entry_path, marks->e1 - marks->e0,
			marks->e2 - marks->e1, marks->new_cr3);
	if (exit)
		account(marks->exit_path, marks->x1 - marks->x0,
			marks->x2 - marks->x1, marks->exit_cr3);
}

SEC("tp_btf/pti_switch")
int BPF_PROG(pti_switch, struct pti_marks___local *marks)
{
	count(marks, false);
	return 0;
}

/* In place of the other: that one keeps its registers for what is always done. */
SEC("tp_btf/pti_switch")
int BPF_PROG(pti_switch_events, struct pti_marks___local *marks)
{
	count(marks, true);
	return 0;
}

SEC("tp_btf/tlb_flush")
int BPF_PROG(tlb_flush, int reason, unsigned long pages)
{
	struct pti_bpf_flush *sum;
	__u32 key = reason;

	if (!thread_matches(enabled))
		return 0;
	sum = bpf_map_lookup_elem(&flushes, &key);
	if (!sum)
		return 0;
	sum->count++;
	if (pages == TLB_FLUSH_ALL)
		sum->all++;
	else
		sum->pages += pages;
	return 0;
}

/* Without marks: that a system call was entered, and nothing about CR3. */
SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long nr)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 key = syscall_key(nr, task->thread_info.status & TS_COMPAT);

	if (!thread_matches(enabled))
		return 0;
	if (filter_syscall < PTI_BPF_SYSCALLS && key != filter_syscall)
		return 0;
	account_syscall(key, true, 0, 0);
	return 0;
}

/* Without marks: a page fault from user mode. */
SEC("tp_btf/page_fault_user")
int BPF_PROG(page_fault_user, unsigned long address)
{
	__u32 path = PTI_BPF_PATH_PAGE_FAULT;
	struct pti_bpf_stat *stat;

	if (!thread_matches(enabled))
		return 0;
	stat = bpf_map_lookup_elem(&stats, &path);
	if (stat)
		stat->count++;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
