// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anatomy of a kernel entry and its exit: one bar a path and mode, from the runs
 * with marks on.  Shown is a workload whose iteration is one such entry, so that
 * what its round trip has besides windows and switches is the rest: the
 * instructions before the first and after the last mark, and the kernel's work.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plot/plot.h"

#define TITLE_HEIGHT 150
#define BAR_HEIGHT 24
#define GAP 0.6

/* From left to right as they happen */
enum {
	ENTRY_WINDOW,
	ENTRY_SWITCH,
	REST,
	EXIT_WINDOW,
	EXIT_SWITCH,
	PARTS
};

static const struct {
	const char *title;
	const char *color;
} parts[PARTS] = {
	[ENTRY_WINDOW] = { "entry: window", "#56b4e9" },
	[ENTRY_SWITCH] = { "entry: CR3 write", "#e69f00" },
	[REST] = { "stubs and the kernel's work", "#d0d0d0" },
	[EXIT_WINDOW] = { "exit: window", "#0072b2" },
	[EXIT_SWITCH] = { "exit: CR3 write", "#d55e00" },
};

/* Where the next bar goes, and how far to the right the longest one reaches. */
struct layout {
	double y;
	double most;
	size_t bars;
};

/* The figure of a key, and how many samples it has; 0 or an error of cell_load() */
static int estimate(const struct group *group, const struct key *key,
		    double *value, size_t *n)
{
	struct cell cell;
	int err = cell_load(group, key, &cell);

	if (err)
		return err;
	*value = cell.v.estimate;
	*n = cell.v.n;
	cell_deinit(&cell);
	return 0;
}

/* Is an iteration of the workload one kernel entry, by this path? */
static bool is_one_entry(const struct manifest *m, const struct key *key)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->n_workloads; i++) {
		if (strcmp(m->workloads[i].name, key->workload))
			continue;
		for (unsigned int path = 0; path < PTI_PATH_COUNT; path++)
			sum += m->workloads[i].declared[path];
		return sum == 1 && m->workloads[i].declared[key->path] == 1;
	}
	return false;
}

/* The exit that most of the entries of the workload take */
static int load_exit(const struct group *group, const struct key *keys,
		     size_t n_keys, const char *workload, double part[PARTS])
{
	size_t n, most = 0;
	double window;
	struct key sw;
	int err;

	for (size_t i = 0; i < n_keys; i++) {
		if (keys[i].metric != METRIC_EXIT_WINDOW ||
		    strcmp(keys[i].workload, workload))
			continue;
		err = estimate(group, &keys[i], &window, &n);
		if (err == -ENOMEM)
			return err;
		if (err || n <= most)
			continue;
		most = n;
		part[EXIT_WINDOW] = window;
		sw = keys[i];
		sw.metric = METRIC_EXIT_SWITCH;
		err = estimate(group, &sw, &part[EXIT_SWITCH], &n);
		if (err)
			return err;
	}
	return most ? 0 : -ENOENT;
}

/* All parts of a bar; -ENOENT where they do not make sense together */
static int load_parts(const struct group *group, const struct key *keys,
		      size_t n_keys, const struct key *round_trip,
		      double part[PARTS], double *whole)
{
	struct key key = *round_trip;
	size_t n;
	int err = estimate(group, &key, whole, &n);

	key.metric = METRIC_ENTRY_WINDOW;
	if (!err)
		err = estimate(group, &key, &part[ENTRY_WINDOW], &n);
	key.metric = METRIC_ENTRY_SWITCH;
	if (!err)
		err = estimate(group, &key, &part[ENTRY_SWITCH], &n);
	if (!err)
		err = load_exit(group, keys, n_keys, key.workload, part);
	if (err)
		return err;
	part[REST] = *whole - part[ENTRY_WINDOW] - part[ENTRY_SWITCH] -
		     part[EXIT_WINDOW] - part[EXIT_SWITCH];
	return part[REST] < 0 ? -ENOENT : 0;
}

