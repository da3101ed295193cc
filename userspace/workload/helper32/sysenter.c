// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 32-bit program behind the workload getppid_sysenter32: times getppid(2)
 * by SYSENTER, which the kernel serves for 32-bit programs alone.  It has no C
 * library and is part of the tool's binary, so it runs where that runs.
 *
 * SYSENTER saves no return address.  The kernel returns to a place in the 32-bit
 * vDSO, which pops EBP, EDX and ECX and executes RET.  So this does what the
 * vDSO's __kernel_vsyscall does, except that it never falls back to another
 * instruction: on a CPU without SYSENTER it dies.
 */
#include <stddef.h>

#include "job.h"

#define NR_EXIT 1
#define NR_READ 3
#define NR_WRITE 4
#define NR_GETPPID 64

#define AT_NULL 0
#define AT_SYSINFO 32

/* A system call outside of what is timed */
static long int80(long nr, long arg1, const void *arg2, long arg3)
{
	long result;

	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"(nr), "b"(arg1), "c"(arg2), "d"(arg3)
		     : "memory");
	return result;
}

static void __attribute__((noreturn)) leave(int code)
{
	for (;;)
		int80(NR_EXIT, code, NULL, 0);
}

/*
 * The two functions that a round calls differ in the one instruction: what
 * follows SYSENTER in the first is done by the vDSO.
 */
asm(".pushsection .text\n"
    ".p2align 6\n"
    "sysenter_call:\n\t"
    "push %ecx\n\t"
    "push %edx\n\t"
    "push %ebp\n\t"
    "mov %esp,%ebp\n\t"
    "sysenter\n"
    ".p2align 6\n"
    "sysenter_none:\n\t"
    "push %ecx\n\t"
    "push %edx\n\t"
    "push %ebp\n\t"
    "mov %esp,%ebp\n\t"
    "pop %ebp\n\t"
    "pop %edx\n\t"
    "pop %ecx\n\t"
    "ret\n"
    ".popsection");

#define TIMED_LOOP(function)                                                \
	asm volatile(".p2align 6\n\t"                                       \
		     "xor %%esi,%%esi\n\t"                                  \
		     "lfence\n\t"                                           \
		     "rdtsc\n\t"                                            \
		     "mov %%eax,%[low]\n\t"                                 \
		     "mov %%edx,%[high]\n"                                  \
		     "1:\tmov %[nr],%%eax\n\t"                              \
		     "call " function "\n\t"                                \
		     "add %%eax,%%esi\n\t"                                  \
		     "dec %%edi\n\t"                                        \
		     "jnz 1b\n\t"                                           \
		     "lfence\n\t"                                           \
		     "rdtsc\n\t"                                            \
		     "sub %[low],%%eax\n\t"                                 \
		     "sbb %[high],%%edx"                                    \
		     : "=&a"(result->ticks_low), "=&d"(result->ticks_high), \
		       "=&S"(result->sum),                                  \
		       "+D"(n), [low] "=m"(low), [high] "=m"(high)          \
		     : [nr] "i"(NR_GETPPID)                                 \
		     : "ebx", "ecx", "memory", "cc")

static void do_job(const struct helper32_job *job,
		   struct helper32_result *result)
{
	uint32_t n = job->iterations, low, high;

	if (job->enter)
		TIMED_LOOP("sysenter_call");
	else
		TIMED_LOOP("sysenter_none");
	result->each = job->enter ? (uint32_t)int80(NR_GETPPID, 0, NULL, 0) :
				    NR_GETPPID;
}

/* @stack: argc, argv, NULL, environment, NULL, auxiliary vector */
__attribute__((used, noreturn)) void helper_main(const uint32_t *stack)
{
	const uint32_t *p = stack + 1 + stack[0] + 1;
	struct helper32_result result = { 0 };
	struct helper32_job job;

	while (*p++)
		;
	while (p[0] != AT_NULL && p[0] != AT_SYSINFO)
		p += 2;
	if (p[0] == AT_NULL || !p[1])
		leave(HELPER32_NO_VDSO);
	while (int80(NR_READ, 0, &job, sizeof(job)) == sizeof(job)) {
		do_job(&job, &result);
		if (int80(NR_WRITE, 1, &result, sizeof(result)) !=
		    sizeof(result))
			leave(1);
	}
	leave(0);
}

asm(".pushsection .text\n"
    ".globl _start\n"
    "_start:\n\t"
    "mov %esp,%eax\n\t"
    "and $-16,%esp\n\t"
    "sub $12,%esp\n\t"
    "push %eax\n\t"
    "call helper_main\n"
    ".popsection");
