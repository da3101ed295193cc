/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TLB_MODEL_H
#define PTISCOPE_TLB_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "geometry.h"
#include "vm/tlb/protocol.h"
#include "walk.h"

#define TLB_PCIDS 4096

/* One use of an address */
struct tlb_use {
	uint64_t address;
	uint16_t pcid;
	bool code;
	bool write;
	/* By a program in user mode.  What the CPU reads for itself there
	 * (descriptors, the TSS) is told by the page: it is not the user's.
	 */
	bool user;
};

/* Where a stale translation was */
enum tlb_place {
	TLB_IN_FIRST,
	TLB_IN_SECOND,
	TLB_IN_STRUCTURE,
	/* A page fault that a CPU with this entry would not have had */
	TLB_AT_FAULT,
};

/**
 * struct tlb_stale - a translation was used that the page tables do not hold
 * @use: what it was used for
 * @physical: where the entry leads: to memory, or to a table
 * @rights: what it grants
 * @now: what the tables say
 */
struct tlb_stale {
	enum tlb_place place;
	struct tlb_use use;
	uint64_t physical;
	unsigned int rights;
	const struct tlb_walk *now;
};

struct tlb;

typedef void (*tlb_stale_fn)(void *context, const struct tlb *tlb,
			     const struct tlb_stale *stale);

/* A miss of the first level, and what its walk read: 0, it is in the second one */
typedef void (*tlb_miss_fn)(void *context, const struct tlb *tlb,
			    const struct tlb_use *use,
			    const struct tlb_walk *walk, unsigned int refs);

struct tlb_entry {
	uint64_t page;
	uint64_t physical;
	/* That of its PCID, or of the global entries: others were flushed. */
	uint64_t epoch;
	uint16_t pcid;
	uint8_t rights;
	bool global;
};

/* Sets of ways, each in the order of use, the last one first */
struct tlb_array {
	struct tlb_shape shape;
	struct tlb_entry *entry;
};

/**
 * struct tlb - the TLBs of one geometry; LRU in each set
 * @count: enum tlb_count, since the beginning
 * @stales: translations used that were stale
 * @miss: called at each miss of the first level; may be NULL
 */
struct tlb {
	const struct tlb_geometry *geometry;
	uint64_t count[TLB_COUNTS];
	uint64_t stales;
	tlb_stale_fn stale;
	tlb_miss_fn miss;
	void *context;
	uint64_t global_epoch;
	uint64_t epoch[TLB_PCIDS];
	struct tlb_array data[TLB_SIZES];
	struct tlb_array code[TLB_SIZES];
	struct tlb_array second[TLB_SECONDS];
	struct tlb_array structures[TLB_STRUCTURES];
};

/* tlb_new() - @stale may be NULL; return: NULL if there is no memory */
struct tlb *tlb_new(const struct tlb_geometry *geometry, tlb_stale_fn stale,
		    void *context);
void tlb_free(struct tlb *tlb);

/* tlb_access() - an access that the page tables permit: @walk is what they say.
 * @global_pages: CR4.PGE.
 *
 * Return: the entry that it used is one for pages of the size that @walk has.  (A page
 * that was split may have one for the whole page still.)
 */
bool tlb_access(struct tlb *tlb, const struct tlb_use *use,
		const struct tlb_walk *walk, bool global_pages);

/* tlb_fault() - a page fault: entries and structures of that address go */
void tlb_fault(struct tlb *tlb, const struct tlb_use *use,
	       const struct tlb_walk *walk);

/* tlb_invlpg() - the page with @address, of @pcid and global, all sizes; and all
 * paging-structure entries of @pcid
 */
void tlb_invlpg(struct tlb *tlb, uint64_t address, uint16_t pcid);

/* tlb_invpcid_address() - the page with @address of @pcid, not global ones */
void tlb_invpcid_address(struct tlb *tlb, uint64_t address, uint16_t pcid);

/* tlb_flush_pcid() - all of that PCID but global entries: a CR3 write without
 * NOFLUSH, INVPCID type 1
 */
void tlb_flush_pcid(struct tlb *tlb, uint16_t pcid);

/* tlb_flush_all() - of all PCIDs: INVPCID type 2, CR4.PGE; without @global, type 3 */
void tlb_flush_all(struct tlb *tlb, bool global);

#endif /* PTISCOPE_TLB_MODEL_H */
