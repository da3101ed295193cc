// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptiscope report: run directories -> terminal, summary.csv, compare.csv and
 * baseline.csv.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/summaries.h"
#include "base/log.h"
#include "base/outfile.h"
#include "base/sysfile.h"
#include "render/compare_csv.h"
#include "cmd/facts.h"
#include "cmd/report_opts.h"

enum output {
	OUTPUT_SUMMARY,
	OUTPUT_COMPARE,
	OUTPUT_BASELINE,
	OUTPUT_TEXT,
	OUTPUT_HTML,
	OUTPUT_COUNT
};

static const char *const output_names[OUTPUT_COUNT] = {
	[OUTPUT_SUMMARY] = "summary.csv",
	[OUTPUT_COMPARE] = "compare.csv",
	[OUTPUT_BASELINE] = "baseline.csv",
	[OUTPUT_TEXT] = "report.txt",
};

/* How those begin that we wrote; others are not replaced unless their place was named. */
static const char *const output_begins[OUTPUT_COUNT] = {
	[OUTPUT_SUMMARY] = "run,kernel,lane,",
	[OUTPUT_COMPARE] = "lane,path,workload,",
	[OUTPUT_BASELINE] = "lane,path,workload,",
	[OUTPUT_TEXT] = "What does it cost to write CR3 late",
};

/* What to write, how, and where to */
struct job {
	const struct report_runs *runs;
	const struct report *report;
	struct report_style style;
	const char *dir;
	bool dir_named;
	const char *html;
};

/* baseline.csv needs something to compare with, a page its name. */
static bool is_wanted(const struct job *job, enum output which)
{
	if (which == OUTPUT_HTML)
		return job->html;
	for (size_t i = 0; i < job->runs->n; i++)
		if (job->runs->run[i].manifest.variant == VARIANT_STOCK)
			return true;
	return which != OUTPUT_BASELINE;
}

static int write_summary(const struct report_runs *runs, FILE *f)
{
	const struct run **list = calloc(runs->n, sizeof(*list));
	int err;

	if (!list) {
		log_error("out of memory");
		return -ENOMEM;
	}
	for (size_t i = 0; i < runs->n; i++)
		list[i] = &runs->run[i];
	err = summary_write(list, runs->n, f);
	free(list);
	return err;
}

static int write_report(const struct job *job, enum report_format format,
			FILE *f)
{
	struct report_style style = { .format = format,
				      .full = true,
				      .facts = job->style.facts };

	return report_write(job->report, &style, f);
}

static bool is_foreign(const struct job *job, enum output which)
{
	const char *begin = output_begins[which];
	char name[PATH_MAX], line[64];

	if (!begin || job->dir_named ||
	    snprintf(name, sizeof(name), "%s/%s", job->dir,
		     output_names[which]) >= (int)sizeof(name) ||
	    !sysfile_exists("", name))
		return false;
	return !sysfile_line("", name, line, sizeof(line)) ||
	       strncmp(line, begin, strlen(begin));
}

static int write_output(const struct job *job, enum output which,
			struct outfile *out)
{
	bool html = which == OUTPUT_HTML;
	int err;

	if (is_foreign(job, which)) {
		log_error(
			"%s/%s is there, and no file of a report: name another directory by --output",
			job->dir, output_names[which]);
		return -EEXIST;
	}
	err = outfile_open(out, html ? NULL : job->dir,
			   html ? job->html : output_names[which]);
	if (err)
		return err;
	switch (which) {
	case OUTPUT_COMPARE:
		return compare_write(job->report, out->f);
	case OUTPUT_BASELINE:
		return baseline_write(job->report, out->f);
	case OUTPUT_TEXT:
		return write_report(job, FORMAT_TABLE, out->f);
	case OUTPUT_HTML:
		return write_report(job, FORMAT_HTML, out->f);
	default:
		return write_summary(job->runs, out->f);
	}
}

/* All files are complete under temporary names before the first gets its own. */
static int write_outputs(const struct job *job, bool *to_stdout)
{
	struct outfile out[OUTPUT_COUNT] = { 0 };
	int err = outdir_make(job->dir);

	for (enum output i = 0; !err && i < OUTPUT_COUNT; i++)
		if (is_wanted(job, i))
			err = write_output(job, i, &out[i]);
	*to_stdout = out[OUTPUT_HTML].is_stdout;
	for (enum output i = 0; !err && i < OUTPUT_COUNT; i++)
		if (out[i].f)
			err = outfile_commit(&out[i]);
	for (enum output i = 0; i < OUTPUT_COUNT; i++)
		outfile_abort(&out[i]);
	return err;
}

