// SPDX-License-Identifier: GPL-2.0-only
/* The table of workloads; each is a file bench_*.c of its own. */
#include <string.h>
#include <sys/syscall.h>

#include "bench.h"
#include "bench_loop.h"

#define SYSCALL_SAMPLES 32

static const struct workload *const workloads[] = {
	&bench_getppid,
	&bench_read1,
	&bench_write1,
	&bench_page_fault,
	&bench_timer,
	&bench_getppid_int80,
	&bench_getppid_sysenter32,
	&bench_nmi_user,
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

	ctx->fd = -1;
	ctx->why = NULL;
	ctx->counted = 0;
	ctx->helper = 0;
	ctx->to_helper = -1;
	ctx->started = false;
	ctx->mem = NULL;
	ctx->mem_bytes = 0;
	ctx->loop = 0;
	ctx->gap = 0;
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
