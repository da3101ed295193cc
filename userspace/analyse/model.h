/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_MODEL_H
#define PTISCOPE_ANALYSE_MODEL_H

#include "analyse/diff.h"
#include "analyse/groups.h"

/**
 * enum table - comparisons that belong together: one file, or one section
 * @TABLE_LATE: late against early
 * @TABLE_TLB: the same, of what the TLB model counts
 * @TABLE_BASELINE: patched against stock
 * @TABLE_MARKS: marks on against marks off
 * @TABLE_PTI: PTI on against PTI off
 * @TABLE_SKIP: late with calls that skip the switch against late without
 * @TABLE_RUNS: one run against another, by name
 */
enum table {
	TABLE_LATE,
	TABLE_TLB,
	TABLE_BASELINE,
	TABLE_MARKS,
	TABLE_PTI,
	TABLE_SKIP,
	TABLE_RUNS,
	TABLE_COUNT
};

/**
 * struct comparison - two variants of a machine
 * @label: "late - early"
 * @lane_prefix: of the column lane in CSV
 * @wanted: metrics that are compared
 */
struct comparison {
	enum table table;
	const char *label;
	const char *lane_prefix;
	struct side first;
	struct side second;
	bool (*wanted)(enum metric metric);
};

/**
 * struct row - a key of a comparison
 * @first_value: estimate of the first
 * @second_value: estimate of the second
 */
struct row {
	const struct comparison *what;
	const struct group *first;
	const struct group *second;
	struct key key;
	enum unit unit;
	size_t n_first;
	size_t n_second;
	double first_value;
	double second_value;
	struct diff diff;
};

/** struct part - one machine of a report: its groups, keys and comparisons, all computed */
struct part {
	struct machine machine;
	struct key *keys;
	size_t n_keys;
	struct row *rows;
	size_t n_rows;
};

/**
 * struct report - everything that is written, in whatever format
 * @part: one a machine
 * @eq: margin of equivalence
 */
struct report {
	struct part *part;
	size_t n;
	struct equivalence eq;
};

int report_init(struct report *report, const struct groups *groups,
		const struct equivalence *eq);
int report_init_pair(struct report *report, const struct group *pair,
		     const struct equivalence *eq);
void report_deinit(struct report *report);

const struct row *part_row(const struct part *part, const struct row *after,
			   enum table table, const struct key *key);
bool part_has_marks(const struct part *part);

/**
 * struct pti_cost - what page-table isolation adds to a round trip
 * @early: early minus off, or NULL
 * @late: late minus off, or NULL
 * @share: of @late's difference that is the late switch's
 * @has_share: @late and late minus early are shown to be above 0
 */
struct pti_cost {
	const struct row *early;
	const struct row *late;
	double share;
	bool has_share;
};

bool part_pti_cost(const struct part *part, const struct key *key,
		   struct pti_cost *cost);

#endif /* PTISCOPE_ANALYSE_MODEL_H */
