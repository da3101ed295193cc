// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/groups.h"

static int compare_machines(const struct manifest *a, const struct manifest *b)
{
	int order = (int)a->lane - (int)b->lane;

	if (!order)
		order = strcmp(a->cpu, b->cpu);
	if (!order)
		order = (int)a->pcid - (int)b->pcid;
	return order ? order : (int)a->unit - (int)b->unit;
}

/* PTI on before PTI off, marks off before on, stock before patched, early before late, skip last. */
static int variant_place(const struct manifest *m)
{
	return m->marks << 5 | (m->switch_mode == SWITCH_OFF) << 4 |
	       (m->variant == VARIANT_PATCHED) << 2 |
	       (m->switch_mode == SWITCH_LATE) << 1 | m->skip;
}

static int compare_variants(const struct manifest *a, const struct manifest *b)
{
	int order = compare_machines(a, b);

	return order ? order : variant_place(a) - variant_place(b);
}

static int compare_groups(const void *left, const void *right)
{
	const struct group *a = left, *b = right;

	return compare_variants(group_manifest(a), group_manifest(b));
}

static bool is_member(const struct group *group, const struct manifest *m)
{
	return !compare_variants(group_manifest(group), m);
}

static struct group *groups_add(struct groups *groups, const struct run *run,
				size_t cap)
{
	struct group *group = &groups->group[groups->n];

	group->runs = calloc(cap, sizeof(*group->runs));
	if (!group->runs)
		return NULL;
	group->runs[group->n++] = run;
	groups->n++;
	return group;
}

static int groups_place(struct groups *groups, const struct run *run,
			size_t cap)
{
	for (size_t i = 0; i < groups->n; i++) {
		struct group *group = &groups->group[i];

		if (is_member(group, &run->manifest)) {
			group->runs[group->n++] = run;
			return 0;
		}
	}
	return groups_add(groups, run, cap) ? 0 : -ENOMEM;
}

/**
 * groups_init() - sort runs into groups
 * @runs: stay the caller's, and in place while @groups is used
 * Return: 0 or -ENOMEM; groups_deinit() is due either way
 */
int groups_init(struct groups *groups, const struct run *runs, size_t n)
{
	int err = 0;

	groups->n = 0;
	groups->group = calloc(n + 1, sizeof(*groups->group));
	if (!groups->group)
		return -ENOMEM;
	for (size_t i = 0; !err && i < n; i++)
		err = groups_place(groups, &runs[i], n);
	if (!err)
		qsort(groups->group, groups->n, sizeof(*groups->group),
		      compare_groups);
	return err;
}

/** groups_deinit() - free the groups, not the runs */
void groups_deinit(struct groups *groups)
{
	for (size_t i = 0; i < groups->n; i++)
		free(groups->group[i].runs);
	free(groups->group);
	groups->group = NULL;
	groups->n = 0;
}

/** group_manifest() - what all runs of the group agree on, and more of the first */
const struct manifest *group_manifest(const struct group *group)
{
	return &group->runs[0]->manifest;
}

/** group_same_machine() - may these two be compared? */
bool group_same_machine(const struct group *a, const struct group *b)
{
	return !compare_machines(group_manifest(a), group_manifest(b));
}

/**
 * groups_machine() - the groups that one machine begins with
 * @first: place of a machine's first group: 0, or what this returned before
 * @machine: out
 * Return: place of the next machine's first group, or @groups->n
 */
size_t groups_machine(const struct groups *groups, size_t first,
		      struct machine *machine)
{
	size_t end = first;

	while (end < groups->n &&
	       group_same_machine(&groups->group[first], &groups->group[end]))
		end++;
	machine->group = &groups->group[first];
	machine->n = end - first;
	return end;
}

/**
 * group_find() - the group of a variant among those of one machine
 *
 * Return: the group, or NULL when no such run was given
 */
const struct group *group_find(const struct group *group, size_t n,
			       const struct side *side)
{
	for (size_t i = 0; i < n; i++) {
		const struct manifest *m = group_manifest(&group[i]);

		if (m->variant == side->variant &&
		    m->switch_mode == side->mode && m->marks == side->marks &&
		    m->skip == side->skip)
			return &group[i];
	}
	return NULL;
}

/** group_label() - the variant in words */
const char *group_label(const struct group *group)
{
	static const char *const labels[VARIANT_COUNT][SWITCH_COUNT][2] = {
		[VARIANT_STOCK] = {
			[SWITCH_EARLY] = { "stock early", "stock early, marks" },
			[SWITCH_LATE] = { "stock late", "stock late, marks" },
			[SWITCH_OFF] = { "stock PTI off", "stock PTI off, marks" },
		},
		[VARIANT_PATCHED] = {
			[SWITCH_EARLY] = { "early", "early, marks" },
			[SWITCH_LATE] = { "late", "late, marks" },
			[SWITCH_OFF] = { "PTI off", "PTI off, marks" },
		},
	};
	const struct manifest *m = group_manifest(group);

	if (m->skip)
		return m->marks ? "late, skip, marks" : "late, skip";
	return labels[m->variant][m->switch_mode][m->marks];
}

/* A key and the place of its workload in the order in which workloads first appear. */
struct ranked {
	struct key key;
	size_t workload;
};

struct ranking {
	struct ranked *ranked;
	size_t n;
	size_t cap;
	const char **workloads;
	size_t n_workloads;
};

static size_t rank_workload(struct ranking *r, const char *name)
{
	for (size_t i = 0; i < r->n_workloads; i++)
		if (!strcmp(r->workloads[i], name))
			return i;
	r->workloads[r->n_workloads] = name;
	return r->n_workloads++;
}

