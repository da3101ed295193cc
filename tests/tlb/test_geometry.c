// SPDX-License-Identifier: GPL-2.0-only
#include "tests/unit/unit.h"

#include "vm/tlb/geometry.h"

static int parse(const char *text, struct tlb_geometry *g, char *error)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(file);
	error[0] = 0;
	err = tlb_geometry_read(g, file, "mine", error, 200);
	fclose(file);
	return err;
}

static void a_file_says_all_that_a_table_can(void **state)
{
	struct tlb_geometry g;
	char error[200];

	(void)state;
	assert_int_equal(parse("# a CPU of my own\n"
			       "name my-cpu.1\n"
			       "data 4k 64 4\n"
			       "data 2m 32 4   # large ones\n"
			       "data 1g 4 4\n"
			       "\n"
			       "code 4k 128 8\n"
			       "second 4k,2m 1536 12\n"
			       "second 1g 16 4\n"
			       "structures 16 2 0",
			       &g, error),
			 0);
	assert_string_equal(g.name, "my-cpu.1");
	assert_int_equal(g.data[TLB_4K].sets, 16);
	assert_int_equal(g.data[TLB_2M].sets, 8);
	assert_int_equal(g.data[TLB_1G].ways, 4);
	assert_int_equal(g.code[TLB_4K].sets, 16);
	assert_int_equal(g.code[TLB_2M].ways, 0);
	assert_int_equal(g.second[0].shape.sets, 128);
	assert_int_equal(g.second[0].sizes, 3);
	assert_int_equal(g.second[1].sizes, 4);
	assert_int_equal(g.structures[0], 16);
	assert_int_equal(g.structures[2], 0);
}

static void errors_name_the_line_and_what_is_wrong(void **state)
{
#define HEAD "name a\ndata 4k 64 4\ncode 4k 64 4\n"
	const struct {
		const char *text, *error;
	} bad[] = {
		{ "", "mine:0: there is no name" },
		{ "name a\n", "mine:1: data 4k and code 4k are missing" },
		{ "name\n", "mine:1: a name of 1 to 31 characters is wanted" },
		{ "name a,b\n", "mine:1: 'a,b' is no name" },
		{ "name a b\n", "mine:1: 'b' is too much" },
		{ "\nways 4\n", "mine:2: 'ways' is no item" },
		{ "data 8k 4 4\n",
		  "mine:1: '8k' is no page size (4k, 2m, 1g)" },
		{ "data\n", "mine:1: '' is no page size (4k, 2m, 1g)" },
		{ "data 4k\n", "mine:1: entries: a number is missing" },
		{ "data 4k 64\n", "mine:1: ways: a number is missing" },
		{ "data 4k 64 -4\n",
		  "mine:1: ways: '-4' is not a number from 0 to 65536" },
		{ "data 4k 65537 1\n",
		  "mine:1: entries: '65537' is not a number from 0 to 65536" },
		{ "data 4k 64x 4\n",
		  "mine:1: entries: '64x' is not a number from 0 to 65536" },
		{ "data 4k 65 4\n", "mine:1: 65 entries cannot have 4 ways" },
		{ "data 4k 64 0\n", "mine:1: 64 entries cannot have 0 ways" },
		{ "code 4k 12 4\n", "mine:1: 3 sets are no power of 2" },
		{ HEAD "data 4k 64 4\n",
		  "mine:4: this array was there before" },
		{ HEAD "second 4k,2m 64 4\nsecond 2m 4 4\n",
		  "mine:5: 2m has a second level already" },
		{ HEAD "second 4k 4 4\nsecond 2m 4 4\nsecond 1g 4 4\n",
		  "mine:6: more than 2 second-level arrays" },
		{ HEAD "structures 4 4\n",
		  "mine:4: structures: a number is missing" },
	};
	struct tlb_geometry g;
	char error[200];

	(void)state;
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(bad[i].text, &g, error), -1);
		assert_string_equal(error, bad[i].error);
	}
}

static void known_ones_have_the_sizes_that_intel_gives(void **state)
{
	const struct {
		const char *name;
		unsigned int code, second, sizes;
	} want[] = {
		{ "haswell", 128, 1024, 3 },
		{ "skylake", 128, 1536, 3 },
		{ "ivybridge", 128, 512, 1 },
	};
	const struct tlb_geometry *g;

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		g = tlb_geometry_find(want[i].name);
		assert_non_null(g);
		assert_ptr_equal(g, tlb_geometry_at(i));
		assert_non_null(strstr(g->source, "248966"));
		assert_int_equal(g->data[TLB_4K].sets * g->data[TLB_4K].ways,
				 64);
		assert_int_equal(g->code[TLB_4K].sets * g->code[TLB_4K].ways,
				 want[i].code);
		assert_int_equal(g->second[0].shape.sets *
					 g->second[0].shape.ways,
				 want[i].second);
		assert_int_equal(g->second[0].sizes, want[i].sizes);
	}
	assert_null(tlb_geometry_at(3));
	assert_null(tlb_geometry_find("zen"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_says_all_that_a_table_can),
		cmocka_unit_test(errors_name_the_line_and_what_is_wrong),
		cmocka_unit_test(known_ones_have_the_sizes_that_intel_gives),
	};

	return cmocka_run_group_tests_name("tlb geometry", tests, NULL, NULL);
}
