// SPDX-License-Identifier: GPL-2.0-only
/*
 * Campaigns simulated from runs to verdicts: how often a difference is shown that is
 * not there, or missed that is; and what the intervals cover.  SIMULATE=N simulates N
 * campaigns of each kind (100 if not given, and 20 N intervals), and prints the table
 * that docs/method.md has; tests/soak/verdicts.sh has the full number.
 */
#include "unit_scene.h"

#include "stats/power.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#define WORKLOADS 40

/* The figure of a workload in ticks, so large that it may be a whole number */
#define TICKS 1e7

/* What boots of one mode differ by: the figure times 1 plus so much */
#define NOISE 0.005

/* @skewed: noise is that of a lognormal of sigma 0.5, with a long tail upwards */
struct campaign {
	const char *name;
	size_t boots;
	bool skewed;
	double effect;
};

struct tally {
	size_t campaigns;
	size_t any_false;
	size_t shown;
};

static size_t simulations(void)
{
	const char *n = getenv("SIMULATE");

	return n ? strtoul(n, NULL, 10) : 100;
}

/* Mean 0, standard deviation 1 */
static double noise(gsl_rng *rng, bool skewed)
{
	const double sigma = 0.5, mean = exp(sigma * sigma / 2);
	double z = gsl_ran_gaussian(rng, 1);

	if (!skewed)
		return z;
	return (exp(sigma * z) - mean) / mean / sqrt(exp(sigma * sigma) - 1);
}

static void add_boot(struct scene *scene, gsl_rng *rng,
		     const struct campaign *c, enum switch_mode mode)
{
	struct run *run = add_run(scene, VARIANT_PATCHED, mode, false);

	run->manifest.lane = LANE_HARDWARE;
	run->manifest.unit = UNIT_TICKS;
	for (unsigned int i = 0; i < WORKLOADS; i++) {
		double figure = 1 + NOISE * noise(rng, c->skewed);
		char name[16];

		if (!i && mode == SWITCH_LATE)
			figure += c->effect;
		snprintf(name, sizeof(name), "w%u", i);
		unit_series(run, PTI_PATH_SYSCALL64, METRIC_ROUND_TRIP, name, 1,
			    1, (uint64_t)(TICKS * figure), 0);
	}
}

/* The effect is that of workload w0; a difference of any other is false. */
static void count_verdicts(const struct part *part, const struct campaign *c,
			   struct tally *tally)
{
	const struct row *row = NULL;
	bool any = false;

	while ((row = part_row(part, row, TABLE_LATE, NULL))) {
		enum verdict v = row->diff.verdict;

		assert_int_equal(row->diff.family, WORKLOADS);
		if (c->effect && !strcmp(row->key.workload, "w0"))
			tally->shown += v == VERDICT_SLOWER;
		else
			any |= v == VERDICT_SLOWER || v == VERDICT_FASTER;
	}
	tally->any_false += any;
	tally->campaigns++;
}

static void simulate(const struct campaign *c, gsl_rng *rng,
		     struct tally *tally)
{
	struct scene scene = { .n = 0 };
	struct groups groups;
	struct report report;

	for (size_t i = 0; i < c->boots; i++) {
		add_boot(&scene, rng, c, SWITCH_EARLY);
		add_boot(&scene, rng, c, SWITCH_LATE);
	}
	assert_int_equal(groups_init(&groups, scene.run, scene.n), 0);
	assert_int_equal(report_init(&report, &groups, &within_1_percent), 0);
	count_verdicts(&report.part[0], c, tally);
	report_deinit(&report);
	groups_deinit(&groups);
	scene_end(&scene);
}

static struct tally simulate_all(const struct campaign *c)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct tally tally = { 0 };
	double n;

	while (tally.campaigns < simulations())
		simulate(c, rng, &tally);
	gsl_rng_free(rng);
	n = tally.campaigns / 100.0;
	printf("# | %s | %zu + %zu | %s | %zu | %.1f %% | ", c->name, c->boots,
	       c->boots, c->skewed ? "lognormal" : "normal", tally.campaigns,
	       tally.any_false / n);
	if (c->effect)
		printf("%.1f %%, predicted %.1f %% |\n", tally.shown / n,
		       100 * power_of(c->effect / NOISE, c->boots, c->boots,
				      WORKLOADS));
	else
		printf("|\n");
	return tally;
}

