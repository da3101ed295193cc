// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLB survival: a panel for each entry path and kind of working set, time to touch
 * a page again over the number of pages, with a kernel entry before and without.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plot/plot.h"

#define TITLE_HEIGHT 70
#define PANEL_HEIGHT 260

/* Of panels one above the other; more stand in two columns. */
#define MOST_ROWS 3

/**
 * struct curve - a figure: over the number of pages, what a page takes
 * @metric: solid lines, after an entry; panels are where this was measured
 * @other: dashed lines
 * @metric_is: its name in the legend
 * @other_is: the same
 */
struct curve {
	enum metric metric;
	enum metric other;
	const char *metric_is;
	const char *other_is;
};

/* "tlb_data_4k_": what a workload's name has before the number of its pages. */
static size_t kind_length(const char *workload)
{
	const char *last = strrchr(workload, '_');

	return last && !strncmp(workload, "tlb_", 4) ?
		       (size_t)(last - workload) + 1 :
		       0;
}

static bool same_panel(const struct key *a, const struct key *b)
{
	size_t length = kind_length(a->workload);

	return a->path == b->path && length == kind_length(b->workload) &&
	       !strncmp(a->workload, b->workload, length);
}

/* Is this key the first of its panel? */
static bool opens_panel(const struct key *keys, size_t i, enum metric metric)
{
	size_t j;

	if (keys[i].metric != metric || !kind_length(keys[i].workload))
		return false;
	for (j = 0; j < i; j++)
		if (keys[j].metric == metric && same_panel(&keys[j], &keys[i]))
			return false;
	return true;
}

/* A line of the figure: the points of one variant, with or without the entry. */
static int write_line(const struct group *group, const struct key *keys,
		      size_t n, const struct key *panel, enum metric metric,
		      FILE *f)
{
	struct cell cell;
	size_t i;
	int err;

	for (i = 0; i < n; i++) {
		if (keys[i].metric != metric || !same_panel(&keys[i], panel))
			continue;
		err = cell_load(group, &keys[i], &cell);
		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		fprintf(f, "%lu %.10g %.10g %.10g\n",
			strtoul(keys[i].workload +
					kind_length(keys[i].workload),
				NULL, 10),
			cell.v.estimate, cell.v.ci.low, cell.v.ci.high);
		cell_deinit(&cell);
	}
	fputs("e\n", f);
	return 0;
}

static void write_style(const struct machine *machine, const struct key *panel,
			const struct curve *curve, FILE *f)
{
	size_t i;

	fputs("set title ", f);
	plot_text(f, "%.*s pages, %s", (int)kind_length(panel->workload) - 5,
		  panel->workload + 4, pti_path_name(panel->path));
	fputs("\nplot ", f);
	for (i = 0; i < machine->n; i++) {
		fprintf(f, "%s'-' using 1:2:3:4 with yerrorlines lw 1.5 title ",
			i ? ", " : "");
		plot_text(f, "%s, %s", group_label(&machine->group[i]),
			  curve->metric_is);
		fputs(", '-' using 1:2:3:4 with yerrorlines dt 2 title ", f);
		plot_text(f, "%s, %s", group_label(&machine->group[i]),
			  curve->other_is);
	}
	fputc('\n', f);
}

static int write_panel(const struct machine *machine, const struct key *keys,
		       size_t n, const struct key *panel,
		       const struct curve *curve, FILE *f)
{
	size_t i;
	int err = 0;

	write_style(machine, panel, curve, f);
	for (i = 0; i < machine->n && !err; i++) {
		err = write_line(&machine->group[i], keys, n, panel,
				 curve->metric, f);
		if (!err)
			err = write_line(&machine->group[i], keys, n, panel,
					 curve->other, f);
	}
	return err;
}

static int write_panels(const struct part *part, const struct curve *curve,
			const char *title, const char *unit, FILE *f,
			unsigned int *height)
{
	size_t panels = 0, columns, rows;
	int err = 0;

	for (size_t i = 0; i < part->n_keys; i++)
		panels += opens_panel(part->keys, i, curve->metric);
	if (!panels)
		return -ENOENT;
	columns = panels > MOST_ROWS ? 2 : 1;
	rows = (panels + columns - 1) / columns;
	*height = TITLE_HEIGHT + PANEL_HEIGHT * (unsigned int)rows;
	fprintf(f, "set multiplot layout %zu,%zu title ", rows, columns);
	plot_title(f, &part->machine, title);
	fprintf(f,
		".\"\\n \"\nset key left top Left reverse font ',8' samplen 2\nset border 3\n"
		"set tics nomirror out\nset logscale x 2\nset xrange [0.9:*]\nset xlabel 'pages'\n"
		"set yrange [0:*]\nset ylabel '%s a page'\n",
		unit);
	for (size_t i = 0; i < part->n_keys && !err; i++)
		if (opens_panel(part->keys, i, curve->metric))
			err = write_panel(&part->machine, part->keys,
					  part->n_keys, &part->keys[i], curve,
					  f);
	fputs("unset multiplot\n", f);
	return err;
}

static int write_survival(const struct part *part, FILE *f,
			  unsigned int *height)
{
	static const struct curve curve = { METRIC_RETOUCH, METRIC_RETOUCH_IDLE,
					    "after an entry", "no entry" };

	return write_panels(
		part, &curve, "Touching a page again",
		unit_name(group_manifest(part->machine.group)->unit), f,
		height);
}

const struct plot plot_survival = {
	.name = "survival",
	.caption =
		"What it takes to touch a page again, after a kernel entry and after none, by the number of pages.",
	.write = write_survival,
};

/* What the TLB model counted of the same, in the first geometry that there is */
static int write_tlb_survival(const struct part *part, FILE *f,
			      unsigned int *height)
{
	int err = -ENOENT;

	for (unsigned int g = 0; g < METRIC_TLB_GEOMETRIES && err == -ENOENT;
	     g++) {
		const struct curve curve = {
			metric_tlb_count(g, TLB_PART_USER, TLB_WALK),
			metric_tlb_count(g, TLB_PART_USER, TLB_SECOND_HIT),
			"walks", "hits of the second level"
		};
		char title[64];

		snprintf(title, sizeof(title),
			 "Touching a page again after an entry: model of %s",
			 metric_tlb_geometry_name(g));
		err = write_panels(part, &curve, title, "count", f, height);
	}
	return err;
}

const struct plot plot_tlb_survival = {
	.name = "tlb_survival",
	.caption =
		"Walks of page tables and hits of the second level that a model of a TLB counts, by the number of pages.",
	.write = write_tlb_survival,
};
