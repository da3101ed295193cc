// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <sys/stat.h>

#include "machine/kconfig.h"

#define PLAIN \
	"# Linux/x86 6.12.1\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=\"x\"\n"

static void put(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

static const char *sum_here(void)
{
	static char sum[KCONFIG_SUM_SIZE];

	kconfig_sum(".", "6.12.1-x", sum);
	return sum;
}

/* CRC-32 of "CONFIG_A=y\nCONFIG_C=\"x\"\n", as gzip(1) writes it into its file */
static void options_alone_count(void **state)
{
	(void)state;
	assert_string_equal(sum_here(), "");
	put("boot/config-6.12.1-x", PLAIN);
	assert_string_equal(sum_here(), "937cd23b");
	put("boot/config-6.12.1-x",
	    "CONFIG_LOCALVERSION=\"-x\"\nCONFIG_A=y\nCONFIG_C=\"x\"\n");
	assert_string_equal(sum_here(), "937cd23b");
	put("boot/config-6.12.1-x", "CONFIG_A=m\nCONFIG_C=\"x\"\n");
	assert_string_not_equal(sum_here(), "937cd23b");
	put("boot/config-6.12.1-x", "");
	assert_string_equal(sum_here(), "");
	unlink("boot/config-6.12.1-x");
}

/* What the running kernel says of itself comes first. */
static void the_kernel_knows_best(void **state)
{
	(void)state;
	put("boot/config-6.12.1-x", "CONFIG_A=m\n");
	put("proc/config", PLAIN);
	assert_int_equal(system("gzip -n proc/config"), 0);
	assert_string_equal(sum_here(), "937cd23b");
}

static int make_root(void **state)
{
	return unit_dir_make(state) || mkdir("boot", 0755) ||
	       mkdir("proc", 0755);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_alone_count),
		cmocka_unit_test(the_kernel_knows_best),
	};

	return cmocka_run_group_tests_name("kconfig", tests, make_root,
					   unit_dir_remove);
}
