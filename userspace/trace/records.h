/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TRACE_RECORDS_H
#define PTISCOPE_TRACE_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/paths.h"
#include "module/uapi/ptiscope.h"

/**
 * struct records - the last records that were read
 * @ring: room for @room
 * @room: most that are kept
 * @n: kept
 * @next: where the next one goes
 * @taken: added so far, kept or not
 * @above: a window or switch of more ticks ends the recording; 0: none does
 * @hit: the record that did
 * @is_hit: there is one; later ones are not taken any more
 */
struct records {
	struct ptiscope_record *ring;
	size_t room;
	size_t n;
	size_t next;
	uint64_t taken;
	uint64_t above;
	struct ptiscope_record hit;
	bool is_hit;
};

/** struct record_sum - what the records say of a path, in TSC ticks */
struct record_sum {
	uint64_t n;
	uint64_t window;
	uint64_t write;
};

int records_init(struct records *r, size_t room, uint64_t above);
void records_deinit(struct records *r);
int records_add(struct records *r, const struct ptiscope_record *record);
const struct ptiscope_record *records_at(const struct records *r, size_t i);
void records_sum(const struct records *r,
		 struct record_sum sum[PTI_PATH_COUNT]);

#endif /* PTISCOPE_TRACE_RECORDS_H */
