/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_COMMAND_H
#define PTISCOPE_BASE_COMMAND_H

#include "base/exit_code.h"

/**
 * struct command - one word after "ptiscope"
 * @name: the word
 * @summary: what it does, one line in lower case without a full stop
 * @usage: what follows the word, for the usage line, "[options] DIR..."
 * @details: paragraph for --help, or NULL
 * @run: does it; argv[0] is @name; returns enum exit_code
 *
 * Every command is one file cmd/NAME.c that defines command_NAME; main.c lists
 * them.
 */
struct command {
	const char *name;
	const char *summary;
	const char *usage;
	const char *details;
	int (*run)(int argc, char **argv);
};

extern const struct command command_run;
extern const struct command command_tlb;
extern const struct command command_trace;
extern const struct command command_report;
extern const struct command command_compare;
extern const struct command command_plot;
extern const struct command command_doctor;
extern const struct command command_audit;
extern const struct command command_nmi;
extern const struct command command_ipi;
extern const struct command command_probe;
extern const struct command command_campaign;

#endif /* PTISCOPE_BASE_COMMAND_H */
