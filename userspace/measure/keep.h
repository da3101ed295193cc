/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MEASURE_KEEP_H
#define PTISCOPE_MEASURE_KEEP_H

#include "measure/verify.h"
#include "run/rundir.h"

/**
 * struct found - what the stages found out about a workload
 * @timed: @timing and @noise are known
 * @timing: round trips
 * @noise: what disturbed them
 * @recorded: @recording is known
 * @recording: of the entries and exits
 * @verdict: whether they are those that it declares
 * @gap: why nothing more could be measured, or NULL
 */
struct found {
	bool timed;
	struct timing timing;
	struct manifest_noise noise;
	bool recorded;
	struct recording recording;
	struct verdict verdict;
	const char *gap;
};

int keep_found(struct run *run, const struct plan *plan,
	       const struct workload *w, struct found *found);

#endif /* PTISCOPE_MEASURE_KEEP_H */
