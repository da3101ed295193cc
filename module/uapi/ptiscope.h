/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The binary interface of /dev/ptiscope.
 *
 * open(2) allows one reader at a time (-EBUSY).  For reading it needs CAP_PERFMON
 * or CAP_SYS_ADMIN, for writing, which has no use, CAP_SYS_ADMIN; -EPERM else, and
 * where lockdown forbids tracefs.  read(2), START and PROBE ask again for CAP_PERFMON,
 * probes that write to CR3 or flush the TLB, NMI, IPI, AUDIT and REGIONS for CAP_SYS_ADMIN,
 * and all of these for lockdown.
 *
 * PTISCOPE_IOC_START begins to record, PTISCOPE_IOC_STOP or close(2) ends it.
 * read(2) returns whole struct ptiscope_record only, oldest first within a CPU;
 * 0 means that recording is stopped and the rings are empty.  While recording,
 * read(2) on empty rings blocks, or fails with -EAGAIN under O_NONBLOCK.  A
 * buffer with no room for one record fails with -EINVAL.  poll(2) reports
 * POLLIN where read(2) would not block.
 */
#ifndef _UAPI_PTISCOPE_H
#define _UAPI_PTISCOPE_H

#include <linux/const.h>
#include <linux/ioctl.h>
#include <linux/types.h>
#ifndef __KERNEL__
#include "pti_paths.h"
#endif
#include "ptiscope_trigger.h"

/** PTISCOPE_ABI_VERSION - version of every structure below */
#define PTISCOPE_ABI_VERSION 1

/**
 * struct ptiscope_record - one stay in user mode: the exit to it, the entry from it
 *
 * Timestamps are raw TSC reads (LFENCE; RDTSC), CR3 values are as written to or
 * read from the register (Intel SDM vol. 3, 2.5), bit 63 of a written value is
 * NOFLUSH (SDM vol. 3, 4.10.4.1).  The exit half is valid only where @exit_path
 * is not PTI_PATH_NONE.
 *
 * Where @exit_path is PTI_PATH_PARANOID this is one stay in the handler of a
 * paranoid entry (NMI, #DB, #MC, #DF) that hit the kernel on the user CR3: the
 * entry is the earlier half then, and the exit restores @old_cr3.
 *
 * @x0: TSC at the start of the exit path
 * @x1: TSC just before the CR3 write of the exit
 * @x2: TSC just after it
 * @exit_cr3: value that the exit wrote to CR3
 * @e0: TSC after SWAPGS of the entry
 * @e1: TSC just before the CR3 write of the entry
 * @e2: TSC just after it
 * @old_cr3: CR3 as the entry found it
 * @new_cr3: value that the entry wrote to CR3
 * @seq: number of this record on this CPU since PTISCOPE_IOC_START, from 0;
 *       a gap is a loss
 * @tgid: process that was in user mode, as the initial PID namespace numbers it
 * @tid: thread that was in user mode, likewise
 * @cpu: CPU number
 * @exit_path: enum pti_path of the exit, or PTI_PATH_NONE
 * @entry_path: enum pti_path of the entry
 * @skipped: system calls that skipped the switch in this stay in user mode; 0 where the
 *	kernel skips none
 */
struct ptiscope_record {
	__u64 x0;
	__u64 x1;
	__u64 x2;
	__u64 exit_cr3;
	__u64 e0;
	__u64 e1;
	__u64 e2;
	__u64 old_cr3;
	__u64 new_cr3;
	__u64 seq;
	__u32 tgid;
	__u32 tid;
	__u16 cpu;
	__u8 exit_path;
	__u8 entry_path;
	__u32 skipped;
};

/** PTISCOPE_HAS_TRACEPOINT - the kernel has the tracepoint pti:pti_switch */
#define PTISCOPE_HAS_TRACEPOINT _BITULL(0)
/** PTISCOPE_HAS_PTI - page-table isolation is on */
#define PTISCOPE_HAS_PTI _BITULL(1)
/** PTISCOPE_HAS_PCID - CR4.PCIDE is set */
#define PTISCOPE_HAS_PCID _BITULL(2)
/** PTISCOPE_HAS_MARKS - the kernel records marks (booted with pti_marks=on) */
#define PTISCOPE_HAS_MARKS _BITULL(3)
/** PTISCOPE_HAS_SKIP - some system calls skip the switch (booted with pti_skip=on) */
#define PTISCOPE_HAS_SKIP _BITULL(4)

