// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workload getppid_int80: the null system call by INT 0x80, from 64-bit code.
 * The way in and out is the same as from 32-bit code.
 */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/workload.h"
#include "base/loop.h"

#define NR32_GETPPID 64

/* Tried by a child, which dies of it where the kernel has no such system calls. */
static int int80_setup(struct bench_ctx *ctx)
{
	int status = 0;
	pid_t pid = vfork();
	long result;

	if (!pid) {
		asm volatile("int $0x80"
			     : "=a"(result)
			     : "0"((long)NR32_GETPPID)
			     : "r8", "r9", "r10", "r11", "memory");
		_exit(result < 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	ctx->why = "the kernel has no 32-bit system calls "
		   "(CONFIG_IA32_EMULATION, ia32_emulation=)";
	return -EOPNOTSUPP;
}

static int int80_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	long result;

	*ticks = bench_int80s(NR32_GETPPID, ctx->iterations, &result);
	return (int)result < 0 ? (int)result : 0;
}

static int int80_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = bench_no_syscalls(NR32_GETPPID, ctx->iterations);
	return 0;
}

const struct workload bench_getppid_int80 = {
	.name = "getppid_int80",
	.help = "getppid(2) by INT 0x80",
	.path = PTI_PATH_INT80,
	.iterations = 256,
	.batch = true,
	.entries = { { PTI_PATH_INT80, 1 } },
	.setup = int80_setup,
	.sample = int80_sample,
	.overhead = int80_overhead,
};
