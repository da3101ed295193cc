// SPDX-License-Identifier: GPL-2.0-only
/* The TLBs of a CPU with PCIDs: SDM volume 3, 4.10 */
#include "model.h"

#include <stdlib.h>
#include <string.h>

static int array_init(struct tlb_array *a, struct tlb_shape shape)
{
	size_t entries = (size_t)shape.sets * shape.ways;

	a->shape = shape;
	a->entry = calloc(entries ? entries : 1, sizeof(*a->entry));
	return a->entry ? 0 : -1;
}

void tlb_free(struct tlb *tlb)
{
	if (!tlb)
		return;
	for (int i = 0; i < TLB_SIZES; i++) {
		free(tlb->data[i].entry);
		free(tlb->code[i].entry);
	}
	for (int i = 0; i < TLB_SECONDS; i++)
		free(tlb->second[i].entry);
	for (int i = 0; i < TLB_STRUCTURES; i++)
		free(tlb->structures[i].entry);
	free(tlb);
}

struct tlb *tlb_new(const struct tlb_geometry *geometry, tlb_stale_fn stale,
		    void *context)
{
	struct tlb *tlb = calloc(1, sizeof(*tlb));
	int err = 0;

	if (!tlb)
		return NULL;
	tlb->geometry = geometry;
	tlb->stale = stale;
	tlb->context = context;
	/* 0 is that of entries that hold nothing. */
	tlb->global_epoch = 1;
	for (int i = 0; i < TLB_PCIDS; i++)
		tlb->epoch[i] = 1;
	for (int i = 0; i < TLB_SIZES; i++) {
		err |= array_init(&tlb->data[i], geometry->data[i]);
		err |= array_init(&tlb->code[i], geometry->code[i]);
	}
	for (int i = 0; i < TLB_SECONDS; i++)
		err |= array_init(&tlb->second[i], geometry->second[i].shape);
	for (int i = 0; i < TLB_STRUCTURES; i++)
		err |= array_init(
			&tlb->structures[i],
			(struct tlb_shape){ 1, geometry->structures[i] });
	if (err) {
		tlb_free(tlb);
		return NULL;
	}
	return tlb;
}

static struct tlb_entry *set_of(const struct tlb_array *a, uint64_t page)
{
	return a->entry + (page & (a->shape.sets - 1)) * a->shape.ways;
}

static bool valid(const struct tlb *tlb, const struct tlb_entry *e)
{
	return e->epoch ==
	       (e->global ? tlb->global_epoch : tlb->epoch[e->pcid]);
}

static struct tlb_entry *to_front(struct tlb_entry *set, struct tlb_entry *e)
{
	struct tlb_entry used = *e;

	if (e != set) {
		memmove(set + 1, set, (e - set) * sizeof(*e));
		*set = used;
	}
	return set;
}

/* find() - the entry, which is the one used last then; NULL if there is none */
static struct tlb_entry *find(const struct tlb *tlb, const struct tlb_array *a,
			      uint64_t page, uint16_t pcid)
{
	struct tlb_entry *set;

	if (!a->shape.ways)
		return NULL;
	set = set_of(a, page);
	for (struct tlb_entry *e = set; e < set + a->shape.ways; e++)
		if (e->page == page && (e->global || e->pcid == pcid) &&
		    valid(tlb, e))
			return to_front(set, e);
	return NULL;
}

/* fill() - in place of the same page, of what was flushed, or of the least
 * recently used
 */
static void fill(const struct tlb *tlb, const struct tlb_array *a,
		 const struct tlb_entry *entry)
{
	struct tlb_entry *set, *victim = NULL;

	if (!a->shape.ways)
		return;
	set = set_of(a, entry->page);
	for (struct tlb_entry *e = set; e < set + a->shape.ways; e++) {
		if (e->page == entry->page &&
		    (e->global || entry->global || e->pcid == entry->pcid))
			e->epoch = 0;
		if (!victim && !valid(tlb, e))
			victim = e;
	}
	victim = victim ? victim : set + a->shape.ways - 1;
	*victim = *entry;
	victim->epoch = entry->global ? tlb->global_epoch :
					tlb->epoch[entry->pcid];
	to_front(set, victim);
}