/* The names of what is written, for the last line of the answer; NULL without memory */
static char *list_files(const struct job *job)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fprintf(f, "%s/report.txt, or --full; summary.csv, compare.csv",
		job->dir);
	if (is_wanted(job, OUTPUT_BASELINE))
		fputs(", baseline.csv", f);
	if (job->html)
		fprintf(f, "; %s", job->html);
	return fclose(f) ? NULL : text;
}

/* Files first: what can't be written is known before anything is printed. */
static int write_all(struct job *job)
{
	char *rest = list_files(job);
	bool to_stdout = false;
	int err = rest ? write_outputs(job, &to_stdout) : -ENOMEM;

	job->style.facts.rest = rest;
	if (!err && !to_stdout)
		err = report_write(job->report, &job->style, stdout);
	free(rest);
	return err;
}

static int report_on(struct report_runs *runs, const struct report_opts *opts,
		     const char *dir, const char *html)
{
	struct report report;
	struct facts facts;
	struct job job = { runs,
			   &report,
			   report_opts_style(opts),
			   dir ? dir : runs->parent,
			   dir,
			   html };
	int err = report_init(&report, &runs->groups, &opts->eq);

	if (err)
		return EXIT_RUNTIME;
	err = facts_find(&facts, &report);
	if (*facts.exposure)
		job.style.facts.exposure = facts.exposure;
	if (*facts.memory)
		job.style.facts.memory = facts.memory;
	if (!err)
		err = write_all(&job);
	report_deinit(&report);
	if (err == -ENOSYS)
		return EXIT_UNSUPPORTED;
	return err ? EXIT_RUNTIME : EXIT_OK;
}

static int run_report(int argc, char **argv)
{
	struct report_opts opts = REPORT_OPTS_INIT;
	struct report_runs runs;
	const char *dir = NULL, *html = NULL;
	const struct opt table[] = {
		{ .name = "output",
		  .short_name = 'o',
		  .type = OPT_STR,
		  .dest = &dir,
		  .arg = "DIR",
		  .help = "where the files go (default: beside the first run)" },
		REPORT_OPT_FORMAT(&opts),
		REPORT_OPT_FULL(&opts),
		{ .name = "html",
		  .type = OPT_STR,
		  .dest = &html,
		  .arg = "FILE",
		  .help = "write a page with plots; '-' prints it instead" },
		REPORT_OPT_EQUIVALENT(&opts),
		REPORT_OPT_FORCE(&opts.force),
		{ 0 },
	};
	int first,
		stop = opts_parse(&command_report, table, argc, argv, &first);

	if (stop != OPTS_GO_ON)
		return stop;
	stop = report_opts_open(&command_report, &opts, &runs, argv + first,
				argc - first);
	if (stop != OPTS_GO_ON)
		return stop;
	stop = report_on(&runs, &opts, dir, html);
	report_runs_deinit(&runs);
	return stop;
}

const struct command command_report = {
	.name = "report",
	.summary = "compare runs: late against early, patched against stock",
	.usage = "[options] DIR...",
	.details =
		"Reads run directories that 'ptiscope run' wrote, prints the answer in one screen\n"
		"and writes the whole as report.txt, summary.csv (every run), compare.csv (late\n"
		"against early) and, where runs of a stock kernel are given, baseline.csv (patched\n"
		"against stock). Runs of different lanes are never pooled.\n\n"
		"Give the runs of several boots of each mode, at least 4, or 2 in the lanes icount\n"
		"and bochs, which count: boots are what is compared. --equivalent gives the margin\n"
		"within which the verdict is 'equivalent', in percent of the first of two figures\n"
		"or in their unit.\n\n"
		"Runs that differ in more than their modes (command line, microcode, kernel, its\n"
		"configuration, iterations, unit) are refused; --force compares them all the same,\n"
		"and the report says so.\n\n"
		"--format csv prints the rows of compare.csv, baseline.csv, and those of marks and\n"
		"PTI's cost; json holds everything (docs/report.schema.json). --html writes one\n"
		"page that loads nothing from elsewhere; its plots need gnuplot.",
	.run = run_report,
};
