/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_TLB_H
#define PTISCOPE_RENDER_TLB_H

#include "render/doc.h"

/**
 * struct tlb_line - what one variant meets in the TLBs of one geometry, an iteration
 * @key: workload and path; its metric is nothing
 * @walks: medians, by enum tlb_part
 * @refs: entries of page tables that all these walks read
 * @misses: of the first level, data and instructions
 * @n: samples
 */
struct tlb_line {
	const struct key *key;
	const char *geometry;
	const struct group *group;
	double walks[TLB_PARTS];
	double refs;
	double misses;
	size_t n;
};

typedef void (*tlb_line_fn)(void *to, const struct tlb_line *line);

bool tlb_measured(const struct part *part);
int tlb_lines_each(const struct part *part, tlb_line_fn emit, void *to);
int tlb_write(struct doc *doc, const struct part *part);
int tlb_answer(struct doc *doc, const struct part *part);

#endif /* PTISCOPE_RENDER_TLB_H */