/**
 * struct ptiscope_info - what this module and kernel offer
 * @version: in and out: PTISCOPE_ABI_VERSION; another value fails with -EINVAL
 * @size: in: sizeof(struct ptiscope_info); another value fails with -EINVAL
 * @record_size: out: sizeof(struct ptiscope_record)
 * @cpus: out: number of possible CPUs
 * @features: out: PTISCOPE_HAS_*
 * @ring_bytes: out: bytes of ring buffer per CPU
 */
struct ptiscope_info {
	__u32 version;
	__u32 size;
	__u32 record_size;
	__u32 cpus;
	__u64 features;
	__u64 ring_bytes;
};

/**
 * struct ptiscope_start - begin to record; counters and rings are reset
 * @version: in: PTISCOPE_ABI_VERSION
 * @size: in: sizeof(struct ptiscope_start)
 * @tid: in: record this thread of the caller's PID namespace alone; 0 records all
 * @reserved: in: 0
 *
 * Recording goes on until the call that stops it is in the kernel, so where @tid
 * makes that call itself, its entry is the last record.
 *
 * Fails with -EOPNOTSUPP where the kernel lacks the tracepoint or the marks,
 * with -EBUSY while recording, with -ESRCH where no thread has @tid, with
 * -EINVAL on a bad version, size or reserved.
 */
struct ptiscope_start {
	__u32 version;
	__u32 size;
	__u32 tid;
	__u32 reserved;
};

/**
 * struct ptiscope_stats - counters since PTISCOPE_IOC_START, summed over CPUs
 *
 * Once recording is stopped and read(2) returned 0, written = read + lost, but for
 * what @lost does not know yet.
 *
 * @version: in: PTISCOPE_ABI_VERSION
 * @size: in: sizeof(struct ptiscope_stats)
 * @written: out: records that matched the filter
 * @read: out: records handed out by read(2)
 * @lost: out: records for which the ring had no room
 */
struct ptiscope_stats {
	__u32 version;
	__u32 size;
	__u64 written;
	__u64 read;
	__u64 lost;
};

/**
 * enum ptiscope_probe_kind - what PTISCOPE_IOC_PROBE times, in TSC ticks
 * @PTISCOPE_PROBE_TSC_PAIR: LFENCE;RDTSC twice with nothing between
 * @PTISCOPE_PROBE_MARK_PAIR: two marks as the entry code takes them, with
 *	nothing between: the least value that a window or a switch can read
 * @PTISCOPE_PROBE_CR3_NOFLUSH: MOV to CR3 of the value it has, bit 63 set: keeps
 *	the TLB; needs CR4.PCIDE
 * @PTISCOPE_PROBE_CR3_FLUSH: the same, bit 63 clear: flushes the current PCID;
 *	needs CR4.PCIDE
 * @PTISCOPE_PROBE_CR3_NO_PCID: the same without PCID: flushes all but global
 *	pages; needs CR4.PCIDE clear
 * @PTISCOPE_PROBE_INVLPG: INVLPG of a page that is in the TLB
 * @PTISCOPE_PROBE_INVPCID_ADDRESS: INVPCID type 0, of such a page of the
 *	current PCID; this and the next three need INVPCID
 * @PTISCOPE_PROBE_INVPCID_CONTEXT: INVPCID type 1, the current PCID
 * @PTISCOPE_PROBE_INVPCID_GLOBAL: INVPCID type 2, all, global pages included
 * @PTISCOPE_PROBE_INVPCID_ALL: INVPCID type 3, all but global pages
 * @PTISCOPE_PROBE_COUNT: number of kinds
 */
enum ptiscope_probe_kind {
	PTISCOPE_PROBE_TSC_PAIR = 0,
	PTISCOPE_PROBE_MARK_PAIR = 1,
	PTISCOPE_PROBE_CR3_NOFLUSH = 2,
	PTISCOPE_PROBE_CR3_FLUSH = 3,
	PTISCOPE_PROBE_CR3_NO_PCID = 4,
	PTISCOPE_PROBE_INVLPG = 5,
	PTISCOPE_PROBE_INVPCID_ADDRESS = 6,
	PTISCOPE_PROBE_INVPCID_CONTEXT = 7,
	PTISCOPE_PROBE_INVPCID_GLOBAL = 8,
	PTISCOPE_PROBE_INVPCID_ALL = 9,
	PTISCOPE_PROBE_COUNT = 10
};

