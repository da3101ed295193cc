/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MEASURE_RECORD_H
#define PTISCOPE_MEASURE_RECORD_H

#include "measure/plan.h"
#include "run/samples.h"

/**
 * struct recording - what the records of a workload say
 * @marks: window, switch and flush_share of every path that was taken, what a
 *	pair of marks costs, and the number of entries
 * @samples: recordings that were made
 * @iterations: of each
 * @seen: entries in all of them, by enum pti_path
 * @skipped: calls that skipped the switch, in all of them; 0 where the kernel skips none
 * @written: records that the module wrote
 * @read: records that were read
 * @lost: records that the ring had no room for
 * @odd: records that contradict themselves
 * @missed: recordings that were made again
 */
struct recording {
	struct sample_set marks;
	uint64_t samples;
	uint64_t iterations;
	uint64_t seen[PTI_PATH_COUNT];
	uint64_t skipped;
	uint64_t written;
	uint64_t read;
	uint64_t lost;
	uint64_t odd;
	uint64_t missed;
};

int recording_make(struct recording *rec, const struct plan *plan,
		   struct bench_ctx *ctx, uint64_t samples);
void recording_deinit(struct recording *rec);

#endif /* PTISCOPE_MEASURE_RECORD_H */
