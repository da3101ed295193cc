// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records from the probe to the reader: a ring a CPU, with one writer and one
 * reader, which share nothing but two counters.
 *
 * The writer is the probe.  It runs once per entry from user mode with interrupts
 * off, for an NMI in exc_nmi(): whatever interrupts it, an NMI or a machine
 * check, interrupts the kernel and so is no such entry.  The writer is therefore
 * never nested, needs no atomic instruction and waits for nobody.
 *
 * The reader is who holds &struct ptiscope.lock.  A slot is its own from when
 * the writer released it to when it was copied to the user, so a reader that
 * stands still costs records only when the ring is full, and these are counted.
 */
#include <linux/cpu.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "ptiscope.h"

#define RECORD_SIZE sizeof(struct ptiscope_record)

/* Taken from one CPU before it is the next one's turn */
#define TURN_RECORDS 1024

/* The record has no padding that could leak, and the same layout for 32-bit */
static_assert(RECORD_SIZE == 96);
static_assert(offsetof(struct ptiscope_record, skipped) == 92);

static enum cpuhp_state hotplug_state;

/*
 * A CPU is about to come up, or is up when the rings are made.  Without memory
 * it comes up all the same, with a ring that is always full.
 */
static int ring_cpu_prepare(unsigned int cpu, struct hlist_node *node)
{
	struct ptiscope_ring *ring =
		hlist_entry_safe(node, struct ptiscope_ring, hotplug);
	struct ptiscope_cpu *c = per_cpu_ptr(ring->cpus, cpu);

	if (c->begin)
		return 0;
	c->begin = vmalloc_node(ring->records * RECORD_SIZE, cpu_to_node(cpu));
	if (!c->begin)
		return 0;
	c->end = c->begin + ring->records;
	c->next = c->begin;
	c->room = ring->records;
	c->limit = ring->records;
	return 0;
}

/**
 * ptiscope_ring_init - hear of CPUs that come up
 *
 * Return: 0, or a negative error of cpuhp_setup_state_multi()
 */
int ptiscope_ring_init(void)
{
	int state = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN,
					    "ptiscope:ring", ring_cpu_prepare,
					    NULL);

	if (state < 0)
		return state;
	hotplug_state = state;
	return 0;
}

/** ptiscope_ring_exit - hear of them no more; every ring is destroyed */
void ptiscope_ring_exit(void)
{
	cpuhp_remove_multi_state(hotplug_state);
}

