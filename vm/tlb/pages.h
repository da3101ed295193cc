/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TLB_PAGES_H
#define PTISCOPE_TLB_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "model.h"
#include "vm/tlb/protocol.h"

/* What is counted of a page */
enum tlb_page_count {
	TLB_PAGE_MISS, /* of the first level */
	TLB_PAGE_SECOND_HIT,
	TLB_PAGE_WALK,
	TLB_PAGE_WALK_REF,
	TLB_PAGE_COUNTS,
};

/* Of what a page's misses are counted apart */
struct tlb_page_key {
	uint64_t page; /* number of its 4 KiB, 2 MiB or 1 GiB */
	uint16_t label; /* of the sample: index of tlb_pages.label */
	uint8_t geometry;
	uint8_t path; /* enum pti_path */
	uint8_t part; /* enum tlb_part */
	uint8_t size; /* enum tlb_size */
	uint8_t code;
};

/**
 * struct tlb_page - misses of one page
 * @address: what the first of them was for, @by: the instruction that was
 *	executed, @stack: the stack pointer then
 * @now: counts of the sample that is being taken, @kept: of those before
 */
struct tlb_page {
	struct tlb_page_key key;
	uint64_t address;
	uint64_t by;
	uint64_t stack;
	uint64_t now[TLB_PAGE_COUNTS];
	uint64_t kept[TLB_PAGE_COUNTS];
};

/* What belongs to the samples of one name: how many, and their entries by path */
struct tlb_label {
	char name[TLB_LABEL_SIZE];
	uint64_t samples;
	uint64_t dropped;
	uint64_t entries[PTI_PATH_COUNT];
};

/**
 * struct tlb_pages - misses of samples, by page
 * @page: hash table of @room slots, @n of them in use; a slot without counts is free
 * @label: @labels of them, the last one that of the sample being taken
 * @current: index of that
 * @percpu: where the kernel has its per-CPU data, 0 if that is not known
 */
struct tlb_pages {
	struct tlb_page *page;
	size_t room;
	size_t n;
	struct tlb_label *label;
	unsigned int labels;
	unsigned int current;
	uint64_t percpu;
};

/* Return: 0, or -1 if there is no memory. */
int tlb_pages_init(struct tlb_pages *pages);
void tlb_pages_free(struct tlb_pages *pages);

/* tlb_pages_begin() - a sample of that name begins.  Return: 0, or -1: no memory */
int tlb_pages_begin(struct tlb_pages *pages, const char *name);

/**
 * tlb_pages_miss() - a miss of the first level in that sample
 * @miss: with its key, @address, @by and @stack, and @now what is to be added;
 *	its label is filled in
 * Return: 0, or -1: no memory
 */
int tlb_pages_miss(struct tlb_pages *pages, struct tlb_page miss);

/**
 * tlb_pages_end() - the sample ended
 * @reply: of the sample.  One into which an interrupt came is dropped.
 * @first: path of its first entry, to which belongs what came before
 * Return: 0, or -1: no memory
 */
int tlb_pages_end(struct tlb_pages *pages, const struct tlb_reply *reply,
		  unsigned int first);

/**
 * tlb_pages_write() - a line of CSV for each page, in no order, with a header
 *
 * sample, path, part, geometry, use (data or code), page_size, page, address and
 * instruction of the first miss, where; samples, entries (by that path in all of
 * them), misses, l2_hits, walks, walk_refs in all samples.  Addresses have 16
 * hexadecimal digits.  "where" is the offset of @address in the per-CPU data, for it is to be
 * found among symbols, stack, or the address again.
 *
 * @reply: has the names of geometries
 */
void tlb_pages_write(const struct tlb_pages *pages,
		     const struct tlb_reply *reply, FILE *file);

#endif /* PTISCOPE_TLB_PAGES_H */
