/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MEASURE_NOISE_H
#define PTISCOPE_MEASURE_NOISE_H

#include <stdint.h>

#include "run/manifest.h"

/**
 * struct bench_noise - what else went on while a workload was timed
 * @cpu: where it is to run
 * @interrupts: that this CPU had taken before
 * @preemptions: that this thread had suffered before
 * @spin: ticks that a fixed loop took before
 * @moved: samples after which the thread was on another CPU
 */
struct bench_noise {
	uint64_t cpu;
	uint64_t interrupts;
	uint64_t preemptions;
	uint64_t spin;
	uint64_t moved;
};

void bench_noise_start(struct bench_noise *noise, uint64_t cpu);
void bench_noise_sample(struct bench_noise *noise);
int bench_noise_end(const struct bench_noise *noise, struct manifest *m,
		    struct manifest_workload *mw);

#endif /* PTISCOPE_MEASURE_NOISE_H */
