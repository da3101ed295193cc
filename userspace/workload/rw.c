// SPDX-License-Identifier: GPL-2.0-only
/* Workloads read1 and write1: a system call with arguments, a file and a copy. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload/workload.h"
#include "base/loop.h"

static int rw_setup(struct bench_ctx *ctx, const char *device, int flags)
{
	/* A cache line of its own, so that the copy never shares one. */
	ctx->mem = aligned_alloc(64, 64);
	if (!ctx->mem)
		return -ENOMEM;
	ctx->mem[0] = 0;
	ctx->fd = open(device, flags | O_CLOEXEC);
	return ctx->fd < 0 ? -errno : 0;
}

static void rw_teardown(struct bench_ctx *ctx)
{
	if (ctx->fd >= 0)
		close(ctx->fd);
	free(ctx->mem);
}

/* Every call has to move its byte; the last one stands for all. */
static int rw_result(long result)
{
	if (result < 0)
		return (int)result;
	return result == 1 ? 0 : -EIO;
}

static int read1_setup(struct bench_ctx *ctx)
{
	return rw_setup(ctx, "/dev/zero", O_RDONLY);
}

static int read1_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	long result;

	*ticks = bench_syscalls(SYS_read, ctx->iterations, ctx->fd,
				(long)ctx->mem, 1, &result);
	return rw_result(result);
}

static int read1_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = bench_no_syscalls(SYS_read, ctx->iterations);
	return 0;
}

static int write1_setup(struct bench_ctx *ctx)
{
	return rw_setup(ctx, "/dev/null", O_WRONLY);
}

static int write1_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	long result;

	*ticks = bench_syscalls(SYS_write, ctx->iterations, ctx->fd,
				(long)ctx->mem, 1, &result);
	return rw_result(result);
}

static int write1_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = bench_no_syscalls(SYS_write, ctx->iterations);
	return 0;
}

const struct workload bench_read1 = {
	.name = "read1",
	.help = "read(2) of 1 byte from /dev/zero",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 256,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 1 } },
	.setup = read1_setup,
	.sample = read1_sample,
	.overhead = read1_overhead,
	.teardown = rw_teardown,
};

const struct workload bench_write1 = {
	.name = "write1",
	.help = "write(2) of 1 byte to /dev/null",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 256,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 1 } },
	.setup = write1_setup,
	.sample = write1_sample,
	.overhead = write1_overhead,
	.teardown = rw_teardown,
};