static int ring_alloc(struct ptiscope_ring *ring, size_t bytes)
{
	unsigned int cpu;
	int err;

	ring->records = bytes / RECORD_SIZE;
	ring->cpus = alloc_percpu(struct ptiscope_cpu);
	if (!ring->cpus)
		return -ENOMEM;
	err = cpuhp_state_add_instance(hotplug_state, &ring->hotplug);
	if (err) {
		free_percpu(ring->cpus);
		ring->cpus = NULL;
		return err;
	}
	for_each_online_cpu(cpu) {
		if (!per_cpu_ptr(ring->cpus, cpu)->begin) {
			ptiscope_ring_destroy(ring);
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * ptiscope_ring_prepare - empty rings and zero counters, before the probe starts
 * @ring: the ring; allocated here if it is not yet
 * @bytes: size per CPU
 *
 * Return: 0 or -ENOMEM
 */
int ptiscope_ring_prepare(struct ptiscope_ring *ring, size_t bytes)
{
	unsigned int cpu;

	if (!ring->cpus) {
		int err = ring_alloc(ring, bytes);

		if (err)
			return err;
	}
	for_each_possible_cpu(cpu) {
		struct ptiscope_cpu *c = per_cpu_ptr(ring->cpus, cpu);

		c->next = c->begin;
		c->kept = 0;
		c->lost = 0;
		c->taken = 0;
		c->limit = c->room;
	}
	ring->read = 0;
	ring->next_cpu = 0;
	return 0;
}

/**
 * ptiscope_ring_destroy - free everything; the probe must be stopped
 * @ring: the ring, which may be not allocated
 */
void ptiscope_ring_destroy(struct ptiscope_ring *ring)
{
	unsigned int cpu;

	if (ring->cpus) {
		cpuhp_state_remove_instance_nocalls(hotplug_state,
						    &ring->hotplug);
		for_each_possible_cpu(cpu)
			vfree(per_cpu_ptr(ring->cpus, cpu)->begin);
		free_percpu(ring->cpus);
	}
	ptiscope_filter_clear(&ring->match);
	ring->cpus = NULL;
}

/* Records that wait in a CPU's ring; what they hold is seen after this */
static u64 ring_waiting(const struct ptiscope_cpu *c)
{
	/* Pairs with the release in the probe */
	return smp_load_acquire(&c->kept) - c->taken;
}

/**
 * ptiscope_ring_full - whether the ring has no room, asked of the reader
 * @c: the ring, kept = limit; else there is room
 *
 * Runs in the probe.  Where there is no room, the record is counted as lost.
 *
 * Return: true where the ring is full
 */
bool ptiscope_ring_full(struct ptiscope_cpu *c)
{
	/* Pairs with the release in ring_take(): the slots are read */
	c->limit = smp_load_acquire(&c->taken) + c->room;
	if (c->kept != c->limit)
		return false;
	WRITE_ONCE(c->lost, c->lost + 1);
	return true;
}

/**
 * ptiscope_ring_empty - whether a read would find nothing now
 * @ring: the ring, allocated
 *
 * Needs no lock: the answer may be out of date, the caller looks again.
 */
bool ptiscope_ring_empty(const struct ptiscope_ring *ring)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct ptiscope_cpu *c = per_cpu_ptr(ring->cpus, cpu);

		if (READ_ONCE(c->kept) != READ_ONCE(c->taken))
			return false;
	}
	return true;
}

/*
 * Hand out what one CPU has, up to its turn and to the end of its ring.  The
 * return value is the number of records, or -EFAULT where there was one and
 * not a whole one could be copied.
 */
static ssize_t ring_take(struct ptiscope_cpu *c, char __user *buf, size_t room)
{
	size_t at, n, left;

	n = min3(ring_waiting(c), (u64)room, (u64)TURN_RECORDS);
	if (!n)
		return 0;
	/* Slots are filled one after the other, so what was taken tells where */
	at = c->taken % (c->end - c->begin);
	n = min_t(size_t, n, c->end - c->begin - at);
	left = copy_to_user(buf, c->begin + at, n * RECORD_SIZE);
	n -= DIV_ROUND_UP(left, RECORD_SIZE);
	/* The copy is done: pairs with the acquire in ptiscope_ring_full() */
	smp_store_release(&c->taken, c->taken + n);
	return n ? n : -EFAULT;
}

/* Go on with the next CPU that has records: CPUs take turns */
static ssize_t ring_take_next(struct ptiscope_ring *ring, char __user *buf,
			      size_t room)
{
	unsigned int i, cpu;
	ssize_t n;

	for (i = 0; i < nr_cpu_ids; i++) {
		cpu = ring->next_cpu;
		ring->next_cpu = (cpu + 1) % nr_cpu_ids;
		if (!cpu_possible(cpu))
			continue;
		n = ring_take(per_cpu_ptr(ring->cpus, cpu), buf, room);
		if (n)
			return n;
	}
	return 0;
}

/**
 * ptiscope_ring_read - hand out whole records
 * @ring: the ring
 * @buf: user buffer
 * @count: its size in bytes
 *
 * Records that cannot be copied stay for the next read, so that none is lost
 * without being counted.  The caller holds &struct ptiscope.lock.
 *
 * Return: bytes copied, 0 when there was no record, or -EFAULT when there was
 *	one and it could not be copied
 */
ssize_t ptiscope_ring_read(struct ptiscope_ring *ring, char __user *buf,
			   size_t count)
{
	size_t room = count / RECORD_SIZE;
	size_t done = 0;
	ssize_t n;

	if (!ring->cpus)
		return 0;

	while (done < room) {
		n = ring_take_next(ring, buf + done * RECORD_SIZE, room - done);
		if (n < 0 && !done)
			return n;
		if (n <= 0)
			break;
		ring->read += n;
		done += n;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	return done * RECORD_SIZE;
}

/**
 * ptiscope_ring_stats - counters since the rings were prepared, summed
 * @ring: the ring
 * @stats: out: written, read and lost
 */
void ptiscope_ring_stats(const struct ptiscope_ring *ring,
			 struct ptiscope_stats *stats)
{
	unsigned int cpu;

	if (!ring->cpus)
		return;

	for_each_possible_cpu(cpu) {
		const struct ptiscope_cpu *c = per_cpu_ptr(ring->cpus, cpu);
		u64 lost = READ_ONCE(c->lost);

		stats->written += READ_ONCE(c->kept) + lost;
		stats->lost += lost;
	}
	stats->read = ring->read;
}
