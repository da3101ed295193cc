// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptiscope compare: any two runs against each other.
 */
#include <string.h>

#include "analyse/format.h"
#include "analyse/gate.h"
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
	if (a->skip != b->skip)
		log_warn(
			"in one some calls skip the switch, in the other none");
}

/* The exit code that --fail-if asks for, after one line on stderr if it is met */
static int judge(const struct gate *gate, const char *text,
		 const struct part *part)
{
	const struct row *worst = NULL;
	char change[NUMBER_SIZE], ratio[NUMBER_SIZE];
	size_t n = gate_count(gate, part, &worst);

	if (!n)
		return EXIT_OK;
	log_error("%s: true of %zu, most of all of %s: %s (%s)", text, n,
		  worst->key.workload, format_change(change, worst->diff.diff),
		  format_ratio(ratio, worst->diff.ratio));
	return EXIT_CONDITION;
}

static int compare(struct report_runs *runs, const struct report_opts *opts,
		   const char *fail_if, const struct gate *gate)
{
	struct run *a = &runs->run[0], *b = &runs->run[1];
	const char *what = difference(&a->manifest, &b->manifest);
	const struct run *list[] = { a, b };
	struct group pair[] = { { &list[0], 1 }, { &list[1], 1 } };
	struct report_style style = report_opts_style(opts);
	struct report report;
	int err, code;

	if (what) {
		log_error("%s and %s have different %s and can't be compared",
			  a->path, b->path, what);
		return EXIT_RUNTIME;
	}
	if (report_init_pair(&report, pair, &opts->eq))
		return EXIT_RUNTIME;
	warn_of_conditions(&a->manifest, &b->manifest);
	err = report_write(&report, &style, stdout);
	code = err     ? EXIT_RUNTIME :
	       fail_if ? judge(gate, fail_if, &report.part[0]) :
			 EXIT_OK;
	report_deinit(&report);
	return code;
}

static int run_compare(int argc, char **argv)
{
	struct report_opts opts = REPORT_OPTS_INIT;
	struct report_runs runs;
	const char *fail_if = NULL;
	struct gate gate;
	const struct opt table[] = {
		REPORT_OPT_FORMAT(&opts),
		REPORT_OPT_FULL(&opts),
		REPORT_OPT_EQUIVALENT(&opts),
		REPORT_OPT_FORCE(&opts.force),
		{ .name = "fail-if",
		  .type = OPT_STR,
		  .dest = &fail_if,
		  .arg = "COND",
		  .help = "exit code 4 if so, e.g. 'round_trip > 2%'" },
		{ 0 },
	};
	int first, stop;

	stop = opts_parse(&command_compare, table, argc, argv, &first);
	if (stop != OPTS_GO_ON)
		return stop;
	if (argc - first != 2)
		return opts_usage_error(&command_compare,
					"two run directories are needed");
	if (fail_if && gate_parse(fail_if, &gate))
		return opts_usage_error(
			&command_compare,
			"--fail-if: '%s' is no condition such as 'round_trip > 2%%'",
			fail_if);
	stop = report_opts_open(&command_compare, &opts, &runs, argv + first,
				2);
	if (stop != OPTS_GO_ON)
		return stop;
	stop = compare(&runs, &opts, fail_if, &gate);
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
		"conditions are refused, as there.\n\n"
		"--fail-if takes METRIC > LIMIT or METRIC < LIMIT, where LIMIT is of the second minus\n"
		"the first, in their unit or, with %, in percent of the first: exit code 4 if that is\n"
		"so of any workload, whatever the verdict.",
	.run = run_compare,
};