/* At most 5 %, and what chance adds to that in one of a thousand such tests */
static void assert_seldom(size_t hits, size_t n)
{
	assert_in_range(hits, 0, (size_t)(0.05 * n + 3 * sqrt(0.0475 * n)));
}

static void false_differences_are_rare(void **state)
{
	static const struct campaign campaigns[] = {
		{ "A/A", 4, false, 0 },
		{ "A/A", 6, false, 0 },
		{ "A/A", 6, true, 0 },
		{ "A/A", 12, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(campaigns) / sizeof(campaigns[0]); i++) {
		struct tally t = simulate_all(&campaigns[i]);

		assert_seldom(t.any_false, t.campaigns);
	}
}

/* @least: share of campaigns that have to show it */
static void lone_differences_are_shown(void **state)
{
	static const struct {
		struct campaign campaign;
		double least;
	} lone[] = {
		{ { "+1 % alone", 8, false, 0.01 }, 0 },
		{ { "+2 % alone", 8, false, 0.02 }, 0.9 },
		{ { "+2 % alone", 8, true, 0.02 }, 0.9 },
		{ { "+5 % alone", 8, false, 0.05 }, 0.99 },
		{ { "+1 % alone", 16, false, 0.01 }, 0.9 },
		{ { "+5 % alone", 4, false, 0.05 }, 0.9 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lone) / sizeof(lone[0]); i++) {
		struct tally t = simulate_all(&lone[i].campaign);

		assert_true(t.shown >= lone[i].least * t.campaigns);
		assert_seldom(t.any_false, t.campaigns);
	}
}

/*
 * Intervals of one comparison alone: what share holds a true difference of 1?
 * @scatter: of the second's boots, by that of the first's
 */
static double coverage(size_t na, size_t nb, bool skewed, double scatter,
		       size_t n)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double a[16], b[16];
	size_t held = 0;

	for (size_t i = 0; i < n; i++) {
		struct contrast c;
		struct interval ci;

		for (size_t j = 0; j < na; j++)
			a[j] = 100 + noise(rng, skewed);
		for (size_t j = 0; j < nb; j++)
			b[j] = 101 + scatter * noise(rng, skewed);
		c = stats_contrast(a, na, b, nb);
		ci = stats_contrast_ci(&c, 1);
		held += ci.low <= 1 && ci.high >= 1;
	}
	gsl_rng_free(rng);
	return 100.0 * held / n;
}

static void intervals_cover_what_they_say(void **state)
{
	static const size_t boots[][2] = { { 4, 4 },  { 5, 5 },	  { 6, 6 },
					   { 8, 8 },  { 12, 12 }, { 4, 6 },
					   { 4, 12 }, { 12, 4 },  { 6, 12 } };
	size_t n = 20 * simulations();
	double most = n < 10000 ? 2.5 : 1.5;

	(void)state;
	for (size_t i = 0; i < sizeof(boots) / sizeof(boots[0]); i++) {
		size_t na = boots[i][0], nb = boots[i][1];
		double normal = coverage(na, nb, false, 1, n);
		double skewed = coverage(na, nb, true, 1, n);
		double unlike = coverage(na, nb, false, 2, n);

		printf("# | %zu + %zu | %.1f %% | %.1f %% | %.1f %% |\n", na,
		       nb, normal, skewed, unlike);
		if (na == nb)
			assert_true(fabs(unlike - 95) <= most + 0.5);
		assert_true(fabs(normal - 95) <= most);
		assert_true(fabs(skewed - 95) <= most);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(false_differences_are_rare),
		cmocka_unit_test(lone_differences_are_shown),
		cmocka_unit_test(intervals_cover_what_they_say),
	};

	return cmocka_run_group_tests_name("verdicts", tests, NULL, NULL);
}
