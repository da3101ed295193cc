// SPDX-License-Identifier: GPL-2.0-only
/*
 * Late minus early at one glance: a dot and its range for each workload, by path,
 * in the lane's unit and in percent.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/answer.h"
#include "plot/plot.h"

#define TITLE_HEIGHT 140
#define ROW_HEIGHT 13
#define MOST_ROWS 58

/* What lies this many times further out than three in four is beside the scale. */
#define SCALE 4

/** struct axis - of the differences, or of percents */
struct axis {
	const char *block;
	const char *label;
	bool percent;
	double low;
	double high;
};

static const char *const title = "What the late switch adds to a round trip";

/* Difference, and both ends of its range */
static void figure_of(const struct row *row, bool percent, double x[3])
{
	double scale = percent && row->first_value ? 100 / row->first_value : 1;

	x[0] = row->diff.diff * scale;
	x[1] = row->diff.ci.low * scale;
	x[2] = row->diff.ci.high * scale;
}

/* The next row that is drawn: of the workloads that stand for their paths, or of all */
static const struct row *next_row(const struct part *part,
				  const struct row *row,
				  const struct answer *only)
{
	while ((row = part_row(part, row, TABLE_LATE, NULL))) {
		if (row->key.metric != METRIC_ROUND_TRIP)
			continue;
		if (!only)
			return row;
		for (size_t i = 0; i < only->n; i++)
			if (only->line[i].row == row)
				return row;
	}
	return NULL;
}

/* Does a path begin here that more than one row is about? It gets a heading. */
static bool opens_path(const struct part *part, const struct row *row,
		       const struct row *last, const struct answer *only)
{
	const struct row *next = next_row(part, row, only);

	return (!last || last->key.path != row->key.path) && next &&
	       next->key.path == row->key.path;
}

/* Lines of the picture: one a row, and one above a path of several */
static size_t count_lines(const struct part *part, const struct answer *only)
{
	const struct row *row = NULL, *last = NULL;
	size_t n = 0;

	while ((row = next_row(part, row, only))) {
		n += 1 + opens_path(part, row, last, only);
		last = row;
	}
	return n;
}