static uint64_t page_of(uint64_t address, unsigned int size)
{
	return address >> tlb_size_shift(size);
}

/* kept_size() - the size in which a first level keeps pages of @size */
static unsigned int kept_size(const struct tlb_array *first, unsigned int size)
{
	while (size && !first[size].shape.ways)
		size--;
	return size;
}

/* second_of() - the second level for pages of @size, NULL if there is none */
static const struct tlb_array *second_of(const struct tlb *tlb,
					 unsigned int size)
{
	for (int i = 0; i < TLB_SECONDS; i++)
		if (tlb->geometry->second[i].sizes & 1u << size)
			return &tlb->second[i];
	return NULL;
}

/* In one array of two sizes no page may look like one of the other size. */
static uint64_t second_page(uint64_t address, unsigned int size)
{
	return page_of(address, size) | (uint64_t)size << 60;
}

static unsigned int needed_rights(const struct tlb_use *use)
{
	return (use->write ? TLB_WRITE : 0) | (use->code ? TLB_EXECUTE : 0) |
	       (use->user ? TLB_USER : 0);
}

/* entry_physical() - of the 4 KiB with @address */
static uint64_t entry_physical(const struct tlb_entry *e, uint64_t address,
			       unsigned int size)
{
	return e->physical +
	       (address & ((1ull << tlb_size_shift(size)) - 1) & ~0xfffull);
}

/* is_stale() - user mode must never run with rights that the tables do not grant;
 * the kernel may, until it flushes, if it does not make use of them.
 */
static bool is_stale(uint64_t physical, unsigned int rights,
		     const struct tlb_use *use, const struct tlb_walk *walk)
{
	unsigned int gone = rights & ~walk->rights;

	if (!walk->present || physical != walk->physical)
		return true;
	return use->user ? gone != 0 : (gone & needed_rights(use)) != 0;
}

static void report(struct tlb *tlb, enum tlb_place place,
		   const struct tlb_use *use, uint64_t physical,
		   unsigned int rights, const struct tlb_walk *walk)
{
	const struct tlb_stale stale = {
		.place = place,
		.use = *use,
		.physical = physical,
		.rights = rights,
		.now = walk,
	};

	tlb->stales++;
	if (tlb->stale)
		tlb->stale(tlb->context, tlb, &stale);
}

/* drop() - the entry of that page in one array */
static void drop(const struct tlb *tlb, const struct tlb_array *a,
		 uint64_t page, uint16_t pcid, bool global)
{
	struct tlb_entry *set;

	if (!a->shape.ways)
		return;
	set = set_of(a, page);
	for (struct tlb_entry *e = set; e < set + a->shape.ways; e++)
		if (e->page == page && valid(tlb, e) &&
		    (e->global ? global : e->pcid == pcid))
			e->epoch = 0;
}

static void drop_page(struct tlb *tlb, uint64_t address, uint16_t pcid,
		      bool global)
{
	const struct tlb_array *second;
	uint64_t page;

	for (unsigned int size = 0; size < TLB_SIZES; size++) {
		page = page_of(address, size);
		drop(tlb, &tlb->data[size], page, pcid, global);
		drop(tlb, &tlb->code[size], page, pcid, global);
		second = second_of(tlb, size);
		if (second)
			drop(tlb, second, second_page(address, size), pcid,
			     global);
	}
}

/* usable() - an entry that was found: is it true, and does it permit the use?  One
 * that is stale goes, with all others of its page, so that each is told once; one
 * that grants too little makes the CPU look again.
 */
static bool usable(struct tlb *tlb, struct tlb_entry *e, unsigned int size,
		   enum tlb_place place, const struct tlb_use *use,
		   const struct tlb_walk *walk)
{
	uint64_t physical = entry_physical(e, use->address, size);

	if (is_stale(physical, e->rights, use, walk)) {
		report(tlb, place, use, physical, e->rights, walk);
		drop_page(tlb, use->address, use->pcid, true);
		return false;
	}
	return !(needed_rights(use) & walk->rights & ~e->rights);
}

