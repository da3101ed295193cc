// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptiscope compare: any two runs against each other.
 */
#include <string.h>

#include "base/log.h"
#include "cmd/report_opts.h"
#include "render/write.h"

static const char *difference(const struct manifest *a,
			      const struct manifest *b)
{
	if (a->lane != b->lane)
		return "lanes";
	return a->unit != b->unit ? "units" : NULL;
}

/* What else differs is for the reader to know: the runs were named on purpose. */
static void warn_of_conditions(struct manifest *a, struct manifest *b)
{
	if (strcmp(a->cpu, b->cpu))
		log_warn("the CPUs differ: %s, %s", a->cpu, b->cpu);
	if (a->pcid != b->pcid)
		log_warn("one is with PCID and one without");
	if (a->marks != b->marks)
		log_warn("one is with marks and one without");
}

static int compare(struct report_runs *runs, const struct report_opts *opts)
{
	struct run *a = &runs->run[0], *b = &runs->run[1];
	const char *what = difference(&a->manifest, &b->manifest);
	const struct run *list[] = { a, b };
	struct group pair[] = { { &list[0], 1 }, { &list[1], 1 } };
	struct report_style style = report_opts_style(opts);
	struct report report;
	int err;

	if (what) {
		log_error("%s and %s have different %s and can't be compared",
			  a->path, b->path, what);
		return EXIT_RUNTIME;
	}
	if (report_init_pair(&report, pair, &opts->eq))
		return EXIT_RUNTIME;
	warn_of_conditions(&a->manifest, &b->manifest);
	err = report_write(&report, &style, stdout);
	report_deinit(&report);
	return err ? EXIT_RUNTIME : EXIT_OK;
}

static int run_compare(int argc, char **argv)
{
	struct report_opts opts = REPORT_OPTS_INIT;
	struct report_runs runs;
	const struct opt table[] = {
		REPORT_OPT_FORMAT(&opts),
		REPORT_OPT_FULL(&opts),
		REPORT_OPT_EQUIVALENT(&opts),
		REPORT_OPT_FORCE(&opts.force),
		{ 0 },
	};
	int first, stop;

	stop = opts_parse(&command_compare, table, argc, argv, &first);
	if (stop != OPTS_GO_ON)
		return stop;
	if (argc - first != 2)
		return opts_usage_error(&command_compare,
					"two run directories are needed");
	stop = report_opts_open(&command_compare, &opts, &runs, argv + first,
				2);
	if (stop != OPTS_GO_ON)
		return stop;
	stop = compare(&runs, &opts);
	report_runs_deinit(&runs);
	return stop;
}

const struct command command_compare = {
	.name = "compare",
	.summary = "compare any two runs, the second against the first",
	.usage = "[options] DIR DIR",
	.details =
		"Compares every figure that both runs have, whatever their variants, and writes no\n"
		"file. Two runs are one boot each, which tells these two boots apart, not what they\n"
		"were booted with: 'ptiscope report' compares several boots. Runs of unlike\n"
		"conditions are refused, as there.",
	.run = run_compare,
};
