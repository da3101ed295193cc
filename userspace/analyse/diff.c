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

static int compare_boots(const struct cell *a, const struct cell *b,
			 uint64_t seed, struct diff *diff)
{
	int err = stats_mann_whitney_exact(a->estimates, a->boots, b->estimates,
					   b->boots, &diff->p_value);

	if (!err)
		err = stats_hodges_lehmann(a->estimates, a->boots, b->estimates,
					   b->boots, &diff->shift);
	if (!err)
		err = stats_bootstrap_diff_ci(a->v.how, a->sample, a->boots,
					      b->sample, b->boots, seed,
					      &diff->ci);
	return err;
}

static int compare_samples(const struct values *a, const struct values *b,
			   uint64_t seed, struct diff *diff)
{
	struct sample first = values_sample(a), second = values_sample(b);

	diff->p_value = stats_mann_whitney(a->x, a->n, b->x, b->n);
	return stats_bootstrap_diff_ci(a->how, &first, 1, &second, 1, seed,
				       &diff->ci);
}

/**
 * diff_cells() - compare two cells of the same key
 * @seed: of the bootstrap
 * @diff: out: all but the verdict
 * Return: 0 or -ENOMEM
 */
int diff_cells(const struct cell *first, const struct cell *second,
	       uint64_t seed, struct diff *diff)
{
	const struct values *a = &first->v, *b = &second->v;
	int err;

	memset(diff, 0, sizeof(*diff));
	diff->diff = b->estimate - a->estimate;
	diff->ratio = a->estimate ? b->estimate / a->estimate : 0;
	diff->boots_first = first->boots;
	diff->boots_second = second->boots;
	diff->basis = first->exact && second->exact    ? BASIS_EXACT :
		      first->boots + second->boots > 2 ? BASIS_BOOTS :
							 BASIS_SAMPLES;
	err = diff->basis == BASIS_BOOTS ?
		      compare_boots(first, second, seed, diff) :
		      compare_samples(a, b, seed, diff);
	diff->p_adjusted = diff->p_value;
	return err;
}

/** diff_can_show() - are there boots enough for a verdict? */
bool diff_can_show(const struct diff *diff)
{
	return diff->basis == BASIS_EXACT ||
	       stats_can_differ(diff->boots_first, diff->boots_second);
}

static bool is_within(const struct interval *ci, double margin)
{
	return ci->low >= -margin && ci->high <= margin;
}

static bool is_equivalent(const struct diff *diff, double first, enum unit unit,
			  const struct equivalence *eq)
{
	double margin = eq->percent ? eq->margin / 100 * fabs(first) :
				      eq->margin;

	if (unit == UNIT_COUNT && !eq->percent)
		return false;
	return is_within(&diff->ci, margin) &&
	       (diff->basis != BASIS_BOOTS ||
		is_within(&diff->shift.ci, margin));
}

/**
 * diff_judge() - the verdict
 * @diff: with @diff->p_adjusted
 * @first: the first figure, which a margin in percent refers to
 * @unit: of the figures
 *
 * A difference needs the p-value and the interval.  Equivalence needs every
 * interval within the margin.  A difference that is shown stays one, however
 * small.
 */
void diff_judge(struct diff *diff, double first, enum unit unit,
		const struct equivalence *eq)
{
	if (!diff_can_show(diff))
		diff->verdict = VERDICT_FEW_BOOTS;
	else if (diff->p_adjusted < STATS_SIGNIFICANCE && diff->ci.low > 0)
		diff->verdict = VERDICT_SLOWER;
	else if (diff->p_adjusted < STATS_SIGNIFICANCE && diff->ci.high < 0)
		diff->verdict = VERDICT_FASTER;
	else if (is_equivalent(diff, first, unit, eq))
		diff->verdict = VERDICT_EQUIVALENT;
	else
		diff->verdict = VERDICT_NO_DIFFERENCE;
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
	case VERDICT_EQUIVALENT:
		snprintf(text, VERDICT_SIZE, "equivalent within %.6g %s",
			 eq->margin, eq->percent ? "%" : unit_name(unit));
		return text;
	default:
		return verdict_word(verdict);
	}
}

/** basis_name() - what a comparison rests on, as JSON has it */
const char *basis_name(enum basis basis)
{
	static const char *const names[] = {
		[BASIS_EXACT] = "exact counts",
		[BASIS_BOOTS] = "boots",
		[BASIS_SAMPLES] = "samples of one boot each",
	};

	return names[basis];
}
