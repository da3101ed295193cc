// SPDX-License-Identifier: GPL-2.0-only
/* Which mode is booted when. */
#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <string.h>

#include "campaign/campaign.h"

const char *const campaign_mode_names[] = { "early",	   "late",	 "off",
					    "early-marks", "late-marks", NULL };

/**
 * campaign_parameters() - what the kernel's command line gets for a mode
 *
 * PTI is named in each: a CPU that needs none is measured with it, too.
 */
const char *campaign_parameters(enum campaign_mode mode)
{
	switch (mode) {
	case CAMPAIGN_EARLY:
		return "pti=on pti_switch=early";
	case CAMPAIGN_LATE:
		return "pti=on pti_switch=late";
	case CAMPAIGN_EARLY_MARKS:
		return "pti=on pti_switch=early pti_marks=on";
	case CAMPAIGN_LATE_MARKS:
		return "pti=on pti_switch=late pti_marks=on";
	default:
		return "pti=off";
	}
}

/** campaign_has_marks() - is it a mode with pti_marks=on? */
bool campaign_has_marks(enum campaign_mode mode)
{
	return mode == CAMPAIGN_EARLY_MARKS || mode == CAMPAIGN_LATE_MARKS;
}

/**
 * campaign_modes() - read a list of modes
 * @names: "early,late,off"
 * @modes: out
 * @n: out: how many
 * Return: 0, -EINVAL where a name is unknown, -EEXIST where one is there twice
 */
int campaign_modes(const char *names, enum campaign_mode modes[CAMPAIGN_MODES],
		   size_t *n)
{
	const char *end;

	for (*n = 0;; names = end + 1) {
		size_t mode = 0, length;

		end = strchrnul(names, ',');
		length = (size_t)(end - names);
		while (mode < CAMPAIGN_MODES &&
		       (strncmp(campaign_mode_names[mode], names, length) ||
			campaign_mode_names[mode][length]))
			mode++;
		if (mode == CAMPAIGN_MODES)
			return -EINVAL;
		for (size_t i = 0; i < *n; i++)
			if (modes[i] == mode)
				return -EEXIST;
		modes[(*n)++] = (enum campaign_mode)mode;
		if (!*end)
			return 0;
	}
}

/**
 * campaign_plan() - choose the order of the boots
 * @c: its @seed is used; @order and @boots are set
 * @modes: every mode once
 * @n_modes: how many
 * @rounds: boots of each
 *
 * Every round has each mode once, in an order drawn anew.  So what drifts while the
 * campaign lasts, such as the temperature, meets all modes alike, and a campaign
 * that is aborted has about as many boots of each.
 *
 * Return: 0, or -ENOMEM
 */
int campaign_plan(struct campaign *c, const enum campaign_mode *modes,
		  size_t n_modes, size_t rounds)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	if (!rng)
		return -ENOMEM;
	gsl_rng_set(rng, c->seed);
	c->boots = rounds * n_modes;
	for (size_t round = 0; round < rounds; round++) {
		enum campaign_mode *at = c->order + round * n_modes;

		memcpy(at, modes, n_modes * sizeof(*modes));
		gsl_ran_shuffle(rng, at, n_modes, sizeof(*at));
	}
	gsl_rng_free(rng);
	return 0;
}

/** campaign_print() - one line a boot: number, mode, parameters, and what is done */
void campaign_print(const struct campaign *c, FILE *f)
{
	for (size_t i = 0; i < c->boots; i++)
		fprintf(f, "%3zu  %-11s  %s%s\n", i + 1,
			campaign_mode_names[c->order[i]],
			campaign_parameters(c->order[i]),
			i < c->done ? "  (done)" : "");
}