static void rank_series(struct ranking *r, const struct series *s)
{
	struct ranked *new = &r->ranked[r->n];

	if (!s->n)
		return;
	new->key = (struct key){ s->path, s->workload, s->metric };
	new->workload = rank_workload(r, s->workload);
	for (size_t i = 0; i < r->n; i++) {
		const struct ranked *old = &r->ranked[i];

		if (old->key.path == s->path && old->key.metric == s->metric &&
		    old->workload == new->workload)
			return;
	}
	r->n++;
}

static int compare_ranked(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->key.path != b->key.path)
		return a->key.path < b->key.path ? -1 : 1;
	if (a->workload != b->workload)
		return a->workload < b->workload ? -1 : 1;
	return (int)a->key.metric - (int)b->key.metric;
}

static size_t count_series(const struct group *group, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < group[i].n; j++)
			count += group[i].runs[j]->samples.n;
	return count;
}

/**
 * keys_collect() - everything that any of these groups has samples of
 * @group: groups of one machine
 * @keys: out: by path, then workload in the order in which they ran, then
 *	metric; for the caller to free; names belong to the runs
 * Return: 0 or -ENOMEM
 */
int keys_collect(const struct group *group, size_t n, struct key **keys,
		 size_t *n_keys)
{
	struct ranking r = { .cap = count_series(group, n) + 1 };
	int err = -ENOMEM;

	r.ranked = calloc(r.cap, sizeof(*r.ranked));
	r.workloads = calloc(r.cap, sizeof(*r.workloads));
	*keys = calloc(r.cap, sizeof(**keys));
	if (!r.ranked || !r.workloads || !*keys) {
		free(*keys);
		goto free;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < group[i].n; j++)
			for (size_t k = 0; k < group[i].runs[j]->samples.n; k++)
				rank_series(
					&r,
					group[i].runs[j]->samples.series[k]);
	qsort(r.ranked, r.n, sizeof(*r.ranked), compare_ranked);
	for (*n_keys = 0; *n_keys < r.n; (*n_keys)++)
		(*keys)[*n_keys] = r.ranked[*n_keys].key;
	err = 0;
free:
	free(r.ranked);
	free(r.workloads);
	return err;
}

/* A cell that is being filled: its boots, and which run each of them began with. */
struct loading {
	const struct key *key;
	struct cell *cell;
	struct values *boot;
	const struct run **first;
};

/* A run that does not know its boot is taken for a boot of its own. */
static struct values *boot_of(struct loading *l, const struct run *run)
{
	struct cell *cell = l->cell;
	const char *boot = run->manifest.boot;

	for (size_t i = 0; *boot && i < cell->boots; i++)
		if (!strcmp(l->first[i]->manifest.boot, boot))
			return &l->boot[i];
	l->first[cell->boots] = run;
	return &l->boot[cell->boots++];
}

static int load_run(struct loading *l, const struct run *run)
{
	const struct series *s = sample_set_find(
		&run->samples, l->key->path, l->key->metric, l->key->workload);
	double ticks_per_unit = run->manifest.ticks_per_unit;

	if (!s || !s->n)
		return 0;
	if (values_add(&l->cell->v, s, ticks_per_unit) ||
	    values_add(boot_of(l, run), s, ticks_per_unit))
		return -ENOMEM;
	return 0;
}

/* What the boots' figures say of the variant. */
static void estimate_boots(struct cell *cell)
{
	struct values *v = &cell->v;
	size_t n = cell->boots;

	stats_sort(cell->figures, n);
	if (cell->exact) {
		v->estimate = stats_quantile(cell->figures, n, 0.5);
		v->ci = (struct interval){ cell->figures[0],
					   cell->figures[n - 1] };
	} else if (n > 1) {
		v->estimate = stats_mean(cell->figures, n);
		v->ci = stats_mean_ci(cell->figures, n);
	}
}

static int load_runs(const struct group *group, struct loading *l)
{
	struct cell *cell = l->cell;
	int err = 0;

	for (size_t i = 0; !err && i < group->n; i++)
		err = load_run(l, group->runs[i]);
	if (err)
		return err;
	if (!cell->boots)
		return -ENOENT;
	cell->exact = lane_is_exact(group_manifest(group)->lane);
	for (size_t i = 0; i < cell->boots; i++) {
		values_estimate(&l->boot[i], l->key->metric);
		cell->figures[i] = l->boot[i].estimate;
	}
	values_estimate(&cell->v, l->key->metric);
	estimate_boots(cell);
	return 0;
}

/**
 * cell_load() - what a group measured of a key
 * @cell: out: cell_deinit() is due on success only
 * Return: 0, -ENOENT when it has no samples of it, or -ENOMEM
 */
int cell_load(const struct group *group, const struct key *key,
	      struct cell *cell)
{
	struct loading l = { .key = key, .cell = cell };
	int err = -ENOMEM;

	memset(cell, 0, sizeof(*cell));
	l.first = calloc(group->n, sizeof(*l.first));
	l.boot = calloc(group->n, sizeof(*l.boot));
	cell->figures = calloc(group->n, sizeof(*cell->figures));
	if (l.first && l.boot && cell->figures)
		err = load_runs(group, &l);
	for (size_t i = 0; l.boot && i < group->n; i++)
		values_deinit(&l.boot[i]);
	free(l.boot);
	free(l.first);
	if (err)
		cell_deinit(cell);
	return err;
}

/** cell_deinit() - free the samples; harmless when it is done with */
void cell_deinit(struct cell *cell)
{
	free(cell->figures);
	values_deinit(&cell->v);
	memset(cell, 0, sizeof(*cell));
}
