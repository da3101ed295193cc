/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TLB_WALK_H
#define PTISCOPE_TLB_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "geometry.h"

/* Rights of a translation, as bits */
#define TLB_WRITE 1u
#define TLB_USER 2u
#define TLB_EXECUTE 4u
#define TLB_ALL_RIGHTS 7u

/* Levels of tables, from the one with PTEs */
#define TLB_LEVELS 4

/**
 * struct tlb_walk - what the page tables say of one address
 * @present: there is a translation; without, the rest but @table is nothing
 * @size: enum tlb_size
 * @physical: of the 4 KiB with the address, whatever the size of the page
 * @rights: TLB_WRITE, ... that all levels grant
 * @global: the last entry says so
 * @table: physical address of the table of each level, 0 for those not reached
 * @table_rights: what the levels above that table grant
 */
struct tlb_walk {
	bool present;
	bool global;
	uint8_t size;
	uint8_t rights;
	uint8_t table_rights[TLB_LEVELS];
	uint64_t physical;
	uint64_t table[TLB_LEVELS];
};

/* Read the 8 bytes at @physical, a multiple of 8; 0 where there is no memory. */
typedef uint64_t (*tlb_read_fn)(void *context, uint64_t physical);

#define TLB_MEMOS 1024

/* A walk that was made: of that root and page, in that generation */
struct tlb_memo {
	uint64_t root;
	uint64_t page;
	uint64_t generation;
	struct tlb_walk walk;
};

/**
 * struct tlb_tables - the page tables in a guest's memory, 4 levels
 * @generation: rises whenever a table that was read may have changed
 * @frames: number of page frames that can hold tables
 * @read_frames: a bit for each: read since it was last written
 */
struct tlb_tables {
	tlb_read_fn read;
	void *context;
	uint64_t generation;
	uint64_t frames;
	uint64_t *read_frames;
	struct tlb_memo memo[TLB_MEMOS];
};

/* Return: 0, or -1 if there is no memory. */
int tlb_tables_init(struct tlb_tables *tables, tlb_read_fn read, void *context,
		    uint64_t frames);
void tlb_tables_free(struct tlb_tables *tables);

/* What the tables below @root say of @address now.  Good until the next call. */
const struct tlb_walk *tlb_walk(struct tlb_tables *tables, uint64_t root,
				uint64_t address);

/* tlb_tables_written() - memory was written; true if that was a table */
static inline bool tlb_tables_written(struct tlb_tables *tables,
				      uint64_t physical)
{
	uint64_t frame = physical >> 12, bit = 1ull << (frame & 63);

	if (frame >= tables->frames || !(tables->read_frames[frame >> 6] & bit))
		return false;
	/* All that was read from it is void now; it counts from the next reading. */
	tables->read_frames[frame >> 6] &= ~bit;
	tables->generation++;
	return true;
}

#endif /* PTISCOPE_TLB_WALK_H */
