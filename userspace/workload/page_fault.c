// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads of page faults on fresh anonymous memory: reads, which the kernel
 * answers by mapping the zero page (no allocation, no clearing), and writes.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "workload/workload.h"
#include "base/loop.h"

#define PAGE_BYTES 4096
#define HUGE_BYTES (2UL << 20)

/* So many huge pages a sample at most: a guest has little memory. */
#define HUGE_PAGES_MAX 8

static int page_fault_setup(struct bench_ctx *ctx)
{
	void *mem;

	ctx->mem_bytes = ctx->iterations * PAGE_BYTES;
	mem = mmap(NULL, ctx->mem_bytes, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mem == MAP_FAILED)
		return -errno;
	ctx->mem = mem;
	/*
	 * One fault would otherwise map a whole huge zero page.  EINVAL says
	 * that this kernel has no huge pages, which is as good.
	 */
	if (madvise(mem, ctx->mem_bytes, MADV_NOHUGEPAGE) && errno != EINVAL)
		return -errno;
	return 0;
}

static void page_fault_teardown(struct bench_ctx *ctx)
{
	if (ctx->mem)
		munmap(ctx->mem, ctx->mem_bytes);
}

static int page_fault_prepare(struct bench_ctx *ctx)
{
	return madvise(ctx->mem, ctx->mem_bytes, MADV_DONTNEED) ? -errno : 0;
}

/* Read one byte of each page: a fault each, or none when they are mapped. */
static __attribute__((noinline)) uint64_t touch(const unsigned char *page,
						uint64_t n)
{
	uint64_t start, end;

	asm volatile(".p2align 6\n\t" BENCH_TSC_ASM "mov %%rax,%[start]\n"
		     "1:\tmovzbl (%[page]),%%eax\n\t"
		     "add %[step],%[page]\n\t"
		     "dec %[n]\n\t"
		     "jnz 1b\n\t" BENCH_TSC_ASM
		     : "=&a"(end), [start] "=&r"(start), [page] "+&r"(page),
		       [n] "+&r"(n)
		     : [step] "i"(PAGE_BYTES)
		     : "rdx", "memory", "cc");
	return end - start;
}

static int page_fault_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = touch(ctx->mem, ctx->iterations);
	return 0;
}

/* The same with a write of one byte, @step bytes apart. */
static __attribute__((noinline)) uint64_t
touch_to_write(unsigned char *page, uint64_t n, uint64_t step)
{
	uint64_t start, end;

	asm volatile(".p2align 6\n\t" BENCH_TSC_ASM "mov %%rax,%[start]\n"
		     "1:\tmovb $1,(%[page])\n\t"
		     "add %[step],%[page]\n\t"
		     "dec %[n]\n\t"
		     "jnz 1b\n\t" BENCH_TSC_ASM
		     : "=&a"(end), [start] "=&r"(start), [page] "+&r"(page),
		       [n] "+&r"(n)
		     : [step] "r"(step)
		     : "rdx", "memory", "cc");
	return end - start;
}

static int write_fault_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = touch_to_write(ctx->mem, ctx->iterations, PAGE_BYTES);
	return 0;
}

static int huge_fault_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = touch_to_write(ctx->at, ctx->iterations, HUGE_BYTES);
	return 0;
}

static long minor_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt;
}

/* Does one fault bring a huge page?  Then the rest of it brings none. */
static bool is_huge(struct bench_ctx *ctx)
{
	long faults;

	touch_to_write(ctx->at, 1, HUGE_BYTES);
	faults = minor_faults();
	touch_to_write(ctx->at, HUGE_BYTES / PAGE_BYTES, PAGE_BYTES);
	return minor_faults() == faults;
}

static int huge_fault_setup(struct bench_ctx *ctx)
{
	void *mem;

	if (ctx->iterations > HUGE_PAGES_MAX)
		ctx->iterations = HUGE_PAGES_MAX;
	/* One more, for the alignment. */
	ctx->mem_bytes = (ctx->iterations + 1) * HUGE_BYTES;
	mem = mmap(NULL, ctx->mem_bytes, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mem == MAP_FAILED)
		return -errno;
	ctx->mem = mem;
	ctx->at =
		(void *)(((uintptr_t)mem + HUGE_BYTES - 1) & ~(HUGE_BYTES - 1));
	if (madvise(mem, ctx->mem_bytes, MADV_HUGEPAGE) || !is_huge(ctx)) {
		ctx->why = "the kernel gives no huge pages "
			   "(/sys/kernel/mm/transparent_hugepage/enabled)";
		return -EOPNOTSUPP;
	}
	return 0;
}

const struct workload bench_page_fault = {
	.name = "page_fault",
	.help = "read fault on an anonymous page (maps the zero page)",
	.path = PTI_PATH_PAGE_FAULT,
	.iterations = 64,
	.batch = true,
	.entries = { { PTI_PATH_PAGE_FAULT, 1 } },
	.setup = page_fault_setup,
	.prepare = page_fault_prepare,
	.sample = page_fault_sample,
	/* Right after a sample the pages are mapped: the same loop, no fault. */
	.overhead = page_fault_sample,
	.teardown = page_fault_teardown,
};

const struct workload bench_page_fault_write = {
	.name = "page_fault_write",
	.help = "write fault on an anonymous page (allocates and clears it)",
	.path = PTI_PATH_PAGE_FAULT,
	.iterations = 64,
	.batch = true,
	.entries = { { PTI_PATH_PAGE_FAULT, 1 } },
	.setup = page_fault_setup,
	.prepare = page_fault_prepare,
	.sample = write_fault_sample,
	.overhead = write_fault_sample,
	.teardown = page_fault_teardown,
};

const struct workload bench_huge_page_fault = {
	.name = "huge_page_fault",
	.help = "write fault on a huge page (allocates and clears 2 MiB)",
	.path = PTI_PATH_PAGE_FAULT,
	.iterations = 1,
	.samples = 30,
	.batch = true,
	.entries = { { PTI_PATH_PAGE_FAULT, 1 } },
	.setup = huge_fault_setup,
	.prepare = page_fault_prepare,
	.sample = huge_fault_sample,
	.overhead = huge_fault_sample,
	.teardown = page_fault_teardown,
};
