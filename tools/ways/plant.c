// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults to plant: for each instruction that counts one that leaves it out, for
 * each jump to before such a one another that jumps over it, and for each three
 * NOPs an LFENCE in their place.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ways/ways.h"

/* How many instructions behind its target a jump may be led */
#define NEAR 64
#define NOP 0x90

/** plant_name() - of a kind, for reports */
const char *plant_name(enum plant_kind kind)
{
	static const char *const names[PLANT_KINDS] = { "left out",
							"jumped over",
							"added" };

	return names[kind];
}

static int add(struct plants *plants, struct plant plant, const uint8_t *bytes)
{
	struct plant *all;

	for (size_t n = 0; n < plants->count; n++)
		if (plants->all[n].kind == plant.kind &&
		    plants->all[n].src <= plant.src &&
		    plants->all[n].src + plants->all[n].len > plant.src)
			return 0;
	all = reallocarray(plants->all, plants->count + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	plants->all = all;
	memcpy(plant.bytes, bytes, plant.len);
	all[plants->count++] = plant;
	return 0;
}

/* Behind an instruction; behind all of the alternative that it is part of */
static uint64_t behind(const struct ways *w, const struct entry_insn *i)
{
	const struct entry_site *site;

	if (i->place.site < 0)
		return i->place.addr + i->cs->size;
	site = &w->text->alts.sites[i->place.site];
	return site->addr + site->len;
}

/*
 * Where a way goes on behind its first step, if it begins at these places and there
 * is one nearby; else 0
 */
static uint64_t behind_step(const struct ways *w,
			    struct entry_place places[ENTRY_PLACES],
			    unsigned int count)
{
	struct entry_decoder *d = &w->text->decoder;

	for (unsigned int n = 0; n < NEAR && count == 1; n++) {
		int insn = entry_decode(d, places[0]);

		if (insn < 0)
			return 0;
		if (ways_kind(w, d->insns[insn]) != STEP_NONE)
			return behind(w, d->insns[insn]);
		if (d->insns[insn]->flow == FLOW_NEXT)
			count = entry_next(d, insn, places);
		else if (d->insns[insn]->flow == FLOW_JMP &&
			 entry_text_has(w->text->model.k,
					d->insns[insn]->target))
			count = entry_targets(d, insn, places);
		else
			return 0;
	}
	return 0;
}

/* The same branch with 32 bits of distance, to another place; its length, or 0 */
static size_t branch_to(const uint8_t *branch, uint64_t addr, uint64_t target,
			uint8_t bytes[PLANT_BYTES])
{
	size_t size = branch[0] == 0xe9				      ? 5 :
		      branch[0] == 0x0f && (branch[1] & 0xf0) == 0x80 ? 6 :
									0;
	int32_t distance = (int32_t)(target - (addr + size));

	if (size) {
		memcpy(bytes, branch, size);
		memcpy(bytes + size - 4, &distance, sizeof(distance));
	}
	return size;
}

static int add_jump(struct plants *plants, const struct ways *w,
		    const struct entry_insn *jump)
{
	struct entry_place places[ENTRY_PLACES];
	uint8_t bytes[PLANT_BYTES];
	uint64_t target;
	size_t size;
	int insn = entry_decode(&w->text->decoder, jump->place);

	if (insn < 0 || !entry_text_has(w->text->model.k, jump->target))
		return 0;
	target = behind_step(w, places,
			     entry_targets(&w->text->decoder, insn, places));
	size = branch_to(jump->cs->bytes, jump->cs->address, target, bytes);
	if (!target || !size)
		return 0;
	return add(plants,
		   (struct plant){ .kind = PLANT_JUMPED_OVER,
				   .at = jump->place.addr,
				   .src = jump->cs->address,
				   .len = size },
		   bytes);
}

/* NOPs of one byte each from here on, in the same code */
static bool has_nops(const struct ways *w, const struct entry_insn *i,
		     size_t count)
{
	const struct entry_place *p = &i->place;
	const uint8_t *bytes =
		entry_file_bytes(w->text->model.k, i->cs->address, count);

	for (size_t n = 0; n < count; n++)
		if (!bytes || bytes[n] != NOP)
			return false;
	if (p->site < 0)
		return true;
	return w->text->alts.sites[p->site].variant[p->variant].len >=
	       p->addr - w->text->alts.sites[p->site].addr + count;
}

/**
 * plants_note() - an instruction on a way: what can be planted there?
 * @context: struct plants
 * @counts: it is one of those that are compared
 * Return: 0 or -ENOMEM
 */
int plants_note(void *context, const struct ways *w, const struct entry_insn *i,
		bool counts)
{
	struct plants *plants = context;
	static const uint8_t lfence[] = { 0x0f, 0xae, 0xe8 };
	struct plant plant = { .at = i->place.addr, .src = i->cs->address };
	uint8_t nops[PLANT_BYTES];

	memset(nops, NOP, sizeof(nops));
	if (counts) {
		plant.kind = PLANT_LEFT_OUT;
		plant.len = i->cs->size;
		return add(plants, plant, nops);
	}
	if (has_nops(w, i, sizeof(lfence))) {
		plant.kind = PLANT_ADDED;
		plant.len = sizeof(lfence);
		return add(plants, plant, lfence);
	}
	if (i->flow == FLOW_JMP || i->flow == FLOW_JCC)
		return add_jump(plants, w, i);
	return 0;
}

/*
 * Is it passed by?  Where an alternative of the same function jumps away, what comes
 * behind it is not reached.
 */
static bool is_passed_by(const struct ways *w, const struct entry_path *path)
{
	const struct entry_paths *paths = &w->text->paths;

	for (size_t n = 0; n < paths->count; n++)
		if (paths->all[n].inside && paths->all[n].at < path->at &&
		    paths->all[n].at != paths->all[n].branch &&
		    !strcmp(paths->all[n].from, path->from))
			return true;
	return false;
}

/**
 * plants_starts() - what can be planted where other code leads into the entry text
 * Return: 0 or -ENOMEM
 */
int plants_starts(struct plants *plants, const struct ways *w)
{
	int ret = 0;

	for (size_t n = 0; n < w->text->paths.count && !ret; n++) {
		const struct entry_path *path = &w->text->paths.all[n];
		struct entry_place places[ENTRY_PLACES];
		uint8_t bytes[PLANT_BYTES];
		uint64_t target;
		size_t size;

		if (!path->inside || is_passed_by(w, path))
			continue;
		target = behind_step(w, places,
				     entry_places(&w->text->decoder,
						  path->starts[0], places));
		size = branch_to(entry_file_bytes(w->text->model.k,
						  path->branch, 5),
				 path->branch, target, bytes);
		if (target && size)
			ret = add(plants,
				  (struct plant){ .kind = PLANT_JUMPED_OVER,
						  .at = path->at,
						  .src = path->branch,
						  .len = size,
						  .start = true },
				  bytes);
	}
	return ret;
}
