// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptiscope report: run directories -> terminal, summary.csv, compare.csv and
 * baseline.csv.
 */
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "log.h"
#include "outfile.h"
#include "report_compare.h"
#include "report_opts.h"
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

static int write_output(const struct report_runs *runs,
			const struct report *report, enum output which, FILE *f)
{
	const struct run **list;
	int err;

	if (which == OUTPUT_COMPARE)
		return compare_write(report, f);
	if (which == OUTPUT_BASELINE)
		return baseline_write(report, f);
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
static int write_outputs(const struct report_runs *runs,
			 const struct report *report, const char *dir,
			 enum output last)
{
	struct outfile out[OUTPUT_COUNT] = { 0 };
	int err = outdir_make(dir);

	for (enum output i = 0; !err && i <= last; i++) {
		err = outfile_open(&out[i], dir, output_names[i]);
		if (!err)
			err = write_output(runs, report, i, out[i].f);
	}
	for (enum output i = 0; !err && i <= last; i++)
		err = outfile_commit(&out[i]);
	for (enum output i = 0; i <= last; i++)
		outfile_abort(&out[i]);
	return err;
}

static int write_all(const struct report_runs *runs,
		     const struct report *report, const char *dir)
{
	enum output last = last_output(runs);
	int err = write_outputs(runs, report, dir, last);

	if (!err)
		err = report_print(report, stdout);
	if (err)
		return err;
	fputs("\nFiles written:\n", stdout);
	for (enum output i = 0; i <= last; i++)
		printf("  %s/%s\n", dir, output_names[i]);
	return 0;
}

static int run_report(int argc, char **argv)
{
	struct report_opts opts = REPORT_OPTS_INIT;
	struct report_runs runs;
	struct report report;
	const char *dir = NULL;
	const struct opt table[] = {
		{ .name = "output",
		  .short_name = 'o',
		  .type = OPT_STR,
		  .dest = &dir,
		  .arg = "DIR",
		  .help = "where the files go (default: beside the first run)" },
		REPORT_OPT_EQUIVALENT(&opts),
		REPORT_OPT_SEED(&opts),
		{ 0 },
	};
	int first, err,
		stop = opts_parse(&command_report, table, argc, argv, &first);

	if (stop != OPTS_GO_ON)
		return stop;
	stop = report_opts_open(&command_report, &opts, &runs, argv + first,
				argc - first);
	if (stop != OPTS_GO_ON)
		return stop;
	err = report_init(&report, &runs.groups, &opts.eq);
	if (!err) {
		err = write_all(&runs, &report, dir ? dir : runs.parent);
		report_deinit(&report);
	}
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
		"lanes are reported one after the other and never pooled.\n\n"
		"Give the runs of several boots of each mode, at least 4: boots are what is\n"
		"compared, but in the exact lanes icount and bochs. --equivalent gives the margin\n"
		"within which the verdict is 'equivalent', in percent of the first of two figures\n"
		"or in their unit.",
	.run = run_report,
};
