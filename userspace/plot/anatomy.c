// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anatomy of entries and exits: window and CR3 write stacked, one bar a path and
 * mode, from the runs with marks on.  The kernel's work between them is left out.
 */
#include <errno.h>

#include "analyse/windows.h"
#include "plot/plot.h"

#define TITLE_HEIGHT 150
#define BAR_HEIGHT 16
#define MOST_BARS 43
#define GAP 0.5

/* Where the next bar goes, and how far to the right the longest one reaches. */
struct layout {
	double y;
	double most;
	size_t bars;
};

static int write_bar(const struct group *group, const struct key *window,
		     bool first, struct layout *at, FILE *f)
{
	char a[NUMBER_SIZE], b[NUMBER_SIZE];
	struct block block = block_of(window);
	struct cell w, s;
	double end;
	int err = cell_load(group, window, &w);

	if (err)
		return err;
	err = cell_load(group, &block.sw, &s);
	if (err) {
		cell_deinit(&w);
		return err;
	}
	end = w.v.estimate + s.v.estimate;
	fprintf(f, "%.10g %.10g %.10g %.10g %.10g %.10g %.10g ", at->y,
		w.v.estimate, end, w.v.ci.low, w.v.ci.high,
		w.v.estimate + s.v.ci.low, w.v.estimate + s.v.ci.high);
	if (first)
		plot_text(f, "%s %s, %s:  %s", pti_path_name(window->path),
			  pti_path_is_exit(window->path) ? "exit" : "entry",
			  window->workload,
			  switch_names[group_manifest(group)->switch_mode]);
	else
		plot_text(f, "%s",
			  switch_names[group_manifest(group)->switch_mode]);
	fputc(' ', f);
	plot_text(f, "%s + %s  (n %zu, lost %llu)",
		  format_number(a, w.v.estimate),
		  format_number(b, s.v.estimate), w.v.n,
		  (unsigned long long)w.v.lost);
	fputc('\n', f);
	at->most = end > at->most ? end : at->most;
	cell_deinit(&w);
	cell_deinit(&s);
	return 0;
}

static int write_path(const struct machine *machine, const struct key *window,
		      struct layout *at, FILE *f)
{
	bool first = true;

	for (size_t i = 0; i < machine->n; i++) {
		int err = write_bar(&machine->group[i], window, first, at, f);

		if (err == -ENOMEM)
			return err;
		if (err)
			continue;
		first = false;
		at->y++;
		at->bars++;
	}
	at->y += first ? 0 : GAP;
	return 0;
}

static int write_bars(const struct part *part, struct layout *at, FILE *f)
{
	int err = 0;

	fputs("$bars << EOD\n", f);
	for (size_t i = 0; !err && i < part->n_keys; i++)
		if (plot_is_first_window(part, i) && at->y < MOST_BARS)
			err = write_path(&part->machine, &part->keys[i], at, f);
	fputs("EOD\n", f);
	return err || at->bars ? err : -ENOENT;
}

static int write_anatomy(const struct part *part, FILE *f, unsigned int *height)
{
	struct layout at = { 0 };
	int err = write_bars(part, &at, f);

	if (err)
		return err;
	*height = TITLE_HEIGHT + BAR_HEIGHT * (at.y + 1);
	fputs("set multiplot layout 1,1 title ", f);
	plot_title(
		f, &part->machine,
		"Entries and exits: what is before the CR3 write, and the write");
	fprintf(f,
		".\"\\n \"\nset style fill solid 1 border lc rgb '#202020'\nset border 3\n"
		"set tics nomirror out\n"
		"set key tmargin center horizontal\nset lmargin 42\nset rmargin 4\n"
		"set xlabel '%s, a pair of marks included in each part'\n"
		"set yrange [%.10g:-1]\nset xrange [0:%.10g]\n"
		"plot $bars using (0):1:(0):2:($1-0.4):($1+0.4):ytic(8) with boxxyerror "
		"lc rgb '#cfe3f2' title 'window', \\\n"
		"     '' using 2:1:2:3:($1-0.4):($1+0.4) with boxxyerror "
		"lc rgb '#d55e00' title 'CR3 write', \\\n"
		"     '' using 2:1:4:5 with xerrorbars lc rgb '#202020' pt 0 notitle, \\\n"
		"     '' using 3:1:6:7 with xerrorbars lc rgb '#202020' pt 0 "
		"title 'range of each', \\\n"
		"     '' using 7:1:9 with labels left offset 1,0 notitle\n"
		"unset multiplot\n",
		unit_name(group_manifest(part->machine.group)->unit), at.y,
		at.most > 0 ? at.most * 1.6 : 1);
	return 0;
}

const struct plot plot_anatomy = {
	.name = "anatomy",
	.caption =
		"Window and CR3 write of each entry and exit path, early and late, marks on.",
	.write = write_anatomy,
};
