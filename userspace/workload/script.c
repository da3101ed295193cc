// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops of one or more different system calls.  They are a table that one loop
 * in assembly goes through, so that all such workloads share what is subtracted,
 * and no compiler has a say in it.
 */
#include <errno.h>
#include <stddef.h>

#include "workload/script.h"
#include "workload/workload.h"
#include "base/loop.h"

/*
 * Leaves the loop at the first call that returned something unexpected, with
 * that in %[ret] and %[n] above 0.
 */
#define SCRIPT_ASM(body)                                      \
	".p2align 6\n\t" BENCH_TSC_ASM "mov %%rax,%[start]\n" \
	"1:\tmov %[first],%[call]\n"                          \
	"2:\tmov %c[store](%[call]),%%rcx\n\t"                \
	"mov %c[value](%[call]),%%rax\n\t"                    \
	"mov %%rax,(%%rcx)\n\t"                               \
	"mov %c[nr](%[call]),%%rax\n\t"                       \
	"mov %c[arg](%[call]),%%rdi\n\t"                      \
	"mov %c[arg]+8(%[call]),%%rsi\n\t"                    \
	"mov %c[arg]+16(%[call]),%%rdx\n\t"                   \
	"mov %c[arg]+24(%[call]),%%r10\n\t"                   \
	"mov %c[arg]+32(%[call]),%%r8\n\t"                    \
	"mov %c[arg]+40(%[call]),%%r9\n\t" body               \
	"cmp %c[expect](%[call]),%%rax\n\t"                   \
	"je 3f\n\t"                                           \
	"cmp %c[or_else](%[call]),%%rax\n\t"                  \
	"jne 4f\n"                                            \
	"3:\tadd %[bytes],%[call]\n\t"                        \
	"cmp %[end_],%[call]\n\t"                             \
	"jb 2b\n\t"                                           \
	"dec %[n]\n\t"                                        \
	"jnz 1b\n"                                            \
	"4:\tmov %%rax,%[ret]\n\t" BENCH_TSC_ASM

#define SCRIPT_OPERANDS                                         \
	: "=&a"(end), [start] "=&r"(start), [ret] "=m"(ret),           \
	  [n] "+&r"(n), [call] "=&r"(call)                             \
	: [first] "r"(calls), [end_] "m"(last),                         \
	  [bytes] "i"(sizeof(*calls)),                                 \
	  [store] "i"(offsetof(struct bench_call, store)),             \
	  [value] "i"(offsetof(struct bench_call, value)),             \
	  [nr] "i"(offsetof(struct bench_call, nr)),                   \
	  [arg] "i"(offsetof(struct bench_call, arg)),                 \
	  [expect] "i"(offsetof(struct bench_call, expect)),           \
	  [or_else] "i"(offsetof(struct bench_call, or_else))          \
	: "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",        \
	  "memory", "cc"

static __attribute__((noinline)) uint64_t
run_script(const struct bench_call *calls, size_t n_calls, uint64_t n,
	   int *wrong)
{
	const struct bench_call *last = calls + n_calls, *call;
	uint64_t start, end;
	int64_t ret;

	asm volatile(SCRIPT_ASM("syscall\n\t") SCRIPT_OPERANDS);
	if (!n)
		*wrong = 0;
	else
		*wrong = ret < 0 ? (int)ret : -EIO;
	return end - start;
}

static __attribute__((noinline)) uint64_t
run_no_script(const struct bench_call *calls, size_t n_calls, uint64_t n)
{
	const struct bench_call *last = calls + n_calls, *call;
	uint64_t start, end;
	int64_t ret;

	asm volatile(SCRIPT_ASM("") SCRIPT_OPERANDS);
	(void)ret;
	return end - start;
}

/**
 * bench_script_add() - append a system call to what an iteration does
 * @ctx: context of a workload, in its setup(); has room for BENCH_CALLS_MAX
 * @nr: number of the system call
 * @arg1: first argument
 * @arg2: second argument
 * @arg3: third argument
 * @arg4: fourth argument; the fifth and sixth are 0
 *
 * Return: the call, which has to return 0 unless the caller changes that.
 */
struct bench_call *bench_script_add(struct bench_ctx *ctx, long nr, long arg1,
				    long arg2, long arg3, long arg4)
{
	struct bench_call *call = &ctx->calls[ctx->n_calls++];

	*call = (struct bench_call){
		.nr = nr,
		.arg = { arg1, arg2, arg3, arg4 },
		.store = &ctx->scratch,
	};
	return call;
}

/**
 * bench_script_sample() - the sample() of workloads that are a script
 * @ctx: context, with the calls
 * @ticks: set to the ticks of all iterations
 *
 * Return: 0, the negative errno of a call that failed, or -EIO where one
 * returned something else than it should.
 */
int bench_script_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	int wrong;

	*ticks = run_script(ctx->calls, ctx->n_calls, ctx->iterations, &wrong);
	return wrong;
}

/**
 * bench_script_overhead() - the overhead() of workloads that are a script
 * @ctx: context, with the calls
 * @ticks: set to the ticks of the same loop without SYSCALL instructions
 *
 * Return: 0.
 */
int bench_script_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	struct bench_call calls[BENCH_CALLS_MAX];
	size_t i;

	/* Without SYSCALL, RAX keeps the number: make that what is expected. */
	for (i = 0; i < ctx->n_calls; i++) {
		calls[i] = ctx->calls[i];
		calls[i].nr = calls[i].expect;
		calls[i].store = &ctx->scratch;
	}
	*ticks = run_no_script(calls, ctx->n_calls, ctx->iterations);
	return 0;
}
