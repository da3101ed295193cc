/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_WORKLOAD_GAP_H
#define PTISCOPE_WORKLOAD_GAP_H

#include <stdint.h>

#include "workload/workload.h"

uint64_t bench_least_syscall(void);
int bench_gap_setup(struct bench_ctx *ctx);
int bench_gap_wait(const struct bench_ctx *ctx, uint64_t *ticks);
int bench_gap_overhead(struct bench_ctx *ctx, uint64_t *ticks);

#endif /* PTISCOPE_WORKLOAD_GAP_H */