/** PTISCOPE_PROBE_MAX - most samples that one PTISCOPE_IOC_PROBE returns */
#define PTISCOPE_PROBE_MAX 4096

/**
 * struct ptiscope_probe - time an operation in the kernel, interrupts off
 *
 * One sample is the difference of two TSC reads (LFENCE; RDTSC) around one
 * instruction, so it includes what PTISCOPE_PROBE_TSC_PAIR reads.  An NMI or an
 * SMI in a sample makes it an outlier.  Each flushes no less than its name
 * says, but nothing is left stale: a flush costs time, never correctness.
 *
 * Fails with -EOPNOTSUPP where the CPU, or the kernel on it, lacks what @kind
 * needs, and with -EINTR when the caller is killed.
 *
 * @version: in: PTISCOPE_ABI_VERSION
 * @size: in: sizeof(struct ptiscope_probe)
 * @kind: in: enum ptiscope_probe_kind; unknown fails with -EINVAL
 * @n: in: samples wanted, 1 to PTISCOPE_PROBE_MAX, else -EINVAL
 * @samples: in: user address of __u64[@n], filled with one difference a sample
 */
struct ptiscope_probe {
	__u32 version;
	__u32 size;
	__u32 kind;
	__u32 n;
	__u64 samples;
};

/** PTISCOPE_MAP_WRITE - writes are allowed, by every level of the table */
#define PTISCOPE_MAP_WRITE 0x01
/** PTISCOPE_MAP_EXEC - instructions may be fetched, likewise */
#define PTISCOPE_MAP_EXEC 0x02
/** PTISCOPE_MAP_USER - user mode has access, likewise */
#define PTISCOPE_MAP_USER 0x04
/** PTISCOPE_MAP_GLOBAL - the TLB entry survives a write to CR3 */
#define PTISCOPE_MAP_GLOBAL 0x08
/** PTISCOPE_MAP_TABLE - no mapping, but a table of the page table */
#define PTISCOPE_MAP_TABLE 0x10
/** PTISCOPE_MAP_SHARED - with %PTISCOPE_MAP_TABLE: the kernel's table has it, too */
#define PTISCOPE_MAP_SHARED 0x20

/**
 * struct ptiscope_audit_entry - a page that is mapped, or a table
 * @address: what it maps, or the first address that the table can map
 * @frame: its physical address in units of 4096 bytes
 * @level: of the table that has the entry: 1, 2 or 3 for a page of 4 KiB, 2 MiB
 *	or 1 GiB; of the table itself with %PTISCOPE_MAP_TABLE
 * @flags: PTISCOPE_MAP_*
 */
struct ptiscope_audit_entry {
	__u64 address;
	__u64 frame;
	__u32 level;
	__u32 flags;
};

/** PTISCOPE_AUDIT_MAX - most entries that one PTISCOPE_IOC_AUDIT returns */
#define PTISCOPE_AUDIT_MAX 65536

/**
 * struct ptiscope_audit - walk the user page table of a thread
 *
 * Returns every page that the kernel half of the table maps and every table
 * under it, in ascending order, and of the user half the tables that the top
 * level points to, alone.  A table can be found in several places.  Long lists
 * come in parts: call again with @cursor as it was returned, until it is 0.
 *
 * Fails with -EINVAL on a bad version, size or @n, with -ESRCH where no thread
 * has @tid or it has no memory, and with -EOPNOTSUPP where page-table isolation
 * is off.
 *
 * @version: in: PTISCOPE_ABI_VERSION
 * @size: in: sizeof(struct ptiscope_audit)
 * @tid: in: a thread of the caller's PID namespace, 0 for the caller
 * @n: in: entries that fit, 1 to %PTISCOPE_AUDIT_MAX; out: entries returned
 * @cursor: in: 0 to begin; out: where to go on, 0 at the end
 * @entries: in: user address of struct ptiscope_audit_entry[@n]
 */
struct ptiscope_audit {
	__u32 version;
	__u32 size;
	__u32 tid;
	__u32 n;
	__u64 cursor;
	__u64 entries;
};

