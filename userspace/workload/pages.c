// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads of system calls between which the program reads one word from each of N
 * pages, in order: what a working set of that size meets when the call returns, and
 * what the call meets of its own translations.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload/workload.h"
#include "base/loop.h"

#define PAGE_BYTES 4096
/* From one read to the next: another page, and another cache line in it */
#define STRIDE (PAGE_BYTES + 64)

#define PAGES_ASM(body)                                       \
	".p2align 6\n\t" BENCH_TSC_ASM "mov %%rax,%[start]\n" \
	"1:\tmov %[pages],%[left]\n\t"                        \
	"mov %[mem],%[at]\n"                                  \
	"2:\tmov (%[at]),%%eax\n\t"                           \
	"add %[stride],%[at]\n\t"                             \
	"dec %[left]\n\t"                                     \
	"jnz 2b\n\t"                                          \
	"mov %[nr],%%eax\n\t"                                 \
	"mov $1,%%edx\n\t" body "mov %%rax,%[result]\n\t"     \
	"dec %[n]\n\t"                                        \
	"jnz 1b\n\t" BENCH_TSC_ASM

#define PAGES_OPERANDS                                                \
	: "=&a"(end), [start] "=&r"(start), [n] "+&r"(n),              \
	  [left] "=&r"(left), [at] "=&r"(at), [result] "=&r"(*result) \
	: [pages] "r"(pages), [mem] "m"(mem), [nr] "g"(nr),            \
	  [stride] "i"(STRIDE), "D"(fd), "S"(buffer)                   \
	: "rcx", "rdx", "r11", "memory", "cc"

static __attribute__((noinline)) uint64_t pages(uint64_t n, uint64_t pages,
						const void *mem, int nr,
						long fd, void *buffer,
						long *result)
{
	uint64_t start, end, left, at;

	asm volatile(PAGES_ASM("syscall\n\t") PAGES_OPERANDS);
	return end - start;
}

static __attribute__((noinline)) uint64_t
pages_alone(uint64_t n, uint64_t pages, const void *mem, int nr, long fd,
	    void *buffer, long *result)
{
	uint64_t start, end, left, at;

	asm volatile(PAGES_ASM("") PAGES_OPERANDS);
	return end - start;
}

/* arg[0]: pages; arg[1]: the system call */
static int pages_setup(struct bench_ctx *ctx)
{
	void *mem;

	ctx->mem_bytes = ((size_t)ctx->w->arg[0] + 1) * STRIDE;
	mem = mmap(NULL, ctx->mem_bytes, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		return -errno;
	ctx->mem = mem;
	/* EINVAL says that this kernel has no huge pages, which is as good. */
	if (madvise(mem, ctx->mem_bytes, MADV_NOHUGEPAGE) && errno != EINVAL)
		return -errno;
	for (size_t i = 0; i < ctx->mem_bytes; i += PAGE_BYTES)
		ctx->mem[i] = 1;
	ctx->fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	return ctx->fd < 0 ? -errno : 0;
}

static void pages_teardown(struct bench_ctx *ctx)
{
	if (ctx->fd >= 0)
		close(ctx->fd);
	if (ctx->mem)
		munmap(ctx->mem, ctx->mem_bytes);
}

static int pages_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	long result;

	*ticks = pages(ctx->iterations, ctx->w->arg[0], ctx->mem,
		       ctx->w->arg[1], ctx->fd, &ctx->scratch, &result);
	if (result < 0)
		return (int)result;
	return ctx->w->arg[1] == SYS_read && result != 1 ? -EIO : 0;
}

static int pages_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	long result;

	*ticks = pages_alone(ctx->iterations, ctx->w->arg[0], ctx->mem,
			     ctx->w->arg[1], ctx->fd, &ctx->scratch, &result);
	return 0;
}

/* @call with a read from each of @pages pages; @n times a sample */
#define PAGES(title, text, call, count, n)                                \
	{                                                                 \
		.name = title,                                            \
		.help = text " and a read from each of " #count " pages", \
		.path = PTI_PATH_SYSCALL64, .iterations = n,              \
		.arg = { count, call }, .batch = true,                    \
		.entries = { { PTI_PATH_SYSCALL64, 1 } },                 \
		.setup = pages_setup, .sample = pages_sample,             \
		.overhead = pages_overhead, .teardown = pages_teardown,   \
	}
#define GETPPID(title, count, n) \
	PAGES(title, "getppid(2)", SYS_getppid, count, n)
#define GETPID(title, count, n) PAGES(title, "getpid(2)", SYS_getpid, count, n)
#define READ1(title, count, n) \
	PAGES(title, "read(2) of 1 byte", SYS_read, count, n)

const struct workload bench_getppid_p40 = GETPPID("getppid_p40", 40, 64);
const struct workload bench_getppid_p600 = GETPPID("getppid_p600", 600, 16);
const struct workload bench_getppid_p1600 = GETPPID("getppid_p1600", 1600, 16);
const struct workload bench_getpid_p40 = GETPID("getpid_p40", 40, 64);
const struct workload bench_getpid_p600 = GETPID("getpid_p600", 600, 16);
const struct workload bench_getpid_p1600 = GETPID("getpid_p1600", 1600, 16);
const struct workload bench_read1_p40 = READ1("read1_p40", 40, 64);
const struct workload bench_read1_p600 = READ1("read1_p600", 600, 16);
const struct workload bench_read1_p1600 = READ1("read1_p1600", 1600, 16);
