// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "run/paths.h"

static void every_path_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (unsigned int path = 0; path < PTI_PATH_COUNT; path++) {
		assert_non_null(pti_path_name(path));
		assert_int_equal(pti_path_from_name(pti_path_name(path)), path);
	}
}

static void names_are_the_documented_ones(void **state)
{
	(void)state;
	assert_string_equal(pti_path_name(PTI_PATH_SYSCALL64), "syscall64");
	assert_string_equal(pti_path_name(PTI_PATH_GENERAL_PROTECTION),
			    "general_protection");
	assert_string_equal(pti_path_name(PTI_PATH_FORK_RETURN), "fork_return");
	assert_string_equal(pti_path_name(PTI_PATH_PARANOID), "paranoid");
}

static void unknown_paths_have_none(void **state)
{
	(void)state;
	assert_null(pti_path_name(PTI_PATH_COUNT));
	assert_null(pti_path_name(0xffff));
	assert_int_equal(pti_path_from_name("syscall"), -1);
	assert_int_equal(pti_path_from_name(""), -1);
	assert_int_equal(pti_path_from_name("SYSCALL64"), -1);
}

static void exits_are_fork_return_to_paranoid(void **state)
{
	(void)state;
	for (unsigned int path = 0; path <= PTI_PATH_COUNT; path++)
		assert_int_equal(pti_path_is_exit(path),
				 path >= 20 && path <= 26);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_path_has_a_name_of_its_own),
		cmocka_unit_test(names_are_the_documented_ones),
		cmocka_unit_test(unknown_paths_have_none),
		cmocka_unit_test(exits_are_fork_return_to_paranoid),
	};

	return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
