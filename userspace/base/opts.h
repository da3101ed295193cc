/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_OPTS_H
#define PTISCOPE_BASE_OPTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/command.h"

/**
 * enum opt_type - what an option takes, and what its destination is
 * @OPT_FLAG: nothing; bool, set to true
 * @OPT_U64: a decimal number within [min, max]; uint64_t
 * @OPT_SECONDS: a time within [min, max] seconds: "90", "90s", "2m", "1h", "1d"; uint64_t
 * @OPT_STR: any text that is UTF-8; const char *, points into argv
 * @OPT_WORDS: as %OPT_STR, as often as it is given; struct opt_words
 * @OPT_CHOICE: one of @choices; int, its index
 */
enum opt_type {
	OPT_FLAG,
	OPT_U64,
	OPT_SECONDS,
	OPT_STR,
	OPT_WORDS,
	OPT_CHOICE,
};

/** OPT_WORDS_MAX - most values of one option */
#define OPT_WORDS_MAX 16

/** struct opt_words - values of an option that may be given several times */
struct opt_words {
	const char *word[OPT_WORDS_MAX];
	size_t n;
};

/**
 * struct opt - one option of a command; a table ends with name NULL
 * @name: long name without the dashes
 * @short_name: letter, or 0; "h", "v" and "V" are taken by --help, --verbose and
 *	--version
 * @type: see enum opt_type
 * @dest: where the value goes; keeps its value when the option is not given
 * @arg: name of the value in --help, NULL for %OPT_FLAG
 * @help: what it does, one line; the choices are listed by --help itself
 * @min: least number allowed, %OPT_U64 and %OPT_SECONDS only
 * @max: greatest number allowed, %OPT_U64 and %OPT_SECONDS only
 * @choices: NULL-terminated, %OPT_CHOICE only
 */
struct opt {
	const char *name;
	char short_name;
	enum opt_type type;
	void *dest;
	const char *arg;
	const char *help;
	uint64_t min;
	uint64_t max;
	const char *const *choices;
};

/** OPTS_GO_ON - opts_parse() found nothing to stop for */
#define OPTS_GO_ON (-1)

int opts_parse(const struct command *cmd, const struct opt *table, int argc,
	       char **argv, int *first_positional);
int opts_parse_all(const struct command *cmd, const struct opt *table, int argc,
		   char **argv);
int opts_usage_error(const struct command *cmd, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int opts_u64(const char *text, uint64_t *value);

#endif /* PTISCOPE_BASE_OPTS_H */
