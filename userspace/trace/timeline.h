/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TRACE_TIMELINE_H
#define PTISCOPE_TRACE_TIMELINE_H

#include <stdio.h>

#include "trace/records.h"

/**
 * struct timeline_facts - what stands beside the records
 * @lane: its name
 * @unit: what a TSC tick is there
 * @tsc_khz: ticks a millisecond; 0: not known, then a tick is drawn as 1 ns
 * @pcid: bit 63 of CR3 means something
 * @filtered: the records are not all that there were
 * @lost: records that the module had no room for
 */
struct timeline_facts {
	const char *lane;
	const char *unit;
	uint64_t tsc_khz;
	bool pcid;
	bool filtered;
	uint64_t lost;
};

int timeline_write(const struct records *records,
		   const struct timeline_facts *facts, FILE *f);

#endif /* PTISCOPE_TRACE_TIMELINE_H */
