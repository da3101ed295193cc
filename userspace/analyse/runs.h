/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_RUNS_H
#define PTISCOPE_ANALYSE_RUNS_H

#include "analyse/groups.h"
#include "base/command.h"
#include "run/rundir.h"

/**
 * struct report_runs - the runs that a report or a plot is made from
 * @run: loaded, in the order in which they were given
 * @n: at least 1
 * @groups: of these runs
 * @parent: directory that the first run is in
 */
struct report_runs {
	struct run *run;
	size_t n;
	struct groups groups;
	char *parent;
};

int report_runs_open(const struct command *cmd, struct report_runs *runs,
		     char **dirs, size_t n, bool force);
void report_runs_deinit(struct report_runs *runs);

#endif /* PTISCOPE_ANALYSE_RUNS_H */
