// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arrays that grow, with a hash table of the numbers of their items.
 */
#include <stdlib.h>

#include "lib/entry/entry.h"

#define FIRST 4096

/**
 * entry_index_grow() - twice the room, and an empty table for it
 * @items: the array, NULL at first
 * @size: of one of them
 *
 * Room for half as many items as the table has slots, so that it stays fast.
 *
 * Return: the array, whose items must be put into the table again; NULL without
 * memory, and then all is as it was
 */
void *entry_index_grow(struct entry_index *t, void *items, size_t size)
{
	size_t slots = t->slots ? 2 * t->slots : FIRST;
	uint32_t *slot = calloc(slots, sizeof(*slot));
	void *larger = slot ? reallocarray(items, slots / 2, size) : NULL;

	if (!larger) {
		free(slot);
		return NULL;
	}
	free(t->slot);
	*t = (struct entry_index){ .slot = slot,
				   .slots = slots,
				   .room = slots / 2 };
	return larger;
}
