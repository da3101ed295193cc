// SPDX-License-Identifier: GPL-2.0-only
/* The last records of a recording, until one is longer than it may be. */
#include <errno.h>
#include <stdlib.h>

#include "trace/records.h"

/**
 * records_init() - none yet
 * @room: most that are kept, at least 1
 * @above: ticks, see struct records
 * Return: 0 or -ENOMEM; records_deinit() is due either way
 */
int records_init(struct records *r, size_t room, uint64_t above)
{
	*r = (struct records){ .room = room, .above = above };
	r->ring = calloc(room, sizeof(*r->ring));
	return r->ring ? 0 : -ENOMEM;
}

/** records_deinit() - free the records */
void records_deinit(struct records *r)
{
	free(r->ring);
	r->ring = NULL;
}

static bool has_exit(const struct ptiscope_record *r)
{
	return r->exit_path != PTI_PATH_NONE;
}

/* What the entry code can leave: its marks in order, and paths that there are */
static bool is_sound(const struct ptiscope_record *r)
{
	if (r->entry_path >= PTI_PATH_COUNT || r->exit_path >= PTI_PATH_COUNT ||
	    r->entry_path == PTI_PATH_NONE || r->e0 > r->e1 || r->e1 > r->e2)
		return false;
	if (!has_exit(r))
		return true;
	if (r->x0 > r->x1 || r->x1 > r->x2)
		return false;
	return r->exit_path == PTI_PATH_PARANOID ? r->e2 <= r->x0 :
						   r->x2 <= r->e0;
}

static bool is_above(const struct ptiscope_record *r, uint64_t ticks)
{
	return r->e1 - r->e0 > ticks || r->e2 - r->e1 > ticks ||
	       (has_exit(r) &&
		(r->x1 - r->x0 > ticks || r->x2 - r->x1 > ticks));
}

/**
 * records_add() - take a record; the oldest makes room for it
 * @record: a CPU's in their order
 *
 * Behind one that ends the recording nothing is taken but what was before it in time,
 * on other CPUs.
 *
 * Return: 0, or -EPROTO where the record makes no sense
 */
int records_add(struct records *r, const struct ptiscope_record *record)
{
	if (!is_sound(record))
		return -EPROTO;
	if (r->is_hit && record->e2 > r->hit.e2)
		return 0;
	r->ring[r->next] = *record;
	r->next = (r->next + 1) % r->room;
	r->n += r->n < r->room;
	r->taken++;
	if (r->above && !r->is_hit && is_above(record, r->above)) {
		r->is_hit = true;
		r->hit = *record;
	}
	return 0;
}

/** records_at() - record @i of @r->n, the oldest first */
const struct ptiscope_record *records_at(const struct records *r, size_t i)
{
	return &r->ring[(r->next + r->room - r->n + i) % r->room];
}

/** records_sum() - entries and exits of those that are kept, by enum pti_path */
void records_sum(const struct records *r, struct record_sum sum[PTI_PATH_COUNT])
{
	for (unsigned int path = 0; path < PTI_PATH_COUNT; path++)
		sum[path] = (struct record_sum){ 0 };
	for (size_t i = 0; i < r->n; i++) {
		const struct ptiscope_record *record = records_at(r, i);
		struct record_sum *entry = &sum[record->entry_path];
		struct record_sum *exit = &sum[record->exit_path];

		entry->n++;
		entry->window += record->e1 - record->e0;
		entry->write += record->e2 - record->e1;
		if (!has_exit(record))
			continue;
		exit->n++;
		exit->window += record->x1 - record->x0;
		exit->write += record->x2 - record->x1;
	}
}
