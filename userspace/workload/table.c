// SPDX-License-Identifier: GPL-2.0-only
/* The table of workloads; each is a file of its own, or shares one with its like. */
#include <string.h>

#include "workload/workload.h"

static const struct workload *const workloads[] = {
	&bench_getppid,
	&bench_getpid,
	&bench_gettid,
	&bench_getuid,
	&bench_geteuid,
	&bench_getgid,
	&bench_getegid,
	&bench_read1,
	&bench_write1,
	&bench_page_fault,
	&bench_timer,
	&bench_getppid_int80,
	&bench_getppid_sysenter32,
	&bench_nmi_user,
	&bench_read4k_zero,
	&bench_read4k_tmpfs,
	&bench_write4k_tmpfs,
	&bench_pipe4k,
	&bench_sendmsg_recvmsg,
	&bench_futex_wake,
	&bench_epoll_wait,
	&bench_mmap_munmap,
	&bench_mprotect,
	&bench_page_fault_write,
	&bench_huge_page_fault,
	&bench_signal,
	&bench_breakpoint,
	&bench_single_step,
	&bench_invalid_op,
	&bench_divide_error,
	&bench_call_ipi,
	&bench_tlb_shootdown,
	&bench_resched_ipi,
	&bench_fork_exit,
	&bench_clone_thread,
	&bench_vfork_exec,
	&bench_pipe_threads,
	&bench_pipe_processes,
	&bench_futex_threads,
	&bench_futex_processes,
	&bench_chase_1m,
	&bench_chase_4m,
	&bench_chase_16m,
	&bench_chase_64m,
	&bench_chase_16m_k8,
	&bench_chase_16m_k512,
	&bench_getppid_p40,
	&bench_getppid_p600,
	&bench_getppid_p1600,
	&bench_getpid_p40,
	&bench_getpid_p600,
	&bench_getpid_p1600,
	&bench_read1_p40,
	&bench_read1_p600,
	&bench_read1_p1600,
	NULL,
};

/**
 * bench_get() - the workload at a place of the table
 * @index: from 0, at most the number of workloads
 *
 * Return: the workload, or NULL after the last one.
 */
const struct workload *bench_get(size_t index)
{
	return workloads[index];
}

/**
 * bench_find() - look a workload up by name
 * @name: not necessarily terminated
 * @length: bytes of @name
 *
 * Return: the workload, or NULL.
 */
const struct workload *bench_find(const char *name, size_t length)
{
	const struct workload *const *w;

	for (w = workloads; *w; w++) {
		if (strlen((*w)->name) == length &&
		    !memcmp((*w)->name, name, length))
			return *w;
	}
	return NULL;
}

/**
 * bench_setup() - make a workload ready to be sampled
 * @w: workload
 * @ctx: its context, with what the caller sets filled in
 *
 * Return: 0 or a negative errno; -EOPNOTSUPP when it can't be measured here,
 * with @ctx->why.  Nothing is held after an error.
 */
int bench_setup(const struct workload *w, struct bench_ctx *ctx)
{
	int err;

	*ctx = (struct bench_ctx){
		.iterations = ctx->iterations,
		.timeout = ctx->timeout,
		.module = ctx->module,
		.nmi_source = ctx->nmi_source,
		.w = w,
		.to_helper = -1,
		.fd = -1,
		.fd2 = -1,
	};
	err = w->setup ? w->setup(ctx) : 0;
	if (err)
		bench_teardown(w, ctx);
	return err;
}

/**
 * bench_teardown() - undo bench_setup()
 * @w: workload
 * @ctx: its context
 */
void bench_teardown(const struct workload *w, struct bench_ctx *ctx)
{
	if (w->teardown)
		w->teardown(ctx);
}

/**
 * bench_prepare() - make ready for one sample
 * @ctx: of a workload that is set up
 *
 * Return: 0 or a negative errno.
 */
int bench_prepare(struct bench_ctx *ctx)
{
	return ctx->w->prepare ? ctx->w->prepare(ctx) : 0;
}

/**
 * bench_sample() - make ready for one sample, and take it
 * @ctx: of a workload that is set up
 * @ticks: set to what it took
 *
 * Return: 0 or a negative errno; -ETIME when what it waits for does not come.
 */
int bench_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	int err = bench_prepare(ctx);

	return err ? err : ctx->w->sample(ctx, ticks);
}
