// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptiscope report: run directories -> terminal, summary.csv, compare.csv and
 * baseline.csv.
 */
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "log.h"
#include "opts.h"
#include "outfile.h"
#include "report_compare.h"
#include "report_runs.h"
#include "report_text.h"

enum output {
	OUTPUT_SUMMARY,
	OUTPUT_COMPARE,
	OUTPUT_BASELINE,
	OUTPUT_COUNT
};

static const char *const output_names[OUTPUT_COUNT] = {
	[OUTPUT_SUMMARY] = "summary.csv",
	[OUTPUT_COMPARE] = "compare.csv",
	[OUTPUT_BASELINE] = "baseline.csv",
};

static int write_output(const struct report_runs *runs, enum output which,
			FILE *f)
{
	const struct run **list;
	int err;

	if (which == OUTPUT_COMPARE)
		return compare_write(&runs->groups, f);
	if (which == OUTPUT_BASELINE)
		return baseline_write(&runs->groups, f);
	list = calloc(runs->n, sizeof(*list));
	if (!list) {
		log_error("out of memory");
		return -1;
	}
	for (size_t i = 0; i < runs->n; i++)
		list[i] = &runs->run[i];
	err = summary_write_all(list, runs->n, f);
	free(list);
	return err;
}

/* baseline.csv needs something to compare with. */
static enum output last_output(const struct report_runs *runs)
{
	for (size_t i = 0; i < runs->n; i++)
		if (runs->run[i].manifest.variant == VARIANT_STOCK)
			return OUTPUT_BASELINE;
	return OUTPUT_COMPARE;
}

/* All files are complete under temporary names before the first gets its own. */
static int write_outputs(const struct report_runs *runs, const char *dir,
			 enum output last)
{
	struct outfile out[OUTPUT_COUNT] = { 0 };
	int err = outdir_make(dir);

	for (enum output i = 0; !err && i <= last; i++) {
		err = outfile_open(&out[i], dir, output_names[i]);
		if (!err)
			err = write_output(runs, i, out[i].f);
	}
	for (enum output i = 0; !err && i <= last; i++)
		err = outfile_commit(&out[i]);
	for (enum output i = 0; i <= last; i++)
		outfile_abort(&out[i]);
	return err;
}

static int report(const struct report_runs *runs, const char *dir)
{
	enum output last = last_output(runs);
	int err = write_outputs(runs, dir, last);

	if (!err)
		err = report_print(&runs->groups, stdout);
	if (err)
		return err;
	fputs("\nFiles written:\n", stdout);
	for (enum output i = 0; i <= last; i++)
		printf("  %s/%s\n", dir, output_names[i]);
	return 0;
}

static int run_report(int argc, char **argv)
{
	struct report_runs runs;
	const char *dir = NULL;
	const struct opt table[] = {
		{ .name = "output",
		  .short_name = 'o',
		  .type = OPT_STR,
		  .dest = &dir,
		  .arg = "DIR",
		  .help = "where the files go (default: beside the first run)" },
		{ 0 },
	};
	int first, err,
		stop = opts_parse(&command_report, table, argc, argv, &first);

	if (stop != OPTS_GO_ON)
		return stop;
	if (first == argc)
		return opts_usage_error(&command_report,
					"no run directory given");
	if (report_runs_load(&runs, argv + first, argc - first))
		return EXIT_RUNTIME;
	err = report(&runs, dir ? dir : runs.parent);
	report_runs_deinit(&runs);
	return err ? EXIT_RUNTIME : EXIT_OK;
}

const struct command command_report = {
	.name = "report",
	.summary = "compare runs: late against early, patched against stock",
	.usage = "[options] DIR...",
	.details =
		"Reads run directories that 'ptiscope run' wrote, prints their figures and writes\n"
		"summary.csv (every run), compare.csv (late against early) and, where runs of a\n"
		"stock kernel are given, baseline.csv (patched against stock). Runs of different\n"
		"lanes are reported one after the other and never pooled.",
	.run = run_report,
};
