// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope run: the programs behind -- and of --command. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/run_commands.h"

/* What they are called in every file */
static const char *name_of(struct run_commands *c, size_t i)
{
	if (i)
		snprintf(c->name[i], sizeof(c->name[i]), "%s_%zu",
			 bench_command.name, i + 1);
	else
		snprintf(c->name[i], sizeof(c->name[i]), "%s",
			 bench_command.name);
	return c->name[i];
}

static int add(struct run_commands *c, char *const *argv, const char *input)
{
	struct workload *w = &c->workload[c->n];
	struct bench_program *program = &c->program[c->n];
	size_t length = 0;

	if (c->n == PLAN_TURNS_MAX)
		return opts_usage_error(c->owner,
					"at most %d commands at a time",
					PLAN_TURNS_MAX);
	*program = (struct bench_program){ .argv = argv, .input = input };
	for (size_t i = 0; argv[i] && length < sizeof(c->text[0]); i++)
		length += (size_t)snprintf(c->text[c->n] + length,
					   sizeof(c->text[0]) - length, "%s%s",
					   i ? " " : "", argv[i]);
	*w = bench_command;
	w->name = name_of(c, c->n);
	w->help = c->text[c->n];
	w->program = program;
	c->n++;
	return OPTS_GO_ON;
}

/* As a shell splits it, with quotes and variables, but without a shell */
static int add_line(struct run_commands *c, const char *line, const char *input)
{
	wordexp_t *split = &c->split[c->n];
	int err = c->n < PLAN_TURNS_MAX ?
			  wordexp(line, split, WRDE_NOCMD | WRDE_UNDEF) :
			  0;

	if (err || (c->n < PLAN_TURNS_MAX && !split->we_wordc)) {
		*split = (wordexp_t){ 0 };
		return opts_usage_error(
			c->owner,
			"--command: '%s' is no command with words and quotes "
			"alone; for more: sh -c '...'",
			line);
	}
	return add(c, split->we_wordv, input);
}

/* "0,1,3": codes that are no failure; 0 is one of them only if it is named */
static int choose_ok(const struct run_commands *c, bool ok[256],
		     const char *codes)
{
	const char *p = codes ? codes : "0", *end;
	char number[8];
	uint64_t code;

	memset(ok, 0, 256);
	for (;; p = end + 1) {
		end = strchrnul(p, ',');
		snprintf(number, sizeof(number), "%.*s", (int)(end - p), p);
		if (end - p > 3 || opts_u64(number, &code) || code > 255)
			return opts_usage_error(
				c->owner,
				"--ok-exit: '%s' is no list of exit codes "
				"such as 0,1",
				codes);
		ok[code] = true;
		if (!*end)
			return OPTS_GO_ON;
	}
}

/* Each run of it opens the file anew; that this can be done is found out now. */
static int check_input(const char *input)
{
	int fd = input ? open(input, O_RDONLY | O_CLOEXEC) : -1;

	if (input && fd < 0) {
		log_error("--input: %s: can't read: %m", input);
		return EXIT_RUNTIME;
	}
	if (fd >= 0)
		close(fd);
	return OPTS_GO_ON;
}

/**
 * run_commands_choose() - take over what the user names
 * @c: empty but for its owner; ends with run_commands_deinit()
 * @argv: words behind --, or NULL
 * @lines: values of --command
 * @input: of --input, or NULL
 * @ok_exit: of --ok-exit, or NULL: 0 alone
 * Return: OPTS_GO_ON, or an exit code after one line on stderr
 */
int run_commands_choose(struct run_commands *c, char **argv,
			const struct opt_words *lines, const char *input,
			const char *ok_exit)
{
	int stop = argv ? add(c, argv, input) : OPTS_GO_ON;

	for (size_t i = 0; i < lines->n && stop == OPTS_GO_ON; i++)
		stop = add_line(c, lines->word[i], input);
	if (stop == OPTS_GO_ON && !c->n && (input || ok_exit))
		stop = opts_usage_error(c->owner,
					"--input and --ok-exit go with a "
					"command alone");
	for (size_t i = 0; i < c->n && stop == OPTS_GO_ON; i++)
		stop = choose_ok(c, c->program[i].ok, ok_exit);
	return stop == OPTS_GO_ON ? check_input(input) : stop;
}

/** run_commands_deinit() - free what was split */
void run_commands_deinit(struct run_commands *c)
{
	for (size_t i = 0; i < PLAN_TURNS_MAX; i++)
		if (c->split[i].we_wordv)
			wordfree(&c->split[i]);
}
