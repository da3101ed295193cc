// SPDX-License-Identifier: GPL-2.0-only
/* Walks of page tables, as they are in memory at that moment */
#include "walk.h"

#include <stdlib.h>
#include <string.h>

#define PRESENT 1ull
#define LARGE 0x80ull
#define GLOBAL 0x100ull
#define NO_EXECUTE (1ull << 63)
#define ADDRESS 0x000ffffffffff000ull

int tlb_tables_init(struct tlb_tables *tables, tlb_read_fn read, void *context,
		    uint64_t frames)
{
	memset(tables, 0, sizeof(*tables));
	tables->read = read;
	tables->context = context;
	tables->frames = frames;
	/* 0 is that of memos that hold nothing. */
	tables->generation = 1;
	tables->read_frames = calloc(frames / 64 + 1, sizeof(uint64_t));
	return tables->read_frames ? 0 : -1;
}

void tlb_tables_free(struct tlb_tables *tables)
{
	free(tables->read_frames);
}

static uint64_t read_entry(struct tlb_tables *tables, uint64_t table,
			   unsigned int index)
{
	uint64_t frame = table >> 12;

	if (frame >= tables->frames)
		return 0;
	tables->read_frames[frame >> 6] |= 1ull << (frame & 63);
	return tables->read(tables->context, table + 8 * index);
}

static unsigned int entry_rights(uint64_t entry)
{
	return (entry & 2 ? TLB_WRITE : 0) | (entry & 4 ? TLB_USER : 0) |
	       (entry & NO_EXECUTE ? 0 : TLB_EXECUTE);
}

static void walk(struct tlb_tables *tables, uint64_t root, uint64_t address,
		 struct tlb_walk *w)
{
	unsigned int level = TLB_LEVELS, shift;
	uint64_t entry, table = root;

	*w = (struct tlb_walk){ .rights = TLB_ALL_RIGHTS };
	while (level--) {
		w->table[level] = table;
		w->table_rights[level] = w->rights;
		shift = 12 + 9 * level;
		entry = read_entry(tables, table, address >> shift & 511);
		if (!(entry & PRESENT))
			return;
		w->rights &= entry_rights(entry);
		table = entry & ADDRESS;
		/* A PML4E has no such bit. */
		if (!level || (entry & LARGE && level < TLB_SIZES))
			break;
	}
	w->present = true;
	w->size = level;
	w->global = entry & GLOBAL;
	w->physical = (table & ~((1ull << shift) - 1)) |
		      (address & ((1ull << shift) - 1) & ~0xfffull);
}

const struct tlb_walk *tlb_walk(struct tlb_tables *tables, uint64_t root,
				uint64_t address)
{
	uint64_t page = address >> 12;
	struct tlb_memo *memo =
		&tables->memo[(page ^ page >> 12 ^ root >> 12) % TLB_MEMOS];

	if (memo->page != page || memo->root != root ||
	    memo->generation != tables->generation) {
		walk(tables, root, address, &memo->walk);
		memo->page = page;
		memo->root = root;
		memo->generation = tables->generation;
	}
	return &memo->walk;
}
