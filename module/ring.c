// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records from the probe to the reader.
 *
 * The kernel's ring buffer in producer/consumer mode: a full ring refuses new
 * records and keeps the old ones.  It takes writers in every context, NMI
 * included, without a lock, and its CPU hotplug callback adds the ring of a CPU
 * that comes up; rings of CPUs that go down stay readable.
 *
 * It has a race: rb_get_reader_page() sees that its page is read, and only then
 * whether the writer has left that page.  If the writer fills and leaves it in
 * between, which takes a reader that stands still there for long, on a virtual
 * CPU that its host does not run, what was added is dropped without a word.  So
 * each record carries, in the member that is reserved for users, how many
 * records before it found no room: gaps in the numbers beyond these are records
 * that vanished, and are counted as lost.
 */
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/ring_buffer.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ptiscope.h"

#define RECORD_SIZE sizeof(struct ptiscope_record)
#define BATCH_RECORDS (PAGE_SIZE / RECORD_SIZE)

/* The record has no padding that could leak, and the same layout for 32-bit */
static_assert(RECORD_SIZE == 96);
static_assert(offsetof(struct ptiscope_record, reserved) == 92);

static int ring_alloc(struct ptiscope_ring *ring, size_t bytes)
{
	ring->counters = alloc_percpu(struct ptiscope_counters);
	if (!ring->counters)
		return -ENOMEM;

	ring->batch = kmalloc_array(BATCH_RECORDS, RECORD_SIZE, GFP_KERNEL);
	if (!ring->batch)
		goto free_counters;

	ring->seen = kcalloc(nr_cpu_ids, sizeof(*ring->seen), GFP_KERNEL);
	if (!ring->seen)
		goto free_batch;

	ring->buffer = ring_buffer_alloc(bytes, 0);
	if (!ring->buffer)
		goto free_seen;
	return 0;

free_seen:
	kfree(ring->seen);
	ring->seen = NULL;
free_batch:
	kfree(ring->batch);
	ring->batch = NULL;
free_counters:
	free_percpu(ring->counters);
	ring->counters = NULL;
	return -ENOMEM;
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
	int cpu;

	if (!ring->buffer) {
		int err = ring_alloc(ring, bytes);

		if (err)
			return err;
	} else {
		ring_buffer_reset(ring->buffer);
	}

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(ring->counters, cpu), 0,
		       sizeof(*ring->counters));
	memset(ring->seen, 0, nr_cpu_ids * sizeof(*ring->seen));
	ring->vanished = 0;
	ring->read = 0;
	ring->next_cpu = 0;
	WRITE_ONCE(ring->left, 0);
	return 0;
}

/**
 * ptiscope_ring_destroy - free everything; the probe must be stopped
 * @ring: the ring, which may be not allocated
 */
void ptiscope_ring_destroy(struct ptiscope_ring *ring)
{
	if (ring->buffer) {
		ring_buffer_free(ring->buffer);
		kfree(ring->seen);
		kfree(ring->batch);
		free_percpu(ring->counters);
	}
	ptiscope_filter_clear(&ring->match);
	ring->buffer = NULL;
	ring->seen = NULL;
	ring->batch = NULL;
	ring->counters = NULL;
}

/**
 * ptiscope_ring_write - keep one record, or count it as lost
 * @ring: the ring
 * @rec: the record; its cpu, seq and reserved are filled in here
 *
 * Runs in the probe, interrupts off.  The counters are changed by single
 * instructions, so a nested writer on this CPU gets a number of its own, and
 * each record that takes a number is either in the ring or in the lost ones.
 */
void ptiscope_ring_write(struct ptiscope_ring *ring,
			 struct ptiscope_record *rec)
{
	rec->cpu = raw_smp_processor_id();
	rec->seq = this_cpu_inc_return(ring->counters->written) - 1;
	rec->reserved = this_cpu_read(ring->counters->lost);
	if (ring_buffer_write(ring->buffer, RECORD_SIZE, rec))
		this_cpu_inc(ring->counters->lost);
}

/**
 * ptiscope_ring_empty - whether a read would find nothing now
 * @ring: the ring, allocated
 *
 * Needs no lock: the answer may be out of date, the caller looks again.
 */
bool ptiscope_ring_empty(const struct ptiscope_ring *ring)
{
	return !READ_ONCE(ring->left) && ring_buffer_empty(ring->buffer);
}

/*
 * Account for a record as it was taken out, and make it what users get.  Where a
 * nested writer overtook the one that it interrupted, what looks like a record
 * too many makes up for one that seemed to be missing.
 */
static void ring_account(struct ptiscope_ring *ring, int cpu,
			 struct ptiscope_record *rec)
{
	struct ptiscope_seen *seen = &ring->seen[cpu];

	ring->vanished += (s64)(rec->seq - seen->next_seq) -
			  (s32)(rec->reserved - seen->lost);
	seen->next_seq = rec->seq + 1;
	seen->lost = rec->reserved;
	rec->reserved = 0;
}

/* Take up to a batch out of one CPU's ring */
static unsigned int ring_take(struct ptiscope_ring *ring, int cpu)
{
	struct ring_buffer_event *event;
	unsigned int n = 0;

	while (n < BATCH_RECORDS) {
		event = ring_buffer_consume(ring->buffer, cpu, NULL, NULL);
		if (!event)
			break;
		memcpy(&ring->batch[n], ring_buffer_event_data(event),
		       RECORD_SIZE);
		ring_account(ring, cpu, &ring->batch[n++]);
	}
	return n;
}

/* Refill the batch from the next CPU that has records: CPUs take turns */
static bool ring_refill(struct ptiscope_ring *ring)
{
	unsigned int i, n, cpu;

	for (i = 0; i < nr_cpu_ids; i++) {
		cpu = ring->next_cpu;
		ring->next_cpu = (cpu + 1) % nr_cpu_ids;
		n = ring_take(ring, cpu);
		if (n) {
			ring->pos = 0;
			WRITE_ONCE(ring->left, n);
			return true;
		}
	}
	return false;
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

	if (!ring->buffer)
		return 0;

	while (done < room) {
		size_t want, n;

		if (!ring->left && !ring_refill(ring))
			break;

		want = min_t(size_t, ring->left, room - done);
		n = want * RECORD_SIZE;
		n -= copy_to_user(buf + done * RECORD_SIZE,
				  &ring->batch[ring->pos], n);
		n /= RECORD_SIZE;

		ring->pos += n;
		WRITE_ONCE(ring->left, ring->left - n);
		ring->read += n;
		done += n;
		if (n < want) {
			if (!done)
				return -EFAULT;
			break;
		}
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
	int cpu;

	if (!ring->buffer)
		return;

	for_each_possible_cpu(cpu) {
		const struct ptiscope_counters *c =
			per_cpu_ptr(ring->counters, cpu);

		stats->written += READ_ONCE(c->written);
		stats->lost += READ_ONCE(c->lost);
	}
	if (ring->vanished > 0)
		stats->lost += ring->vanished;
	stats->read = ring->read;
}
