/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_WORKLOAD_SCRIPT_H
#define PTISCOPE_WORKLOAD_SCRIPT_H

#include <stdint.h>

#include "workload/workload.h"

struct bench_call *bench_script_add(struct bench_ctx *ctx, long nr, long arg1,
				    long arg2, long arg3, long arg4);
int bench_script_sample(struct bench_ctx *ctx, uint64_t *ticks);
int bench_script_overhead(struct bench_ctx *ctx, uint64_t *ticks);

#endif /* PTISCOPE_WORKLOAD_SCRIPT_H */
