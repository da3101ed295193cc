// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/outfile.h"
#include "base/command.h"

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
	fputs("\n'ptiscope COMMAND --help' says more.  Start with 'ptiscope doctor'.\n\n"
	      "Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 not supported here.\n",
	      f);
}

static int run_word(int argc, char **argv)
{
	const char *word = argv[0];

	if (!strcmp(word, "--help") || !strcmp(word, "-h") ||
	    !strcmp(word, "help")) {
		print_help(stdout);
		return EXIT_OK;
	}
	if (!strcmp(word, "--version")) {
		puts("ptiscope " PTISCOPE_VERSION);
		return EXIT_OK;
	}
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i]->name, word))
			return commands[i]->run(argc, argv);
	log_error("unknown %s '%s' (see: ptiscope --help)",
		  *word == '-' ? "option" : "command", word);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	int code, err;

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
