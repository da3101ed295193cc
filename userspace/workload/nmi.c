// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workload nmi_user: NMIs that interrupt a loop in user mode.
 *
 * One comes from another CPU, or from a watchdog; the module's handler sends
 * the next to its own CPU, where it stays latched until the IRET, and so on: a
 * chain, in which the loop executes nothing.  The loop sees one gap.  Two chains
 * of different length differ by whole NMIs, each interrupted user mode, and the
 * module's counters tell that none went elsewhere.
 */
#include <assert.h>
#include <cpuid.h>
#include <errno.h>
#include <sched.h>
#include <sys/io.h>
#include <unistd.h>

#include "workload/gap.h"
#include "workload/workload.h"
#include "base/loop.h"

/* What is subtracted: the chain of a sample is longer by its iterations. */
#define CHAIN_BASE 16

/*
 * Between two chains, on a CPU of their own.  No multiple of a tick, whatever HZ
 * is: all CPUs tick at once, so what comes in time with one hits the kernel in the
 * other one's each time.
 */
#define INTERVAL_US 21300

static_assert(INTERVAL_US % 1000, "in step with the tick");
static_assert(INTERVAL_US >=
		      PTISCOPE_NMI_INTERVAL_MIN * (PTISCOPE_NMI_CHAIN_MAX + 1),
	      "the module refuses it for the longest chain");

/*
 * iBASE 700, as QEMU has it: this value makes the watchdog bark at once, and
 * QEMU's option "-action watchdog=inject-nmi" makes that an NMI.
 */
#define IB700_PORT 0x443
#define IB700_NOW 0xf

const char *const nmi_source_names[] = { "cpu", "ib700", NULL };

static int nmi_do(struct bench_ctx *ctx, struct ptiscope_nmi *nmi,
		  enum ptiscope_nmi_op op)
{
	nmi->op = op;
	return module_reader_nmi(ctx->module, nmi);
}

static int unsupported(struct bench_ctx *ctx, const char *why)
{
	ctx->why = why;
	return -EOPNOTSUPP;
}

static bool is_virtual(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && (c & 1U << 31);
}

static int nmi_setup(struct bench_ctx *ctx)
{
	bool watchdog = ctx->nmi_source == NMI_SOURCE_IB700;
	struct ptiscope_nmi nmi = {
		.flags = watchdog ? PTISCOPE_NMI_UNKNOWN : 0,
		.cpu = (uint32_t)sched_getcpu(),
		.count = watchdog ? 0 : UINT32_MAX,
		.interval_us = watchdog ? 0 : INTERVAL_US,
		.chain = CHAIN_BASE,
	};
	int err;

	if (!ctx->module)
		return unsupported(
			ctx, "needs the module: /dev/ptiscope can't be opened");
	if (watchdog && !is_virtual())
		return unsupported(ctx, "the watchdog ib700 is QEMU's");
	if (ctx->iterations > PTISCOPE_NMI_CHAIN_MAX - CHAIN_BASE)
		ctx->iterations = PTISCOPE_NMI_CHAIN_MAX - CHAIN_BASE;
	/* Less than the shortest chain takes, more than most other interrupts do. */
	ctx->gap = bench_least_syscall() * CHAIN_BASE;
	err = nmi_do(ctx, &nmi, PTISCOPE_NMI_START);
	if (err == -ENXIO)
		return unsupported(ctx, "there is no other CPU that could send "
					"NMIs; see --nmi");
	if (!err)
		ctx->started = true;
	if (!err && watchdog && ioperm(IB700_PORT, 1, 1))
		err = -errno;
	return err;
}

static void nmi_teardown(struct bench_ctx *ctx)
{
	struct ptiscope_nmi nmi = { 0 };

	if (!ctx->started)
		return;
	nmi_do(ctx, &nmi, PTISCOPE_NMI_STOP);
	if (ctx->nmi_source == NMI_SOURCE_IB700)
		ioperm(IB700_PORT, 1, 0);
}

/* Spin until the gap comes; ticks of it, or of the last round in vain. */
static __attribute__((noinline)) uint64_t spin(bool bark, uint64_t gap,
					       uint64_t timeout)
{
	uint64_t start = bench_tsc(), last = start, now, diff;

	if (bark)
		outb(IB700_NOW, IB700_PORT);
	do {
		now = bench_tsc();
		diff = now - last;
		last = now;
	} while (diff <= gap && now - start < timeout);
	return diff;
}

/*
 * One gap by a whole chain of @chain and the NMI that set it off.  What counts as
 * waiting is the time that the loop ran: another's gap, as by a hypervisor that
 * runs another guest, may be longer than the timeout.
 */
static int catch_chain(struct bench_ctx *ctx, uint32_t chain, uint64_t *ticks)
{
	bool watchdog = ctx->nmi_source == NMI_SOURCE_IB700;
	struct ptiscope_nmi before = { .chain = chain }, after = { 0 };
	uint64_t start = bench_tsc(), waited = 0, since;
	int err = nmi_do(ctx, &before, PTISCOPE_NMI_CHAIN);

	while (!err) {
		since = bench_tsc();
		*ticks = spin(watchdog, ctx->gap, ctx->timeout);
		waited += bench_tsc() - since;
		if (*ticks > ctx->gap)
			waited -= *ticks;
		err = nmi_do(ctx, &after, PTISCOPE_NMI_STATS);
		if (err)
			break;
		if (*ticks > ctx->gap && after.kernel == before.kernel &&
		    after.user - before.user == chain + 1)
			return 0;
		/* An interrupt, or an NMI that hit the kernel: once more. */
		if (after.seen != before.seen)
			waited = 0;
		before = after;
		if (waited >= ctx->timeout ||
		    bench_tsc() - start > BENCH_PATIENCE * ctx->timeout)
			err = -ETIME;
	}
	return err;
}

static int nmi_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	int err = catch_chain(ctx, (uint32_t)(CHAIN_BASE + ctx->iterations),
			      ticks);

	if (!err)
		ctx->counted += ctx->iterations;
	return err;
}

static int nmi_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	return catch_chain(ctx, CHAIN_BASE, ticks);
}

const struct workload bench_nmi_user = {
	.name = "nmi_user",
	.help = "NMI into user mode, whose handler sends the next",
	.path = PTI_PATH_NMI_USER,
	.iterations = 64,
	.batch = true,
	.entries = { { PTI_PATH_NMI_USER, 1 } },
	.unmarked =
		"the chain that an iteration adds to is longer than the sample; "
		"the module's handler counted the NMIs",
	.counts = true,
	.setup = nmi_setup,
	.sample = nmi_sample,
	.overhead = nmi_overhead,
	.teardown = nmi_teardown,
};