static int compare_doubles(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static int scale(const struct part *part, const struct answer *only,
		 struct axis *axis)
{
	double *sizes = calloc(part->n_rows + 1, sizeof(*sizes)), x[3], most;
	const struct row *row = NULL;
	size_t n = 0;

	if (!sizes)
		return -ENOMEM;
	while ((row = next_row(part, row, only))) {
		figure_of(row, axis->percent, x);
		sizes[n++] = fabs(x[0]);
	}
	qsort(sizes, n, sizeof(*sizes), compare_doubles);
	most = n ? SCALE * sizes[(n - 1) * 3 / 4] : 0;
	free(sizes);
	axis->low = axis->high = 0;
	for (row = NULL; (row = next_row(part, row, only));) {
		figure_of(row, axis->percent, x);
		for (int i = 0; i < 3; i++) {
			if (fabs(x[i]) > most)
				continue;
			axis->low = fmin(axis->low, x[i]);
			axis->high = fmax(axis->high, x[i]);
		}
	}
	if (axis->low == axis->high)
		axis->high = most > 0 ? most : 1;
	most = 0.06 * (axis->high - axis->low);
	axis->low -= most;
	axis->high += most;
	return 0;
}

static void write_points(const struct part *part, const struct answer *only,
			 const struct axis *axis, FILE *f)
{
	const struct row *row = NULL, *last = NULL;
	size_t y = 0;

	fprintf(f, "$%s << EOD\n", axis->block);
	while ((row = next_row(part, row, only))) {
		double x[3];

		figure_of(row, axis->percent, x);
		y += opens_path(part, row, last, only);
		last = row;
		fprintf(f, "%zu %.10g %.10g %.10g %d\n", y++,
			fmin(fmax(x[0], axis->low), axis->high),
			fmin(fmax(x[1], axis->low), axis->high),
			fmin(fmax(x[2], axis->low), axis->high),
			x[0] > axis->high ? 9 :
			x[0] < axis->low  ? 8 :
					    7);
	}
	fputs("EOD\n", f);
}

/* A label for each line, and its figures at the right edge */
static void write_labels(const struct part *part, const struct answer *only,
			 FILE *f)
{
	const struct row *row = NULL, *last = NULL;
	char change[NUMBER_SIZE], ratio[NUMBER_SIZE];
	bool grouped = false;
	size_t y = 0;

	fputs("set ytics (", f);
	while ((row = next_row(part, row, only))) {
		bool opens = opens_path(part, row, last, only);
		bool same = last && last->key.path == row->key.path;

		if (opens) {
			plot_text(f, "-- %s", pti_path_name(row->key.path));
			fprintf(f, " %zu, ", y++);
		}
		grouped |= opens;
		last = row;
		/* The only one of its path is not of the path above it. */
		plot_text(f, grouped && !opens && !same ? "-- %s" : "%s",
			  row->key.workload);
		fprintf(f, " %zu, ", y++);
	}
	fputs("\"\" -9)\n$text << EOD\n", f);
	for (y = 0, last = NULL; (row = next_row(part, row, only));) {
		y += opens_path(part, row, last, only);
		last = row;
		fprintf(f, "%zu ", y++);
		plot_text(f, "%s  (%s)", format_change(change, row->diff.diff),
			  format_ratio(ratio, row->diff.ratio));
		fputc('\n', f);
	}
	fputs("EOD\n", f);
}

static void write_panel(const struct axis *axis, bool last, FILE *f)
{
	fprintf(f,
		"set xrange [%.10g:%.10g]\nset xlabel \"%s\"\n"
		"plot $%s using 2:1:3:4 with xerrorbars pt 7 ps 0 lw 1.5 lc rgb '#202020' notitle, \\\n"
		"     '' using 2:1:5 with points pt variable ps 0.9 lc rgb '#d55e00' notitle",
		axis->low, axis->high, axis->label, axis->block);
	if (last)
		fprintf(f,
			", \\\n     $text using (%.10g):1:2 with labels left offset 1,0 notitle",
			axis->high);
	fputc('\n', f);
}

static int write_picture(const struct part *part, const struct answer *only,
			 FILE *f, unsigned int *height)
{
	const char *unit = unit_name(group_manifest(part->machine.group)->unit);
	size_t lines = count_lines(part, only);
	struct axis axes[2] = {
		{ .block = "absolute", .label = unit },
		{ .block = "percent", .label = "%", .percent = true },
	};

	if (!lines)
		return -ENOENT;
	if (scale(part, only, &axes[0]) || scale(part, only, &axes[1]))
		return -ENOMEM;
	if (axes[0].low == axes[0].high)
		return -ENODATA;
	*height = TITLE_HEIGHT + ROW_HEIGHT * lines;
	for (int i = 0; i < 2; i++)
		write_points(part, only, &axes[i], f);
	fputs("set multiplot layout 1,2 title ", f);
	plot_title(f, &part->machine, title);
	fprintf(f,
		".\"\\n \"\nset border 1\nset xtics nomirror out scale 0.5\nset ytics nomirror scale 0\n"
		"set yrange [%zu.5:-0.7]\nset grid xtics lt 1 lw 0.5 lc rgb '#d0d0d0'\n"
		"set arrow 1 from 0, graph 0 to 0, graph 1 nohead lw 1.5 lc rgb '#606060'\n"
		"set tmargin at screen 1 - %d / %u.0\nset bmargin at screen %d / %u.0\n"
		"set lmargin at screen 0.19\nset rmargin at screen 0.5\n",
		lines - 1, TITLE_HEIGHT - 75, *height, 65, *height);
	write_labels(part, only, f);
	write_panel(&axes[0], false, f);
	fputs("set lmargin at screen 0.53\nset rmargin at screen 0.84\nset format y ''\n"
	      "unset ytics\n",
	      f);
	write_panel(&axes[1], true, f);
	fputs("unset multiplot\n", f);
	return 0;
}

static int write_difference(const struct part *part, FILE *f,
			    unsigned int *height)
{
	struct answer answer;
	int err;

	if (count_lines(part, NULL) <= MOST_ROWS)
		return write_picture(part, NULL, f, height);
	err = answer_init(&answer, part);
	return err ? err : write_picture(part, &answer, f, height);
}

const struct plot plot_difference = {
	.name = "difference",
	.caption =
		"Late minus early: a dot for each workload, its range beside it; a triangle lies beside the scale.",
	.write = write_difference,
};
