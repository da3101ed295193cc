// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a report says, before it is written in any format.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "analyse/model.h"
#include "stats/power.h"

/* The sides of comparisons */
#define EARLY(marks)                                        \
	{                                                   \
		VARIANT_PATCHED, SWITCH_EARLY, marks, false \
	}
#define LATE(marks)                                        \
	{                                                  \
		VARIANT_PATCHED, SWITCH_LATE, marks, false \
	}
#define SKIP(marks)                                       \
	{                                                 \
		VARIANT_PATCHED, SWITCH_LATE, marks, true \
	}
#define OFF(marks)                                        \
	{                                                 \
		VARIANT_PATCHED, SWITCH_OFF, marks, false \
	}
#define STOCK_EARLY                                       \
	{                                                 \
		VARIANT_STOCK, SWITCH_EARLY, false, false \
	}
#define STOCK_OFF                                       \
	{                                               \
		VARIANT_STOCK, SWITCH_OFF, false, false \
	}

static bool is_round_trip(enum metric metric)
{
	return metric == METRIC_ROUND_TRIP;
}

static bool is_marked(enum metric metric)
{
	return (metric >= METRIC_ENTRY_WINDOW &&
		metric <= METRIC_EXIT_SWITCH) ||
	       metric == METRIC_FLUSH_SHARE;
}

static bool is_tlb(enum metric metric)
{
	return metric >= METRIC_TLB_EVENTS;
}

static bool is_any(enum metric metric)
{
	return metric != METRIC_ENTRIES && metric != METRIC_SKIPPED;
}

/* Round trips are compared with marks off, windows and switches with marks on. */
static const struct comparison comparisons[] = {
	{ TABLE_LATE, "late - early", "", EARLY(false), LATE(false),
	  is_round_trip },
	{ TABLE_LATE, "late - early", "", EARLY(true), LATE(true), is_marked },
	{ TABLE_TLB, "late - early", "", EARLY(false), LATE(false), is_tlb },
	{ TABLE_BASELINE, "early - stock early", "stock/", STOCK_EARLY,
	  EARLY(false), is_round_trip },
	{ TABLE_BASELINE, "PTI off - stock off", "stock-off/", STOCK_OFF,
	  OFF(false), is_round_trip },
	{ TABLE_MARKS, "early", "marks-early/", EARLY(false), EARLY(true),
	  is_round_trip },
	{ TABLE_MARKS, "late", "marks-late/", LATE(false), LATE(true),
	  is_round_trip },
	{ TABLE_MARKS, "PTI off", "marks-off/", OFF(false), OFF(true),
	  is_round_trip },
	{ TABLE_PTI, "early - PTI off", "pti-early/", OFF(false), EARLY(false),
	  is_round_trip },
	{ TABLE_PTI, "late - PTI off", "pti-late/", OFF(false), LATE(false),
	  is_round_trip },
	{ TABLE_SKIP, "late, skip - late", "skip/", LATE(false), SKIP(false),
	  is_round_trip },
};

#define N_COMPARISONS (sizeof(comparisons) / sizeof(comparisons[0]))

static const struct comparison of_runs = {
	.table = TABLE_RUNS,
	.label = "second - first",
	.lane_prefix = "",
	.wanted = is_any,
};

/* A key that only one of the two has makes no row. */
static int add_row(struct part *part, struct row row)
{
	struct cell first = { 0 }, second = { 0 };
	int err = cell_load(row.first, &row.key, &first);

	if (!err)
		err = cell_load(row.second, &row.key, &second);
	if (!err) {
		row.unit = first.v.unit;
		row.n_first = first.v.n;
		row.n_second = second.v.n;
		row.first_value = first.v.estimate;
		row.second_value = second.v.estimate;
		diff_cells(&first, &second, &row.diff);
	}
	if (!err)
		part->rows[part->n_rows++] = row;
	cell_deinit(&second);
	cell_deinit(&first);
	return err == -ENOENT ? 0 : err;
}

static int add_comparison(struct part *part, const struct comparison *what,
			  const struct group *first, const struct group *second)
{
	int err = 0;

	if (!first || !second)
		return 0;
	for (size_t i = 0; !err && i < part->n_keys; i++) {
		const struct row row = { .what = what,
					 .first = first,
					 .second = second,
					 .key = part->keys[i] };

		if (what->wanted(row.key.metric))
			err = add_row(part, row);
	}
	return err;
}

/* A question, of a row: what is compared, and by which metric */
static bool same_family(const struct row *row, const struct row *other)
{
	return row->what == other->what && row->key.metric == other->key.metric;
}

/* How many answer one question together: those whose boots scatter. */
static size_t family_of(const struct part *part, const struct row *row)
{
	size_t n = 0;

	for (size_t i = 0; i < part->n_rows; i++)
		n += same_family(row, &part->rows[i]) &&
		     diff_scatters(&part->rows[i].diff);
	return n;
}

/* One question: its rows from the first one on are judged together. */
static void judge_family(struct part *part, size_t first,
			 const struct equivalence *eq)
{
	size_t family = family_of(part, &part->rows[first]), na = 0, nb = 0;
	double effect = 0;

	for (size_t i = first; i < part->n_rows; i++) {
		struct row *row = &part->rows[i];
		struct diff *d = &row->diff;

		if (!same_family(&part->rows[first], row))
			continue;
		diff_judge(d, diff_scatters(d) ? family : 0, row->first_value,
			   row->unit, eq);
		if (!d->family)
			continue;
		if (d->boots_first != na || d->boots_second != nb) {
			na = d->boots_first;
			nb = d->boots_second;
			effect = power_effect_shown(na, nb, family);
		}
		d->detectable = effect * d->boots.noise;
	}
}

