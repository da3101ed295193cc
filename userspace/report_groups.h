/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_REPORT_GROUPS_H
#define PTISCOPE_REPORT_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "rundir.h"
#include "values.h"

/**
 * struct group - the runs of one variant on one machine
 *
 * Only runs that agree in lane, CPU, PCID, unit, kernel, stock or patched,
 * switch and marks share a group; nothing is ever pooled across groups.
 *
 * @runs: in the order in which they were given
 * @n: at least 1
 */
struct group {
	const struct run **runs;
	size_t n;
};

/** struct groups - sorted: machines one after the other, variants within */
struct groups {
	struct group *group;
	size_t n;
};

/** struct key - what a series is about */
struct key {
	unsigned int path;
	const char *workload;
	enum metric metric;
};

/**
 * struct cell - a key measured by all runs of a group
 * @v: samples of all runs together
 * @runs: runs that have samples of it
 * @spread: greatest minus least estimate of a single run
 */
struct cell {
	struct values v;
	size_t runs;
	double spread;
};

int groups_init(struct groups *groups, const struct run *runs, size_t n);
void groups_deinit(struct groups *groups);
bool group_same_machine(const struct group *a, const struct group *b);
size_t group_machine_end(const struct groups *groups, size_t first);
const struct group *group_find(const struct group *group, size_t n,
			       enum variant variant,
			       enum switch_mode switch_mode, bool marks);
const struct manifest *group_manifest(const struct group *group);
const char *group_label(const struct group *group);

int keys_collect(const struct group *group, size_t n, struct key **keys,
		 size_t *n_keys);

int cell_load(const struct group *group, const struct key *key,
	      struct cell *cell);
void cell_deinit(struct cell *cell);

#endif /* PTISCOPE_REPORT_GROUPS_H */