/**
 * enum ptiscope_region_kind - what the kernel keeps in a range of addresses
 * @PTISCOPE_REGION_IDT: interrupt descriptor table
 * @PTISCOPE_REGION_ESPFIX: stacks of the return to 16-bit code
 * @PTISCOPE_REGION_LDT: local descriptor table of the process
 * @PTISCOPE_REGION_VSYSCALL: vsyscall page
 * @PTISCOPE_REGION_GDT: global descriptor table of the CPU
 * @PTISCOPE_REGION_ENTRY_STACK: entry stack of the CPU
 * @PTISCOPE_REGION_TSS: task state segment of the CPU, read-only alias
 * @PTISCOPE_REGION_STACK_GUARD: hole below or above an IST stack, never mapped
 * @PTISCOPE_REGION_DF_STACK: IST stack of \#DF
 * @PTISCOPE_REGION_NMI_STACK: IST stack of NMI
 * @PTISCOPE_REGION_DB_STACK: IST stack of \#DB
 * @PTISCOPE_REGION_MCE_STACK: IST stack of \#MC
 * @PTISCOPE_REGION_VC_STACK: IST stack of \#VC
 * @PTISCOPE_REGION_VC2_STACK: fallback of it
 * @PTISCOPE_REGION_DEBUG_STORE: debug store of the CPU
 * @PTISCOPE_REGION_DEBUG_BUFFERS: its buffers
 * @PTISCOPE_REGION_CPU_ENTRY_AREA: all of the CPU entry area
 * @PTISCOPE_REGION_FIXMAP: permanent part of the fixmap
 * @PTISCOPE_REGION_DIRECT_MAP: direct map of physical memory, and what follows
 * @PTISCOPE_REGION_VMALLOC: vmalloc area
 * @PTISCOPE_REGION_IMAGE: kernel image
 * @PTISCOPE_REGION_MODULES: modules
 * @PTISCOPE_REGION_COUNT: number of kinds
 *
 * From %PTISCOPE_REGION_CPU_ENTRY_AREA on, areas that hold more than the user
 * page table is meant to map.
 */
enum ptiscope_region_kind {
	PTISCOPE_REGION_IDT = 0,
	PTISCOPE_REGION_ESPFIX = 1,
	PTISCOPE_REGION_LDT = 2,
	PTISCOPE_REGION_VSYSCALL = 3,
	PTISCOPE_REGION_GDT = 4,
	PTISCOPE_REGION_ENTRY_STACK = 5,
	PTISCOPE_REGION_TSS = 6,
	PTISCOPE_REGION_STACK_GUARD = 7,
	PTISCOPE_REGION_DF_STACK = 8,
	PTISCOPE_REGION_NMI_STACK = 9,
	PTISCOPE_REGION_DB_STACK = 10,
	PTISCOPE_REGION_MCE_STACK = 11,
	PTISCOPE_REGION_VC_STACK = 12,
	PTISCOPE_REGION_VC2_STACK = 13,
	PTISCOPE_REGION_DEBUG_STORE = 14,
	PTISCOPE_REGION_DEBUG_BUFFERS = 15,
	PTISCOPE_REGION_CPU_ENTRY_AREA = 16,
	PTISCOPE_REGION_FIXMAP = 17,
	PTISCOPE_REGION_DIRECT_MAP = 18,
	PTISCOPE_REGION_VMALLOC = 19,
	PTISCOPE_REGION_IMAGE = 20,
	PTISCOPE_REGION_MODULES = 21,
	PTISCOPE_REGION_COUNT = 22
};

/**
 * struct ptiscope_region - a range of kernel addresses
 * @address: its first byte
 * @size: its length in bytes
 * @kind: enum ptiscope_region_kind
 * @reserved: 0
 */
struct ptiscope_region {
	__u64 address;
	__u64 size;
	__u32 kind;
	__u32 reserved;
};

/** PTISCOPE_REGIONS_MAX - room for regions in struct ptiscope_regions */
#define PTISCOPE_REGIONS_MAX 24
/** PTISCOPE_NO_CPU - ask for the regions that belong to no CPU */
#define PTISCOPE_NO_CPU 0xffffffff

/**
 * struct ptiscope_regions - where the kernel keeps what user tables may map
 *
 * Fails with -EINVAL on a bad version or size, with -ENXIO where @cpu is not a
 * possible CPU.
 *
 * @version: in: PTISCOPE_ABI_VERSION
 * @size: in: sizeof(struct ptiscope_regions)
 * @cpu: in: a possible CPU, or %PTISCOPE_NO_CPU
 * @n: out: regions returned
 * @percpu_offset: out: address of a per-CPU symbol on @cpu minus its value in
 *	the symbol table; 0 with %PTISCOPE_NO_CPU
 * @region: out: the regions, the rest is 0
 */
