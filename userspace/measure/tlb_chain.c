// SPDX-License-Identifier: GPL-2.0-only
/* Working sets for the TLB: pages that are read or executed, one after another. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "measure/tlb_chain.h"

#define SMALL_PAGE 4096u
#define LINE 64u

/* Intel SDM vol. 2: JMP rel32 and near RET */
#define OP_JMP_REL32 0xe9
#define OP_RET 0xc3

/* The used place of page @i: not all in the same cache set. */
static unsigned char *place(const unsigned char *base, size_t page_bytes,
			    size_t i)
{
	return (unsigned char *)base + i * page_bytes +
	       i * 3 * LINE % SMALL_PAGE;
}

/* Fisher and Yates with a generator of its own: the same order every time. */
static void shuffle(size_t *order, size_t n)
{
	uint64_t state = 0x9e3779b97f4a7c15u;
	size_t i, j, kept;

	for (i = 0; i < n; i++)
		order[i] = i;
	for (i = n - 1; i > 0; i--) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		j = (size_t)(state >> 33) % (i + 1);
		kept = order[i];
		order[i] = order[j];
		order[j] = kept;
	}
}

static void write_jump(unsigned char *at, const unsigned char *to)
{
	int32_t distance = (int32_t)(to - (at + 5));

	at[0] = OP_JMP_REL32;
	memcpy(at + 1, &distance, sizeof(distance));
}

static void link_pages(struct tlb_chain *c, unsigned char *base,
		       const size_t *order)
{
	unsigned char *at, *next;
	size_t i;

	for (i = 0; i < c->pages; i++) {
		at = place(base, c->page_bytes, order[i]);
		next = place(base, c->page_bytes, order[(i + 1) % c->pages]);
		if (!c->code)
			memcpy(at, &next, sizeof(next));
		else if (i + 1 < c->pages)
			write_jump(at, next);
		else
			*at = OP_RET;
	}
	c->first = place(base, c->page_bytes, order[0]);
}

/* Bytes of huge pages behind the mapping of @address, or 0. */
static size_t huge_bytes(const void *address)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	unsigned long long kib = 0, low, high;
	bool here = false, found = false;
	char line[256];

	while (f && !found && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx-%llx ", &low, &high) == 2)
			here = low <= (uintptr_t)address &&
			       (uintptr_t)address < high;
		else
			found = here &&
				sscanf(line, "AnonHugePages: %llu", &kib) == 1;
	}
	if (f)
		fclose(f);
	return found ? (size_t)kib * 1024 : 0;
}

static int fill(struct tlb_chain *c)
{
	size_t bytes = c->pages * c->page_bytes, *order;
	uintptr_t base;

	order = calloc(c->pages, sizeof(*order));
	if (!order)
		return -ENOMEM;
	base = ((uintptr_t)c->map + c->page_bytes - 1) &
	       ~((uintptr_t)c->page_bytes - 1);
	/* Where the kernel has no huge pages at all, the check below tells. */
	madvise((void *)base, bytes,
		c->page_bytes > SMALL_PAGE ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	shuffle(order, c->pages);
	link_pages(c, (unsigned char *)base, order);
	free(order);
	if (c->code && mprotect((void *)base, bytes, PROT_READ | PROT_EXEC))
		return -errno;
	if (c->page_bytes > SMALL_PAGE && huge_bytes((void *)base) < bytes)
		return -EOPNOTSUPP;
	return 0;
}

/**
 * tlb_chain_create() - map a working set, and touch it
 * @c: chain; empty after an error
 * @code: to be executed, not read
 * @page_bytes: 4096, or 2 MiB for huge pages
 * @pages: how many; together at most 1 GiB
 *
 * Return: 0; -EOPNOTSUPP where the kernel gives no huge pages, or another
 * negative errno.
 */
int tlb_chain_create(struct tlb_chain *c, bool code, size_t page_bytes,
		     size_t pages)
{
	int err;

	*c = (struct tlb_chain){
		.code = code,
		.pages = pages,
		.page_bytes = page_bytes,
		.map_bytes = (pages + 1) * page_bytes,
	};
	if (!pages || pages * page_bytes > 1u << 30)
		return -EINVAL;
	c->map = mmap(NULL, c->map_bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (c->map == MAP_FAILED) {
		c->map = NULL;
		return -errno;
	}
	err = fill(c);
	if (err)
		tlb_chain_destroy(c);
	return err;
}

/**
 * tlb_chain_destroy() - unmap a working set
 * @c: chain, created or empty
 */
void tlb_chain_destroy(struct tlb_chain *c)
{
	if (c->map)
		munmap(c->map, c->map_bytes);
	c->map = NULL;
}

/**
 * tlb_chain_touch() - touch every page of a working set once
 * @c: chain
 */
void tlb_chain_touch(const struct tlb_chain *c)
{
	const void *p = c->first;
	size_t n = c->pages;

	if (c->code) {
		((void (*)(void))c->first)();
		return;
	}
	asm volatile("1:\tmov (%0),%0\n\t"
		     "dec %1\n\t"
		     "jnz 1b"
		     : "+r"(p), "+r"(n)
		     :
		     : "memory", "cc");
}
