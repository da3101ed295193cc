// SPDX-License-Identifier: GPL-2.0-only
#include "naive.h"

#include <stdlib.h>

#define LIST_MAX 8192

/* Which array an entry is in */
enum where {
	DATA,
	CODE,
	SECOND,
	STRUCTURE
};

/**
 * struct naive_entry
 * @size: page size; of a structure, the level of the table that it leads to
 * @start: first address that it is for
 * @target: first physical address, or the table
 */
struct naive_entry {
	enum where where;
	unsigned int size;
	uint64_t start;
	uint64_t target;
	unsigned int rights;
	unsigned int pcid;
	bool global;
	uint64_t used;
};

void naive_init(struct naive *n, const struct tlb_geometry *geometry)
{
	*n = (struct naive){ .geometry = geometry };
	n->list = calloc(LIST_MAX, sizeof(*n->list));
	if (!n->list)
		abort();
}

void naive_free(struct naive *n)
{
	free(n->list);
}

static void take_out(struct naive *n, unsigned int i)
{
	n->list[i] = n->list[--n->n];
}

/* Bytes of address that one entry is for */
static uint64_t reach(enum where where, unsigned int size)
{
	return 1ull << ((where == STRUCTURE ? 21 : 12) + 9 * size);
}

static struct naive_entry *look(struct naive *n, enum where where,
				unsigned int size, const struct tlb_use *use)
{
	struct naive_entry *e;

	for (unsigned int i = 0; i < n->n; i++) {
		e = &n->list[i];
		if (e->where == where && e->size == size &&
		    (e->global || e->pcid == use->pcid) &&
		    use->address - e->start < reach(where, size))
			return e;
	}
	return NULL;
}

/* Sets and ways of the array that takes it, which may be none */
static struct tlb_shape shape_of(const struct naive *n, enum where where,
				 unsigned int size, unsigned int *sizes)
{
	const struct tlb_geometry *g = n->geometry;

	*sizes = 1u << size;
	switch (where) {
	case DATA:
		return g->data[size];
	case CODE:
		return g->code[size];
	case STRUCTURE:
		return (struct tlb_shape){ 1, g->structures[size] };
	case SECOND:
		for (unsigned int i = 0; i < TLB_SECONDS; i++) {
			*sizes = g->second[i].sizes;
			if (*sizes & 1u << size)
				return g->second[i].shape;
		}
	}
	return (struct tlb_shape){ 0, 0 };
}

static bool share_a_set(const struct naive_entry *a,
			const struct naive_entry *b, struct tlb_shape shape,
			unsigned int sizes)
{
	return a->where == b->where && sizes & 1u << a->size &&
	       a->start / reach(a->where, a->size) % shape.sets ==
		       b->start / reach(b->where, b->size) % shape.sets;
}

static void put(struct naive *n, struct naive_entry entry)
{
	unsigned int sizes, others = 0, oldest = 0;
	struct tlb_shape shape = shape_of(n, entry.where, entry.size, &sizes);
	struct naive_entry *e;

	if (!shape.ways)
		return;
	for (unsigned int i = 0; i < n->n;) {
		e = &n->list[i];
		if (e->where == entry.where && e->size == entry.size &&
		    e->start == entry.start &&
		    (e->global || entry.global || e->pcid == entry.pcid))
			take_out(n, i);
		else
			i++;
	}
	for (unsigned int i = 0; i < n->n; i++) {
		if (!share_a_set(&n->list[i], &entry, shape, sizes))
			continue;
		if (!others++ || n->list[i].used < n->list[oldest].used)
			oldest = i;
	}
	if (others == shape.ways)
		take_out(n, oldest);
	if (n->n == LIST_MAX)
		abort();
	entry.used = ++n->time;
	n->list[n->n++] = entry;
}

static unsigned int needs(const struct tlb_use *use)
{
	return use->write * TLB_WRITE | use->user * TLB_USER |
	       use->code * TLB_EXECUTE;
}

static bool wrong(const struct naive_entry *e, const struct tlb_use *use,
		  const struct tlb_walk *walk)
{
	uint64_t at = e->target + (use->address - e->start);

	if (!walk->present || at >> 12 != walk->physical >> 12)
		return true;
	return e->rights & ~walk->rights & (use->user ? ~0u : needs(use));
}

static void drop(struct naive *n, const struct tlb_use *use, bool global,
		 bool structures)
{
	struct naive_entry *e;

	for (unsigned int i = 0; i < n->n;) {
		e = &n->list[i];
		if (use->address - e->start < reach(e->where, e->size) &&
		    (e->where == STRUCTURE ? structures : true) &&
		    (e->global ? global : e->pcid == use->pcid))
			take_out(n, i);
		else
			i++;
	}
}

