/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_GROUPS_H
#define PTISCOPE_ANALYSE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "run/rundir.h"
#include "analyse/values.h"

/**
 * struct group - the runs of one variant on one machine
 *
 * Only runs that agree in lane, CPU, PCID, unit, stock or patched, switch, skip and
 * marks share a group; nothing is ever pooled across groups.  What else runs may
 * differ in is refused before (alike.h), unless that is overruled.
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
 *
 * A boot's figure is that of its samples, whatever the number of its runs.
 *
 * @v: samples of all boots together.  Its estimate is the mean of the boots' figures,
 *	in an exact lane their median.  Its interval is of one boot that of its
 *	samples, of several Student's of the mean, in an exact lane the range of the
 *	boots' figures.
 * @figures: the boots' figures, sorted
 * @boots: how many, at least 1
 * @exact: of a lane that counts instructions
 */
struct cell {
	struct values v;
	double *figures;
	size_t boots;
	bool exact;
};

/** struct machine - the groups of one lane, CPU, PCID state and unit */
struct machine {
	const struct group *group;
	size_t n;
};

/** struct side - a variant, as one side of a comparison */
struct side {
	enum variant variant;
	enum switch_mode mode;
	bool marks;
	bool skip;
};

/** for_each_run() - every run of a machine, by group: @group->runs[@i] */
#define for_each_run(machine, group, i)                        \
	for (const struct group *group = (machine)->group;     \
	     group < (machine)->group + (machine)->n; group++) \
		for (size_t i = 0; i < group->n; i++)

int groups_init(struct groups *groups, const struct run *runs, size_t n);
void groups_deinit(struct groups *groups);
bool group_same_machine(const struct group *a, const struct group *b);
size_t groups_machine(const struct groups *groups, size_t first,
		      struct machine *machine);
const struct group *group_find(const struct group *group, size_t n,
			       const struct side *side);
const struct manifest *group_manifest(const struct group *group);
const char *group_label(const struct group *group);

int keys_collect(const struct group *group, size_t n, struct key **keys,
		 size_t *n_keys);

int cell_load(const struct group *group, const struct key *key,
	      struct cell *cell);
void cell_deinit(struct cell *cell);

#endif /* PTISCOPE_ANALYSE_GROUPS_H */
