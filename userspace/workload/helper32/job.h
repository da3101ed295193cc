/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tool and its 32-bit helper tell each other through two pipes. */
#ifndef PTISCOPE_WORKLOAD_HELPER32_JOB_H
#define PTISCOPE_WORKLOAD_HELPER32_JOB_H

#include <stdint.h>

/** HELPER32_NO_VDSO - exit code: the kernel gives 32-bit programs no vDSO */
#define HELPER32_NO_VDSO 3

/**
 * struct helper32_job - on standard input of the helper: time one loop
 * @iterations: rounds of it, at least 1
 * @enter: each round makes a system call; else the loop alone is timed
 */
struct helper32_job {
	uint32_t iterations;
	uint32_t enter;
};

/**
 * struct helper32_result - on standard output, one for each job
 * @ticks_low: TSC ticks of the loop, bits 0 to 31
 * @ticks_high: bits 32 to 63
 * @sum: results of all system calls, summed modulo 2^32
 * @each: the result that each must have had
 */
struct helper32_result {
	uint32_t ticks_low;
	uint32_t ticks_high;
	uint32_t sum;
	uint32_t each;
};

#endif /* PTISCOPE_WORKLOAD_HELPER32_JOB_H */
