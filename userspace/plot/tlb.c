// SPDX-License-Identifier: GPL-2.0-only
/*
 * Misses of the TLB's first level, by the TLB model: of each path the workload in
 * which late and early differ most, a bar a mode, stacked by the part of the way.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "plot/plot.h"

#define TITLE_HEIGHT 150
#define BAR_HEIGHT 16
#define MOST_BARS 44
#define GAP 0.5

/* The axis ends beyond what the kernel misses, so many times: the misses of a program's
 * own pages can be hundreds, and are cut.  What lies further out than FAR times three in
 * four is cut as well.
 */
#define ROOM 1.6
#define FAR 4

/**
 * struct bars - what is drawn
 * @geometry: the first that was followed
 * @kernel: misses in the kernel of each bar, @n of them
 * @y: where the next one goes
 * @edge: where the axis ends
 */
struct bars {
	unsigned int geometry;
	double kernel[MOST_BARS];
	size_t n;
	double y;
	double edge;
};

/* Misses in each part; returns 0, -ENOENT where none was counted, or -ENOMEM. */
static int load(const struct group *group, const struct key *of,
		unsigned int geometry, double miss[TLB_PARTS])
{
	static const enum tlb_count counts[] = { TLB_DATA_MISS, TLB_CODE_MISS };
	struct key key = *of;
	struct cell cell;
	bool any = false;
	int err;

	for (int part = 0; part < TLB_PARTS; part++) {
		miss[part] = 0;
		for (int i = 0; i < 2; i++) {
			key.metric =
				metric_tlb_count(geometry, part, counts[i]);
			err = cell_load(group, &key, &cell);
			if (err == -ENOENT)
				continue;
			if (err)
				return err;
			any = true;
			miss[part] += cell.v.estimate;
			cell_deinit(&cell);
		}
	}
	return any ? 0 : -ENOENT;
}

/* Marks would be misses of their own; stock is in the report. */
static bool is_drawn(const struct group *group)
{
	const struct manifest *m = group_manifest(group);

	return m->variant != VARIANT_STOCK && !m->marks;
}

/* How far late is from early, all parts together; -1 where nothing was counted */
static int apart(const struct part *part, const struct key *key,
		 unsigned int geometry, double *sum)
{
	double miss[2][TLB_PARTS] = { 0 }, now[TLB_PARTS];
	const struct machine *machine = &part->machine;

	*sum = -1;
	for (size_t i = 0; i < machine->n; i++) {
		const struct group *group = &machine->group[i];
		enum switch_mode mode = group_manifest(group)->switch_mode;
		int err = is_drawn(group) ? load(group, key, geometry, now) :
					    -ENOENT;

		if (err == -ENOMEM)
			return err;
		if (err)
			continue;
		*sum = 0;
		for (int p = 0; p < TLB_PARTS && mode != SWITCH_OFF; p++)
			miss[mode == SWITCH_LATE][p] = now[p];
	}
	for (int p = 0; p < TLB_PARTS && *sum >= 0; p++)
		*sum += fabs(miss[1][p] - miss[0][p]);
	return 0;
}

/* stands_for() - the workload of that path in which the modes are furthest apart, the
 * first one of several; NULL if there are no counts
 */
static int stands_for(const struct part *part, unsigned int path,
		      unsigned int geometry, const struct key **found)
{
	double sum, most = -1;

	*found = NULL;
	for (size_t i = 0; i < part->n_keys; i++) {
		const struct key *key = &part->keys[i];
		int err;

		/* Once for each workload */
		if (key->path != path ||
		    key->metric !=
			    metric_tlb_event(TLB_PART_KERNEL, TLB_INSTRUCTION))
			continue;
		err = apart(part, key, geometry, &sum);
		if (err)
			return err;
		if (sum > most) {
			most = sum;
			*found = key;
		}
	}
	return 0;
}

static void write_bar(const struct group *group, const struct key *key,
		      const double miss[TLB_PARTS], bool first,
		      struct bars *bars, FILE *f)
{
	const char *mode = switch_names[group_manifest(group)->switch_mode];
	char text[TLB_PARTS][NUMBER_SIZE];
	double end = 0;

