/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_ANSWER_H
#define PTISCOPE_ANALYSE_ANSWER_H

#include "analyse/model.h"

/** ANSWER_LINES - lines of an answer; of more workloads one stands for each path */
#define ANSWER_LINES 12

/** enum answer_side - what is beside each other; of two runs, first and second */
enum answer_side {
	ANSWER_OFF,
	ANSWER_EARLY,
	ANSWER_LATE,
	ANSWER_SIDES
};

/**
 * struct answer_line - one path
 * @key: round trip of the workload that stands for it
 * @value: by side; NAN where it was not measured
 * @row: late against early, or the second run against the first; or NULL
 * @entries: kernel entries that an iteration declares, or 0
 */
struct answer_line {
	struct key key;
	double value[ANSWER_SIDES];
	const struct row *row;
	uint64_t entries;
};

/**
 * struct answer - what one machine says to the question
 * @group: by side, or NULL
 * @runs: it compares two runs, not modes
 * @line: @n of them
 * @more: workloads that are left out
 */
struct answer {
	const struct group *group[ANSWER_SIDES];
	bool runs;
	struct answer_line line[ANSWER_LINES];
	size_t n;
	size_t more;
};

int answer_init(struct answer *answer, const struct part *part);
const struct part *answer_part(const struct report *report);

#endif /* PTISCOPE_ANALYSE_ANSWER_H */
