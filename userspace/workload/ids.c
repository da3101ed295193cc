// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads getppid, getpid, ...: system calls that return an ID and do next to
 * nothing.  Straight from assembly, so whatever a libc keeps does not matter.
 */
#include <sys/syscall.h>

#include "workload/workload.h"
#include "base/loop.h"

/* arg[0]: number of the system call */
static int ids_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	const int nr = (int)ctx->w->arg[0];
	long result;

	*ticks = bench_syscalls(nr, ctx->iterations, 0, 0, 0, &result);
	return result < 0 ? (int)result : 0;
}

static int ids_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	const int nr = (int)ctx->w->arg[0];

	*ticks = bench_no_syscalls(nr, ctx->iterations);
	return 0;
}

/* The system call @title of number @nr, which returns @what */
#define ID(title, nr, what)                                                   \
	{                                                                     \
		.name = title, .help = title "(2): " what,                    \
		.path = PTI_PATH_SYSCALL64, .iterations = 256, .arg = { nr }, \
		.batch = true, .entries = { { PTI_PATH_SYSCALL64, 1 } },      \
		.sample = ids_sample, .overhead = ids_overhead,               \
	}

const struct workload bench_getppid =
	ID("getppid", SYS_getppid, "the null system call");
const struct workload bench_getpid =
	ID("getpid", SYS_getpid, "the ID of the process");
const struct workload bench_gettid =
	ID("gettid", SYS_gettid, "the ID of the thread");
const struct workload bench_getuid =
	ID("getuid", SYS_getuid, "the real user ID");
const struct workload bench_geteuid =
	ID("geteuid", SYS_geteuid, "the effective user ID");
const struct workload bench_getgid =
	ID("getgid", SYS_getgid, "the real group ID");
const struct workload bench_getegid =
	ID("getegid", SYS_getegid, "the effective group ID");
