/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MEASURE_TIME_H
#define PTISCOPE_MEASURE_TIME_H

#include "measure/plan.h"
#include "measure/tlb_model.h"

/**
 * struct timing - the round trips of a workload
 * @overhead: ticks of the loop without the kernel entries, of a whole sample
 * @ticks: of each sample, less @overhead
 * @n: samples in @ticks
 * @iterations: of each
 * @moved: samples after which the thread was on another CPU
 * @counted: entries in all samples, of a workload that counts them itself
 * @tlb: what the TLB model counted in them, if there is one
 */
struct timing {
	uint64_t overhead;
	uint64_t *ticks;
	uint64_t n;
	uint64_t iterations;
	uint64_t moved;
	uint64_t counted;
	struct tlb_model tlb;
};

int timing_warm_up(struct timing *timing, const struct plan *plan,
		   struct bench_ctx *ctx);
int timing_take(struct timing *const *timing, const struct plan *plan,
		struct bench_ctx *const *ctx, size_t n);
void timing_deinit(struct timing *timing);

#endif /* PTISCOPE_MEASURE_TIME_H */
