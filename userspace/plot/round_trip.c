// SPDX-License-Identifier: GPL-2.0-only
/*
 * One panel a workload, one bar a variant, marks off.
 */
#include <errno.h>
#include <stdlib.h>

#include "plot/plot.h"

#define TITLE_HEIGHT 70
#define PANEL_HEIGHT 68
#define BAR_HEIGHT 22

static bool is_drawn(const struct machine *machine, const struct group *group)
{
	for (size_t i = 0; i < machine->n; i++)
		if (!group_manifest(&machine->group[i])->marks)
			return !group_manifest(group)->marks;
	return true;
}

static int write_bar(const struct group *group, const struct key *key,
		     size_t place, double *most, FILE *f)
{
	char median[NUMBER_SIZE], boots[NUMBER_SIZE] = "";
	struct cell cell;
	int err = cell_load(group, key, &cell);

	if (err)
		return err;
	fprintf(f, "%zu %.10g %.10g %.10g %u ", place, cell.v.estimate,
		cell.v.ci.low, cell.v.ci.high, plot_color(group));
	if (cell.boots > 1)
		snprintf(boots, sizeof(boots), "%zu boots, ", cell.boots);
	plot_text(f, "%s", group_label(group));
	fputc(' ', f);
	plot_text(f, "%s  (%sn %zu, lost %llu)",
		  format_number(median, cell.v.estimate), boots, cell.v.n,
		  (unsigned long long)cell.v.lost);
	fputc('\n', f);
	*most = cell.v.ci.high > *most ? cell.v.ci.high : *most;
	cell_deinit(&cell);
	return 0;
}

static int write_panel(const struct machine *machine, const struct key *key,
		       FILE *f, size_t *bars)
{
	enum unit unit = group_manifest(machine->group)->unit;
	double most = 0;
	size_t n = 0;

	fputs("$bars << EOD\n", f);
	for (size_t i = 0; i < machine->n; i++) {
		int err = -ENOENT;

		if (is_drawn(machine, &machine->group[i]))
			err = write_bar(&machine->group[i], key, n, &most, f);
		if (err == -ENOMEM)
			return err;
		n += !err;
	}
	fputs("EOD\nset title ", f);
	plot_text(f, "%s (%s), %s", key->workload, pti_path_name(key->path),
		  unit_name(unit));
	fprintf(f,
		"\nset yrange [%zu.5:-0.5]\nset xrange [0:%.10g]\n"
		"plot $bars using (0):1:(0):2:($1-0.36):($1+0.36):5:ytic(6) with boxxyerror "
		"lc rgb variable, \\\n"
		"     '' using 2:1:3:4 with xerrorbars lc rgb '#202020' pt 0 lw 1.5, \\\n"
		"     '' using 4:1:7 with labels left offset 1,0\n",
		n ? n - 1 : 0, most > 0 ? most * 1.3 : 1);
	*bars = n;
	return 0;
}

static int write_panels(const struct machine *machine, const struct key *keys,
			size_t n, FILE *f, unsigned int *height)
{
	size_t bars = 0, panels = 0;
	int err = 0;

	for (size_t i = 0; !err && i < n; i++) {
		if (keys[i].metric != METRIC_ROUND_TRIP)
			continue;
		err = write_panel(machine, &keys[i], f, &bars);
		*height += PANEL_HEIGHT + BAR_HEIGHT * bars;
		panels++;
	}
	return err || panels ? err : -ENOENT;
}

static size_t count_panels(const struct key *keys, size_t n)
{
	size_t panels = 0;

	for (size_t i = 0; i < n; i++)
		panels += keys[i].metric == METRIC_ROUND_TRIP;
	return panels;
}

static int write_round_trip(const struct machine *machine, FILE *f,
			    unsigned int *height)
{
	struct key *keys;
	size_t n;
	int err = keys_collect(machine->group, machine->n, &keys, &n);

	if (err)
		return err;
	*height = TITLE_HEIGHT;
	fprintf(f, "set multiplot layout %zu,1 title ", count_panels(keys, n));
	plot_title(f, machine, "Round trip of one iteration");
	fprintf(f,
		".\"\\n \"\nunset key\nset style fill solid 1 noborder\nset border 3\n"
		"set tics nomirror out\nset lmargin 16\nset rmargin 4\n"
		"set tmargin 2\nset bmargin 2\nset title offset 0,-0.6\n");
	err = write_panels(machine, keys, n, f, height);
	fputs("unset multiplot\n", f);
	free(keys);
	return err;
}

const struct plot plot_round_trip = {
	.name = "round_trip",
	.write = write_round_trip,
};
