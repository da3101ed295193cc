// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/text.h"

static void what_utf8_is(void **state)
{
	static const char *const good[] = {
		"",	    "plain",	    "\x7f",
		"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
		"\xc2\x80", "\xe0\xa0\x80", "\xf4\x8f\xbf\xbf"
	};
	static const char *const bad[] = { "r\351",
					   "\x80",
					   "\xc3",
					   "\xc3(",
					   "\xe2\x82",
					   "\xf0\x9f\x98",
					   "\xc0\xaf",
					   "\xe0\x80\xaf",
					   "\xed\xa0\x80",
					   "\xf4\x90\x80\x80",
					   "\xf8\x88\x80\x80\x80",
					   "\xff" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(text_is_utf8(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(text_is_utf8(bad[i]));
}

static void clean_text_moves_no_cursor(void **state)
{
	char text[] = "a\033[31mb\r\n\x7f"
		      "caf\xc3\xa9 \xc2\x9b"
		      "1m r\351 \xe2\x82";

	(void)state;
	text_clean(text);
	assert_string_equal(text, "a [31mb   caf\xc3\xa9   1m r? ??");
	assert_true(text_is_utf8(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_utf8_is),
		cmocka_unit_test(clean_text_moves_no_cursor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