/* hit() - in any size; what is stale goes */
static struct naive_entry *hit(struct naive *n, enum where where,
			       const struct tlb_use *use,
			       const struct tlb_walk *walk)
{
	struct naive_entry *e;

	for (unsigned int size = 0; size < TLB_SIZES; size++) {
		e = look(n, where, size, use);
		if (!e)
			continue;
		e->used = ++n->time;
		if (wrong(e, use, walk)) {
			n->stales++;
			drop(n, use, true, false);
		} else if (!(needs(use) & walk->rights & ~e->rights)) {
			return e;
		}
	}
	return NULL;
}

static struct naive_entry piece(const struct naive *n, enum where where,
				const struct tlb_use *use, unsigned int size,
				struct naive_entry from)
{
	unsigned int sizes;
	uint64_t bytes, offset = use->address - from.start;

	while (size && where != SECOND &&
	       !shape_of(n, where, size, &sizes).ways)
		size--;
	bytes = reach(where, size);
	from.where = where;
	from.size = size;
	from.start = use->address & -bytes;
	from.target = (from.target + offset) & -bytes;
	from.pcid = use->pcid;
	return from;
}

static void walk_tables(struct naive *n, const struct tlb_use *use,
			const struct tlb_walk *walk)
{
	unsigned int first = TLB_LEVELS - 1;
	struct naive_entry *e;

	for (unsigned int level = walk->size; level < TLB_STRUCTURES; level++) {
		e = look(n, STRUCTURE, level, use);
		if (!e)
			continue;
		e->used = ++n->time;
		if (e->target == walk->table[level] &&
		    !(use->user && e->rights & ~walk->table_rights[level])) {
			first = level;
			break;
		}
		n->stales++;
		take_out(n, e - n->list);
	}
	for (unsigned int level = walk->size; level < first; level++)
		put(n, (struct naive_entry){
			       .where = STRUCTURE,
			       .size = level,
			       .start = use->address & -reach(STRUCTURE, level),
			       .target = walk->table[level],
			       .rights = walk->table_rights[level],
			       .pcid = use->pcid,
		       });
	n->count[TLB_WALK]++;
	n->count[TLB_WALK_REF] += 1 + first - walk->size;
}

void naive_access(struct naive *n, const struct tlb_use *use,
		  const struct tlb_walk *walk, bool global_pages)
{
	enum where first = use->code ? CODE : DATA;
	uint64_t page = reach(SECOND, walk->size);
	struct naive_entry *e, entry;

	if (hit(n, first, use, walk))
		return;
	n->count[use->code ? TLB_CODE_MISS : TLB_DATA_MISS]++;
	e = hit(n, SECOND, use, walk);
	if (e) {
		n->count[TLB_SECOND_HIT]++;
		put(n, piece(n, first, use, e->size, *e));
		return;
	}
	walk_tables(n, use, walk);
	entry = (struct naive_entry){
		.start = use->address & -page,
		.target = walk->physical & -page,
		.rights = walk->rights,
		.global = walk->global && global_pages,
	};
	put(n, piece(n, first, use, walk->size, entry));
	put(n, piece(n, SECOND, use, walk->size, entry));
}

void naive_fault(struct naive *n, const struct tlb_use *use,
		 const struct tlb_walk *walk)
{
	const struct naive_entry *e;

	for (unsigned int size = 0; size < TLB_SIZES; size++) {
		e = look(n, use->code ? CODE : DATA, size, use);
		if (!e)
			e = look(n, SECOND, size, use);
		if (e && !(needs(use) & ~e->rights) && wrong(e, use, walk)) {
			n->stales++;
			break;
		}
	}
	drop(n, use, true, true);
}

void naive_invlpg(struct naive *n, uint64_t address, unsigned int pcid)
{
	const struct tlb_use use = { .address = address, .pcid = pcid };

	drop(n, &use, true, true);
	for (unsigned int i = 0; i < n->n;) {
		if (n->list[i].where == STRUCTURE && n->list[i].pcid == pcid)
			take_out(n, i);
		else
			i++;
	}
}

void naive_invpcid_address(struct naive *n, uint64_t address, unsigned int pcid)
{
	const struct tlb_use use = { .address = address, .pcid = pcid };

	drop(n, &use, false, true);
}

void naive_flush(struct naive *n, int pcid, bool global)
{
	for (unsigned int i = 0; i < n->n;) {
		if (n->list[i].global ?
			    global :
			    pcid < 0 || n->list[i].pcid == (unsigned int)pcid)
			take_out(n, i);
		else
			i++;
	}
}
