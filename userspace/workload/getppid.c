// SPDX-License-Identifier: GPL-2.0-only
/* Workload getppid: the system call that does next to nothing. */
#include <sys/syscall.h>

#include "workload/workload.h"
#include "base/loop.h"

static int getppid_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	long result;

	*ticks = bench_syscalls(SYS_getppid, ctx->iterations, 0, 0, 0, &result);
	return result < 0 ? (int)result : 0;
}

static int getppid_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = bench_no_syscalls(SYS_getppid, ctx->iterations);
	return 0;
}

const struct workload bench_getppid = {
	.name = "getppid",
	.help = "getppid(2): the null system call",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 256,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 1 } },
	.sample = getppid_sample,
	.overhead = getppid_overhead,
};