static void write_bar(const struct group *group, const struct key *key,
		      bool first, const double part[PARTS], double whole,
		      struct layout *at, FILE *f)
{
	const char *mode = switch_names[group_manifest(group)->switch_mode];
	char number[NUMBER_SIZE];
	double end = 0;

	fprintf(f, "%.10g 0 ", at->y);
	for (int i = 0; i < PARTS; i++) {
		end += part[i];
		fprintf(f, "%.10g ", end);
	}
	if (first)
		plot_text(f, "%s, %s:  %s", pti_path_name(key->path),
			  key->workload, mode);
	else
		plot_text(f, "%s", mode);
	fputs(" \"", f);
	for (int i = 0; i < PARTS; i++)
		fprintf(f, "%s%s", i ? " + " : "",
			format_number(number, part[i]));
	fprintf(f, " = %s\"\n", format_number(number, whole));
	at->most = end > at->most ? end : at->most;
	at->y++;
	at->bars++;
}

static int write_path(const struct machine *machine, const struct key *keys,
		      size_t n, const struct key *key, struct layout *at,
		      FILE *f)
{
	double part[PARTS], whole;
	bool first = true;
	int err;

	for (size_t i = 0; i < machine->n; i++) {
		const struct group *group = &machine->group[i];

		if (!group_manifest(group)->marks ||
		    !is_one_entry(group_manifest(group), key))
			continue;
		err = load_parts(group, keys, n, key, part, &whole);
		if (err == -ENOMEM)
			return err;
		if (err)
			continue;
		write_bar(group, key, first, part, whole, at, f);
		first = false;
	}
	at->y += first ? 0 : GAP;
	return 0;
}

/* Of several workloads of a path the first that can be drawn stands for all. */
static int write_bars(const struct machine *machine, struct layout *at, FILE *f)
{
	bool done[PTI_PATH_COUNT] = { false };
	struct key *keys;
	size_t n, before;
	int err = keys_collect(machine->group, machine->n, &keys, &n);

	if (err)
		return err;
	fputs("$bars << EOD\n", f);
	for (size_t i = 0; !err && i < n; i++) {
		if (keys[i].metric != METRIC_ROUND_TRIP || done[keys[i].path])
			continue;
		before = at->bars;
		err = write_path(machine, keys, n, &keys[i], at, f);
		done[keys[i].path] = at->bars > before;
	}
	fputs("EOD\n", f);
	free(keys);
	return err || at->bars ? err : -ENOENT;
}

static int write_anatomy(const struct machine *machine, FILE *f,
			 unsigned int *height)
{
	struct layout at = { 0 };
	int err = write_bars(machine, &at, f);

	if (err)
		return err;
	*height = TITLE_HEIGHT + BAR_HEIGHT * (at.y + 1);
	fputs("set multiplot layout 1,1 title ", f);
	plot_title(f, machine, "Anatomy of a round trip through the kernel");
	fprintf(f,
		".\"\\n \"\nset style fill solid 1 noborder\nset border 3\nset tics nomirror out\n"
		"set key tmargin center horizontal\nset lmargin 38\nset rmargin 4\n"
		"set xlabel '%s, marks on: a pair of them is in each window and each write'\n"
		"set yrange [%.10g:-1]\nset xrange [0:%.10g]\nplot ",
		unit_name(group_manifest(machine->group)->unit), at.y,
		at.most * 1.9);
	for (int i = 0; i < PARTS; i++)
		fprintf(f,
			"$bars using %d:1:%d:%d:($1-0.4):($1+0.4)%s with boxxyerror "
			"lc rgb '%s' title \"%s\", \\\n     ",
			i + 2, i + 2, i + 3, i ? "" : ":ytic(8)",
			parts[i].color, parts[i].title);
	fputs("$bars using 7:1:9 with labels left offset 1,0 notitle\n"
	      "unset multiplot\n",
	      f);
	return 0;
}

const struct plot plot_anatomy = {
	.name = "anatomy",
	.write = write_anatomy,
};
