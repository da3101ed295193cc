/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TLB_GEOMETRY_H
#define PTISCOPE_TLB_GEOMETRY_H

#include <stdio.h>

/* Page sizes, as indices */
enum tlb_size {
	TLB_4K,
	TLB_2M,
	TLB_1G,
	TLB_SIZES,
};

/* log2 of the bytes of a page of that size */
static inline unsigned int tlb_size_shift(unsigned int size)
{
	return 12 + 9 * size;
}

/* An array of @sets sets (a power of 2) with @ways entries each; none if 0 */
struct tlb_shape {
	unsigned int sets;
	unsigned int ways;
};

/* What a second-level array takes: bit n is for page size n. */
struct tlb_second {
	struct tlb_shape shape;
	unsigned int sizes;
};

#define TLB_SECONDS 2
/* Caches of PDEs, PDPTEs and PML4Es, in this order */
#define TLB_STRUCTURES 3

/**
 * struct tlb_geometry - the TLBs of one CPU
 * @name: at most 31 characters, letters, digits, '-', '_' and '.'
 * @source: where the figures come from
 * @data: first level for data, one array a page size.  A page of a size that has
 *        none is kept in pieces of the next smaller size that has one.
 * @code: first level for instructions, the same
 * @second: second level, for data and instructions alike
 * @structures: entries of the paging-structure caches, fully associative; 0: none
 */
struct tlb_geometry {
	char name[32];
	const char *source;
	struct tlb_shape data[TLB_SIZES];
	struct tlb_shape code[TLB_SIZES];
	struct tlb_second second[TLB_SECONDS];
	unsigned int structures[TLB_STRUCTURES];
};

/* The one of that name, NULL if there is none; and all of them, up to NULL */
const struct tlb_geometry *tlb_geometry_find(const char *name);
const struct tlb_geometry *tlb_geometry_at(unsigned int i);

/**
 * tlb_geometry_read() - read one from a text file
 * @file: one item a line, '#' begins a comment:
 *        name NAME
 *        data|code 4k|2m|1g ENTRIES WAYS
 *        second SIZE[,SIZE...] ENTRIES WAYS
 *        structures PDES PDPTES PML4ES
 * @path: its name, for messages
 * @error: one line without newline that says what is wrong
 * @size: bytes of @error
 *
 * Return: 0, or -1 and @error is set.
 */
int tlb_geometry_read(struct tlb_geometry *geometry, FILE *file,
		      const char *path, char *error, size_t size);

#endif /* PTISCOPE_TLB_GEOMETRY_H */
