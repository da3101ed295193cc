// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two variants against each other, and what may be said of it.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/diff.h"

/**
 * equivalence_parse() - read the value of --equivalent
 * @text: a number of at least 0, "5" for the lane's unit, "1%" for a share of the first figure
 * Return: 0 or -EINVAL
 */
int equivalence_parse(const char *text, struct equivalence *eq)
{
	char *end;

	/* strtod() also takes signs, blanks, hexadecimals and infinity. */
	if (!*text || strspn(text, "0123456789.%") != strlen(text))
		return -EINVAL;
	eq->margin = strtod(text, &end);
	eq->percent = !strcmp(end, "%");
	if (end == text || (*end && !eq->percent) || !isfinite(eq->margin))
		return -EINVAL;
	return 0;
}

static struct interval range_of(const struct cell *cell)
{
	return (struct interval){ cell->figures[0],
				  cell->figures[cell->boots - 1] };
}

/**
 * diff_cells() - compare two cells of the same key
 * @diff: out: all that does not depend on the family
 */
void diff_cells(const struct cell *first, const struct cell *second,
		struct diff *diff)
{
	double a = first->v.estimate, b = second->v.estimate;

	memset(diff, 0, sizeof(*diff));
	diff->diff = b - a;
	diff->ratio = a ? b / a : 0;
	diff->boots_first = first->boots;
	diff->boots_second = second->boots;
	diff->first = range_of(first);
	diff->second = range_of(second);
	diff->basis = first->exact			    ? BASIS_COUNTS :
		      first->boots > 1 && second->boots > 1 ? BASIS_BOOTS :
							      BASIS_ONE_BOOT;
	if (diff->basis == BASIS_COUNTS)
		diff->ci =
			(struct interval){ diff->second.low - diff->first.high,
					   diff->second.high -
						   diff->first.low };
	else if (diff->basis == BASIS_BOOTS)
		diff->boots = stats_contrast(first->figures, first->boots,
					     second->figures, second->boots);
}

/** diff_scatters() - do its boots differ, so that it is one of a family? */
bool diff_scatters(const struct diff *diff)
{
	return diff->basis == BASIS_BOOTS && diff->boots.noise > 0;
}

/** diff_has_interval() - is there anything known of the difference but itself? */
bool diff_has_interval(const struct diff *diff)
{
	return diff->basis != BASIS_ONE_BOOT;
}

static bool is_equivalent(const struct diff *diff, double first, enum unit unit,
			  const struct equivalence *eq)
{
	double margin = eq->percent ? eq->margin / 100 * fabs(first) :
				      eq->margin;

	if (unit == UNIT_COUNT && !eq->percent)
		return false;
	return diff->ci.low >= -margin && diff->ci.high <= margin;
}

static double width(const struct interval *range)
{
	return range->high - range->low;
}

static bool enough_boots(const struct diff *diff, size_t least)
{
	return diff->boots_first >= least && diff->boots_second >= least;
}

/*
 * Counts that differ between boots may lie apart by chance: not where the gap is as
 * wide as they are, nor where there are boots enough.
 */
static bool is_chance(const struct diff *diff)
{
	double wider = fmax(width(&diff->first), width(&diff->second));
	double gap = fmax(diff->ci.low, -diff->ci.high);

	return wider > 0 && (gap < wider || !enough_boots(diff, 3)) &&
	       stats_chance_apart(diff->boots_first, diff->boots_second) >=
		       STATS_SIGNIFICANCE;
}

/* Verdicts for want of boots; anything else when there are enough. */
static enum verdict boots_wanted(const struct diff *diff)
{
	bool apart = diff->ci.low > 0 || diff->ci.high < 0;

	if (!enough_boots(diff, 2))
		return VERDICT_ONE_BOOT;
	if (diff->basis == BASIS_COUNTS)
		return apart && is_chance(diff) ? VERDICT_FEW_BOOTS :
						  VERDICT_NO_DIFFERENCE;
	return enough_boots(diff, STATS_BOOTS_LEAST) ? VERDICT_NO_DIFFERENCE :
						       VERDICT_FEW_BOOTS;
}

/**
 * diff_judge() - the interval for its family, and the verdict, which follows from it
 * @family: comparisons that are judged together, this one included; 0 where its boots do
 *	not scatter
 * @first: the first figure, which a margin in percent refers to
 * @unit: of the figures
 *
 * A difference is shown where 0 is outside the interval, and then it stays one, however
 * small.  Equivalence needs the interval within the margin.
 */
void diff_judge(struct diff *diff, size_t family, double first, enum unit unit,
		const struct equivalence *eq)
{
	diff->family = family;
	if (diff->basis == BASIS_BOOTS) {
		diff->ci = stats_contrast_ci(&diff->boots, family ? family : 1);
		diff->p_value = stats_contrast_p(&diff->boots);
		diff->p_adjusted =
			stats_family_p(diff->p_value, family ? family : 1);
	}
	diff->verdict = boots_wanted(diff);
	if (diff->verdict != VERDICT_NO_DIFFERENCE)
		return;
	if (diff->ci.low > 0)
		diff->verdict = VERDICT_SLOWER;
	else if (diff->ci.high < 0)
		diff->verdict = VERDICT_FASTER;
	else if (is_equivalent(diff, first, unit, eq))
		diff->verdict = VERDICT_EQUIVALENT;
}

/** verdict_word() - the verdict in a word or two, for tables */
const char *verdict_word(enum verdict verdict)
{
	static const char *const words[] = {
		[VERDICT_NO_DIFFERENCE] = "not shown",
		[VERDICT_SLOWER] = "slower",
		[VERDICT_FASTER] = "faster",
		[VERDICT_EQUIVALENT] = "equivalent",
		[VERDICT_FEW_BOOTS] = "few boots",
		[VERDICT_ONE_BOOT] = "one boot",
	};

	return words[verdict];
}

/** verdict_text() - the verdict in full, as CSV files have it */
const char *verdict_text(char text[VERDICT_SIZE], enum verdict verdict,
			 const struct equivalence *eq, enum unit unit)
{
	switch (verdict) {
	case VERDICT_NO_DIFFERENCE:
		return "no difference shown";
	case VERDICT_FEW_BOOTS:
		return "too few boots";
	case VERDICT_ONE_BOOT:
		return "one boot";
	case VERDICT_EQUIVALENT:
		snprintf(text, VERDICT_SIZE, "equivalent within %.6g %s",
			 eq->margin, eq->percent ? "%" : unit_name(unit));
		return text;
	default:
		return verdict_word(verdict);
	}
}

/** basis_name() - what a comparison rests on, as JSON and CSV files have it */
const char *basis_name(enum basis basis)
{
	static const char *const names[] = {
		[BASIS_COUNTS] = "counts",
		[BASIS_BOOTS] = "boots",
		[BASIS_ONE_BOOT] = "one boot",
	};

	return names[basis];
}