/* count_walk() - a walk from the nearest table that the structure caches know.
 * Return: the entries that it reads
 */
static unsigned int count_walk(struct tlb *tlb, const struct tlb_use *use,
			       const struct tlb_walk *walk)
{
	unsigned int level = walk->size, from = TLB_LEVELS - 1;
	struct tlb_entry *e;

	/* The structure cache i holds the tables of level i. */
	for (unsigned int i = level; i < TLB_STRUCTURES; i++) {
		e = find(tlb, &tlb->structures[i], use->address >> (21 + 9 * i),
			 use->pcid);
		if (!e)
			continue;
		if (e->physical != walk->table[i] ||
		    (use->user && e->rights & ~walk->table_rights[i])) {
			report(tlb, TLB_IN_STRUCTURE, use, e->physical,
			       e->rights, walk);
			e->epoch = 0;
			continue;
		}
		from = i;
		break;
	}
	tlb->count[TLB_WALK]++;
	tlb->count[TLB_WALK_REF] += from - level + 1;
	for (unsigned int i = level; i < from; i++) {
		const struct tlb_entry entry = {
			.page = use->address >> (21 + 9 * i),
			.physical = walk->table[i],
			.pcid = use->pcid,
			.rights = walk->table_rights[i],
		};

		fill(tlb, &tlb->structures[i], &entry);
	}
	return from - level + 1;
}

static struct tlb_entry entry_of(const struct tlb_use *use,
				 const struct tlb_walk *walk, unsigned int size,
				 bool global_pages)
{
	uint64_t inside = (1ull << tlb_size_shift(size)) - 1;

	return (struct tlb_entry){
		.page = page_of(use->address, size),
		.physical = walk->physical & ~inside,
		.pcid = use->pcid,
		.rights = walk->rights,
		.global = walk->global && global_pages,
	};
}

/* look_up_first() - a hit in the first level that is of use, in pages of @found */
static bool look_up_first(struct tlb *tlb, const struct tlb_array *first,
			  const struct tlb_use *use,
			  const struct tlb_walk *walk, unsigned int *found)
{
	struct tlb_entry *e;

	for (unsigned int size = 0; size < TLB_SIZES; size++) {
		e = find(tlb, &first[size], page_of(use->address, size),
			 use->pcid);
		*found = size;
		if (e && usable(tlb, e, size, TLB_IN_FIRST, use, walk))
			return true;
	}
	return false;
}

/* look_up_second() - the same in the second level; @found is the entry's size */
static struct tlb_entry *look_up_second(struct tlb *tlb,
					const struct tlb_use *use,
					const struct tlb_walk *walk,
					unsigned int *found)
{
	const struct tlb_array *second;
	struct tlb_entry *e;

	for (unsigned int size = 0; size < TLB_SIZES; size++) {
		second = second_of(tlb, size);
		if (!second)
			continue;
		e = find(tlb, second, second_page(use->address, size),
			 use->pcid);
		*found = size;
		if (e && usable(tlb, e, size, TLB_IN_SECOND, use, walk))
			return e;
	}
	return NULL;
}

/* fill_first() - from a translation of @size with @entry's address and rights */
static void fill_first(struct tlb *tlb, const struct tlb_array *first,
		       const struct tlb_use *use, struct tlb_entry entry,
		       uint64_t physical, unsigned int size)
{
	unsigned int kept = kept_size(first, size);

	entry.page = page_of(use->address, kept);
	entry.physical = physical & ~((1ull << tlb_size_shift(kept)) - 1);
	entry.pcid = use->pcid;
	fill(tlb, &first[kept], &entry);
}

static void tell_miss(struct tlb *tlb, const struct tlb_use *use,
		      const struct tlb_walk *walk, unsigned int refs)
{
	if (tlb->miss)
		tlb->miss(tlb->context, tlb, use, walk, refs);
}

