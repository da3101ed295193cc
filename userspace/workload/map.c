// SPDX-License-Identifier: GPL-2.0-only
/* Workloads that change mappings: mmap and munmap, mprotect. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "workload/script.h"
#include "workload/workload.h"

#define PAGE_BYTES 4096

/* Room for the mapping, with a page on both sides so that it merges with none. */
#define ROOM_BYTES (3 * PAGE_BYTES)

static int room(struct bench_ctx *ctx)
{
	void *mem = mmap(NULL, ROOM_BYTES, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		return -errno;
	ctx->mem = mem;
	ctx->mem_bytes = ROOM_BYTES;
	return munmap(ctx->mem + PAGE_BYTES, PAGE_BYTES) ? -errno : 0;
}

static int mmap_setup(struct bench_ctx *ctx)
{
	struct bench_call *map;
	long page;
	int err = room(ctx);

	if (err)
		return err;
	page = (long)(ctx->mem + PAGE_BYTES);
	map = bench_script_add(ctx, SYS_mmap, page, PAGE_BYTES,
			       PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED);
	map->arg[4] = -1;
	map->expect = page;
	bench_script_add(ctx, SYS_munmap, page, PAGE_BYTES, 0, 0);
	return 0;
}

/* A page that is there: its entry in the page table and the TLB changes too. */
static int mprotect_setup(struct bench_ctx *ctx)
{
	void *page;
	int err = room(ctx);

	if (err)
		return err;
	page = mmap(ctx->mem + PAGE_BYTES, PAGE_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (page == MAP_FAILED)
		return -errno;
	*(volatile char *)page = 1;
	bench_script_add(ctx, SYS_mprotect, (long)page, PAGE_BYTES, PROT_READ,
			 0);
	bench_script_add(ctx, SYS_mprotect, (long)page, PAGE_BYTES,
			 PROT_READ | PROT_WRITE, 0);
	return 0;
}

static void map_teardown(struct bench_ctx *ctx)
{
	if (ctx->mem)
		munmap(ctx->mem, ctx->mem_bytes);
}

const struct workload bench_mmap_munmap = {
	.name = "mmap_munmap",
	.help = "mmap(2) and munmap(2) of a page that nobody touches",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 16,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 2 } },
	.setup = mmap_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = map_teardown,
};

const struct workload bench_mprotect = {
	.name = "mprotect",
	.help = "mprotect(2) of a page to read-only and back to writable",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 16,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 2 } },
	.setup = mprotect_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = map_teardown,
};
