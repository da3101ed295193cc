// SPDX-License-Identifier: GPL-2.0-only
/*
 * Round trips: every workload in every variant, and what the marks add to them.
 */
#include <errno.h>
#include <string.h>

#include "render/text.h"

/* Of a comparison, and of one that also names the workload */
#define LABEL_WIDTH 20
#define LONG_LABEL_WIDTH 28

static void print_variant(FILE *f, const struct group *group,
			  const struct cell *cell)
{
	char median[NUMBER_SIZE], ci[NUMBER_SIZE], low[NUMBER_SIZE],
		high[NUMBER_SIZE];
	const struct values *v = &cell->v;
	char range[2 * NUMBER_SIZE];

	snprintf(range, sizeof(range), "%s .. %s",
		 format_number(low, stats_quantile(v->x, v->n, 0.05)),
		 format_number(high, stats_quantile(v->x, v->n, 0.95)));
	fprintf(f, "    %-22s%9s  %-21s %-20s %7zu %5llu %5zu\n",
		group_label(group), format_number(median, v->estimate),
		format_interval(ci, &v->ci), range, v->n,
		(unsigned long long)v->lost, cell->boots);
}

static void print_diff(FILE *f, const char *label, int width,
		       const struct diff *d)
{
	char change[NUMBER_SIZE], ci[NUMBER_SIZE], p[NUMBER_SIZE],
		share[NUMBER_SIZE];

	fprintf(f, "      %-*s%9s  %-21s %-10s %-10s %s\n", width, label,
		format_change(change, d->diff), format_grounds(ci, d),
		format_ratio(share, d->ratio),
		d->basis == BASIS_BOOTS ? format_p(p, d->p_adjusted) : "",
		verdict_word(d->verdict));
}

static void print_pti_cost(const struct part *part, const struct key *key,
			   FILE *f)
{
	char change[NUMBER_SIZE], share[NUMBER_SIZE];
	struct pti_cost cost;

	if (!part_pti_cost(part, key, &cost))
		return;
	fputs("      PTI's cost:", f);
	if (cost.early)
		fprintf(f, " early %s (%s)",
			format_change(change, cost.early->diff.diff),
			format_ratio(share, cost.early->diff.ratio));
	if (cost.late)
		fprintf(f, "%s late %s (%s)", cost.early ? "," : "",
			format_change(change, cost.late->diff.diff),
			format_ratio(share, cost.late->diff.ratio));
	if (cost.has_share)
		fprintf(f, "; %.3g %% of it the late switch", 100 * cost.share);
	fputc('\n', f);
}

static int print_workload(const struct part *part, const struct key *key,
			  FILE *f)
{
	const struct machine *machine = &part->machine;
	const struct row *row;

	fprintf(f, "  %s (%s)\n", key->workload, pti_path_name(key->path));
	for (size_t i = 0; i < machine->n; i++) {
		struct cell cell;
		int err = cell_load(&machine->group[i], key, &cell);

		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		print_variant(f, &machine->group[i], &cell);
		cell_deinit(&cell);
	}
	for (enum table table = TABLE_LATE; table <= TABLE_BASELINE; table++)
		for (row = NULL; (row = part_row(part, row, table, key));)
			print_diff(f, row->what->label, LABEL_WIDTH,
				   &row->diff);
	print_pti_cost(part, key, f);
	return 0;
}

/** report_round_trip() - the section on round trips */
int report_round_trip(const struct part *part, FILE *f)
{
	int err = 0;

	fprintf(f, "\nRound trip of one iteration, %s\n",
		unit_name(group_manifest(part->machine.group)->unit));
	fprintf(f, "    %-22s%9s  %-21s %-20s %7s %5s %5s\n", "", "median",
		"interval", "p05 .. p95", "n", "lost", "boots");
	for (size_t i = 0; !err && i < part->n_keys; i++)
		if (part->keys[i].metric == METRIC_ROUND_TRIP)
			err = print_workload(part, &part->keys[i], f);
	return err;
}

/** report_mark_cost() - the section on what marks add */
void report_mark_cost(const struct part *part, FILE *f)
{
	fprintf(f, "\nRound trip with marks on minus marks off, %s\n",
		unit_name(group_manifest(part->machine.group)->unit));
	for (size_t i = 0; i < part->n_keys; i++) {
		const struct key *key = &part->keys[i];
		const struct row *row = NULL;

		while ((row = part_row(part, row, TABLE_MARKS, key))) {
			char label[NUMBER_SIZE];

			snprintf(label, sizeof(label), "%s, %s", key->workload,
				 row->what->label);
			print_diff(f, label, LONG_LABEL_WIDTH, &row->diff);
		}
	}
}

/** report_pair() - every comparison of two runs */
void report_pair(const struct part *part, const struct equivalence *eq, FILE *f)
{
	const struct row *row = NULL;

	while ((row = part_row(part, row, TABLE_RUNS, NULL))) {
		char a[NUMBER_SIZE], b[NUMBER_SIZE], verdict[VERDICT_SIZE];

		fprintf(f, "  %s, %s, %s\n", row->key.workload,
			pti_path_name(row->key.path),
			metric_name(row->key.metric));
		fprintf(f, "    %s -> %s %s, n %zu and %zu: %s\n",
			format_number(a, row->first_value),
			format_number(b, row->second_value),
			unit_name(row->unit), row->n_first, row->n_second,
			verdict_text(verdict, row->diff.verdict, eq,
				     row->unit));
		print_diff(f, row->what->label, LABEL_WIDTH, &row->diff);
	}
}
