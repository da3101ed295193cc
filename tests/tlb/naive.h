/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TLB_NAIVE_H
#define PTISCOPE_TLB_NAIVE_H

#include <stdint.h>

#include "vm/tlb/model.h"

/*
 * The same TLBs once more, as simple as can be, to compare with: all entries of
 * all arrays in one list, with the time of their last use.  Sets are not stored:
 * an entry that has to make room is looked for among those that would share one.
 */
struct naive {
	const struct tlb_geometry *geometry;
	uint64_t count[TLB_COUNTS];
	uint64_t stales;
	uint64_t time;
	unsigned int n;
	struct naive_entry *list;
};

void naive_init(struct naive *n, const struct tlb_geometry *geometry);
void naive_free(struct naive *n);
void naive_access(struct naive *n, const struct tlb_use *use,
		  const struct tlb_walk *walk, bool global_pages);
void naive_fault(struct naive *n, const struct tlb_use *use,
		 const struct tlb_walk *walk);
void naive_invlpg(struct naive *n, uint64_t address, unsigned int pcid);
void naive_invpcid_address(struct naive *n, uint64_t address,
			   unsigned int pcid);
/* @pcid -1: of all; @global: global ones as well */
void naive_flush(struct naive *n, int pcid, bool global);

#endif /* PTISCOPE_TLB_NAIVE_H */
