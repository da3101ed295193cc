// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/log.h"
#include "base/opts.h"

static const struct command command = {
	.name = "try",
	.summary = "Try options",
	.usage = "[options] WORD...",
};

static const char *const lanes[] = { "hardware", "icount", NULL };

struct parsed {
	bool force;
	uint64_t samples;
	const char *output;
	int lane;
	int first;
	int result;
	struct said out;
	struct said err;
};

#define MAX_WORDS 8

/* Words after the name of the command, up to the first NULL. */
static struct parsed parse(const char *a, const char *b, const char *c,
			   const char *d)
{
	struct parsed p = { .samples = 7, .lane = -1, .first = -1 };
	const struct opt table[] = {
		{ .name = "force",
		  .type = OPT_FLAG,
		  .dest = &p.force,
		  .help = "replace" },
		{ .name = "samples",
		  .short_name = 'n',
		  .type = OPT_U64,
		  .dest = &p.samples,
		  .arg = "N",
		  .help = "how many",
		  .min = 1,
		  .max = 1000 },
		{ .name = "output",
		  .short_name = 'o',
		  .type = OPT_STR,
		  .dest = &p.output,
		  .arg = "DIR",
		  .help = "where" },
		{ .name = "lane",
		  .type = OPT_CHOICE,
		  .dest = &p.lane,
		  .arg = "LANE",
		  .help = "which",
		  .choices = lanes },
		{ 0 },
	};
	const char *words[] = { "try", a, b, c, d, NULL };
	char *argv[MAX_WORDS] = { 0 };
	int argc = 0;

	while (words[argc]) {
		argv[argc] = strdup(words[argc]);
		argc++;
	}
	said_begin(&p.out, STDOUT_FILENO);
	said_begin(&p.err, STDERR_FILENO);
	p.result = opts_parse(&command, table, argc, argv, &p.first);
	said_end(&p.err);
	said_end(&p.out);
	/* A string option points into argv, which goes now. */
	p.output = p.output && !strcmp(p.output, "dir") ? "dir" : NULL;
	while (argc--)
		free(argv[argc]);
	return p;
}

static void no_options_change_nothing(void **state)
{
	struct parsed p = parse(NULL, NULL, NULL, NULL);

	(void)state;
	assert_int_equal(p.result, OPTS_GO_ON);
	assert_int_equal(p.first, 1);
	assert_false(p.force);
	assert_int_equal(p.samples, 7);
	assert_null(p.output);
	assert_int_equal(p.lane, -1);
}

static void options_are_stored(void **state)
{
	struct parsed p = parse("--force", "-n", "12", "--lane=icount");

	(void)state;
	assert_int_equal(p.result, OPTS_GO_ON);
	assert_true(p.force);
	assert_int_equal(p.samples, 12);
	assert_int_equal(p.lane, 1);
	assert_int_equal(p.first, 5);
	p = parse("word", "-o", "dir", NULL);
	assert_int_equal(p.result, OPTS_GO_ON);
	assert_string_equal(p.output, "dir");
	assert_int_equal(p.first, 3);
}

static void limits_are_inclusive(void **state)
{
	(void)state;
	assert_int_equal(parse("-n", "1", NULL, NULL).samples, 1);
	assert_int_equal(parse("-n", "1000", NULL, NULL).samples, 1000);
}

static void assert_refused(const char *a, const char *b, const char *about)
{
	struct parsed p = parse(a, b, NULL, NULL);

	assert_int_equal(p.result, EXIT_USAGE);
	assert_one_line(&p.err, about);
	assert_string_equal(p.out.text, "");
}

static void bad_options_are_refused(void **state)
{
	(void)state;
	assert_refused("--nonsense", NULL, "unknown option --nonsense");
	assert_refused("-x", NULL, "unknown option -x");
	assert_refused("--force=1", NULL, "takes no value");
	assert_refused("--samples", NULL, "--samples: needs a value");
	assert_refused("-n", NULL, "-n: needs a value");
	assert_refused("--output", "", "--output: needs a value");
	assert_refused("--lane", "mars", "'mars' is not known");
	assert_refused("--lane", "", "'' is not known");
}

static void bad_numbers_are_refused(void **state)
{
	static const char *const bad[] = { "x",	 "",	"-1",	"+1",  " 1",
					   "1 ", "1.5", "0x10", "1e3", "12k" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused("--samples", bad[i], "is not a number");
	assert_refused("--samples", "0", "not within 1 to 1000");
	assert_refused("--samples", "1001", "not within 1 to 1000");
	assert_refused("--samples", "18446744073709551616",
		       "not within 1 to 1000");
	assert_refused("--samples", "99999999999999999999999999",
		       "not within 1 to 1000");
}

static void help_names_every_option(void **state)
{
	static const char *const words[] = {
		"Usage: ptiscope try [options] WORD...",
		"Try options",
		"--force",
		"-n, --samples N",
		"(1 to 1000)",
		"-o, --output DIR",
		"--lane LANE",
		"(hardware, icount)",
		"--help",
		"--version"
	};
	struct parsed p = parse("--help", NULL, NULL, NULL);

	(void)state;
	assert_int_equal(p.result, EXIT_OK);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strstr(p.out.text, words[i]))
			fail_msg("--help does not say '%s'", words[i]);
	assert_string_equal(p.err.text, "");
	assert_int_equal(parse("-h", NULL, NULL, NULL).result, EXIT_OK);
}

static void version_is_printed(void **state)
{
	struct parsed p = parse("--version", NULL, NULL, NULL);

	(void)state;
	assert_int_equal(p.result, EXIT_OK);
	assert_string_equal(p.out.text, "ptiscope " PTISCOPE_VERSION "\n");
}

static void numbers_are_decimal_64_bits(void **state)
{
	uint64_t value = 3;

	(void)state;
	assert_int_equal(opts_u64("18446744073709551615", &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(opts_u64("007", &value), 0);
	assert_int_equal(value, 7);
	assert_true(opts_u64("18446744073709551616", &value) < 0);
	assert_true(opts_u64("", &value) < 0);
	assert_int_equal(value, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_options_change_nothing),
		cmocka_unit_test(options_are_stored),
		cmocka_unit_test(limits_are_inclusive),
		cmocka_unit_test(bad_options_are_refused),
		cmocka_unit_test(bad_numbers_are_refused),
		cmocka_unit_test(help_names_every_option),
		cmocka_unit_test(version_is_printed),
		cmocka_unit_test(numbers_are_decimal_64_bits),
	};

	return cmocka_run_group_tests_name("opts", tests, NULL, NULL);
}
