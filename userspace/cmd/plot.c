// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptiscope plot: run directories -> PNG and SVG, through gnuplot.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/opts.h"
#include "base/outfile.h"
#include "cmd/report_opts.h"
#include "plot/plot.h"
#include "analyse/runs.h"

#define NAME_SIZE 64

/* A second CPU or PCID state of the same lane gets figures of its own. */
static int open_figure(struct outfile out[2], const char *dir, const char *plot,
		       enum lane lane, size_t number)
{
	static const char *const endings[] = { "png", "svg" };

	for (int i = 0; i < 2; i++) {
		char name[NAME_SIZE], suffix[16] = "";
		int err;

		if (number > 1)
			snprintf(suffix, sizeof(suffix), "-%u",
				 (unsigned int)number);
		snprintf(name, sizeof(name), "%s-%s%s.%s", plot,
			 lane_names[lane], suffix, endings[i]);
		err = outfile_open(&out[i], dir, name);
		if (err)
			return err;
	}
	return 0;
}

static int draw_figure(const struct plot *plot, const struct part *part,
		       size_t number, const char *dir)
{
	enum lane lane = group_manifest(part->machine.group)->lane;
	struct outfile out[2] = { 0 };
	char *names[2] = { 0 };
	int err = open_figure(out, dir, plot->name, lane, number);

	if (!err)
		err = plot_draw(plot, part, outfile_name(&out[0]),
				outfile_name(&out[1]));
	for (int i = 0; !err && i < 2; i++) {
		if (asprintf(&names[i], "%s", out[i].final) < 0)
			names[i] = NULL;
		err = outfile_commit(&out[i]);
	}
	for (int i = 0; i < 2; i++) {
		outfile_abort(&out[i]);
		if (!err && names[i])
			puts(names[i]);
		free(names[i]);
	}
	if (err == -ENODATA)
		printf("%s-%s is not drawn: nothing in it varies\n", plot->name,
		       lane_names[lane]);
	return err == -ENOENT || err == -ENODATA ? 0 : err;
}

static int draw_all(const struct report *report, const char *dir)
{
	size_t number = 0;
	int err = 0;

	for (size_t i = 0; !err && i < report->n; i++) {
		const struct part *part = &report->part[i];

		if (i && group_manifest(part[-1].machine.group)->lane !=
				 group_manifest(part->machine.group)->lane)
			number = 0;
		number++;
		for (size_t j = 0; !err && plots[j]; j++)
			err = draw_figure(plots[j], part, number, dir);
	}
	return err;
}

static int plot(const struct report_runs *runs, const char *dir)
{
	const struct equivalence eq = { 0 };
	struct report report;
	int err = outdir_make(dir);

	if (!err)
		err = report_init(&report, &runs->groups, &eq);
	if (err)
		return err;
	err = draw_all(&report, dir);
	report_deinit(&report);
	return err;
}

static int run_plot(int argc, char **argv)
{
	struct report_runs runs;
	const char *dir = NULL;
	bool force = false;
	const struct opt table[] = {
		{ .name = "output",
		  .short_name = 'o',
		  .type = OPT_STR,
		  .dest = &dir,
		  .arg = "DIR",
		  .help = "where the figures go (default: beside the first run)" },
		REPORT_OPT_FORCE(&force),
		{ 0 },
	};
	int first, err,
		stop = opts_parse(&command_plot, table, argc, argv, &first);

	if (stop != OPTS_GO_ON)
		return stop;
	stop = report_runs_open(&command_plot, &runs, argv + first,
				argc - first, force);
	if (stop != OPTS_GO_ON)
		return stop;
	err = plot(&runs, dir ? dir : runs.parent);
	report_runs_deinit(&runs);
	if (err == -ENOSYS)
		return EXIT_UNSUPPORTED;
	return err ? EXIT_RUNTIME : EXIT_OK;
}

const struct command command_plot = {
	.name = "plot",
	.summary =
		"draw what differs: round trips, entries and exits, working sets",
	.usage = "[options] DIR...",
	.details =
		"Reads run directories and draws for every lane, as PNG and SVG: difference-LANE,\n"
		"where runs with marks are given anatomy-LANE, where the workloads chase_* are in\n"
		"the runs chase-LANE, and where runs of 'ptiscope tlb' are given survival-LANE\n"
		"and tlb-LANE. A picture in which nothing varies is not drawn, and that is said.\n"
		"Needs gnuplot.",
	.run = run_plot,
};
