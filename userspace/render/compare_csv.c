// SPDX-License-Identifier: GPL-2.0-only
/*
 * Comparisons as CSV: late against early, and patched against stock.
 */
#include <errno.h>
#include <string.h>

#include "base/csv.h"
#include "base/log.h"
#include "render/compare_csv.h"

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
	if (row->first_value)
		csv_real(csv, d->ratio);
	else
		csv_text(csv, "");
	csv_real(csv, d->ci.low);
	csv_real(csv, d->ci.high);
	csv_real(csv, d->p_adjusted);
	csv_text(csv, verdict_text(verdict, d->verdict, eq, row->unit));
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
	      "ci_low,ci_high,p_value,verdict\n",
	      f);
	for (enum table table = first; table <= last; table++)
		write_table(&csv, report, table);
	if (!ferror(f))
		return 0;
	log_error("can't write the comparison: %s", strerror(EIO));
	return -EIO;
}

/**
 * compare_write() - write compare.csv: patched late against patched early
 * Return: 0, or -errno after one line on stderr
 */
int compare_write(const struct report *report, FILE *f)
{
	return write_tables(report, f, TABLE_LATE, TABLE_LATE);
}

/**
 * baseline_write() - write baseline.csv: patched (column late) against stock (column early)
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