static void judge(struct part *part, const struct equivalence *eq)
{
	for (size_t i = 0; i < part->n_rows; i++) {
		size_t j = 0;

		while (!same_family(&part->rows[i], &part->rows[j]))
			j++;
		if (j == i)
			judge_family(part, i, eq);
	}
}

static const struct group *find_side(const struct machine *machine,
				     const struct side *side)
{
	return group_find(machine->group, machine->n, side);
}

static int collect_keys(struct part *part, size_t comparisons_max)
{
	int err = keys_collect(part->machine.group, part->machine.n,
			       &part->keys, &part->n_keys);

	if (err)
		return err;
	part->rows =
		calloc(comparisons_max * part->n_keys + 1, sizeof(*part->rows));
	return part->rows ? 0 : -ENOMEM;
}

static int part_init(struct part *part, const struct equivalence *eq)
{
	int err = collect_keys(part, N_COMPARISONS);

	for (size_t i = 0; !err && i < N_COMPARISONS; i++)
		err = add_comparison(
			part, &comparisons[i],
			find_side(&part->machine, &comparisons[i].first),
			find_side(&part->machine, &comparisons[i].second));
	if (!err)
		judge(part, eq);
	return err;
}

static int report_alloc(struct report *report, size_t n,
			const struct equivalence *eq)
{
	report->n = 0;
	report->eq = *eq;
	report->part = calloc(n + 1, sizeof(*report->part));
	return report->part ? 0 : -ENOMEM;
}

static int report_end(struct report *report, int err)
{
	if (!err)
		return 0;
	log_error("can't compute the report: %s", strerror(-err));
	report_deinit(report);
	return err;
}

/**
 * report_init() - compute a report
 * @groups: are used as long as the report is
 * Return: 0, or -errno after one line on stderr, and nothing to free
 */
int report_init(struct report *report, const struct groups *groups,
		const struct equivalence *eq)
{
	int err = report_alloc(report, groups->n, eq);

	for (size_t at = 0; !err && at < groups->n;) {
		struct part *part = &report->part[report->n++];

		at = groups_machine(groups, at, &part->machine);
		err = part_init(part, eq);
	}
	return report_end(report, err);
}

/**
 * report_init_pair() - compare two groups, whatever their variants
 * @pair: two groups of one lane and unit; used as long as the report is
 * Return: 0, or -errno after one line on stderr, and nothing to free
 */
int report_init_pair(struct report *report, const struct group *pair,
		     const struct equivalence *eq)
{
	int err = report_alloc(report, 1, eq);

	if (!err) {
		struct part *part = &report->part[report->n++];

		part->machine.group = pair;
		part->machine.n = 2;
		err = collect_keys(part, 1);
		if (!err)
			err = add_comparison(part, &of_runs, &pair[0],
					     &pair[1]);
		if (!err)
			judge(part, eq);
	}
	return report_end(report, err);
}

/** report_deinit() - free what was computed */
void report_deinit(struct report *report)
{
	for (size_t i = 0; i < report->n; i++) {
		free(report->part[i].keys);
		free(report->part[i].rows);
	}
	free(report->part);
	report->part = NULL;
	report->n = 0;
}

static bool same_key(const struct key *a, const struct key *b)
{
	return a->path == b->path && a->metric == b->metric &&
	       !strcmp(a->workload, b->workload);
}

/**
 * part_row() - the next comparison of a table that is about a key
 * @after: NULL for the first
 * @key: NULL for any
 * Return: the row, or NULL when there is none
 */
const struct row *part_row(const struct part *part, const struct row *after,
			   enum table table, const struct key *key)
{
	const struct row *row = after ? after + 1 : part->rows;

	for (; row < part->rows + part->n_rows; row++)
		if (row->what->table == table &&
		    (!key || same_key(&row->key, key)))
			return row;
	return NULL;
}

/** part_has_marks() - was any of its runs taken with marks on? */
bool part_has_marks(const struct part *part)
{
	for (size_t i = 0; i < part->machine.n; i++)
		if (group_manifest(&part->machine.group[i])->marks)
			return true;
	return false;
}

/**
 * part_pti_cost() - what page-table isolation adds to a round trip
 * Return: is there anything to say?
 */
bool part_pti_cost(const struct part *part, const struct key *key,
		   struct pti_cost *cost)
{
	const struct row *row = NULL, *late = NULL;

	memset(cost, 0, sizeof(*cost));
	while ((row = part_row(part, row, TABLE_PTI, key))) {
		if (group_manifest(row->second)->switch_mode == SWITCH_LATE)
			cost->late = row;
		else
			cost->early = row;
	}
	late = part_row(part, NULL, TABLE_LATE, key);
	cost->has_share = cost->late && late &&
			  cost->late->diff.verdict == VERDICT_SLOWER &&
			  late->diff.verdict == VERDICT_SLOWER;
	if (cost->has_share)
		cost->share = late->diff.diff / cost->late->diff.diff;
	return cost->early || cost->late;
}
