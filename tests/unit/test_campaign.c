// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "campaign/campaign.h"

#define ALL "early,late,off,early-marks,late-marks"

static void test_modes(void **state)
{
	enum campaign_mode modes[CAMPAIGN_MODES];
	size_t n;

	(void)state;
	assert_int_equal(campaign_modes(ALL, modes, &n), 0);
	assert_int_equal(n, CAMPAIGN_MODES);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(modes[i], i);
	assert_int_equal(campaign_modes("off", modes, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(modes[0], CAMPAIGN_OFF);
	assert_int_equal(campaign_modes("", modes, &n), -EINVAL);
	assert_int_equal(campaign_modes("early,", modes, &n), -EINVAL);
	assert_int_equal(campaign_modes("earl", modes, &n), -EINVAL);
	assert_int_equal(campaign_modes("early-mark", modes, &n), -EINVAL);
	assert_int_equal(campaign_modes("off,off", modes, &n), -EEXIST);
	assert_int_equal(campaign_modes(ALL ",early", modes, &n), -EEXIST);
}

/* Every order of three modes comes up, and none far more often than another. */
static void test_plan_is_random(void **state)
{
	static const enum campaign_mode modes[] = { CAMPAIGN_EARLY,
						    CAMPAIGN_LATE,
						    CAMPAIGN_OFF };
	static struct campaign c = { .seed = 5 };
	unsigned int seen[27] = { 0 }, orders = 0;

	(void)state;
	assert_int_equal(campaign_plan(&c, modes, 3, CAMPAIGN_ROUNDS_MAX), 0);
	assert_int_equal(c.boots, 3 * CAMPAIGN_ROUNDS_MAX);
	for (size_t i = 0; i < c.boots; i += 3) {
		assert_int_equal(c.order[i] + c.order[i + 1] + c.order[i + 2],
				 3);
		assert_int_not_equal(c.order[i], c.order[i + 1]);
		seen[c.order[i] * 9 + c.order[i + 1] * 3 + c.order[i + 2]]++;
	}
	for (size_t i = 0; i < 27; i++) {
		orders += seen[i] > 0;
		/* 33 are expected; 0.1 % of fair plans have one outside. */
		assert_true(!seen[i] || (seen[i] > 15 && seen[i] < 56));
	}
	assert_int_equal(orders, 6);
}

static char *entries(const char *config, const char *kernel, int *err)
{
	static struct campaign c = { .order = { CAMPAIGN_OFF }, .boots = 1 };
	FILE *in = fmemopen((void *)config, strlen(config), "r"), *f;
	size_t length;
	char *text;

	strcpy(c.kernel, kernel);
	f = open_memstream(&text, &length);
	assert_non_null(in);
	assert_non_null(f);
	*err = campaign_grub_entries(in, &c, f);
	fclose(in);
	fclose(f);
	return text;
}

static void expect_entries(const char *config, int wanted_err,
			   const char *wanted)
{
	int err;
	char *text = entries(config, "6.12-p", &err);

	assert_int_equal(err, wanted_err);
	assert_string_equal(text, wanted);
	free(text);
}

#define OFF "menuentry 'ptiscope campaign: off' --id ptiscope-campaign-off {\n"

static void test_entries(void **state)
{
	(void)state;
	expect_entries("menuentry 'a' {\nlinux /vmlinuz-6.12-p ro\n}\n", 0,
		       OFF "linux /vmlinuz-6.12-p ro pti=off\n}\n");
	/* No newline at the end; blanks around the bracket; another boot command */
	expect_entries("menuentry 'a' {\n\tlinuxefi\t/vmlinuz-6.12-p\n \t} ", 0,
		       OFF "\tlinuxefi\t/vmlinuz-6.12-p pti=off\n}\n");
	/* A word of the next line is none of this one. */
	expect_entries("menuentry a {\nlinux /vmlinuz-6.12-p\nsingle\n}\n", 0,
		       OFF "linux /vmlinuz-6.12-p pti=off\nsingle\n}\n");
	/* What has to go, and what only looks so */
	expect_entries(
		"menuentry a {\n savedefault\nlinux /b/vmlinuz-6.12-p "
		"pti=on xpti=1 nopti nopti2 pti_switch=late pti_marks=on x\n}\n",
		0, OFF "linux /b/vmlinuz-6.12-p xpti=1 nopti2 x pti=off\n}\n");
	expect_entries(
		"menuentry a --unrestricted {\nlinux /vmlinuz-6.12-p\n}\n", 0,
		"menuentry 'ptiscope campaign: off' --unrestricted "
		"--id ptiscope-campaign-off {\nlinux /vmlinuz-6.12-p pti=off\n}\n");
}

static void test_entries_that_are_none(void **state)
{
	(void)state;
	expect_entries("menuentry a {\nlinux /vmlinuz-6.12-p2\n}\n", -ENOENT,
		       "");
	expect_entries("menuentry a {\nlinux /vmlinuz-6.12\n}\n", -ENOENT, "");
	expect_entries("menuentry a {\nlinux vmlinuz-6.12-p\n}\n", -ENOENT, "");
	expect_entries("menuentry a {\nlinux /vmlinuz-6.12-p single\n}\n",
		       -ENOENT, "");
	expect_entries("# linux /vmlinuz-6.12-p\nlinux /vmlinuz-6.12-p\n",
		       -ENOENT, "");
	expect_entries("menuentry a {\nlinux /vmlinuz-6.12-p\n", -EINVAL, "");
}

static void test_state(void **state)
{
	static struct campaign c, again;
	char file[] = "/tmp/ptiscope-unit-XXXXXX";
	int fd = mkstemp(file);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	c = (struct campaign){ .phase = CAMPAIGN_BOOT,
			       .kernel = "6.12 \"quoted\"",
			       .output = "/a b",
			       .program = "/p",
			       .samples = 3,
			       .settle = 4,
			       .seed = UINT32_MAX,
			       .module = true,
			       .order = { CAMPAIGN_LATE, CAMPAIGN_OFF },
			       .boots = 2,
			       .done = 1,
			       .attempts = 2,
			       .armed_in = "id",
			       .had_wants = true,
			       .reason = "why" };
	assert_int_equal(campaign_save(&c, file), 0);
	assert_int_equal(campaign_load(file, &again), 0);
	assert_memory_equal(&c, &again, sizeof(c));
	unlink(file);
	assert_int_equal(campaign_load(file, &again), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_plan_is_random),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_entries_that_are_none),
		cmocka_unit_test(test_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
