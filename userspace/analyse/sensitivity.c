// SPDX-License-Identifier: GPL-2.0-only
/* How small a difference between late and early a report could have shown. */
#include <math.h>
#include <stdio.h>

#include "analyse/sensitivity.h"
#include "stats/power.h"

/** row_detectable_share() - the least difference that is shown, by the first figure */
double row_detectable_share(const struct row *row)
{
	return row->diff.detectable / fabs(row->first_value);
}

/* Round trips of late against early, whose boots scatter around something */
static const struct row *next(const struct part *part, const struct row *after)
{
	do {
		after = part_row(part, after, TABLE_LATE, NULL);
	} while (after && (after->key.metric != METRIC_ROUND_TRIP ||
			   !after->diff.family || !after->first_value));
	return after;
}

/* How many are less than this one, and how many there are */
static size_t rank_of(const struct part *part, const struct row *row, size_t *n)
{
	const struct row *other = NULL;
	size_t less = 0;

	for (*n = 0; (other = next(part, other)); (*n)++)
		less += row_detectable_share(other) < row_detectable_share(row);
	return less;
}

/**
 * part_sensitivity() - what the boots of early and late could show
 * Return: is there anything to say?  Not of lanes that count, nor of too few boots.
 */
bool part_sensitivity(const struct part *part, struct sensitivity *s)
{
	const struct row *row = NULL;
	size_t n, typical = 0;

	*s = (struct sensitivity){ 0 };
	while ((row = next(part, row))) {
		size_t rank = rank_of(part, row, &n);

		if (rank <= n / 2 && (!s->typical || rank > typical)) {
			s->typical = row;
			typical = rank;
		}
		if (!s->worst ||
		    row_detectable_share(row) > row_detectable_share(s->worst))
			s->worst = row;
	}
	if (!s->typical || s->typical->diff.verdict == VERDICT_FEW_BOOTS)
		return false;
	s->boots = power_boots_needed(0.01 * fabs(s->typical->first_value) /
					      s->typical->diff.boots.noise,
				      s->typical->diff.family);
	return true;
}

/**
 * sensitivity_tell() - part_sensitivity() in a sentence or two
 * Return: is there anything to say?
 */
bool sensitivity_tell(const struct part *part, char text[SENSITIVITY_SIZE])
{
	struct sensitivity s;
	const struct diff *d;

	if (!part_sensitivity(part, &s))
		return false;
	d = &s.typical->diff;
	snprintf(
		text, SENSITIVITY_SIZE,
		"%zu and %zu boots that differ as these do show a difference of one workload of %zu in "
		"9 campaigns of 10 if it is %.2g %% (%s, the typical one) to %.2g %% (%s). 1 %% of %s takes "
		"%s%zu boots of each mode.",
		d->boots_first, d->boots_second, d->family,
		100 * row_detectable_share(s.typical), s.typical->key.workload,
		100 * row_detectable_share(s.worst), s.worst->key.workload,
		s.typical->key.workload, s.boots ? "" : "more than ",
		s.boots ? s.boots : POWER_BOOTS_MOST);
	return true;
}
