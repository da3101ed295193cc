// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report as a document: sections, tables and lists, whatever the format.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "render/doc.h"
#include "render/text.h"

#define ROW(format, f, ...)                                                   \
	do {                                                                  \
		const char *const cells_[] = { __VA_ARGS__ };                 \
		(format)->row(f, cells_, sizeof(cells_) / sizeof(cells_[0])); \
	} while (0)

#define TABLE(format, f, ...)                                        \
	do {                                                         \
		const char *const names_[] = { __VA_ARGS__ };        \
		(format)->table(f, names_,                           \
				sizeof(names_) / sizeof(names_[0])); \
	} while (0)

/* A number, an interval and a count each, as text */
struct figures {
	char value[NUMBER_SIZE];
	char ci[NUMBER_SIZE];
	char low[NUMBER_SIZE];
	char high[NUMBER_SIZE];
	char n[NUMBER_SIZE];
	char lost[NUMBER_SIZE];
	char boots[NUMBER_SIZE];
};

/* "" everywhere when the group has no samples of the key */
static int load_figures(const struct group *group, const struct key *key,
			struct figures *out)
{
	const struct values *v;
	struct cell cell;
	int err = cell_load(group, key, &cell);

	memset(out, 0, sizeof(*out));
	if (err)
		return err;
	v = &cell.v;
	format_number(out->value, v->estimate);
	format_interval(out->ci, &v->ci);
	format_number(out->low, stats_quantile(v->x, v->n, 0.05));
	format_number(out->high, stats_quantile(v->x, v->n, 0.95));
	snprintf(out->n, NUMBER_SIZE, "%zu", v->n);
	snprintf(out->lost, NUMBER_SIZE, "%llu", (unsigned long long)v->lost);
	snprintf(out->boots, NUMBER_SIZE, "%zu", cell.boots);
	if (key->metric == METRIC_FLUSH_SHARE)
		format_flush_share(out->value, group_manifest(group)->pcid,
				   v->estimate);
	cell_deinit(&cell);
	return 0;
}

static int round_trips(const struct part *part, const struct doc_format *format,
		       FILE *f)
{
	const struct machine *machine = &part->machine;

	TABLE(format, f, "workload", "path", "variant", "median", "interval",
	      "p05", "p95", "n", "lost", "boots");
	for (size_t i = 0; i < part->n_keys; i++) {
		const struct key *key = &part->keys[i];

		if (key->metric != METRIC_ROUND_TRIP)
			continue;
		for (size_t j = 0; j < machine->n; j++) {
			struct figures v;
			int err = load_figures(&machine->group[j], key, &v);

			if (err == -ENOENT)
				continue;
			if (err)
				return err;
			ROW(format, f, key->workload, pti_path_name(key->path),
			    group_label(&machine->group[j]), v.value, v.ci,
			    v.low, v.high, v.n, v.lost, v.boots);
		}
	}
	format->table_end(f);
	return 0;
}

static void comparison_row(const struct row *row, const struct report *report,
			   const struct doc_format *format, FILE *f)
{
	char first[NUMBER_SIZE], second[NUMBER_SIZE], change[NUMBER_SIZE],
		ci[NUMBER_SIZE], ratio[NUMBER_SIZE], p[NUMBER_SIZE],
		boots[NUMBER_SIZE], verdict[VERDICT_SIZE];
	const struct diff *d = &row->diff;

	snprintf(boots, sizeof(boots), "%zu, %zu", d->boots_first,
		 d->boots_second);
	ROW(format, f, row->key.workload, pti_path_name(row->key.path),
	    metric_name(row->key.metric), row->what->label,
	    format_number(first, row->first_value),
	    format_number(second, row->second_value),
	    format_change(change, d->diff), format_grounds(ci, d),
	    format_ratio(ratio, d->ratio), boots,
	    d->basis == BASIS_BOOTS ? format_p(p, d->p_adjusted) : "",
	    verdict_text(verdict, d->verdict, &report->eq, row->unit));
}

/* Rows of a table, of round trips or of all else; nothing at all without any. */
static void comparisons(const struct report *report, const struct part *part,
			enum table table, bool round_trip,
			const struct doc_format *format, FILE *f)
{
	const struct row *row = NULL;
	bool begun = false;

	while ((row = part_row(part, row, table, NULL))) {
		if (table == TABLE_LATE &&
		    round_trip != (row->key.metric == METRIC_ROUND_TRIP))
			continue;
		if (!begun)
			TABLE(format, f, "workload", "path", "metric",
			      "comparison", "first", "second", "difference",
			      "rests on", "change", "boots", "p", "verdict");
		begun = true;
		comparison_row(row, report, format, f);
	}
	if (begun)
		format->table_end(f);
}

static void cost_cells(const struct row *row, char change[NUMBER_SIZE],
		       char ratio[NUMBER_SIZE])
{
	strcpy(change, "");
	strcpy(ratio, "");
	if (!row)
		return;
	format_change(change, row->diff.diff);
	format_ratio(ratio, row->diff.ratio);
}

