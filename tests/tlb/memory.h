/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TLB_MEMORY_H
#define PTISCOPE_TLB_MEMORY_H

#include <stdint.h>
#include <string.h>

#include "vm/tlb/cpu.h"

/*
 * A guest's memory with nothing in it but page tables: each new table takes the
 * next frame from 1 on.  Pages lead to addresses that are not there.
 */
#define MEMORY_FRAMES 512

#define PTE_WRITE 2ull
#define PTE_USER 4ull
#define PTE_LARGE 0x80ull
#define PTE_GLOBAL 0x100ull
#define PTE_NX (1ull << 63)

struct memory {
	uint64_t word[MEMORY_FRAMES][512];
	unsigned int used;
};

static inline uint64_t memory_read(void *context, uint64_t physical)
{
	struct memory *m = context;

	assert_true(physical >> 12 < MEMORY_FRAMES);
	return m->word[physical >> 12][physical >> 3 & 511];
}

static inline uint64_t memory_table(struct memory *m)
{
	assert_true(++m->used < MEMORY_FRAMES);
	memset(m->word[m->used], 0, sizeof(m->word[m->used]));
	return (uint64_t)m->used << 12;
}

/* memory_write() - as the CPU does it */
static inline void memory_write(struct memory *m, struct tlb_cpu *cpu,
				uint64_t physical, uint64_t value)
{
	m->word[physical >> 12][physical >> 3 & 511] = value;
	if (tlb_tables_written(&cpu->tables, physical))
		cpu->era++;
}

/* memory_entry() - where the entry of that size is, its tables made if need be */
static inline uint64_t memory_entry(struct memory *m, struct tlb_cpu *cpu,
				    uint64_t root, uint64_t address,
				    unsigned int size)
{
	uint64_t table = root, at;

	for (unsigned int level = TLB_LEVELS - 1;; level--) {
		at = table + 8 * (address >> (12 + 9 * level) & 511);
		if (level == size)
			return at;
		if (!memory_read(m, at))
			memory_write(m, cpu, at,
				     memory_table(m) | 1 | PTE_WRITE |
					     PTE_USER);
		table = memory_read(m, at) & 0x000ffffffffff000ull;
	}
}

static inline void memory_map(struct memory *m, struct tlb_cpu *cpu,
			      uint64_t root, uint64_t address,
			      uint64_t physical, unsigned int size,
			      uint64_t flags)
{
	memory_write(m, cpu, memory_entry(m, cpu, root, address, size),
		     physical | flags | 1 | (size ? PTE_LARGE : 0));
}

static inline void memory_unmap(struct memory *m, struct tlb_cpu *cpu,
				uint64_t root, uint64_t address,
				unsigned int size)
{
	memory_write(m, cpu, memory_entry(m, cpu, root, address, size), 0);
}

/* A machine: memory, and a CPU with paging, PCIDs and global pages on */
struct scene {
	struct memory memory;
	struct tlb_cpu cpu;
	uint64_t root;
};

static inline struct tlb *scene_make(struct scene *s,
				     const struct tlb_geometry *geometry)
{
	memset(&s->memory, 0, sizeof(s->memory));
	assert_int_equal(tlb_cpu_init(&s->cpu, memory_read, &s->memory,
				      MEMORY_FRAMES),
			 0);
	assert_int_equal(tlb_cpu_add(&s->cpu, geometry, NULL, NULL), 0);
	s->root = memory_table(&s->memory);
	tlb_cpu_cr4(&s->cpu, TLB_CR4_PGE | TLB_CR4_PCIDE);
	tlb_cpu_cr3(&s->cpu, s->root);
	tlb_cpu_cr0(&s->cpu, TLB_CR0_PG);
	return s->cpu.tlb[0];
}

/* Counts of one geometry, for "what did this add?" */
struct seen {
	uint64_t data, code, second, walk, ref, stale;
};

static inline struct seen seen_now(const struct tlb *tlb)
{
	return (struct seen){
		tlb->count[TLB_DATA_MISS],  tlb->count[TLB_CODE_MISS],
		tlb->count[TLB_SECOND_HIT], tlb->count[TLB_WALK],
		tlb->count[TLB_WALK_REF],   tlb->stales,
	};
}

static inline void scene_read(struct scene *s, uint64_t address)
{
	const struct tlb_walk *w = tlb_walk(&s->cpu.tables, s->root, address);

	assert_true(w->present);
	tlb_cpu_data(&s->cpu, address, w->physical | (address & 0xfff), false,
		     true);
}

#endif /* PTISCOPE_TLB_MEMORY_H */
