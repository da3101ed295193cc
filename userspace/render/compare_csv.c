// SPDX-License-Identifier: GPL-2.0-only
/*
 * Comparisons as CSV: late against early, and patched against stock.
 */
#include <errno.h>
#include <string.h>

#include "base/csv.h"
#include "base/log.h"
#include "render/compare_csv.h"

/* An empty field where there is no such figure */
static void write_if(struct csv *csv, bool is_there, double value)
{
	if (is_there)
		csv_real(csv, value);
	else
		csv_text(csv, "");
}

/* A variant as the runs of vm/bench are named: stock-early, late-marks, off */
static void write_side(struct csv *csv, const struct group *group)
{
	const struct manifest *m = group_manifest(group);
	char name[32];

	snprintf(name, sizeof(name), "%s%s%s%s",
		 m->variant == VARIANT_STOCK ? "stock-" : "",
		 switch_names[m->switch_mode], m->skip ? "-skip" : "",
		 m->marks ? "-marks" : "");
	csv_text(csv, name);
}

/* The columns that came later: all behind the verdict */
static void write_grounds(struct csv *csv, const struct row *row)
{
	const struct diff *d = &row->diff;
	bool chance = d->basis == BASIS_BOOTS;

	csv_u64(csv, d->boots_first);
	csv_u64(csv, d->boots_second);
	csv_text(csv, basis_name(d->basis));
	csv_real(csv, d->first.low);
	csv_real(csv, d->first.high);
	csv_real(csv, d->second.low);
	csv_real(csv, d->second.high);
	write_if(csv, chance, d->p_value);
	write_if(csv, chance, d->family);
	write_if(csv, d->family, d->detectable);
	write_side(csv, row->first);
	write_side(csv, row->second);
}

static void write_row(struct csv *csv, const struct row *row,
		      const struct equivalence *eq)
{
	const struct diff *d = &row->diff;
	char lane[32], verdict[VERDICT_SIZE];

	snprintf(lane, sizeof(lane), "%s%s", row->what->lane_prefix,
		 lane_names[group_manifest(row->first)->lane]);
	csv_text(csv, lane);
	csv_text(csv, pti_path_name(row->key.path));
	csv_text(csv, row->key.workload);
	csv_text(csv, metric_name(row->key.metric));
	csv_text(csv, unit_name(row->unit));
	csv_u64(csv, row->n_first);
	csv_u64(csv, row->n_second);
	csv_real(csv, row->first_value);
	csv_real(csv, row->second_value);
	csv_real(csv, d->diff);
	write_if(csv, row->first_value, d->ratio);
	write_if(csv, diff_has_interval(d), d->ci.low);
	write_if(csv, diff_has_interval(d), d->ci.high);
	write_if(csv, d->basis == BASIS_BOOTS, d->p_adjusted);
	csv_text(csv, verdict_text(verdict, d->verdict, eq, row->unit));
	write_grounds(csv, row);
	csv_end(csv);
}

static void write_table(struct csv *csv, const struct report *report,
			enum table table)
{
	for (size_t i = 0; i < report->n; i++) {
		const struct row *row = NULL;

		while ((row = part_row(&report->part[i], row, table, NULL)))
			write_row(csv, row, &report->eq);
	}
}

static int write_tables(const struct report *report, FILE *f, enum table first,
			enum table last)
{
	struct csv csv = { .f = f };

	fputs("lane,path,workload,metric,unit,n_early,n_late,early,late,diff,ratio,"
	      "ci_low,ci_high,p_value,verdict,boots_early,boots_late,basis,early_low,"
	      "early_high,late_low,late_high,p_alone,family,detectable,early_is,late_is\n",
	      f);
	for (enum table table = first; table <= last; table++)
		write_table(&csv, report, table);
	return 0;
}

/**
 * compare_write() - write compare.csv: patched late against patched early, and behind that
 * what the TLB model counts
 * Return: 0, or -errno after one line on stderr
 */
int compare_write(const struct report *report, FILE *f)
{
	return write_tables(report, f, TABLE_LATE, TABLE_TLB);
}

/**
 * baseline_write() - write baseline.csv: patched against stock
 *
 * The columns named early hold stock, those named late patched: early_is and late_is say
 * so in each row.
 *
 * Lane stock/LANE compares with PTI on, stock-off/LANE with PTI off.
 *
 * Return: 0, or -errno after one line on stderr
 */
int baseline_write(const struct report *report, FILE *f)
{
	return write_tables(report, f, TABLE_BASELINE, TABLE_BASELINE);
}

/**
 * comparisons_write() - write every comparison of a report, tables one after the other
 *
 * The column lane says what is compared with what: nothing before its name is
 * late with early, and of two runs the second with the first.
 *
 * Return: 0, or -errno after one line on stderr
 */
int comparisons_write(const struct report *report, FILE *f)
{
	return write_tables(report, f, TABLE_LATE, TABLE_RUNS);
}
