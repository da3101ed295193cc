// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workload timer: a loop that reads the TSC and never enters the kernel by
 * itself.  A gap between two reads is an interrupt, on a quiet CPU the timer's.
 */
#include <errno.h>
#include <stdlib.h>

#include "bench.h"
#include "bench_loop.h"

/* A gap is at least this many rounds of the loop. */
#define GAP_ROUNDS 16
#define LOOP_ROUNDS 8
#define LOOP_SAMPLES 101
#define SETTLE_ROUNDS 1000000

/*
 * Read the TSC until two reads are more than @gap ticks apart, @rounds are done
 * or @timeout ticks are over.  Returns the last difference; *@spent gets the
 * ticks of the whole loop.
 */
static __attribute__((noinline)) uint64_t
watch(uint64_t gap, uint64_t rounds, uint64_t timeout, uint64_t *spent)
{
	uint64_t start = bench_tsc(), last = start, now, diff;

	do {
		now = bench_tsc();
		diff = now - last;
		last = now;
	} while (diff <= gap && now - start < timeout && --rounds);
	*spent = now - start;
	return diff;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/*
 * Keep the CPU busy in user mode for a while.  Ticks are shorter, or longer, for
 * some tenths of a second after a CPU became busy; the icount lane shows it
 * best.  A plain loop, which an emulator is done with soonest.
 */
static void settle(uint64_t ticks)
{
	uint64_t start = bench_tsc(), rounds;

	do {
		rounds = SETTLE_ROUNDS;
		asm volatile("1:\tdec %0\n\tjnz 1b" : "+r"(rounds) : : "cc");
	} while (bench_tsc() - start < ticks);
}

/*
 * The least that counts as a gap.  No interrupt is over in half the time of a
 * null system call; what an emulator or a host does on its own often is.
 */
static uint64_t least_gap(uint64_t loop)
{
	uint64_t least = bench_least_syscall() / 2;

	return least > loop * GAP_ROUNDS ? least : loop * GAP_ROUNDS;
}

static int timer_setup(struct bench_ctx *ctx)
{
	uint64_t diffs[LOOP_SAMPLES], spent;
	int i;

	settle(ctx->timeout / 4);
	for (i = 0; i < LOOP_SAMPLES; i++)
		diffs[i] = watch(UINT64_MAX, LOOP_ROUNDS, UINT64_MAX, &spent);
	qsort(diffs, LOOP_SAMPLES, sizeof(diffs[0]), by_value);
	ctx->loop = diffs[LOOP_SAMPLES / 2];
	ctx->gap = least_gap(ctx->loop);
	return ctx->loop ? 0 : -ENODATA;
}

static int timer_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	uint64_t spent;

	*ticks = watch(ctx->gap, UINT64_MAX, ctx->timeout, &spent);
	return *ticks > ctx->gap ? 0 : -ETIME;
}

static int timer_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = ctx->loop;
	return 0;
}

const struct workload bench_timer = {
	.name = "timer",
	.help = "timer interrupt that a loop reading the TSC sees as a gap",
	.path = PTI_PATH_TIMER,
	.iterations = 1,
	.batch = false,
	.entries = { { PTI_PATH_TIMER, 1 } },
	.setup = timer_setup,
	.sample = timer_sample,
	.overhead = timer_overhead,
};
