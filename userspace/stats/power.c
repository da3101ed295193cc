// SPDX-License-Identifier: GPL-2.0-only
/* How many boots it takes to show an effect that stands alone among others. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>

#include "stats/power.h"
#include "stats/stats.h"

/* Steps of the numerical integral over the noise that boots happen to show */
#define STEPS 64

/* Halvings of an interval of effects */
#define HALVINGS 40

/* A test of two kinds of boots: what |t| has to exceed, and how its noise may come out. */
struct test {
	double critical;
	double per_effect;
	double noise[STEPS];
};

/*
 * Noise seen by noise there is: the root of a chi-squared by its degrees of freedom,
 * in steps of equal probability.
 */
static void test_init(struct test *t, size_t na, size_t nb, size_t family)
{
	double freedom = (double)(na + nb - 2);

	t->critical = gsl_cdf_tdist_Qinv(
		STATS_SIGNIFICANCE / 2 / (double)family, freedom);
	t->per_effect = 1 / sqrt(1 / (double)na + 1 / (double)nb);
	for (size_t i = 0; i < STEPS; i++)
		t->noise[i] =
			sqrt(gsl_cdf_chisq_Pinv((i + 0.5) / STEPS, freedom) /
			     freedom);
}

static double test_power(const struct test *t, double effect)
{
	double shift = effect * t->per_effect, sum = 0;

	for (size_t i = 0; i < STEPS; i++)
		sum += gsl_cdf_ugaussian_Q(t->critical * t->noise[i] - shift) +
		       gsl_cdf_ugaussian_P(-t->critical * t->noise[i] - shift);
	return sum / STEPS;
}

/**
 * power_of() - the chance that an effect is shown
 * @na: boots of one mode, at least 2
 * @nb: boots of the other
 * Return: 0 to 1, to a hundredth; R's power.t.test(strict = TRUE) for a family of 1
 */
double power_of(double effect, size_t na, size_t nb, size_t family)
{
	struct test t;

	test_init(&t, na, nb, family);
	return test_power(&t, effect);
}

/** power_effect_shown() - the least effect that is shown with POWER_WANTED */
double power_effect_shown(size_t na, size_t nb, size_t family)
{
	double low = 0, high = 1;
	struct test t;

	test_init(&t, na, nb, family);
	while (test_power(&t, high) < POWER_WANTED)
		high *= 2;
	for (size_t i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;

		if (test_power(&t, middle) < POWER_WANTED)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/**
 * power_boots_needed() - boots of each mode that show an effect with POWER_WANTED
 * @effect: above 0
 * Return: at least STATS_BOOTS_LEAST; 0 where POWER_BOOTS_MOST are not enough
 */
size_t power_boots_needed(double effect, size_t family)
{
	size_t low = STATS_BOOTS_LEAST - 1, high = POWER_BOOTS_MOST;

	if (power_of(effect, high, high, family) < POWER_WANTED)
		return 0;
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (power_of(effect, middle, middle, family) < POWER_WANTED)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/**
 * power_plan() - what a campaign will be able to show, as a sentence without its end
 * @boots: of each mode, at least 1
 * @family: workloads, at least 1
 * @noise: standard deviation of boots, as a share of the figure
 */
void power_plan(char text[POWER_PLAN_SIZE], size_t boots, size_t family,
		double noise)
{
	size_t needed = power_boots_needed(0.01 / noise, family);
	char least[80] = "no difference is shown";

	if (boots >= STATS_BOOTS_LEAST)
		snprintf(least, sizeof(least),
			 "a difference of %.2g %% is shown",
			 100 * noise *
				 power_effect_shown(boots, boots, family));
	snprintf(
		text, POWER_PLAN_SIZE,
		"with %zu boot%s of each mode %s%s, where boots differ by %.2g %%; "
		"for one of 1 %% %s%zu boots are needed",
		boots, boots == 1 ? "" : "s", least,
		boots < STATS_BOOTS_LEAST ?
			"" :
		family == 1 ?
			" in 9 campaigns of 10" :
			" in 9 campaigns of 10, alone among the workloads",
		100 * noise, needed ? "" : "more than ",
		needed ? needed : POWER_BOOTS_MOST);
}