static void pti_costs(const struct part *part, const struct doc_format *format,
		      FILE *f)
{
	bool begun = false;

	for (size_t i = 0; i < part->n_keys; i++) {
		char early[2][NUMBER_SIZE], late[2][NUMBER_SIZE],
			share[NUMBER_SIZE] = "";
		const struct key *key = &part->keys[i];
		struct pti_cost cost;

		if (key->metric != METRIC_ROUND_TRIP ||
		    !part_pti_cost(part, key, &cost))
			continue;
		cost_cells(cost.early, early[0], early[1]);
		cost_cells(cost.late, late[0], late[1]);
		if (cost.has_share)
			snprintf(share, sizeof(share), "%.3g %%",
				 100 * cost.share);
		if (!begun)
			TABLE(format, f, "workload", "PTI's cost, early",
			      "change", "PTI's cost, late", "change",
			      "of late's: the late switch");
		begun = true;
		ROW(format, f, key->workload, early[0], early[1], late[0],
		    late[1], share);
	}
	if (begun)
		format->table_end(f);
}

static int window_row(const struct group *group, const struct key *window,
		      const struct doc_format *format, FILE *f)
{
	struct key sw = *window, flush = *window;
	struct figures w, s, share;
	int err = load_figures(group, window, &w);

	if (err)
		return err == -ENOENT ? 0 : err;
	sw.metric = metric_switch(window->metric);
	flush.metric = METRIC_FLUSH_SHARE;
	if (load_figures(group, &sw, &s) == -ENOMEM ||
	    load_figures(group, &flush, &share) == -ENOMEM)
		return -ENOMEM;
	ROW(format, f, pti_path_name(window->path),
	    pti_path_is_exit(window->path) ? "exit" : "entry", window->workload,
	    group_label(group), w.value, w.ci, s.value, s.ci, share.value, w.n,
	    w.lost);
	return 0;
}

static int windows(const struct part *part, const struct doc_format *format,
		   FILE *f)
{
	const struct machine *machine = &part->machine;
	int err = 0;

	TABLE(format, f, "path", "kind", "workload", "variant", "window",
	      "interval", "switch", "interval", "flushes", "n", "lost");
	for (size_t i = 0; i < part->n_keys; i++) {
		if (!window_is_shown(machine, part->keys, part->n_keys,
				     &part->keys[i]))
			continue;
		for (size_t j = 0; !err && j < machine->n; j++)
			err = window_row(&machine->group[j], &part->keys[i],
					 format, f);
	}
	format->table_end(f);
	return err;
}

static int write_marks(const struct report *report, const struct part *part,
		       const struct doc_format *format, FILE *f)
{
	int err;

	format->heading(f, 3, "Window and switch per path, marks on");
	format->text(
		f,
		"Window: from the start of an entry or exit path until CR3 is written. Switch: "
		"the CR3 write. Each includes two marks. Flushes: share of writes that flush the TLB; "
		"without PCID, each.");
	err = windows(part, format, f);
	if (err)
		return err;
	comparisons(report, part, TABLE_LATE, false, format, f);
	format->heading(f, 3, "What marks add to round trips");
	comparisons(report, part, TABLE_MARKS, true, format, f);
	return 0;
}

/* What a report of variants has, and a comparison of two runs has not */
static int write_variants(const struct report *report, const struct part *part,
			  size_t number, const struct doc_format *format,
			  FILE *f)
{
	char text[NUMBER_SIZE];
	int err;

	snprintf(text, sizeof(text), "Round trip of one iteration, %s",
		 unit_name(group_manifest(part->machine.group)->unit));
	format->heading(f, 3, text);
	err = round_trips(part, format, f);
	if (err)
		return err;
	comparisons(report, part, TABLE_LATE, true, format, f);
	comparisons(report, part, TABLE_BASELINE, true, format, f);
	pti_costs(part, format, f);
	if (part_has_marks(part))
		err = write_marks(report, part, format, f);
	if (!err && format->figures)
		err = format->figures(f, part, number);
	return err;
}

static int write_part(const struct report *report, size_t number,
		      const struct doc_format *format, FILE *f)
{
	const struct part *part = &report->part[number];
	char title[NUMBER_SIZE];
	int err = 0;

	snprintf(title, sizeof(title), "Lane %s",
		 lane_names[group_manifest(part->machine.group)->lane]);
	format->heading(f, 2, title);
	doc_environment(&part->machine, format, f);
	if (part_row(part, NULL, TABLE_RUNS, NULL)) {
		format->heading(f, 3, "The second run against the first");
		comparisons(report, part, TABLE_RUNS, true, format, f);
	} else {
		err = write_variants(report, part, number, format, f);
	}
	if (!err)
		err = doc_tlb(part, format, f);
	if (!err) {
		doc_calibration(&part->machine, format, f);
		err = doc_notes(part, format, f);
	}
	return err;
}

/**
 * doc_write() - write a report as a document
 * Return: 0, or -errno after one line on stderr
 */
int doc_write(const struct report *report, const struct doc_format *format,
	      FILE *f)
{
	char legend[LEGEND_SIZE];
	int err = 0;

	format->begin(f, "ptiscope report");
	format->heading(f, 1,
			part_row(report->part, NULL, TABLE_RUNS, NULL) ?
				"One run against another" :
				"CR3 switched late against early");
	for (size_t i = 0; !err && i < report->n; i++)
		err = write_part(report, i, format, f);
	report_legend(report, legend, sizeof(legend));
	format->text(f, legend);
	format->end(f);
	if (err == -ENOMEM || err == -EIO)
		log_error("can't write the report: %s", strerror(-err));
	return err;
}
