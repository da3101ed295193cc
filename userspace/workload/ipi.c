// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads of interrupts from another CPU into a loop in user mode.  A thread
 * there waits for a word, then makes the kernel send one; the loop sees a gap.
 */
#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload/futex.h"
#include "workload/gap.h"
#include "base/loop.h"

#define PAGE_BYTES 4096

/**
 * struct ipi - what the threads of such a workload share
 * @request: the loop waits for an interrupt
 * @done: so many have come and are over
 * @stop: all threads are to end
 * @woken: word that the thread on the CPU of the loop waits for
 * @act: what makes the kernel send the interrupt
 * @page: page of its own, for @act
 * @sleeper: thread that is woken, where there is one
 * @has_sleeper: it runs
 */
struct ipi {
	atomic_int request;
	atomic_int done;
	atomic_int stop;
	atomic_int woken;
	void (*act)(struct ipi *ipi);
	unsigned char *page;
	pthread_t sleeper;
	bool has_sleeper;
};

/* Every CPU that runs a thread of this process gets a call and has answered it. */
static void act_membarrier(struct ipi *ipi)
{
	syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
	atomic_fetch_add(&ipi->done, 1);
}

/* What goes out of a page table has to go out of the other CPUs' TLBs too. */
static void act_shootdown(struct ipi *ipi)
{
	*(volatile unsigned char *)ipi->page = 1;
	madvise(ipi->page, PAGE_BYTES, MADV_DONTNEED);
	atomic_fetch_add(&ipi->done, 1);
}

/* The thread that is woken says when it is done. */
static void act_wake(struct ipi *ipi)
{
	atomic_store(&ipi->woken, 1);
	futex(&ipi->woken, FUTEX_WAKE_PRIVATE, 1);
}

static void *run_helper(void *arg)
{
	struct ipi *ipi = arg;

	while (!atomic_load(&ipi->stop)) {
		if (atomic_exchange(&ipi->request, 0))
			ipi->act(ipi);
		else
			__builtin_ia32_pause();
	}
	return NULL;
}

static void *run_sleeper(void *arg)
{
	struct ipi *ipi = arg;

	for (;;) {
		while (!atomic_load(&ipi->woken))
			futex(&ipi->woken, FUTEX_WAIT_PRIVATE, 0);
		if (atomic_load(&ipi->stop))
			return NULL;
		atomic_store(&ipi->woken, 0);
		atomic_fetch_add(&ipi->done, 1);
	}
}

static int unsupported(struct bench_ctx *ctx, const char *why)
{
	ctx->why = why;
	return -EOPNOTSUPP;
}

/* Move a thread to any CPU but this one. */
static bool move_away(pthread_t thread)
{
	int cpu, here = sched_getcpu();
	cpu_set_t set;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		if (cpu != here &&
		    !pthread_setaffinity_np(thread, sizeof(set), &set))
			return true;
	}
	return false;
}

static int start(struct bench_ctx *ctx, void (*act)(struct ipi *ipi))
{
	struct ipi *ipi = calloc(1, sizeof(*ipi));
	void *page;
	int err;

	if (!ipi)
		return -ENOMEM;
	ctx->shared = ipi;
	ipi->act = act;
	page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return -errno;
	ipi->page = page;
	/* It spins here until it is moved, so that this comes before the rest. */
	err = pthread_create(&ctx->thread, NULL, run_helper, ipi);
	if (err)
		return -err;
	ctx->has_thread = true;
	if (!move_away(ctx->thread))
		return unsupported(ctx, "there is no other CPU that could send "
					"interrupts");
	return bench_gap_setup(ctx);
}

static int call_setup(struct bench_ctx *ctx)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
		    0, 0))
		return unsupported(ctx, "the kernel has no membarrier(2) "
					"(CONFIG_MEMBARRIER)");
	return start(ctx, act_membarrier);
}

static int shootdown_setup(struct bench_ctx *ctx)
{
	return start(ctx, act_shootdown);
}

/* A thread of a higher class on this CPU: it is run as soon as it is woken. */
static int resched_setup(struct bench_ctx *ctx)
{
	const struct sched_param priority = { .sched_priority = 1 };
	int err = start(ctx, act_wake);
	struct ipi *ipi = ctx->shared;

	if (err)
		return err;
	err = pthread_create(&ipi->sleeper, NULL, run_sleeper, ipi);
	if (err)
		return -err;
	ipi->has_sleeper = true;
	err = pthread_setschedparam(ipi->sleeper, SCHED_FIFO, &priority);
	if (err == EPERM)
		return unsupported(ctx, "needs CAP_SYS_NICE, to run a thread "
					"in front of another");
	return -err;
}

static void ipi_teardown(struct bench_ctx *ctx)
{
	struct ipi *ipi = ctx->shared;

	if (!ipi)
		return;
	atomic_store(&ipi->stop, 1);
	if (ipi->has_sleeper) {
		act_wake(ipi);
		pthread_join(ipi->sleeper, NULL);
	}
	if (ctx->has_thread)
		pthread_join(ctx->thread, NULL);
	if (ipi->page)
		munmap(ipi->page, PAGE_BYTES);
	free(ipi);
}

static int ipi_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	struct ipi *ipi = ctx->shared;
	uint64_t since = bench_tsc();
	int before = atomic_load(&ipi->done), err;

	atomic_store(&ipi->request, 1);
	err = bench_gap_wait(ctx, ticks);
	/* The gap may have been something else's: let this one be over too. */
	while (!err && atomic_load(&ipi->done) == before)
		if (bench_tsc() - since > BENCH_PATIENCE * ctx->timeout)
			err = -ETIME;
	return err;
}

const struct workload bench_call_ipi = {
	.name = "call_ipi",
	.help = "function call from another CPU, by membarrier(2) there",
	.path = PTI_PATH_CALL_IPI,
	.iterations = 1,
	.batch = false,
	.entries = { { PTI_PATH_CALL_IPI, 1 } },
	.setup = call_setup,
	.sample = ipi_sample,
	.overhead = bench_gap_overhead,
	.teardown = ipi_teardown,
};

const struct workload bench_tlb_shootdown = {
	.name = "tlb_shootdown",
	.help = "TLB flush that another CPU asks for when it unmaps a page",
	.path = PTI_PATH_CALL_IPI,
	.iterations = 1,
	.batch = false,
	.entries = { { PTI_PATH_CALL_IPI, 1 } },
	.setup = shootdown_setup,
	.sample = ipi_sample,
	.overhead = bench_gap_overhead,
	.teardown = ipi_teardown,
};

const struct workload bench_resched_ipi = {
	.name = "resched_ipi",
	.help = "wake-up from another CPU of a thread that runs at once, sleeps again",
	.path = PTI_PATH_RESCHED_IPI,
	.iterations = 1,
	.batch = false,
	.entries = { { PTI_PATH_RESCHED_IPI, 1 } },
	.setup = resched_setup,
	.sample = ipi_sample,
	.overhead = bench_gap_overhead,
	.teardown = ipi_teardown,
};
