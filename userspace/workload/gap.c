// SPDX-License-Identifier: GPL-2.0-only
/*
 * A loop that reads the TSC and never enters the kernel by itself: a gap between
 * two reads is an interrupt.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "workload/gap.h"
#include "base/loop.h"

/* A gap is at least this many rounds of the loop. */
#define GAP_ROUNDS 16
#define LOOP_ROUNDS 8
#define LOOP_SAMPLES 101
#define SYSCALL_SAMPLES 32

/*
 * Read the TSC until two reads are more than @gap ticks apart, @rounds are done
 * or @timeout ticks are over.  Returns the last difference.
 */
static __attribute__((noinline)) uint64_t watch(uint64_t gap, uint64_t rounds,
						uint64_t timeout)
{
	uint64_t start = bench_tsc(), last = start, now, diff;

	do {
		now = bench_tsc();
		diff = now - last;
		last = now;
	} while (diff <= gap && now - start < timeout && --rounds);
	return diff;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/**
 * bench_least_syscall() - ticks of the shortest of some null system calls
 *
 * No interrupt takes less than half as long.
 */
uint64_t bench_least_syscall(void)
{
	uint64_t least = UINT64_MAX, ticks;
	long result;
	int i;

	for (i = 0; i < SYSCALL_SAMPLES; i++) {
		ticks = bench_syscalls(SYS_getppid, 1, 0, 0, 0, &result);
		if (ticks < least)
			least = ticks;
	}
	return least;
}

/**
 * bench_gap_setup() - find out what a round of the loop takes, and what a gap is
 * @ctx: loop and gap are filled in
 *
 * No interrupt is over in half the time of a null system call; what an emulator
 * or a host does on its own often is.
 *
 * Return: 0, or -ENODATA where the TSC stands still.
 */
int bench_gap_setup(struct bench_ctx *ctx)
{
	uint64_t diffs[LOOP_SAMPLES];
	int i;

	for (i = 0; i < LOOP_SAMPLES; i++)
		diffs[i] = watch(UINT64_MAX, LOOP_ROUNDS, UINT64_MAX);
	qsort(diffs, LOOP_SAMPLES, sizeof(diffs[0]), by_value);
	ctx->loop = diffs[LOOP_SAMPLES / 2];
	ctx->gap = bench_least_syscall() / 2;
	if (ctx->gap < ctx->loop * GAP_ROUNDS)
		ctx->gap = ctx->loop * GAP_ROUNDS;
	return ctx->loop ? 0 : -ENODATA;
}

/**
 * bench_gap_wait() - watch until a gap comes
 * @ctx: after bench_gap_setup()
 * @ticks: set to the gap
 *
 * Return: 0, or -ETIME when the time is over without one.
 */
int bench_gap_wait(const struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = watch(ctx->gap, UINT64_MAX, ctx->timeout);
	return *ticks > ctx->gap ? 0 : -ETIME;
}

/** bench_gap_overhead() - the overhead() of workloads that watch: a round; 0 */
int bench_gap_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = ctx->loop;
	return 0;
}
