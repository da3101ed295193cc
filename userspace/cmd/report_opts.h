/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_CMD_REPORT_OPTS_H
#define PTISCOPE_CMD_REPORT_OPTS_H

#include <stdbool.h>

#include "base/opts.h"
#include "analyse/diff.h"
#include "analyse/runs.h"
#include "render/write.h"

/**
 * struct report_opts - options that commands on finished runs share
 * @format: enum report_format
 * @full: everything, not the answer alone
 * @equivalent: value of --equivalent
 * @force: compare runs that differ in more than their modes
 * @eq: out: @equivalent
 */
struct report_opts {
	int format;
	bool full;
	const char *equivalent;
	bool force;
	struct equivalence eq;
};

#define REPORT_OPTS_INIT                           \
	{                                          \
		.equivalent = EQUIVALENCE_DEFAULT, \
	}

/* Entries of a command's option table */
#define REPORT_OPT_FORMAT(o)                                                \
	{                                                                   \
		.name = "format", .type = OPT_CHOICE, .dest = &(o)->format, \
		.arg = "FORMAT", .help = "what is printed",                 \
		.choices = report_format_names                              \
	}

#define REPORT_OPT_FULL(o)                                            \
	{                                                             \
		.name = "full", .type = OPT_FLAG, .dest = &(o)->full, \
		.help = "print everything, not the answer alone",     \
	}

#define REPORT_OPT_EQUIVALENT(o)                                                               \
	{                                                                                      \
		.name = "equivalent", .type = OPT_STR,                                         \
		.dest = &(o)->equivalent, .arg = "D",                                          \
		.help = "no matter: a difference up to D%, or D (default " EQUIVALENCE_DEFAULT \
			")"                                                                    \
	}

#define REPORT_OPT_FORCE(force_)                                         \
	{                                                                \
		.name = "force", .short_name = 'f', .type = OPT_FLAG,    \
		.dest = (force_),                                        \
		.help = "compare runs of unlike conditions all the same" \
	}

struct report_style report_opts_style(const struct report_opts *opts);
int report_opts_open(const struct command *cmd, struct report_opts *opts,
		     struct report_runs *runs, char **dirs, size_t n);

#endif /* PTISCOPE_CMD_REPORT_OPTS_H */
