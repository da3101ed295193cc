/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The binary interface of /dev/ptiscope.
 *
 * open(2) needs CAP_SYS_ADMIN and allows one reader at a time (-EBUSY).
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
 * @reserved: 0
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
	__u32 reserved;
};

/** PTISCOPE_HAS_TRACEPOINT - the kernel has the tracepoint pti:pti_switch */
#define PTISCOPE_HAS_TRACEPOINT _BITULL(0)
/** PTISCOPE_HAS_PTI - page-table isolation is on */
#define PTISCOPE_HAS_PTI _BITULL(1)
/** PTISCOPE_HAS_PCID - CR4.PCIDE is set */
#define PTISCOPE_HAS_PCID _BITULL(2)
/** PTISCOPE_HAS_MARKS - the kernel records marks (booted with pti_marks=on) */
#define PTISCOPE_HAS_MARKS _BITULL(3)

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
 * Once recording is stopped and read(2) returned 0, written = read + lost.
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
 * @PTISCOPE_PROBE_COUNT: number of kinds
 */
enum ptiscope_probe_kind {
	PTISCOPE_PROBE_TSC_PAIR = 0,
	PTISCOPE_PROBE_MARK_PAIR = 1,
	PTISCOPE_PROBE_COUNT = 2
};

/** PTISCOPE_PROBE_MAX - most samples that one PTISCOPE_IOC_PROBE returns */
#define PTISCOPE_PROBE_MAX 4096

/**
 * struct ptiscope_probe - time an operation in the kernel, interrupts off
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

#define PTISCOPE_IOC_MAGIC 0xF7
#define PTISCOPE_IOC_INFO _IOWR(PTISCOPE_IOC_MAGIC, 0, struct ptiscope_info)
#define PTISCOPE_IOC_START _IOW(PTISCOPE_IOC_MAGIC, 1, struct ptiscope_start)
#define PTISCOPE_IOC_STOP _IO(PTISCOPE_IOC_MAGIC, 2)
#define PTISCOPE_IOC_STATS _IOWR(PTISCOPE_IOC_MAGIC, 3, struct ptiscope_stats)
#define PTISCOPE_IOC_PROBE _IOWR(PTISCOPE_IOC_MAGIC, 4, struct ptiscope_probe)

#endif /* _UAPI_PTISCOPE_H */
