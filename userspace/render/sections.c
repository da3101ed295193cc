// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that a report has, in sections: each figure of each variant, and
 * each comparison.
 */
#include <errno.h>
#include <string.h>

#include "analyse/answer.h"
#include "analyse/format.h"
#include "analyse/windows.h"
#include "render/around.h"
#include "render/sections.h"
#include "render/skip.h"
#include "render/tlb.h"

/* A number, an interval and a count each, as text */
struct figures {
	char value[NUMBER_SIZE];
	char ci[NUMBER_SIZE];
	char range[2 * NUMBER_SIZE];
	char n[NUMBER_SIZE];
	char lost[NUMBER_SIZE];
	char boots[NUMBER_SIZE];
};

/* "" everywhere when the group has no samples of the key */
static int load_figures(const struct group *group, const struct key *key,
			struct figures *out)
{
	char low[NUMBER_SIZE], high[NUMBER_SIZE];
	const struct values *v;
	struct cell cell;
	int err = cell_load(group, key, &cell);

	memset(out, 0, sizeof(*out));
	if (err)
		return err;
	v = &cell.v;
	format_number(out->value, v->estimate);
	format_interval(out->ci, &v->ci);
	snprintf(out->range, sizeof(out->range), "%s .. %s",
		 format_number(low, stats_quantile(v->x, v->n, 0.05)),
		 format_number(high, stats_quantile(v->x, v->n, 0.95)));
	snprintf(out->n, NUMBER_SIZE, "%zu", v->n);
	snprintf(out->lost, NUMBER_SIZE, "%llu", (unsigned long long)v->lost);
	snprintf(out->boots, NUMBER_SIZE, "%zu", cell.boots);
	if (key->metric == METRIC_FLUSH_SHARE)
		format_flush_share(out->value, group_manifest(group)->pcid,
				   v->estimate);
	cell_deinit(&cell);
	return 0;
}

static void head_workload(struct doc *doc, const struct key *key)
{
	char text[2 * NUMBER_SIZE];

	snprintf(text, sizeof(text), "%s (%s)", key->workload,
		 pti_path_name(key->path));
	doc->format->group(doc, text);
}

static int round_trips(struct doc *doc, const struct part *part)
{
	const struct machine *machine = &part->machine;

	DOC_TABLE(doc, "workload, variant", "median", "interval", "p05 .. p95",
		  "n", "lost", "boots");
	for (size_t i = 0; i < part->n_keys; i++) {
		const struct key *key = &part->keys[i];

		if (key->metric != METRIC_ROUND_TRIP)
			continue;
		head_workload(doc, key);
		for (size_t j = 0; j < machine->n; j++) {
			struct figures v;
			int err = load_figures(&machine->group[j], key, &v);

			if (err == -ENOENT)
				continue;
			if (err)
				return err;
			DOC_ROW(doc, group_label(&machine->group[j]), v.value,
				v.ci, v.range, v.n, v.lost, v.boots);
		}
	}
	doc->format->table_end(doc);
	return 0;
}

static void comparison_row(struct doc *doc, const struct row *row)
{
	char first[NUMBER_SIZE], second[NUMBER_SIZE], change[NUMBER_SIZE],
		ci[NUMBER_SIZE], ratio[NUMBER_SIZE], boots[NUMBER_SIZE];
	const struct diff *d = &row->diff;

	snprintf(boots, sizeof(boots), "%zu, %zu", d->boots_first,
		 d->boots_second);
	DOC_ROW(doc, row->what->label, format_number(first, row->first_value),
		format_number(second, row->second_value),
		format_change(change, d->diff), format_grounds(ci, d),
		format_ratio(ratio, d->ratio), boots, verdict_word(d->verdict));
}

static bool is_wanted(const struct row *row, enum table table, bool round_trip)
{
	return row->what->table == table &&
	       (table != TABLE_LATE ||
		round_trip == (row->key.metric == METRIC_ROUND_TRIP));
}

