/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MEASURE_TLB_CHAIN_H
#define PTISCOPE_MEASURE_TLB_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct tlb_chain - a working set that is touched page by page
 *
 * Each page says where the next one is, in an order without a pattern, so that
 * the next touch can't begin before this one has its translation.
 *
 * @code: the pages are executed, each jumps to the next; else they are read
 * @pages: how many
 * @page_bytes: 4 KiB or 2 MiB
 * @map: mapping
 * @map_bytes: its length
 * @first: where to begin, in the first page
 */
struct tlb_chain {
	bool code;
	size_t pages;
	size_t page_bytes;
	void *map;
	size_t map_bytes;
	void *first;
};

int tlb_chain_create(struct tlb_chain *c, bool code, size_t page_bytes,
		     size_t pages);
void tlb_chain_destroy(struct tlb_chain *c);
void tlb_chain_touch(const struct tlb_chain *c);

#endif /* PTISCOPE_MEASURE_TLB_CHAIN_H */
