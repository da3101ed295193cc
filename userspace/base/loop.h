/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timed loops.  Everything between the two reads of the TSC is written in
 * assembly: the icount lane counts every instruction, so what the compiler
 * would choose there must not differ between workloads or builds.
 */
#ifndef PTISCOPE_BASE_LOOP_H
#define PTISCOPE_BASE_LOOP_H

#include <stdint.h>

/** bench_tsc() - the TSC in ticks, once all earlier instructions are done */
static inline __attribute__((always_inline)) uint64_t bench_tsc(void)
{
	uint32_t low, high;

	asm volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/*
 * Aligned before the first read, not at the loop: padding is then never
 * counted, and the loop starts at the same offset in every workload.
 */
#define BENCH_TSC_ASM "lfence\n\trdtsc\n\tshl $32,%%rdx\n\tor %%rdx,%%rax\n\t"

/* @body must leave %[n] alone. */
#define BENCH_LOOP_ASM(body)                                  \
	".p2align 6\n\t" BENCH_TSC_ASM "mov %%rax,%[start]\n" \
	"1:\t" body "dec %[n]\n\t"                            \
	"jnz 1b\n\t" BENCH_TSC_ASM

#define BENCH_SYSCALL_ASM(body)                                 \
	".p2align 6\n\t" BENCH_TSC_ASM "mov %%rax,%[start]\n\t" \
	"mov %[arg3],%%rdx\n"                                   \
	"1:\tmov %k[nr],%%eax\n\t" body "dec %[n]\n\t"          \
	"jnz 1b\n\t"                                            \
	"mov %%rax,%[ret]\n\t" BENCH_TSC_ASM

#define BENCH_SYSCALL_OPERANDS                                  \
	: "=&a"(end), [start] "=&r"(start), [ret] "=&r"(ret),          \
	  [n] "+&r"(n)                                                 \
	: [nr] "ri"(nr), "D"(arg1), "S"(arg2), [arg3] "r"(arg3)         \
	: "rcx", "rdx", "r11", "memory", "cc"

/**
 * bench_syscalls() - time @n system calls in a row
 * @nr: system call number
 * @n: how many, at least 1
 * @arg1: first argument of each
 * @arg2: second argument
 * @arg3: third argument
 * @result: what the last of them returned
 *
 * Return: ticks, the loop's own instructions and one TSC read included.
 */
static inline __attribute__((always_inline)) uint64_t
bench_syscalls(const int nr, uint64_t n, long arg1, long arg2, long arg3,
	       long *result)
{
	uint64_t start, end;
	long ret;

	asm volatile(BENCH_SYSCALL_ASM("syscall\n\t") BENCH_SYSCALL_OPERANDS);
	*result = ret;
	return end - start;
}

/**
 * bench_int80s() - time @n system calls by INT 0x80
 * @nr: system call number of 32-bit programs
 * @n: how many, at least 1
 * @result: what the last of them returned
 *
 * Return: ticks, the loop's own instructions and one TSC read included.
 */
static inline __attribute__((always_inline)) uint64_t
bench_int80s(const int nr, uint64_t n, long *result)
{
	const long arg1 = 0, arg2 = 0, arg3 = 0;
	uint64_t start, end;
	long ret;

	/* Kernels before 4.17 clear these */
	asm volatile(BENCH_SYSCALL_ASM("int $0x80\n\t") BENCH_SYSCALL_OPERANDS,
		     "r8", "r9", "r10");
	*result = ret;
	return end - start;
}

/**
 * bench_no_syscalls() - bench_syscalls() without its SYSCALL instruction
 * @nr: system call number
 * @n: rounds of the loop, at least 1
 *
 * Return: ticks, to be subtracted from what bench_syscalls() returns.
 */
static inline __attribute__((always_inline)) uint64_t
bench_no_syscalls(const int nr, uint64_t n)
{
	const long arg1 = 0, arg2 = 0, arg3 = 0;
	uint64_t start, end;
	long ret;

	asm volatile(BENCH_SYSCALL_ASM("") BENCH_SYSCALL_OPERANDS);
	(void)ret;
	return end - start;
}

/**
 * bench_empty_loop() - time the loop that others are made of
 * @n: rounds, at least 1
 *
 * Return: ticks, one TSC read included.
 */
static inline __attribute__((always_inline)) uint64_t
bench_empty_loop(uint64_t n)
{
	uint64_t start, end;

	asm volatile(BENCH_LOOP_ASM("")
		     : "=&a"(end), [start] "=&r"(start), [n] "+&r"(n)
		     :
		     : "rdx", "memory", "cc");
	return end - start;
}

#endif /* PTISCOPE_BASE_LOOP_H */
