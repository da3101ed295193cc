// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads of a working set: loads that follow pointers from page to page, in
 * random order, with a null system call every so many.  What is subtracted is
 * the same without the system calls, so that what remains is theirs and what
 * they did to the TLB and the caches.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "workload/workload.h"
#include "base/loop.h"

#define PAGE_BYTES 4096
#define LINE_BYTES 64

/* The same order in every run: xorshift64 from this. */
#define SEED 88172645463325252ULL

#define CHASE_ASM(body)                                       \
	".p2align 6\n\t" BENCH_TSC_ASM "mov %%rax,%[start]\n" \
	"1:\tmov %[k],%[left]\n"                              \
	"2:\tmov (%[p]),%[p]\n\t"                             \
	"dec %[left]\n\t"                                     \
	"jnz 2b\n\t"                                          \
	"mov %[nr],%%eax\n\t" body "dec %[n]\n\t"             \
	"jnz 1b\n\t" BENCH_TSC_ASM

#define CHASE_OPERANDS                                                   \
	: "=&a"(end), [start] "=&r"(start), [n] "+&r"(n), [p] "+&r"(*p), \
	  [left] "=&r"(left)                                           \
	: [k] "r"(k), [nr] "i"(SYS_getppid)                            \
	: "rcx", "rdx", "r11", "memory", "cc"

static __attribute__((noinline)) uint64_t chase(void **p, uint64_t n,
						uint64_t k)
{
	uint64_t start, end, left;

	asm volatile(CHASE_ASM("syscall\n\t") CHASE_OPERANDS);
	return end - start;
}

static __attribute__((noinline)) uint64_t chase_alone(void **p, uint64_t n,
						      uint64_t k)
{
	uint64_t start, end, left;

	asm volatile(CHASE_ASM("") CHASE_OPERANDS);
	return end - start;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* The pointer of page @i: each in another line, or they would share few sets. */
static void **place(struct bench_ctx *ctx, size_t i)
{
	size_t line = i % (PAGE_BYTES / LINE_BYTES);

	return (void **)(ctx->mem + i * PAGE_BYTES + line * LINE_BYTES);
}

/* One cycle through all pages (Sattolo's shuffle). */
static int link_pages(struct bench_ctx *ctx)
{
	size_t n = ctx->mem_bytes / PAGE_BYTES, i, j;
	uint32_t *order = malloc(n * sizeof(*order)), other;
	uint64_t state = SEED;

	if (!order)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	for (i = n - 1; i > 0; i--) {
		j = next_random(&state) % i;
		other = order[i];
		order[i] = order[j];
		order[j] = other;
	}
	for (i = 0; i < n; i++)
		*place(ctx, order[i]) = place(ctx, order[(i + 1) % n]);
	ctx->at = place(ctx, 0);
	free(order);
	return 0;
}

/* arg[0]: MiB; arg[1]: loads from one system call to the next */
static int chase_setup(struct bench_ctx *ctx)
{
	void *mem;

	ctx->mem_bytes = (size_t)ctx->w->arg[0] << 20;
	mem = mmap(NULL, ctx->mem_bytes, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		return -errno;
	ctx->mem = mem;
	/* EINVAL says that this kernel has no huge pages, which is as good. */
	if (madvise(mem, ctx->mem_bytes, MADV_NOHUGEPAGE) && errno != EINVAL)
		return -errno;
	/* At once, where the kernel can: a fault a page takes long in an emulator. */
	if (madvise(mem, ctx->mem_bytes, MADV_POPULATE_WRITE) &&
	    errno != EINVAL)
		return -errno;
	return link_pages(ctx);
}

static void chase_teardown(struct bench_ctx *ctx)
{
	if (ctx->mem)
		munmap(ctx->mem, ctx->mem_bytes);
}

static int chase_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = chase(&ctx->at, ctx->iterations, (uint64_t)ctx->w->arg[1]);
	return 0;
}

static int chase_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = chase_alone(&ctx->at, ctx->iterations,
			     (uint64_t)ctx->w->arg[1]);
	return 0;
}

/* Getppid every @every loads, one from each page of @mib MiB; @n times a sample */
#define CHASE(title, mib, every, n)                                     \
	{                                                               \
		.name = title,                                          \
		.help = "getppid(2) every " #every                      \
			" loads, one from each page of " #mib " MiB",   \
		.path = PTI_PATH_SYSCALL64, .iterations = n,            \
		.arg = { mib, every }, .batch = true,                   \
		.entries = { { PTI_PATH_SYSCALL64, 1 } },               \
		.setup = chase_setup, .sample = chase_sample,           \
		.overhead = chase_overhead, .teardown = chase_teardown, \
	}

const struct workload bench_chase_1m = CHASE("chase_1m", 1, 64, 64);
const struct workload bench_chase_4m = CHASE("chase_4m", 4, 64, 64);
const struct workload bench_chase_16m = CHASE("chase_16m", 16, 64, 64);
const struct workload bench_chase_64m = CHASE("chase_64m", 64, 64, 64);
const struct workload bench_chase_16m_k8 = CHASE("chase_16m_k8", 16, 8, 64);
const struct workload bench_chase_16m_k512 =
	CHASE("chase_16m_k512", 16, 512, 16);
