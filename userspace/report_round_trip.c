// SPDX-License-Identifier: GPL-2.0-only
/*
 * Round trips: every workload in every variant, and what the marks add to them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report_text.h"

#define EARLY VARIANT_PATCHED, SWITCH_EARLY
#define LATE VARIANT_PATCHED, SWITCH_LATE
#define OFF VARIANT_PATCHED, SWITCH_OFF
#define STOCK_EARLY VARIANT_STOCK, SWITCH_EARLY
#define STOCK_OFF VARIANT_STOCK, SWITCH_OFF

static const struct comparison round_trip_comparisons[] = {
	{ "late - early", EARLY, false, LATE, false },
	{ "early - stock early", STOCK_EARLY, false, EARLY, false },
	{ "PTI off - stock off", STOCK_OFF, false, OFF, false },
};

static const struct comparison mark_comparisons[] = {
	{ "early", EARLY, false, EARLY, true },
	{ "late", LATE, false, LATE, true },
	{ "PTI off", OFF, false, OFF, true },
};

/* Of a comparison, and of one that also names the workload */
#define LABEL_WIDTH 20
#define LONG_LABEL_WIDTH 28

#define N_COMPARISONS(table) (sizeof(table) / sizeof(table[0]))

static void print_row(FILE *f, const struct group *group,
		      const struct cell *cell)
{
	char median[NUMBER_SIZE], ci[NUMBER_SIZE], low[NUMBER_SIZE],
		high[NUMBER_SIZE];
	const struct values *v = &cell->v;
	char range[2 * NUMBER_SIZE];

	snprintf(range, sizeof(range), "%s .. %s",
		 format_number(low, stats_quantile(v->x, v->n, 0.05)),
		 format_number(high, stats_quantile(v->x, v->n, 0.95)));
	fprintf(f, "    %-22s%9s  %-21s %-20s %7zu %5llu  %4zu\n",
		group_label(group), format_number(median, v->estimate),
		format_interval(ci, &v->ci), range, v->n,
		(unsigned long long)v->lost, cell->runs);
	if (cell->runs > 1)
		fprintf(f,
			"    %-22s%9s  between the medians of its %zu runs\n",
			"  spread", format_number(median, cell->spread),
			cell->runs);
}

static void print_diff(FILE *f, const char *label, int width,
		       const struct diff *d)
{
	char change[NUMBER_SIZE], ci[NUMBER_SIZE], p[NUMBER_SIZE],
		share[NUMBER_SIZE] = "";

	if (d->ratio == 1)
		strcpy(share, "0 %");
	else if (d->ratio)
		snprintf(share, sizeof(share), "%+.2f %%",
			 100 * (d->ratio - 1));
	fprintf(f, "      %-*s%9s  %-21s %-10s %-10s %s\n", width, label,
		format_change(change, d->diff),
		format_change_interval(ci, &d->ci), share,
		format_p(p, d->p_value), verdict_name(d->verdict));
}

static int print_workload(const struct machine *machine, const struct key *key,
			  FILE *f)
{
	fprintf(f, "  %s (%s)\n", key->workload, pti_path_name(key->path));
	for (size_t i = 0; i < machine->n; i++) {
		struct cell cell;
		int err = cell_load(&machine->group[i], key, &cell);

		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		print_row(f, &machine->group[i], &cell);
		cell_deinit(&cell);
	}
	for (size_t i = 0; i < N_COMPARISONS(round_trip_comparisons); i++) {
		struct diff diff;
		int err = text_comparison(machine, key,
					  &round_trip_comparisons[i], &diff);

		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		print_diff(f, round_trip_comparisons[i].label, LABEL_WIDTH,
			   &diff);
	}
	return 0;
}

/** report_round_trip() - the section on round trips */
int report_round_trip(const struct machine *machine, FILE *f)
{
	struct key *keys;
	size_t n;
	int err = keys_collect(machine->group, machine->n, &keys, &n);

	if (err)
		return err;
	fprintf(f, "\nRound trip of one iteration, %s\n",
		unit_name(group_manifest(machine->group)->unit));
	fprintf(f, "    %-22s%9s  %-21s %-20s %7s %5s  %4s\n", "", "median",
		"95 % interval", "p05 .. p95", "n", "lost", "runs");
	for (size_t i = 0; !err && i < n; i++)
		if (keys[i].metric == METRIC_ROUND_TRIP)
			err = print_workload(machine, &keys[i], f);
	free(keys);
	return err;
}

/** report_mark_cost() - the section on what marks add */
int report_mark_cost(const struct machine *machine, FILE *f)
{
	struct key *keys;
	struct diff diff;
	size_t n;
	int err = keys_collect(machine->group, machine->n, &keys, &n);

	if (err)
		return err;
	fprintf(f, "\nRound trip with marks on minus marks off, %s\n",
		unit_name(group_manifest(machine->group)->unit));
	for (size_t i = 0; !err && i < n; i++) {
		if (keys[i].metric != METRIC_ROUND_TRIP)
			continue;
		for (size_t j = 0; !err && j < N_COMPARISONS(mark_comparisons);
		     j++) {
			char label[NUMBER_SIZE];

			err = text_comparison(machine, &keys[i],
					      &mark_comparisons[j], &diff);
			snprintf(label, sizeof(label), "%s, %s",
				 keys[i].workload, mark_comparisons[j].label);
			if (!err)
				print_diff(f, label, LONG_LABEL_WIDTH, &diff);
			err = err == -ENOENT ? 0 : err;
		}
	}
	free(keys);
	return err;
}
