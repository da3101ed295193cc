// SPDX-License-Identifier: GPL-2.0-only
#include "base/log.h"
#include "base/terminal.h"
#include "cmd/report_opts.h"

/* A text is made for where it goes: a terminal's width and colours, or a file. */
struct report_style report_opts_style(const struct report_opts *opts)
{
	return (struct report_style){
		.format = opts->format,
		.full = opts->full,
		.columns = terminal_columns(stdout),
		.colour = terminal_has_colour(stdout),
	};
}

/**
 * report_opts_open() - check the options, open the runs
 * @runs: out: needs report_runs_deinit() when this returns OPTS_GO_ON
 * Return: OPTS_GO_ON, or an exit code after one line on stderr
 */
int report_opts_open(const struct command *cmd, struct report_opts *opts,
		     struct report_runs *runs, char **dirs, size_t n)
{
	if (equivalence_parse(opts->equivalent, &opts->eq))
		return opts_usage_error(
			cmd,
			"--equivalent: '%s' is neither a number nor one with %%",
			opts->equivalent);
	return report_runs_open(cmd, runs, dirs, n, opts->force);
}
