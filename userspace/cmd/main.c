// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/outfile.h"
#include "base/command.h"
#include "base/nearest.h"

static const struct command *const commands[] = {
	&command_doctor, &command_run,	   &command_tlb,   &command_trace,
	&command_report, &command_compare, &command_plot,  &command_audit,
	&command_nmi,	 &command_ipi,	   &command_probe, &command_campaign,
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *f)
{
	fputs("Usage: ptiscope COMMAND [options]\n\n"
	      "Measures what switching CR3 late costs against switching it early, on entry to\n"
	      "the kernel and return from it, under page-table isolation (PTI).\n\n"
	      "Commands:\n",
	      f);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(f, "  %-8s %s\n", commands[i]->name,
			commands[i]->summary);
	fputs("\n'ptiscope help COMMAND' says more.  Start with 'ptiscope doctor'.\n\n"
	      "Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 not supported here,\n"
	      "4 the condition of compare --fail-if is met.\n",
	      f);
}

static const struct command *find(const char *word)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i]->name, word))
			return commands[i];
	return NULL;
}

static int unknown(const char *word)
{
	struct nearest meant = { .word = word };

	for (size_t i = 0; i < N_COMMANDS; i++)
		nearest_offer(&meant, commands[i]->name);
	log_error("unknown %s '%s'%s%s%s (see: ptiscope --help)",
		  *word == '-' ? "option" : "command", word,
		  meant.name ? ", did you mean " : "",
		  meant.name ? meant.name : "", meant.name ? "?" : "");
	return EXIT_USAGE;
}

/* "help report" is "report --help". */
static int help(int argc, char **argv)
{
	const struct command *command = argc > 1 ? find(argv[1]) : NULL;
	char option[] = "--help";

	if (command)
		return command->run(2, (char *[]){ argv[1], option, NULL });
	if (argc > 1)
		return unknown(argv[1]);
	print_help(stdout);
	return EXIT_OK;
}

static int run_word(int argc, char **argv)
{
	const struct command *command = find(argv[0]);
	const char *word = argv[0];

	if (command)
		return command->run(argc, argv);
	if (!strcmp(word, "--help") || !strcmp(word, "-h") ||
	    !strcmp(word, "help"))
		return help(argc, argv);
	if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
		puts("ptiscope " PTISCOPE_VERSION);
		return EXIT_OK;
	}
	return unknown(word);
}

/*
 * A file that is opened must not become one of these: what belongs on the terminal would
 * be written into it.  What was closed is opened so that its use fails as before.
 */
static void hold_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null",
			     fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	int code, err;

	hold_standard_streams();
	/* A file that grows too large is an error like any other, and cleaned up after. */
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2) {
		log_error("no command given (see: ptiscope --help)");
		return EXIT_USAGE;
	}
	code = run_word(argc - 1, argv + 1);
	if (code != EXIT_OK)
		return code;
	/* Output that did not arrive, on a full disk, is not success. */
	err = outfile_error(stdout);
	if (err) {
		log_error("can't write to standard output: %s", strerror(err));
		return EXIT_RUNTIME;
	}
	return EXIT_OK;
}
