/* SPDX-License-Identifier: GPL-2.0-only */
/* Interfaces between the files of the module; those to users are in uapi/. */
#ifndef _PTISCOPE_H
#define _PTISCOPE_H

#include <linux/cache.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "uapi/ptiscope.h"

struct pid;
struct pti_marks;
struct tracepoint;

/**
 * struct ptiscope_cpu - the ring of one CPU
 *
 * @next, @limit, @kept, @lost and @marks belong to the probe, @taken to the reader; @begin
 * and @end change for nobody once the CPU is up.
 *
 * @next: slot that the probe fills next
 * @begin: first slot, or NULL without memory
 * @end: behind the last slot
 * @limit: value of @kept at which the ring may be full
 * @kept: records that went into the ring
 * @lost: records for which it had no room
 * @room: slots
 * @marks: those of this CPU, once it had a record
 * @taken: records that left it; in a line of its own, which the probe looks at
 *	only where the ring may be full
 */
struct ptiscope_cpu {
	struct ptiscope_record *next;
	struct ptiscope_record *begin;
	struct ptiscope_record *end;
	u64 limit;
	u64 kept;
	u64 lost;
	u64 room;
	const struct pti_marks *marks;
	u64 taken ____cacheline_aligned;
};

/**
 * struct ptiscope_match - which records are kept
 * @tid: those of this thread; NULL keeps all
 * @tgid: those of this process; NULL keeps all
 * @paths: those whose entry or exit path is one of these bits
 * @cpu: those of this CPU, or of all with %PTISCOPE_NO_CPU
 * @any: every record is kept
 */
struct ptiscope_match {
	struct pid *tid;
	struct pid *tgid;
	u64 paths;
	unsigned int cpu;
	bool any;
};

/**
 * struct ptiscope_ring - per-CPU rings and the reader's end of them
 *
 * @cpus and @match do not change while the probe is attached.  The rest belongs to
 * the reader, under &struct ptiscope.lock.
 *
 * @cpus: the rings
 * @match: records that are kept
 * @hotplug: its place among those that hear of new CPUs
 * @records: slots of each ring
 * @next_cpu: CPU whose ring is looked at next
 * @read: records handed out
 */
struct ptiscope_ring {
	struct ptiscope_cpu __percpu *cpus;
	struct ptiscope_match match;
	struct hlist_node hotplug;
	size_t records;
	unsigned int next_cpu;
	u64 read;
};

/**
 * struct ptiscope - the device
 * @misc: /dev/ptiscope
 * @open: bit 0 is set while a reader has the device open
 * @lock: serializes start, stop, the reader's end of @ring, and NMIs
 * @ipi: held while PTISCOPE_IOC_IPI sends
 * @wait: readers that sleep
 * @wake: wakes @wait at an interval while recording
 * @tracepoint: pti:pti_switch, or NULL
 * @ring: the records
 * @ring_bytes: bytes of ring buffer per CPU
 * @recording: the probe is attached; changed under @lock
 */
struct ptiscope {
	struct miscdevice misc;
	unsigned long open;
	struct mutex lock; /* serializes start, stop, the reader, NMIs */
	struct mutex ipi; /* one sender of IPIs at a time */
	wait_queue_head_t wait;
	struct delayed_work wake;
	struct tracepoint *tracepoint;
	struct ptiscope_ring ring;
	size_t ring_bytes;
	bool recording;
};

/* permit.c */
int ptiscope_permitted(int capability);

/* dev.c */
void ptiscope_dev_init(struct ptiscope *p);

/* marks.c */
void ptiscope_marks_init(struct ptiscope *p);
const char *ptiscope_marks_missing(const struct ptiscope *p);
u64 ptiscope_features(const struct ptiscope *p);
int ptiscope_marks_attach(struct ptiscope *p);
void ptiscope_marks_detach(struct ptiscope *p);

/* ring.c */
int ptiscope_ring_init(void);
void ptiscope_ring_exit(void);
int ptiscope_ring_prepare(struct ptiscope_ring *ring, size_t bytes);
void ptiscope_ring_destroy(struct ptiscope_ring *ring);
bool ptiscope_ring_full(struct ptiscope_cpu *c);
bool ptiscope_ring_empty(const struct ptiscope_ring *ring);
ssize_t ptiscope_ring_read(struct ptiscope_ring *ring, char __user *buf,
			   size_t count);
void ptiscope_ring_stats(const struct ptiscope_ring *ring,
			 struct ptiscope_stats *stats);

/* filter.c */
void ptiscope_filter_clear(struct ptiscope_match *f);
void ptiscope_filter_tid(struct ptiscope_match *f, struct pid *tid);
bool ptiscope_filter_match(const struct ptiscope_match *f,
			   const struct pti_marks *marks);
long ptiscope_ioc_filter(struct ptiscope *p,
			 const struct ptiscope_filter __user *arg);

/* probe.c */
int ptiscope_probe(u32 kind, u64 *samples, unsigned int n);

/* trigger.c */
long ptiscope_ioc_nmi(struct ptiscope *p, void __user *arg);
void ptiscope_nmi_release(struct ptiscope *p);

/* ipi.c */
long ptiscope_ioc_ipi(struct ptiscope *p, void __user *arg);

/* skips.c */
long ptiscope_ioc_skips(struct ptiscope *p, struct ptiscope_skips __user *arg);

/* audit.c */
long ptiscope_ioc_audit(struct ptiscope_audit __user *arg);
long ptiscope_ioc_regions(struct ptiscope_regions __user *arg);

#endif /* _PTISCOPE_H */