/* What heads the rows about one key */
static void head_key(struct doc *doc, const struct key *key)
{
	char text[2 * NUMBER_SIZE];

	if (key->metric == METRIC_ROUND_TRIP) {
		head_workload(doc, key);
		return;
	}
	snprintf(text, sizeof(text), "%s, %s, %s", pti_path_name(key->path),
		 metric_name(key->metric), key->workload);
	doc->format->group(doc, text);
}

/* Rows of these tables, of round trips or of all else; nothing at all without any. */
static void comparisons(struct doc *doc, const struct part *part,
			enum table first, enum table last, bool round_trip)
{
	bool begun = false;

	for (size_t i = 0; i < part->n_keys; i++) {
		bool headed = false;

		for (enum table table = first; table <= last; table++) {
			const struct row *row = NULL;

			while ((row = part_row(part, row, table,
					       &part->keys[i]))) {
				if (!is_wanted(row, table, round_trip))
					continue;
				if (!begun)
					DOC_TABLE(doc, "comparison", "first",
						  "second", "difference",
						  "rests on", "change", "boots",
						  "verdict");
				begun = true;
				if (!headed)
					head_key(doc, &part->keys[i]);
				headed = true;
				comparison_row(doc, row);
			}
		}
	}
	if (begun)
		doc->format->table_end(doc);
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

static void pti_costs(struct doc *doc, const struct part *part)
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
		if (!begun) {
			doc->format->fold(doc,
					  "What page-table isolation costs");
			DOC_TABLE(doc, "workload", "early", "change", "late",
				  "change", "of it: the late switch");
		}
		begun = true;
		DOC_ROW(doc, key->workload, early[0], early[1], late[0],
			late[1], share);
	}
	if (!begun)
		return;
	doc->format->table_end(doc);
	doc->format->fold_end(doc);
}

static int window_row(struct doc *doc, const struct group *group,
		      const struct block *block)
{
	struct figures w, s, share;
	int err = load_figures(group, &block->window, &w);

	if (err)
		return err == -ENOENT ? 0 : err;
	if (load_figures(group, &block->sw, &s) == -ENOMEM ||
	    load_figures(group, &block->flush, &share) == -ENOMEM)
		return -ENOMEM;
	DOC_ROW(doc, group_label(group), w.value, w.ci, s.value, s.ci,
		share.value, w.n, w.lost);
	return 0;
}

static int window_rows(struct doc *doc, const struct part *part,
		       const struct key *key)
{
	struct block block = block_of(key);
	char text[3 * NUMBER_SIZE];
	int err = 0;

	snprintf(text, sizeof(text), "%s %s, %s", pti_path_name(key->path),
		 pti_path_is_exit(key->path) ? "exit" : "entry", key->workload);
	doc->format->group(doc, text);
	for (size_t j = 0; !err && j < part->machine.n; j++)
		err = window_row(doc, &part->machine.group[j], &block);
	return err;
}

static int windows(struct doc *doc, const struct part *part)
{
	size_t hidden = 0;
	int err = 0;

	DOC_TABLE(doc, "path, workload, variant", "window", "interval",
		  "switch", "interval", "flushes", "n", "lost");
	for (size_t i = 0; !err && i < part->n_keys; i++) {
		if (window_is_shown(&part->machine, part->keys, part->n_keys,
				    &part->keys[i]))
			err = window_rows(doc, part, &part->keys[i]);
		else
			hidden += metric_is_window(part->keys[i].metric);
	}
	doc->format->table_end(doc);
	if (!err && hidden)
		doc_text_of(
			doc,
			"Interrupts and others that only happened to hit a workload are in "
			"summary.csv alone (%zu).",
			hidden);
	return err;
}

