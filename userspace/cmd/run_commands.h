/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_CMD_RUN_COMMANDS_H
#define PTISCOPE_CMD_RUN_COMMANDS_H

#include <wordexp.h>

#include "base/opts.h"
#include "measure/plan.h"
#include "run/samples.h"

/**
 * struct run_commands - programs that the user names, each a workload
 * @owner: command that they are options of, for messages
 * @n: of them: command, command_2 ...
 * @text: each in a line, for people
 * @split: words of those that were given in one
 */
struct run_commands {
	const struct command *owner;
	size_t n;
	struct workload workload[PLAN_TURNS_MAX];
	struct bench_program program[PLAN_TURNS_MAX];
	char name[PLAN_TURNS_MAX][SAMPLES_NAME_MAX];
	char text[PLAN_TURNS_MAX][256];
	wordexp_t split[PLAN_TURNS_MAX];
};

/* Entries of an option table; @o has lines, input and ok_exit */
#define RUN_COMMAND_OPTIONS(o)                                                \
	{ "command",   0,                                                     \
	  OPT_WORDS,   &(o)->lines,                                           \
	  "'CMD ARG'", "measure this, too, in turns; may be repeated",        \
	  0,	       0,                                                     \
	  NULL },                                                             \
		{ "input",     0,      OPT_STR,                               \
		  &(o)->input, "FILE", "what commands read, default nothing", \
		  0,	       0,      NULL },                                \
	{                                                                     \
		"ok-exit", 0, OPT_STR, &(o)->ok_exit, "CODES",                \
			"exit codes of commands that are fine, default 0", 0, \
			0, NULL                                               \
	}

int run_commands_choose(struct run_commands *c, char **argv,
			const struct opt_words *lines, const char *input,
			const char *ok_exit);
void run_commands_deinit(struct run_commands *c);

#endif /* PTISCOPE_CMD_RUN_COMMANDS_H */
