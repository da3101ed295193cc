// SPDX-License-Identifier: GPL-2.0-only
/*
 * Late against early, and patched against stock: compare.csv and baseline.csv.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "log.h"
#include "report_compare.h"

#define SIGNIFICANCE 0.05

/** verdict_name() - the verdict in words */
const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_NO_DIFFERENCE] = "no difference shown",
		[VERDICT_SLOWER] = "slower",
		[VERDICT_FASTER] = "faster",
	};

	return names[verdict];
}

static enum verdict judge(const struct diff *d)
{
	if (d->p_value >= SIGNIFICANCE || (d->ci.low <= 0 && d->ci.high >= 0))
		return VERDICT_NO_DIFFERENCE;
	return d->ci.low > 0 ? VERDICT_SLOWER : VERDICT_FASTER;
}

/**
 * diff_cells() - compare two cells of the same key
 * @seed: of the bootstrap
 * Return: 0 or -ENOMEM
 */
int diff_cells(const struct cell *first, const struct cell *second,
	       uint64_t seed, struct diff *diff)
{
	const struct values *a = &first->v, *b = &second->v;

	diff->diff = b->estimate - a->estimate;
	diff->ratio = a->estimate ? b->estimate / a->estimate : 0;
	diff->p_value = stats_mann_whitney(a->x, a->n, b->x, b->n);
	if (stats_bootstrap_diff_ci(a->how, a->x, a->n, b->x, b->n, seed,
				    &diff->ci))
		return -ENOMEM;
	diff->verdict = judge(diff);
	return 0;
}

/* Two groups of one machine, and which of their metrics are compared. */
struct pair {
	const struct group *first;
	const struct group *second;
	const char *lane_prefix;
	bool (*wanted)(enum metric metric);
};

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

static void write_cells(struct csv *csv, const struct pair *pair,
			const struct key *key, const struct cell *first,
			const struct cell *second, const struct diff *d)
{
	char lane[32];

	snprintf(lane, sizeof(lane), "%s%s", pair->lane_prefix,
		 lane_names[group_manifest(pair->first)->lane]);
	csv_text(csv, lane);
	csv_text(csv, pti_path_name(key->path));
	csv_text(csv, key->workload);
	csv_text(csv, metric_name(key->metric));
	csv_text(csv, unit_name(first->v.unit));
	csv_u64(csv, first->v.n);
	csv_u64(csv, second->v.n);
	csv_real(csv, first->v.estimate);
	csv_real(csv, second->v.estimate);
	csv_real(csv, d->diff);
	if (first->v.estimate)
		csv_real(csv, d->ratio);
	else
		csv_text(csv, "");
	csv_real(csv, d->ci.low);
	csv_real(csv, d->ci.high);
	csv_real(csv, d->p_value);
	csv_text(csv, verdict_name(d->verdict));
	csv_end(csv);
}

/* A key that only one of the two has makes no row. */
static int write_key(struct csv *csv, const struct pair *pair,
		     const struct key *key)
{
	struct cell first, second;
	struct diff diff;
	int err = cell_load(pair->first, key, &first);

	if (err)
		return err == -ENOENT ? 0 : err;
	err = cell_load(pair->second, key, &second);
	if (!err) {
		err = diff_cells(&first, &second,
				 group_manifest(pair->first)->seed, &diff);
		if (!err)
			write_cells(csv, pair, key, &first, &second, &diff);
		cell_deinit(&second);
	}
	cell_deinit(&first);
	return err == -ENOENT ? 0 : err;
}

static int write_pair(struct csv *csv, const struct pair *pair)
{
	struct key *keys;
	size_t n;
	int err;

	if (!pair->first || !pair->second)
		return 0;
	err = keys_collect(pair->first, 1, &keys, &n);
	if (err)
		return err;
	for (size_t i = 0; !err && i < n; i++)
		if (pair->wanted(keys[i].metric))
			err = write_key(csv, pair, &keys[i]);
	free(keys);
	return err;
}

/* One machine's rows: late against early. */
static int compare_machine(struct csv *csv, const struct group *g, size_t n)
{
	for (int marks = 0; marks < 2; marks++) {
		struct pair pair = {
			.first = group_find(g, n, VARIANT_PATCHED, SWITCH_EARLY,
					    marks),
			.second = group_find(g, n, VARIANT_PATCHED, SWITCH_LATE,
					     marks),
			.lane_prefix = "",
			.wanted = marks ? is_marked : is_round_trip,
		};
		int err = write_pair(csv, &pair);

		if (err)
			return err;
	}
	return 0;
}

/* One machine's rows: patched against stock, PTI on and off. */
static int baseline_machine(struct csv *csv, const struct group *g, size_t n)
{
	static const enum switch_mode modes[] = { SWITCH_EARLY, SWITCH_OFF };

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct pair pair = {
			.first = group_find(g, n, VARIANT_STOCK, modes[i],
					    false),
			.second = group_find(g, n, VARIANT_PATCHED, modes[i],
					     false),
			.lane_prefix = modes[i] == SWITCH_OFF ? "stock-off/" :
								"stock/",
			.wanted = is_round_trip,
		};
		int err = write_pair(csv, &pair);

		if (err)
			return err;
	}
	return 0;
}

static int write_machines(const struct groups *groups, FILE *f,
			  int (*machine)(struct csv *csv, const struct group *g,
					 size_t n))
{
	struct csv csv = { .f = f };
	int err = 0;

	fputs("lane,path,workload,metric,unit,n_early,n_late,early,late,diff,ratio,"
	      "ci_low,ci_high,p_value,verdict\n",
	      f);
	for (size_t i = 0, end; !err && i < groups->n; i = end) {
		end = group_machine_end(groups, i);
		err = machine(&csv, &groups->group[i], end - i);
	}
	if (!err && ferror(f))
		err = -EIO;
	if (err)
		log_error("can't write the comparison: %s", strerror(-err));
	return err;
}

/**
 * compare_write() - write compare.csv: patched late against patched early
 *
 * Round trips are compared with marks off, windows and switches with marks on.
 *
 * Return: 0, or -errno after one line on stderr
 */
int compare_write(const struct groups *groups, FILE *f)
{
	return write_machines(groups, f, compare_machine);
}

/**
 * baseline_write() - write baseline.csv: patched (column late) against stock (column early)
 *
 * Lane stock/LANE compares with PTI on, stock-off/LANE with PTI off.
 *
 * Return: 0, or -errno after one line on stderr
 */
int baseline_write(const struct groups *groups, FILE *f)
{
	return write_machines(groups, f, baseline_machine);
}
