/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_WORKLOAD_SCRIPT_H
#define PTISCOPE_WORKLOAD_SCRIPT_H

#include <stdint.h>

/** BENCH_CALLS_MAX - most system calls of one iteration of a script */
#define BENCH_CALLS_MAX 2

/**
 * struct bench_call - one system call of a script; its assembly knows the layout
 * @nr: number of the system call
 * @arg: its arguments
 * @expect: what it has to return
 * @or_else: what it may return as well
 * @store: where something is written before the call
 * @value: what is written there
 */
struct bench_call {
	int64_t nr;
	int64_t arg[6];
	int64_t expect;
	int64_t or_else;
	int64_t *store;
	int64_t value;
};

struct bench_ctx;

struct bench_call *bench_script_add(struct bench_ctx *ctx, long nr, long arg1,
				    long arg2, long arg3, long arg4);
int bench_script_sample(struct bench_ctx *ctx, uint64_t *ticks);
int bench_script_overhead(struct bench_ctx *ctx, uint64_t *ticks);

#endif /* PTISCOPE_WORKLOAD_SCRIPT_H */