bool tlb_access(struct tlb *tlb, const struct tlb_use *use,
		const struct tlb_walk *walk, bool global_pages)
{
	const struct tlb_array *first = use->code ? tlb->code : tlb->data;
	const struct tlb_array *second;
	struct tlb_entry *e, entry;
	unsigned int size;

	if (look_up_first(tlb, first, use, walk, &size))
		return size == walk->size;
	tlb->count[use->code ? TLB_CODE_MISS : TLB_DATA_MISS]++;
	e = look_up_second(tlb, use, walk, &size);
	if (e) {
		tlb->count[TLB_SECOND_HIT]++;
		tell_miss(tlb, use, walk, 0);
		fill_first(tlb, first, use, *e,
			   entry_physical(e, use->address, size), size);
		return kept_size(first, size) == walk->size;
	}
	tell_miss(tlb, use, walk, count_walk(tlb, use, walk));
	entry = entry_of(use, walk, walk->size, global_pages);
	fill_first(tlb, first, use, entry, walk->physical, walk->size);
	second = second_of(tlb, walk->size);
	if (second) {
		entry.page = second_page(use->address, walk->size);
		fill(tlb, second, &entry);
	}
	return kept_size(first, walk->size) == walk->size;
}

/* drop_structures_of() - the entries that a walk for @address would use */
static void drop_structures_of(struct tlb *tlb, uint64_t address, uint16_t pcid)
{
	for (unsigned int i = 0; i < TLB_STRUCTURES; i++)
		drop(tlb, &tlb->structures[i], address >> (21 + 9 * i), pcid,
		     false);
}

void tlb_invlpg(struct tlb *tlb, uint64_t address, uint16_t pcid)
{
	struct tlb_array *a;

	drop_page(tlb, address, pcid, true);
	for (unsigned int i = 0; i < TLB_STRUCTURES; i++) {
		a = &tlb->structures[i];
		for (unsigned int way = 0; way < a->shape.ways; way++)
			if (a->entry[way].pcid == pcid)
				a->entry[way].epoch = 0;
	}
}

void tlb_invpcid_address(struct tlb *tlb, uint64_t address, uint16_t pcid)
{
	drop_page(tlb, address, pcid, false);
	drop_structures_of(tlb, address, pcid);
}

void tlb_flush_pcid(struct tlb *tlb, uint16_t pcid)
{
	tlb->epoch[pcid]++;
}

void tlb_flush_all(struct tlb *tlb, bool global)
{
	for (int i = 0; i < TLB_PCIDS; i++)
		tlb->epoch[i]++;
	tlb->global_epoch += global;
}

/* peek() - find() that leaves the order of use as it is */
static struct tlb_entry *peek(const struct tlb *tlb, const struct tlb_array *a,
			      uint64_t page, uint16_t pcid)
{
	struct tlb_entry *set;

	if (!a || !a->shape.ways)
		return NULL;
	set = set_of(a, page);
	for (struct tlb_entry *e = set; e < set + a->shape.ways; e++)
		if (e->page == page && (e->global || e->pcid == pcid) &&
		    valid(tlb, e))
			return e;
	return NULL;
}

void tlb_fault(struct tlb *tlb, const struct tlb_use *use,
	       const struct tlb_walk *walk)
{
	const struct tlb_array *first = use->code ? tlb->code : tlb->data;
	struct tlb_entry *e;
	uint64_t physical;

	for (unsigned int size = 0; size < TLB_SIZES; size++) {
		e = peek(tlb, &first[size], page_of(use->address, size),
			 use->pcid);
		if (!e)
			e = peek(tlb, second_of(tlb, size),
				 second_page(use->address, size), use->pcid);
		/* What the entry does not permit faults on a CPU as well. */
		if (!e || needed_rights(use) & ~e->rights)
			continue;
		physical = entry_physical(e, use->address, size);
		if (is_stale(physical, e->rights, use, walk)) {
			report(tlb, TLB_AT_FAULT, use, physical, e->rights,
			       walk);
			break;
		}
	}
	drop_page(tlb, use->address, use->pcid, true);
	drop_structures_of(tlb, use->address, use->pcid);
}
