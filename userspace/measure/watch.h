/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MEASURE_WATCH_H
#define PTISCOPE_MEASURE_WATCH_H

#include <stdint.h>

#include "run/manifest.h"

/**
 * struct watch - how things stood before a workload was timed
 * @cpu: where it is to run
 * @interrupts: that this CPU had taken
 * @preemptions: that this thread had suffered
 * @spin: ticks that a fixed loop took
 */
struct watch {
	uint64_t cpu;
	uint64_t interrupts;
	uint64_t preemptions;
	uint64_t spin;
};

struct watch watch_begin(uint64_t cpu);
struct manifest_noise watch_end(const struct watch *before, uint64_t moved);

#endif /* PTISCOPE_MEASURE_WATCH_H */