	fprintf(f, "%.10g", bars->y++);
	for (int p = 0; p < TLB_PARTS; p++) {
		end += miss[p];
		fprintf(f, " %.10g", end);
		format_number(text[p], miss[p]);
	}
	fputc(' ', f);
	if (first)
		plot_text(f, "%s, %s:  %s", pti_path_name(key->path),
			  key->workload, mode);
	else
		plot_text(f, "%s", mode);
	fputc(' ', f);
	plot_text(f, "%s + %s + %s + %s", text[0], text[1], text[2], text[3]);
	fputc('\n', f);
	bars->kernel[bars->n++] = end - miss[TLB_PART_USER];
	bars->edge = fmax(bars->edge, end);
}

static int write_path(const struct part *part, unsigned int path,
		      struct bars *bars, FILE *f)
{
	const struct machine *machine = &part->machine;
	const struct key *key;
	double miss[TLB_PARTS];
	bool first = true;
	int err = stands_for(part, path, bars->geometry, &key);

	for (size_t i = 0; !err && key && i < machine->n; i++) {
		const struct group *group = &machine->group[i];

		if (!is_drawn(group) || bars->n == MOST_BARS)
			continue;
		err = load(group, key, bars->geometry, miss);
		if (!err)
			write_bar(group, key, miss, first, bars, f);
		first = first && err;
		err = err == -ENOENT ? 0 : err;
	}
	bars->y += first ? 0 : GAP;
	return err;
}

static int compare_doubles(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static int write_bars(const struct part *part, struct bars *bars, FILE *f)
{
	int err = 0;
	double most;

	fputs("$bars << EOD\n", f);
	for (unsigned int path = 0; path < PTI_PATH_COUNT && !err; path++)
		err = write_path(part, path, bars, f);
	fputs("EOD\n", f);
	if (err || !bars->n)
		return err;
	qsort(bars->kernel, bars->n, sizeof(bars->kernel[0]), compare_doubles);
	most = FAR * bars->kernel[(bars->n - 1) * 3 / 4];
	for (size_t i = bars->n; most > 0 && i--;)
		if (bars->kernel[i] <= most) {
			bars->edge = fmin(bars->edge, ROOM * bars->kernel[i]);
			break;
		}
	return 0;
}

static void write_script(const struct part *part, const struct bars *bars,
			 FILE *f)
{
	char title[80];

	snprintf(title, sizeof(title),
		 "Misses of the TLB's first level: model of %s",
		 metric_tlb_geometry_name(bars->geometry));
	fputs("set multiplot layout 1,1 title ", f);
	plot_title(f, &part->machine, title);
	fprintf(f,
		".\"\\n \"\nset style fill solid 1 border lc rgb '#202020'\nset border 3\n"
		"set tics nomirror out\nset key tmargin center horizontal\n"
		"set lmargin 40\nset rmargin 26\n"
		"set xlabel 'misses an iteration, data and code; what is longer is cut'\n"
		"set yrange [%.10g:-1]\nset xrange [0:%.10g]\n"
		"plot $bars using (0):1:(0):2:($1-0.4):($1+0.4):ytic(6) with boxxyerror "
		"lc rgb '#202020' title 'user CR3, before the switch', \\\n"
		"     '' using 2:1:2:3:($1-0.4):($1+0.4) with boxxyerror "
		"lc rgb '#d55e00' title 'kernel CR3', \\\n"
		"     '' using 3:1:3:4:($1-0.4):($1+0.4) with boxxyerror "
		"lc rgb '#56b4e9' title 'user CR3, after the switch', \\\n"
		"     '' using 4:1:4:5:($1-0.4):($1+0.4) with boxxyerror "
		"lc rgb '#f0f0f0' title 'user mode', \\\n"
		"     '' using (%.10g):1:7 with labels left offset 1,0 notitle\n"
		"unset multiplot\n",
		bars->y, bars->edge, bars->edge);
}

static int write_tlb(const struct part *part, FILE *f, unsigned int *height)
{
	int err = 0;

	for (unsigned int g = 0; g < METRIC_TLB_GEOMETRIES && !err; g++) {
		struct bars bars = { .geometry = g };

		err = write_bars(part, &bars, f);
		if (err || !bars.n)
			continue;
		if (!bars.edge)
			return -ENODATA;
		*height = TITLE_HEIGHT + BAR_HEIGHT * (bars.y + 1);
		write_script(part, &bars, f);
		return 0;
	}
	return err ? err : -ENOENT;
}

const struct plot plot_tlb = {
	.name = "tlb",
	.caption =
		"Misses of the TLB's first level by the TLB model, a bar for each path and mode, stacked by the part of the way.",
	.write = write_tlb,
};
