// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workload getppid_sysenter32: the null system call by SYSENTER.  The kernel
 * returns from it into the 32-bit vDSO, so it needs a process of its own: the
 * program helper32/sysenter.c, which is part of this file as bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/workload.h"
#include "workload/helper32/job.h"

/* The makefile names the file */
asm(".pushsection .rodata\n"
    ".globl helper32_start\n"
    ".globl helper32_end\n"
    "helper32_start:\n\t"
    ".incbin \"" HELPER32 "\"\n"
    "helper32_end:\n"
    ".popsection");

extern const char helper32_start[], helper32_end[];

/* The helper's program as a file that can be executed; a descriptor or -errno */
static int helper_file(void)
{
	size_t bytes = (size_t)(helper32_end - helper32_start);
	int err, fd = memfd_create("ptiscope-helper32", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (write(fd, helper32_start, bytes) == (ssize_t)bytes)
		return fd;
	err = errno ? -errno : -EIO;
	close(fd);
	return err;
}

static int spawn(struct bench_ctx *ctx, int in, int out)
{
	posix_spawn_file_actions_t actions;
	char path[32], name[] = "ptiscope-helper32";
	char *const argv[] = { name, NULL }, *const envp[] = { NULL };
	int err, fd = helper_file();

	if (fd < 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = posix_spawn_file_actions_init(&actions);
	if (!err) {
		err = posix_spawn_file_actions_adddup2(&actions, in, 0);
		if (!err)
			err = posix_spawn_file_actions_adddup2(&actions, out,
							       1);
		if (!err)
			err = posix_spawn(&ctx->helper, path, &actions, NULL,
					  argv, envp);
		posix_spawn_file_actions_destroy(&actions);
	}
	close(fd);
	return -err;
}

/* Why the helper ended; it is gone after this. */
static int helper_died(struct bench_ctx *ctx)
{
	int status = 0;

	waitpid(ctx->helper, &status, 0);
	ctx->helper = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == HELPER32_NO_VDSO)
		ctx->why = "32-bit programs get no vDSO (vdso32=0)";
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGILL)
		ctx->why = "the CPU has no SYSENTER for 32-bit programs";
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)
		ctx->why = "the kernel does not serve SYSENTER";
	else
		return -EPIPE;
	return -EOPNOTSUPP;
}

static int do_job(struct bench_ctx *ctx, bool enter, uint64_t *ticks)
{
	const struct helper32_job job = {
		.iterations = (uint32_t)ctx->iterations,
		.enter = enter,
	};
	struct helper32_result result;

	if (write(ctx->to_helper, &job, sizeof(job)) != sizeof(job) ||
	    read(ctx->fd, &result, sizeof(result)) != sizeof(result))
		return helper_died(ctx);
	/* Each call came back with the right answer, and so there were n */
	if (result.sum != (uint32_t)(result.each * job.iterations))
		return -EPROTO;
	*ticks = (uint64_t)result.ticks_high << 32 | result.ticks_low;
	return 0;
}

/* What SIGPIPE did before */
static void (*sigpipe)(int);

static int sysenter32_setup(struct bench_ctx *ctx)
{
	int to[2], from[2], err;
	uint64_t ticks;

	/* A helper that dies is found by what write(2) returns */
	sigpipe = signal(SIGPIPE, SIG_IGN);
	if (pipe2(to, O_CLOEXEC))
		return -errno;
	if (pipe2(from, O_CLOEXEC)) {
		err = -errno;
		close(to[0]);
		close(to[1]);
		return err;
	}
	ctx->to_helper = to[1];
	ctx->fd = from[0];
	err = spawn(ctx, to[0], from[1]);
	close(to[0]);
	close(from[1]);
	if (err == -ENOEXEC) {
		ctx->why = "the kernel runs no 32-bit programs "
			   "(CONFIG_IA32_EMULATION, ia32_emulation=)";
		return -EOPNOTSUPP;
	}
	return err ? err : do_job(ctx, true, &ticks);
}

/* The helper ends when its standard input does. */
static void sysenter32_teardown(struct bench_ctx *ctx)
{
	if (ctx->to_helper >= 0)
		close(ctx->to_helper);
	if (ctx->helper)
		waitpid(ctx->helper, NULL, 0);
	if (ctx->fd >= 0)
		close(ctx->fd);
	signal(SIGPIPE, sigpipe);
}

static int sysenter32_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	return do_job(ctx, true, ticks);
}

static int sysenter32_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	return do_job(ctx, false, ticks);
}

const struct workload bench_getppid_sysenter32 = {
	.name = "getppid_sysenter32",
	.help = "getppid(2) by SYSENTER, from a 32-bit program",
	.path = PTI_PATH_SYSENTER32,
	.iterations = 256,
	.batch = true,
	/* Its pipes and the result to compare with go by INT 0x80. */
	.entries = { { PTI_PATH_SYSENTER32, 1 }, { PTI_PATH_INT80, 0, 3 } },
	.other_process = true,
	.setup = sysenter32_setup,
	.sample = sysenter32_sample,
	.overhead = sysenter32_overhead,
	.teardown = sysenter32_teardown,
};
