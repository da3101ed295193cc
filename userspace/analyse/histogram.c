// SPDX-License-Identifier: GPL-2.0-only
/* Histograms as the BPF programs fill them: what their slots stand for. */
#include <errno.h>

#include "analyse/histogram.h"

#define EXACT_SLOTS (2u << PTI_BPF_FINE)
#define FINE_MASK ((1u << PTI_BPF_FINE) - 1)

/**
 * histogram_low() - least value that a slot counts
 * @slot: as pti_bpf_slot() returns it
 */
uint64_t histogram_low(unsigned int slot)
{
	if (slot < EXACT_SLOTS)
		return slot;
	return (uint64_t)((slot & FINE_MASK) + FINE_MASK + 1)
	       << ((slot >> PTI_BPF_FINE) - 1);
}

/**
 * histogram_high() - greatest value that a slot counts
 * @slot: as pti_bpf_slot() returns it
 */
uint64_t histogram_high(unsigned int slot)
{
	return slot >= PTI_BPF_SLOT_LAST ? UINT64_MAX :
					   histogram_low(slot + 1) - 1;
}

/* The value that a slot is reported as: exact, or half a slot off at most. */
static uint64_t middle(unsigned int slot)
{
	return (histogram_low(slot) + histogram_low(slot + 1) - 1) / 2;
}

/** histogram_count() - how many values a histogram counts */
uint64_t histogram_count(const __u64 slots[PTI_BPF_SLOTS])
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < PTI_BPF_SLOTS; i++)
		n += slots[i];
	return n;
}

/* Slot of the value at @rank, from 0, of the sorted values; @below is before it. */
static unsigned int slot_of_rank(const __u64 slots[PTI_BPF_SLOTS],
				 uint64_t rank, unsigned int from,
				 uint64_t *below)
{
	while (from < PTI_BPF_SLOT_LAST && *below + slots[from] <= rank)
		*below += slots[from++];
	return from;
}

/**
 * histogram_quantile() - a quantile, as the middle of its slot
 * @slots: histogram
 * @p: 0 to 1
 *
 * Return: exact below 16, from there within 1/16 of the value; 0 where nothing
 * is counted.
 */
double histogram_quantile(const __u64 slots[PTI_BPF_SLOTS], double p)
{
	uint64_t n = histogram_count(slots), below = 0, rank;

	if (!n)
		return 0;
	rank = (uint64_t)(p * (double)(n - 1) + 0.5);
	return (double)middle(slot_of_rank(slots, rank, 0, &below));
}

/**
 * histogram_push() - samples that are distributed as the counted values are
 * @slots: histogram
 * @most: samples at most; of more values, as many at even ranks
 * @series: gets them, ascending, each the middle of its slot
 *
 * Return: 0 or -ENOMEM.
 */
int histogram_push(const __u64 slots[PTI_BPF_SLOTS], uint64_t most,
		   struct series *series)
{
	uint64_t n = histogram_count(slots), take = n < most ? n : most;
	uint64_t i, rank, below = 0;
	unsigned int slot = 0;

	for (i = 0; i < take; i++) {
		/* The middle of the i-th of @take equal parts */
		rank = (uint64_t)(((double)i + 0.5) * (double)n / (double)take);
		slot = slot_of_rank(slots, rank < n ? rank : n - 1, slot,
				    &below);
		if (series_push(series, middle(slot)))
			return -ENOMEM;
	}
	return 0;
}
