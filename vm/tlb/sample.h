/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TLB_SAMPLE_H
#define PTISCOPE_TLB_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu.h"
#include "vm/tlb/protocol.h"

/* PTI: the user's tables stand in the page behind the kernel's. */
#define TLB_CR3_USER_TABLES (1ull << 12)

/**
 * struct tlb_sample - what is counted between begin and end of a sample
 * @cpu: whose counts it takes
 * @on: a sample is being taken
 * @isolated: the kernel isolates page tables
 * @path: enum pti_path of the last entry, PTI_PATH_NONE before the first one
 * @first: that of the first entry, PTI_PATH_NONE before it
 * @part: enum tlb_part
 * @kernel_seen: the kernel CR3 was loaded since that entry
 * @seen: what @cpu had counted when this part began
 * @reply: what was counted in the parts before
 */
struct tlb_sample {
	struct tlb_cpu *cpu;
	bool on;
	bool isolated;
	unsigned int path;
	unsigned int first;
	unsigned int part;
	bool kernel_seen;
	struct tlb_part_counts seen;
	struct tlb_reply reply;
};

/* tlb_sample_init() - @cpu has all its geometries */
void tlb_sample_init(struct tlb_sample *sample, struct tlb_cpu *cpu);

/* Begin and end, both in user mode; afterwards @reply is whole. */
void tlb_sample_begin(struct tlb_sample *sample, bool isolated);
void tlb_sample_end(struct tlb_sample *sample);

/* tlb_sample_entry() - from user mode, before anything that the entry does */
void tlb_sample_entry(struct tlb_sample *sample, unsigned int path);

/* tlb_sample_cr3() - CR3 was written; the instruction belongs to the part before */
void tlb_sample_cr3(struct tlb_sample *sample, uint64_t value);

/* tlb_sample_user() - back in user mode */
void tlb_sample_user(struct tlb_sample *sample);

/* tlb_path_of_vector() - the way of an interrupt or exception from user mode */
unsigned int tlb_path_of_vector(unsigned int vector);

#endif /* PTISCOPE_TLB_SAMPLE_H */
