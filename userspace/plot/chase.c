// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a system call costs a program with a working set: over the size of the set,
 * and over the loads from one system call to the next; marks off.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "plot/plot.h"

#define TITLE_HEIGHT 70
#define PANEL_HEIGHT 300

/* Loads between two system calls in a workload whose name does not say, and MiB of
 * those that differ in loads */
#define LOADS 64
#define MIB 16

/* A picture in which no point differs by more than this share shows nothing. */
#define VARIES 0.02

/** struct chase - what the name of a workload says */
struct chase {
	unsigned int mib;
	unsigned int loads;
};

/** struct panel - one curve for each variant: the workloads with the same @fixed */
struct panel {
	const char *title;
	const char *x_label;
	bool over_loads;
};

static const struct panel panels[] = {
	{ "over the working set, 64 loads from one call to the next", "MiB",
	  false },
	{ "over the loads from one call to the next, 16 MiB",
	  "loads from one system call to the next", true },
};

#define N_PANELS (sizeof(panels) / sizeof(panels[0]))

/* "chase_16m" or "chase_16m_k8" */
static bool parse(const char *workload, struct chase *chase)
{
	int end = 0;

	chase->loads = LOADS;
	if (sscanf(workload, "chase_%um%n", &chase->mib, &end) == 1 && end &&
	    !workload[end])
		return true;
	end = 0;
	return sscanf(workload, "chase_%um_k%u%n", &chase->mib, &chase->loads,
		      &end) == 2 &&
	       end && !workload[end];
}

/* The points of a variant, for gnuplot to sort; returns how many or -ENOMEM. */
static int write_points(const struct group *group, const struct key *keys,
			size_t n, const struct panel *panel, FILE *f)
{
	struct chase chase;
	struct cell cell;
	int err, points = 0;

	for (size_t i = 0; i < n; i++) {
		if (keys[i].metric != METRIC_ROUND_TRIP ||
		    !parse(keys[i].workload, &chase) ||
		    (panel->over_loads ? chase.mib != MIB :
					 chase.loads != LOADS))
			continue;
		err = cell_load(group, &keys[i], &cell);
		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		fprintf(f, "%u %.10g %.10g %.10g\n",
			panel->over_loads ? chase.loads : chase.mib,
			cell.v.estimate, cell.v.ci.low, cell.v.ci.high);
		cell_deinit(&cell);
		points++;
	}
	return points;
}

/* A curve of one point is none: *@lines counts the others. */
static int write_line(const struct group *group, const struct key *keys,
		      size_t n, const struct panel *panel, FILE *f,
		      size_t *lines)
{
	int points;

	fprintf(f, "$line%zu << EOD\n", *lines);
	points = write_points(group, keys, n, panel, f);
	fprintf(f, "EOD\ncolor%zu = %u\ntitle%zu = ", *lines, plot_color(group),
		*lines);
	plot_text(f, "%s", group_label(group));
	fputc('\n', f);
	*lines += points > 1;
	return points < 0 ? points : 0;
}

static int write_panel(const struct part *part, const struct panel *panel,
		       FILE *f, size_t *drawn)
{
	const struct machine *machine = &part->machine;
	size_t lines = 0;
	int err = 0;

	for (size_t i = 0; !err && i < machine->n; i++)
		if (!group_manifest(&machine->group[i])->marks)
			err = write_line(&machine->group[i], part->keys,
					 part->n_keys, panel, f, &lines);
	if (err || !lines)
		return err;
	fprintf(f, "set title '%s'\nset xlabel '%s'\nplot ", panel->title,
		panel->x_label);
	for (size_t i = 0; i < lines; i++)
		fprintf(f,
			"%s$line%zu using 1:2 smooth unique with lines lw 1.5 lc rgb color%zu "
			"title title%zu, '' using 1:2:3:4 with yerrorbars pt 7 ps 0.7 "
			"lc rgb color%zu notitle",
			i ? ", \\\n     " : "", i, i, i, i);
	fputc('\n', f);
	++*drawn;
	return 0;
}

/* Is any point of a variant further from its first than a count can be by chance? */
static int varies(const struct part *part, bool *any)
{
	const struct machine *machine = &part->machine;
	struct chase chase;

	*any = false;
	for (size_t i = 0; i < machine->n; i++) {
		double first = NAN;

		for (size_t j = 0; j < part->n_keys; j++) {
			const struct key *key = &part->keys[j];
			struct cell cell;
			int err;

			if (key->metric != METRIC_ROUND_TRIP ||
			    !parse(key->workload, &chase))
				continue;
			err = cell_load(&machine->group[i], key, &cell);
			if (err == -ENOENT)
				continue;
			if (err)
				return err;
			if (isnan(first))
				first = cell.v.estimate;
			if (fabs(cell.v.estimate - first) > VARIES * first)
				*any = true;
			cell_deinit(&cell);
		}
	}
	return 0;
}

static int write_chase(const struct part *part, FILE *f, unsigned int *height)
{
	size_t drawn = 0;
	bool any;
	int err = varies(part, &any);

	if (err)
		return err;
	fprintf(f, "set multiplot layout %zu,1 title ", N_PANELS);
	plot_title(
		f, &part->machine,
		"A system call in a chase of pointers, the loads subtracted");
	fprintf(f,
		".\"\\n \"\nset key outside right top\nset border 3\n"
		"set tics nomirror out\nset logscale x 2\nset offsets graph 0.03,graph 0.03\n"
		"set yrange [0:*]\nset ylabel '%s an iteration'\n",
		unit_name(group_manifest(part->machine.group)->unit));
	for (size_t i = 0; !err && i < N_PANELS; i++)
		err = write_panel(part, &panels[i], f, &drawn);
	fputs("unset multiplot\n", f);
	*height = TITLE_HEIGHT + PANEL_HEIGHT * N_PANELS;
	if (err || !drawn)
		return err ? err : -ENOENT;
	return any ? 0 : -ENODATA;
}

const struct plot plot_chase = {
	.name = "chase",
	.caption =
		"A system call in working sets of several sizes, and with more or fewer loads between two calls.",
	.write = write_chase,
};
