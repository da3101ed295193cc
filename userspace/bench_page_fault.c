// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workload page_fault: read faults on fresh anonymous pages, which the kernel
 * answers by mapping the zero page: no allocation, no clearing.
 */
#include <errno.h>
#include <sys/mman.h>

#include "bench.h"
#include "bench_loop.h"

#define PAGE_BYTES 4096

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