struct ptiscope_regions {
	__u32 version;
	__u32 size;
	__u32 cpu;
	__u32 n;
	__u64 percpu_offset;
	struct ptiscope_region region[PTISCOPE_REGIONS_MAX];
};

/** PTISCOPE_PATHS_ALL - bits of every enum pti_path */
#define PTISCOPE_PATHS_ALL (_BITULL(PTI_PATH_COUNT) - 2)

/**
 * struct ptiscope_filter - which records the next recordings keep
 *
 * A record is kept where all of @paths, @cpu and @tgid, and the thread that
 * PTISCOPE_IOC_START names, agree.  The others are not counted.  Stays until the
 * next PTISCOPE_IOC_FILTER or close(2); before the first, all are kept.
 *
 * Fails with -EBUSY while recording, with -EINVAL on a bad version, size or
 * @paths, with -ENXIO where @cpu is not a possible CPU, and with -ESRCH where no
 * process has @tgid.
 *
 * @version: in: PTISCOPE_ABI_VERSION
 * @size: in: sizeof(struct ptiscope_filter)
 * @paths: in: bit n stands for path n of enum pti_path: keep records whose entry
 *	or exit went that way; %PTISCOPE_PATHS_ALL keeps all, no bit is -EINVAL
 * @cpu: in: keep records of this CPU; %PTISCOPE_NO_CPU keeps all
 * @tgid: in: keep records of this process of the caller's PID namespace; 0 keeps
 *	all
 */
struct ptiscope_filter {
	__u32 version;
	__u32 size;
	__u64 paths;
	__u32 cpu;
	__u32 tgid;
};

/** PTISCOPE_SKIP_NUMBERS - numbers of system calls that are told apart, from 0 */
#define PTISCOPE_SKIP_NUMBERS 256

/**
 * struct ptiscope_skips - system calls that skipped the switch, by number
 *
 * Running counts of all CPUs that had a record since the device was opened; those of
 * a workload are the difference of two calls.  A CPU's count wraps at 2^32.
 *
 * Fails with -EINVAL on a bad version, size or reserved, and with -EOPNOTSUPP where
 * the kernel skips none.
 *
 * @version: in: PTISCOPE_ABI_VERSION
 * @size: in: sizeof(struct ptiscope_skips)
 * @cpus: out: CPUs whose counts are in the sums
 * @reserved: in: 0
 * @count: out: by number of the system call
 */
struct ptiscope_skips {
	__u32 version;
	__u32 size;
	__u32 cpus;
	__u32 reserved;
	__u64 count[PTISCOPE_SKIP_NUMBERS];
};

#define PTISCOPE_IOC_MAGIC 0xF7
#define PTISCOPE_IOC_INFO _IOWR(PTISCOPE_IOC_MAGIC, 0, struct ptiscope_info)
#define PTISCOPE_IOC_START _IOW(PTISCOPE_IOC_MAGIC, 1, struct ptiscope_start)
#define PTISCOPE_IOC_STOP _IO(PTISCOPE_IOC_MAGIC, 2)
#define PTISCOPE_IOC_STATS _IOWR(PTISCOPE_IOC_MAGIC, 3, struct ptiscope_stats)
#define PTISCOPE_IOC_PROBE _IOWR(PTISCOPE_IOC_MAGIC, 4, struct ptiscope_probe)
#define PTISCOPE_IOC_AUDIT _IOWR(PTISCOPE_IOC_MAGIC, 5, struct ptiscope_audit)
#define PTISCOPE_IOC_NMI _IOWR(PTISCOPE_IOC_MAGIC, 6, struct ptiscope_nmi)
#define PTISCOPE_IOC_REGIONS \
	_IOWR(PTISCOPE_IOC_MAGIC, 7, struct ptiscope_regions)
#define PTISCOPE_IOC_FILTER \
	_IOW(PTISCOPE_IOC_MAGIC, 8, struct ptiscope_filter)
#define PTISCOPE_IOC_IPI _IOWR(PTISCOPE_IOC_MAGIC, 9, struct ptiscope_ipi)
#define PTISCOPE_IOC_SKIPS _IOWR(PTISCOPE_IOC_MAGIC, 10, struct ptiscope_skips)

#endif /* _UAPI_PTISCOPE_H */