static int write_marks(struct doc *doc, const struct part *part)
{
	int err;

	doc->format->fold(doc, "Window and switch per path, marks on");
	doc->format->text(
		doc,
		"Window: from the start of an entry or exit path until CR3 is written. Switch: "
		"the CR3 write. Each includes two marks. Flushes: share of writes that flush the TLB; "
		"without PCID, each.");
	err = windows(doc, part);
	doc->format->fold_end(doc);
	if (err)
		return err;
	doc->format->fold(doc, "Window and switch, late against early");
	comparisons(doc, part, TABLE_LATE, TABLE_LATE, false);
	doc->format->fold_end(doc);
	doc->format->fold(doc, "What marks add to round trips");
	comparisons(doc, part, TABLE_MARKS, TABLE_MARKS, true);
	doc->format->fold_end(doc);
	return 0;
}

/* What a report of variants has, and a comparison of two runs has not */
static int write_variants(struct doc *doc, const struct part *part,
			  size_t number, bool answers)
{
	char text[NUMBER_SIZE];
	int err = 0;

	/* The answer has the first picture of its machine. */
	if (doc->format->figures && !answers)
		err = doc->format->figures(doc, part, number, true);
	if (doc->format->figures && !err)
		err = doc->format->figures(doc, part, number, false);
	if (err)
		return err;
	doc->format->fold(doc, "Late against early, patched against stock");
	comparisons(doc, part, TABLE_LATE, TABLE_BASELINE, true);
	doc->format->fold_end(doc);
	pti_costs(doc, part);
	err = skip_write(doc, part);
	if (err)
		return err;
	snprintf(text, sizeof(text), "Round trip of one iteration, %s",
		 unit_name(group_manifest(part->machine.group)->unit));
	doc->format->fold(doc, text);
	err = round_trips(doc, part);
	doc->format->fold_end(doc);
	return !err && part_has_marks(part) ? write_marks(doc, part) : err;
}

static int write_part(struct doc *doc, const struct report *report,
		      size_t number)
{
	const struct part *part = &report->part[number];
	char title[NUMBER_SIZE];
	int err = 0;

	snprintf(title, sizeof(title), "Lane %s, PCID %s",
		 lane_names[group_manifest(part->machine.group)->lane],
		 group_manifest(part->machine.group)->pcid ? "on" : "off");
	doc->format->heading(doc, 2, title);
	around_environment(doc, &part->machine);
	if (part_row(part, NULL, TABLE_RUNS, NULL)) {
		doc->format->fold(doc, "The second run against the first");
		comparisons(doc, part, TABLE_RUNS, TABLE_RUNS, true);
		doc->format->fold_end(doc);
	} else {
		err = write_variants(doc, part, number,
				     part == answer_part(report));
	}
	if (!err)
		err = tlb_write(doc, part);
	if (err)
		return err;
	around_calibration(doc, &part->machine);
	return around_notes(doc, part);
}

static void write_legend(struct doc *doc, const struct report *report)
{
	doc->format->heading(doc, 2, "How to read it");
	doc_text_of(
		doc,
		"The boot is the unit. icount and bochs count: a difference is the same in all boots, or "
		"has a range, from the least to the greatest between a boot of one and a boot of the "
		"other; so have the figures of a variant. Elsewhere the interval of a figure is at 95 %%, and "
		"those of the differences hold with 95 %% for all rows of one question at once. The verdict "
		"follows from the interval: 'slower', 'faster': it is without 0; 'equivalent': within "
		"%.6g %s either way; 'not shown': neither. 'few boots' and 'one boot': too few to say.",
		report->eq.margin,
		report->eq.percent ? "% of the first figure" : "in their unit");
}

/**
 * sections_write() - everything that a report has
 * Return: 0, or -errno, after one line on stderr but for -ENOMEM
 */
int sections_write(struct doc *doc, const struct report *report)
{
	int err = 0;

	for (size_t i = 0; !err && i < report->n; i++)
		err = write_part(doc, report, i);
	if (!err)
		write_legend(doc, report);
	return err;
}
