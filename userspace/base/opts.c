// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command's option table gives its parsing and its --help.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/nearest.h"
#include "base/opts.h"
#include "base/text.h"

#define MAX_OPTIONS 32
#define HELP_COLUMN 26

/* What getopt_long() returns for a long option: its place in the table. */
#define LONG_BASE 256

/* Options that every command has, after those of its own table. */
enum common {
	COMMON_HELP = LONG_BASE + MAX_OPTIONS,
	COMMON_VERSION,
	COMMON_VERBOSE,
};

/**
 * opts_usage_error() - say what is wrong with the command line
 * Return: EXIT_USAGE, for the caller to return
 */
int opts_usage_error(const struct command *cmd, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	log_error("%s (see: ptiscope %s --help)", text, cmd->name);
	return EXIT_USAGE;
}

/**
 * opts_u64() - read a plain decimal number
 * @text: digits only: no sign, no blank, no unit
 * Return: 0, -EINVAL when it is not a number, -ERANGE when it exceeds 64 bits
 */
int opts_u64(const char *text, uint64_t *value)
{
	unsigned long long number;

	if (!*text || text[strspn(text, "0123456789")])
		return -EINVAL;
	errno = 0;
	number = strtoull(text, NULL, 10);
	if (errno)
		return -ERANGE;
	*value = number;
	return 0;
}

static void print_option(char letter, const char *name, const char *arg,
			 const char *help)
{
	char dash[8] = "    ";
	int width;

	if (letter)
		snprintf(dash, sizeof(dash), "-%c, ", letter);
	width = printf("  %s--%s%s%s", dash, name, arg ? " " : "",
		       arg ? arg : "");
	if (width >= HELP_COLUMN) {
		putchar('\n');
		width = 0;
	}
	printf("%*s%s\n", HELP_COLUMN - width, "", help);
}

static void print_limits(const struct opt *opt)
{
	if (opt->type == OPT_U64 || opt->type == OPT_SECONDS)
		printf("%*s(%llu to %llu)\n", HELP_COLUMN, "",
		       (unsigned long long)opt->min,
		       (unsigned long long)opt->max);
	if (opt->type != OPT_CHOICE)
		return;
	printf("%*s(", HELP_COLUMN, "");
	for (size_t i = 0; opt->choices[i]; i++)
		printf("%s%s", i ? ", " : "", opt->choices[i]);
	puts(")");
}

static void print_help(const struct command *cmd, const struct opt *table)
{
	printf("Usage: ptiscope %s %s\n\n%c%s.\n", cmd->name, cmd->usage,
	       toupper((unsigned char)cmd->summary[0]), cmd->summary + 1);
	if (cmd->details)
		printf("\n%s\n", cmd->details);
	puts("\nOptions:");
	for (const struct opt *opt = table; opt->name; opt++) {
		print_option(opt->short_name, opt->name, opt->arg, opt->help);
		print_limits(opt);
	}
	print_option('v', "verbose", NULL, "say what is being done");
	print_option('h', "help", NULL, "print this and exit");
	print_option('V', "version", NULL, "print the version and exit");
}

static int set_u64(const struct command *cmd, const struct opt *opt,
		   const char *text)
{
	uint64_t value;
	int err = opts_u64(text, &value);

	if (err == -EINVAL)
		return opts_usage_error(cmd, "--%s: '%s' is not a number",
					opt->name, text);
	if (err || value < opt->min || value > opt->max)
		return opts_usage_error(cmd,
					"--%s: %s is not within %llu to %llu",
					opt->name, text,
					(unsigned long long)opt->min,
					(unsigned long long)opt->max);
	*(uint64_t *)opt->dest = value;
	return OPTS_GO_ON;
}

/* Seconds, or so many s, m, h or d: "90", "2m" */
static int set_seconds(const struct command *cmd, const struct opt *opt,
		       const char *text)
{
	static const char units[] = "smhd";
	static const uint64_t seconds[] = { 1, 60, 3600, 86400 };
	size_t digits = strspn(text, "0123456789");
	const char *unit = text[digits] ? strchr(units, text[digits]) : units;
	char number[24];
	uint64_t value;

	if (!digits || digits >= sizeof(number) || !unit ||
	    (text[digits] && text[digits + 1]))
		return opts_usage_error(
			cmd, "--%s: '%s' is no time such as 90, 90s, 2m or 1h",
			opt->name, text);
	snprintf(number, sizeof(number), "%.*s", (int)digits, text);
	if (opts_u64(number, &value) || value > opt->max ||
	    value * seconds[unit - units] < opt->min ||
	    value * seconds[unit - units] > opt->max)
		return opts_usage_error(
			cmd, "--%s: %s is not within %llu to %llu seconds",
			opt->name, text, (unsigned long long)opt->min,
			(unsigned long long)opt->max);
	*(uint64_t *)opt->dest = value * seconds[unit - units];
	return OPTS_GO_ON;
}

static int set_choice(const struct command *cmd, const struct opt *opt,
		      const char *text)
{
	for (int i = 0; opt->choices[i]; i++) {
		if (!strcmp(opt->choices[i], text)) {
			*(int *)opt->dest = i;
			return OPTS_GO_ON;
		}
	}
	return opts_usage_error(cmd, "--%s: '%s' is not known", opt->name,
				text);
}

/* Text that is to stand in JSON, which is made when all is measured */
static int check_text(const struct command *cmd, const struct opt *opt,
		      const char *text)
{
	if (!*text)
		return opts_usage_error(cmd, "--%s: needs a value", opt->name);
	if (!text_is_utf8(text))
		return opts_usage_error(cmd, "--%s: '%s' is not UTF-8",
					opt->name, text);
	return OPTS_GO_ON;
}

