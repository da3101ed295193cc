// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the cost of the CR3 write is distributed: one panel a path and workload,
 * one line a mode, from the runs with marks on.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "plot/plot.h"

#define TITLE_HEIGHT 70
#define PANEL_HEIGHT 260
#define COLUMNS 2

/* Points of a line; more can't be told apart in a panel of this width. */
#define POINTS 400

/* The slowest samples, an NMI or the host's interrupts, would squeeze all others. */
#define SHOWN 0.99

/** struct axis - what the panel has to show */
struct axis {
	double least;
	double most;
	size_t lines;
};

static void write_points(const struct values *v, FILE *f)
{
	size_t points = v->n < POINTS ? v->n : POINTS;

	fprintf(f, "%.10g 0\n", v->x[0]);
	for (size_t i = 0; i < points; i++) {
		size_t at = (i + 1) * v->n / points - 1;

		fprintf(f, "%.10g %.10g\n", v->x[at], (at + 1.0) / v->n);
	}
}

static int write_line(const struct group *group, const struct key *key,
		      struct axis *axis, FILE *f)
{
	struct cell cell;
	double high;
	int err = cell_load(group, key, &cell);

	if (err)
		return err;
	fprintf(f, "$line%zu << EOD\n", axis->lines);
	write_points(&cell.v, f);
	fputs("EOD\n", f);
	high = stats_quantile(cell.v.x, cell.v.n, SHOWN);
	if (!axis->lines || cell.v.x[0] < axis->least)
		axis->least = cell.v.x[0];
	if (!axis->lines || high > axis->most)
		axis->most = high;
	fprintf(f, "color%zu = %u\ntitle%zu = ", axis->lines, plot_color(group),
		axis->lines);
	plot_text(f, "%s (n %zu, lost %llu)", group_label(group), cell.v.n,
		  (unsigned long long)cell.v.lost);
	fputc('\n', f);
	axis->lines++;
	cell_deinit(&cell);
	return 0;
}

static int write_panel(const struct machine *machine, const struct key *window,
		       FILE *f)
{
	struct key key = *window;
	struct axis axis = { 0 };
	double margin;

	key.metric = metric_switch(window->metric);
	for (size_t i = 0; i < machine->n; i++)
		if (write_line(&machine->group[i], &key, &axis, f) == -ENOMEM)
			return -ENOMEM;
	if (!axis.lines) {
		fputs("set multiplot next\n", f);
		return 0;
	}
	/* Exact lanes have one value: a line needs room beside it all the same. */
	margin = fmax((axis.most - axis.least) * 0.05, 1);
	fputs("set title ", f);
	plot_text(f, "%s %s, %s", pti_path_name(key.path),
		  pti_path_is_exit(key.path) ? "exit" : "entry", key.workload);
	fprintf(f, "\nset xrange [%.10g:%.10g]\nplot ", axis.least - margin,
		axis.most + margin);
	for (size_t i = 0; i < axis.lines; i++)
		fprintf(f,
			"%s$line%zu using 1:2 with steps lw %s lc rgb color%zu title title%zu",
			i ? ", \\\n     " : "", i, i ? "2" : "5", i, i);
	fputc('\n', f);
	return 0;
}

static int write_panels(const struct machine *machine, const struct key *keys,
			size_t n, FILE *f, size_t *panels)
{
	int err = 0;

	*panels = 0;
	for (size_t i = 0; !err && i < n; i++) {
		if (!plot_is_first_window(machine, keys, n, i))
			continue;
		err = write_panel(machine, &keys[i], f);
		++*panels;
	}
	return err;
}

static int write_ecdf(const struct machine *machine, FILE *f,
		      unsigned int *height)
{
	size_t n, panels = 0, rows;
	struct key *keys;
	char *body;
	FILE *inner;
	int err = keys_collect(machine->group, machine->n, &keys, &n);

	if (err)
		return err;
	inner = open_memstream(&body, &(size_t){ 0 });
	if (!inner) {
		free(keys);
		return -ENOMEM;
	}
	err = write_panels(machine, keys, n, inner, &panels);
	free(keys);
	if (fclose(inner))
		err = -ENOMEM;
	rows = (panels + COLUMNS - 1) / COLUMNS;
	*height = TITLE_HEIGHT + PANEL_HEIGHT * rows;
	if (!err && panels) {
		fprintf(f, "set multiplot layout %zu,%d title ", rows, COLUMNS);
		plot_title(
			f, machine,
			"The CR3 write: share of writes that took at most so long");
		fprintf(f,
			"\nset key at graph 1.02,0.6 right samplen 0.6\nset border 3\nset tics nomirror out\n"
			"set yrange [0:1.02]\nset grid ytics lc rgb '#e0e0e0'\n"
			"set xlabel '%s, a pair of marks included'\n%sunset multiplot\n",
			unit_name(group_manifest(machine->group)->unit), body);
	}
	free(body);
	return err || panels ? err : -ENOENT;
}

const struct plot plot_ecdf = {
	.name = "switch_ecdf",
	.write = write_ecdf,
};
