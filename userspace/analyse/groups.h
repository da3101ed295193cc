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
 * @v: samples of all runs together; with several boots its estimate is that of
 *	the boots' estimates, and its interval a two-level bootstrap over boots and
 *	samples, but in an exact lane whose runs agree
 * @boot: samples of each boot, each with its estimate, without interval
 * @sample: the same for the functions of stats.h
 * @estimates: the boots' estimates, sorted
 * @boots: boots that have samples of it
 * @runs: runs that have samples of it
 * @spread: greatest minus least estimate of a single run
 * @exact: of a lane that counts instructions, and @spread is 0
 */
struct cell {
	struct values v;
	struct values *boot;
	struct sample *sample;
	double *estimates;
	size_t boots;
	size_t runs;
	double spread;
	bool exact;
};

/** struct machine - the groups of one lane, CPU, PCID state and unit */
struct machine {
	const struct group *group;
	size_t n;
};

int groups_init(struct groups *groups, const struct run *runs, size_t n);
void groups_deinit(struct groups *groups);
bool group_same_machine(const struct group *a, const struct group *b);
size_t groups_machine(const struct groups *groups, size_t first,
		      struct machine *machine);
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

#endif /* PTISCOPE_ANALYSE_GROUPS_H */