static int add_word(const struct command *cmd, const struct opt *opt,
		    const char *text)
{
	struct opt_words *words = opt->dest;
	int stop = check_text(cmd, opt, text);

	if (stop != OPTS_GO_ON)
		return stop;
	if (words->n == OPT_WORDS_MAX)
		return opts_usage_error(cmd, "--%s: more than %d times",
					opt->name, OPT_WORDS_MAX);
	words->word[words->n++] = text;
	return OPTS_GO_ON;
}

static int set_option(const struct command *cmd, const struct opt *opt,
		      const char *text)
{
	int stop;

	switch (opt->type) {
	case OPT_FLAG:
		*(bool *)opt->dest = true;
		return OPTS_GO_ON;
	case OPT_U64:
		return set_u64(cmd, opt, text);
	case OPT_SECONDS:
		return set_seconds(cmd, opt, text);
	case OPT_STR:
		stop = check_text(cmd, opt, text);
		if (stop == OPTS_GO_ON)
			*(const char **)opt->dest = text;
		return stop;
	case OPT_WORDS:
		return add_word(cmd, opt, text);
	case OPT_CHOICE:
		return set_choice(cmd, opt, text);
	}
	return opts_usage_error(cmd, "--%s: unknown kind of option", opt->name);
}

/* The leading ":" makes getopt_long() tell a missing value from an unknown option. */
static void build_tables(const struct opt *table, char *letters,
			 struct option *longs)
{
	size_t n = 0;

	letters += sprintf(letters, ":hvV");
	for (; table[n].name && n < MAX_OPTIONS; n++) {
		bool takes = table[n].type != OPT_FLAG;

		longs[n] = (struct option){ table[n].name, takes, NULL,
					    (int)(LONG_BASE + n) };
		if (table[n].short_name)
			letters += sprintf(letters, "%c%s", table[n].short_name,
					   takes ? ":" : "");
	}
	longs[n++] = (struct option){ "help", no_argument, NULL, COMMON_HELP };
	longs[n++] =
		(struct option){ "version", no_argument, NULL, COMMON_VERSION };
	longs[n++] =
		(struct option){ "verbose", no_argument, NULL, COMMON_VERBOSE };
	longs[n] = (struct option){ 0 };
}

static const struct opt *find_option(const struct opt *table, int code)
{
	if (code >= LONG_BASE)
		return &table[code - LONG_BASE];
	while (table->short_name != code)
		table++;
	return table;
}

/* optopt is the letter of a short option; a long one is the word just read. */
static int bad_option(const struct command *cmd, const struct opt *table,
		      int code, char **argv)
{
	const char *word = argv[optind - 1];
	struct nearest meant = { 0 };

	if (code == ':' && optopt >= LONG_BASE)
		return opts_usage_error(cmd, "--%s: needs a value",
					find_option(table, optopt)->name);
	if (code == ':')
		return opts_usage_error(cmd, "-%c: needs a value", optopt);
	if (optopt >= LONG_BASE)
		return opts_usage_error(cmd, "%s: takes no value", word);
	if (optopt)
		return opts_usage_error(cmd, "unknown option -%c", optopt);
	meant.word = word + strspn(word, "-");
	for (const struct opt *opt = table; opt->name; opt++)
		nearest_offer(&meant, opt->name);
	nearest_offer(&meant, "help");
	nearest_offer(&meant, "version");
	nearest_offer(&meant, "verbose");
	return opts_usage_error(cmd, "unknown option %s%s%s%s", word,
				meant.name ? ", did you mean --" : "",
				meant.name ? meant.name : "",
				meant.name ? "?" : "");
}

/**
 * opts_parse() - read the options of a command
 * @cmd: the command, for messages
 * @table: its options; what is given is stored through their @dest
 * @argc: words in @argv
 * @argv: argv[0] is the name of the command
 * @first_positional: out: place in @argv of the first word that is no option
 *
 * Return: OPTS_GO_ON, or what the command shall exit with at once: EXIT_OK after
 * --help or --version, EXIT_USAGE after one line on stderr
 */
int opts_parse(const struct command *cmd, const struct opt *table, int argc,
	       char **argv, int *first_positional)
{
	struct option longs[MAX_OPTIONS + 4];
	char letters[2 * MAX_OPTIONS + 4];
	int code, stop;

	build_tables(table, letters, longs);
	optind = 0;
	opterr = 0;
	while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		switch (code) {
		case 'h':
		case COMMON_HELP:
			print_help(cmd, table);
			return EXIT_OK;
		case 'V':
		case COMMON_VERSION:
			puts("ptiscope " PTISCOPE_VERSION);
			return EXIT_OK;
		case 'v':
		case COMMON_VERBOSE:
			log_set_verbose();
			break;
		case '?':
		case ':':
			return bad_option(cmd, table, code, argv);
		default:
			stop = set_option(cmd, find_option(table, code),
					  optarg);
			if (stop != OPTS_GO_ON)
				return stop;
		}
	}
	*first_positional = optind;
	return OPTS_GO_ON;
}

/**
 * opts_parse_all() - read the options of a command that takes nothing else
 * Return: as opts_parse()
 */
int opts_parse_all(const struct command *cmd, const struct opt *table, int argc,
		   char **argv)
{
	int first, stop = opts_parse(cmd, table, argc, argv, &first);

	if (stop == OPTS_GO_ON && first < argc)
		return opts_usage_error(cmd, "what is '%s'?", argv[first]);
	return stop;
}
