// SPDX-License-Identifier: GPL-2.0-only
/* Workload timer: a loop in user mode that, on a quiet CPU, only the timer interrupts. */
#include "workload/gap.h"
#include "base/loop.h"

#define SETTLE_ROUNDS 4000

/*
 * Keep the CPU busy in user mode for a while.  Ticks are shorter, or longer, for
 * some tenths of a second after a CPU became busy; the icount lane shows it
 * best.  Long runs of what does nothing, which an emulator is done with soonest.
 */
static void settle(uint64_t ticks)
{
	uint64_t start = bench_tsc(), rounds;

	do {
		rounds = SETTLE_ROUNDS;
		asm volatile("1:\t.rept 256\n\tnop\n\t.endr\n\t"
			     "dec %0\n\tjnz 1b"
			     : "+r"(rounds)
			     :
			     : "cc");
	} while (bench_tsc() - start < ticks);
}

static int timer_setup(struct bench_ctx *ctx)
{
	settle(ctx->timeout / 4);
	return bench_gap_setup(ctx);
}

static int timer_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	return bench_gap_wait(ctx, ticks);
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
	.overhead = bench_gap_overhead,
};
