// SPDX-License-Identifier: GPL-2.0-only
/* Workloads that move 4 KiB: /dev/zero, tmpfs, a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload/script.h"
#include "workload/workload.h"

#define BYTES 4096

static int buffer(struct bench_ctx *ctx)
{
	ctx->mem = aligned_alloc(BYTES, BYTES);
	if (!ctx->mem)
		return -ENOMEM;
	memset(ctx->mem, 0, BYTES);
	return 0;
}

/* One call on @fd that moves the buffer, and has to move all of it. */
static void add_transfer(struct bench_ctx *ctx, long nr, int fd)
{
	bench_script_add(ctx, nr, fd, (long)ctx->mem, BYTES, 0)->expect = BYTES;
}

static int zero_setup(struct bench_ctx *ctx)
{
	int err = buffer(ctx);

	if (err)
		return err;
	ctx->fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (ctx->fd < 0)
		return -errno;
	add_transfer(ctx, SYS_read, ctx->fd);
	return 0;
}

/* A memfd is a file of the kernel's own tmpfs.  arg[0] is the system call. */
static int tmpfs_setup(struct bench_ctx *ctx)
{
	int err = buffer(ctx);

	if (err)
		return err;
	ctx->fd = memfd_create("ptiscope", MFD_CLOEXEC);
	if (ctx->fd < 0 && errno == ENOSYS) {
		ctx->why = "the kernel has no memfd_create(2)";
		return -EOPNOTSUPP;
	}
	if (ctx->fd < 0 || pwrite(ctx->fd, ctx->mem, BYTES, 0) != BYTES)
		return errno ? -errno : -EIO;
	add_transfer(ctx, ctx->w->arg[0], ctx->fd);
	return 0;
}

static int pipe_setup(struct bench_ctx *ctx)
{
	int ends[2], err = buffer(ctx);

	if (err)
		return err;
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	ctx->fd = ends[0];
	ctx->fd2 = ends[1];
	add_transfer(ctx, SYS_write, ctx->fd2);
	add_transfer(ctx, SYS_read, ctx->fd);
	return 0;
}

static void io_teardown(struct bench_ctx *ctx)
{
	if (ctx->fd >= 0)
		close(ctx->fd);
	if (ctx->fd2 >= 0)
		close(ctx->fd2);
	free(ctx->mem);
}

const struct workload bench_read4k_zero = {
	.name = "read4k_zero",
	.help = "read(2) of 4 KiB from /dev/zero",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 64,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 1 } },
	.setup = zero_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = io_teardown,
};

const struct workload bench_read4k_tmpfs = {
	.name = "read4k_tmpfs",
	.help = "pread(2) of 4 KiB from a file of tmpfs",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 64,
	.arg = { SYS_pread64 },
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 1 } },
	.setup = tmpfs_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = io_teardown,
};

const struct workload bench_write4k_tmpfs = {
	.name = "write4k_tmpfs",
	.help = "pwrite(2) of 4 KiB to a file of tmpfs",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 64,
	.arg = { SYS_pwrite64 },
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 1 } },
	.setup = tmpfs_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = io_teardown,
};

const struct workload bench_pipe4k = {
	.name = "pipe4k",
	.help = "write(2) of 4 KiB to a pipe and read(2) of them",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 32,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 2 } },
	.setup = pipe_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = io_teardown,
};
