// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads that end in a signal handler: a signal that the thread sends to
 * itself, and exceptions that the kernel makes into signals.  Each comes back by
 * rt_sigreturn(2), a system call.
 */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "workload/script.h"
#include "workload/workload.h"
#include "base/loop.h"

#define FLAG_TF 0x100 /* SDM vol. 1, 3.4.3: single steps */

/* UD2, and DIV of a register: both have two bytes */
#define FAULT_BYTES 2

#define LOOP_OPERANDS                                    \
	: "=&a"(end), [start] "=&r"(start), [n] "+&r"(n)               \
	: [by] "r"(by)                                                 \
	: "rdx", "memory", "cc"

/* Below the stack pointer the compiler may keep things: step over these. */
#define STEP_ASM                    \
	"lea -128(%%rsp),%%rsp\n\t" \
	"pushfq\n\t"                \
	"or %[by],(%%rsp)\n\t"      \
	"popfq\n\t"                 \
	"nop\n\t"                   \
	"lea 128(%%rsp),%%rsp\n\t"

#define DIV_ASM               \
	"xor %%edx,%%edx\n\t" \
	"mov $1,%%eax\n\t"    \
	"div %[by]\n\t"

static __attribute__((noinline)) uint64_t breakpoints(uint64_t n)
{
	uint64_t start, end, by = 0;

	asm volatile(BENCH_LOOP_ASM("int3\n\t") LOOP_OPERANDS);
	return end - start;
}

static __attribute__((noinline)) uint64_t invalid_ops(uint64_t n)
{
	uint64_t start, end, by = 0;

	asm volatile(BENCH_LOOP_ASM("ud2\n\t") LOOP_OPERANDS);
	return end - start;
}

/* @by: FLAG_TF, or 0 for the same without a step */
static __attribute__((noinline)) uint64_t steps(uint64_t n, uint64_t by)
{
	uint64_t start, end;

	asm volatile(BENCH_LOOP_ASM(STEP_ASM) LOOP_OPERANDS);
	return end - start;
}

/* @by: 0, or 1 for the same without an exception */
static __attribute__((noinline)) uint64_t divisions(uint64_t n, uint32_t by)
{
	uint64_t start, end;

	asm volatile(BENCH_LOOP_ASM(DIV_ASM) LOOP_OPERANDS);
	return end - start;
}

static void do_nothing(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	(void)context;
}

static void end_step(int signal, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	(void)signal;
	(void)info;
	c->uc_mcontext.gregs[REG_EFL] &= ~FLAG_TF;
}

static void skip_fault(int signal, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	(void)signal;
	(void)info;
	c->uc_mcontext.gregs[REG_RIP] += FAULT_BYTES;
}

static int handle(struct bench_ctx *ctx, int signal,
		  void (*handler)(int signal, siginfo_t *info, void *context))
{
	struct sigaction action = { .sa_sigaction = handler,
				    .sa_flags = SA_SIGINFO };

	sigfillset(&action.sa_mask);
	if (sigaction(signal, &action, &ctx->old_action))
		return -errno;
	ctx->signal = signal;
	return 0;
}

static int signal_setup(struct bench_ctx *ctx)
{
	bench_script_add(ctx, SYS_tgkill, getpid(), syscall(SYS_gettid),
			 SIGUSR1, 0);
	return handle(ctx, SIGUSR1, do_nothing);
}

static int breakpoint_setup(struct bench_ctx *ctx)
{
	return handle(ctx, SIGTRAP, do_nothing);
}

static int step_setup(struct bench_ctx *ctx)
{
	return handle(ctx, SIGTRAP, end_step);
}

static int invalid_op_setup(struct bench_ctx *ctx)
{
	return handle(ctx, SIGILL, skip_fault);
}

static int divide_setup(struct bench_ctx *ctx)
{
	return handle(ctx, SIGFPE, skip_fault);
}

static void signal_teardown(struct bench_ctx *ctx)
{
	if (ctx->signal)
		sigaction(ctx->signal, &ctx->old_action, NULL);
}

static int breakpoint_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = breakpoints(ctx->iterations);
	return 0;
}

static int invalid_op_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = invalid_ops(ctx->iterations);
	return 0;
}

static int plain_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = bench_empty_loop(ctx->iterations);
	return 0;
}

static int step_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = steps(ctx->iterations, FLAG_TF);
	return 0;
}

static int step_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = steps(ctx->iterations, 0);
	return 0;
}

static int divide_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = divisions(ctx->iterations, 0);
	return 0;
}

static int divide_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = divisions(ctx->iterations, 1);
	return 0;
}

const struct workload bench_signal = {
	.name = "signal",
	.help = "tgkill(2) of itself, a handler that returns, rt_sigreturn(2)",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 32,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 2 } },
	.setup = signal_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = signal_teardown,
};

const struct workload bench_breakpoint = {
	.name = "breakpoint",
	.help = "INT3 with a handler that returns",
	.path = PTI_PATH_BREAKPOINT,
	.iterations = 32,
	.batch = true,
	.entries = { { PTI_PATH_BREAKPOINT, 1 }, { PTI_PATH_SYSCALL64, 1 } },
	.setup = breakpoint_setup,
	.sample = breakpoint_sample,
	.overhead = plain_overhead,
	.teardown = signal_teardown,
};

const struct workload bench_single_step = {
	.name = "single_step",
	.help = "one single step with a handler that ends it",
	.path = PTI_PATH_DEBUG,
	.iterations = 32,
	.batch = true,
	.entries = { { PTI_PATH_DEBUG, 1 }, { PTI_PATH_SYSCALL64, 1 } },
	.setup = step_setup,
	.sample = step_sample,
	.overhead = step_overhead,
	.teardown = signal_teardown,
};

const struct workload bench_invalid_op = {
	.name = "invalid_op",
	.help = "UD2 with a handler that skips it",
	.path = PTI_PATH_INVALID_OP,
	.iterations = 32,
	.batch = true,
	.entries = { { PTI_PATH_INVALID_OP, 1 }, { PTI_PATH_SYSCALL64, 1 } },
	.setup = invalid_op_setup,
	.sample = invalid_op_sample,
	.overhead = plain_overhead,
	.teardown = signal_teardown,
};

const struct workload bench_divide_error = {
	.name = "divide_error",
	.help = "division by 0 with a handler that skips it",
	.path = PTI_PATH_OTHER_EXCEPTION,
	.iterations = 32,
	.batch = true,
	.entries = { { PTI_PATH_OTHER_EXCEPTION, 1 },
		     { PTI_PATH_SYSCALL64, 1 } },
	.setup = divide_setup,
	.sample = divide_sample,
	.overhead = divide_overhead,
	.teardown = signal_teardown,
};
