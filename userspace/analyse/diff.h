/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_DIFF_H
#define PTISCOPE_ANALYSE_DIFF_H

#include "analyse/groups.h"

/** VERDICT_SIZE - room for a verdict with its margin */
#define VERDICT_SIZE 64

/** EQUIVALENCE_DEFAULT - margin of --equivalent when it is not given */
#define EQUIVALENCE_DEFAULT "1%"

/** enum verdict - what two variants say of each other */
enum verdict {
	VERDICT_NO_DIFFERENCE,
	VERDICT_SLOWER,
	VERDICT_FASTER,
	VERDICT_EQUIVALENT,
	VERDICT_FEW_BOOTS,
	VERDICT_ONE_BOOT,
	VERDICT_COUNT
};

/**
 * enum basis - what a comparison rests on
 * @BASIS_COUNTS: counts of boots of an exact lane; nothing about them is by chance but
 *	what differs between boots
 * @BASIS_BOOTS: figures of several boots a side, which scatter
 * @BASIS_ONE_BOOT: one boot of a side in such a lane, which tells these boots apart,
 *	not their modes
 */
enum basis {
	BASIS_COUNTS,
	BASIS_BOOTS,
	BASIS_ONE_BOOT,
};

/**
 * struct equivalence - differences that do not matter: at most @margin either way
 * @percent: of the first of two figures; otherwise in the lane's unit, and then
 *	shares are never called equivalent
 */
struct equivalence {
	double margin;
	bool percent;
};

/**
 * struct diff - second minus first
 * @diff: of the estimates
 * @ratio: second by first; 0 when the first is 0
 * @basis: what it rests on
 * @boots_first: boots, at least 1
 * @boots_second: the same of the second
 * @first: range of the first's boots
 * @second: range of the second's boots
 * @ci: interval of @diff.  Counts: the least and the greatest difference between a boot
 *	of one and a boot of the other.  Boots: holds at once with those of the whole
 *	family with 95 %.  One boot: none
 * @boots: of the boots' figures; for %BASIS_BOOTS alone, as are:
 * @p_value: of Student's t, for this comparison alone
 * @p_adjusted: the same for the family; below 5 % where @ci is without 0
 * @family: comparisons that are judged together; 0 for one whose boots all have the
 *	same figure, about which there is no chance
 * @detectable: the least difference that so many boots with such noise show in 9 of 10
 *	campaigns; 0 where @family is
 * @verdict: of the second; follows from @ci
 */
struct diff {
	double diff;
	double ratio;
	enum basis basis;
	size_t boots_first;
	size_t boots_second;
	struct interval first;
	struct interval second;
	struct interval ci;
	struct contrast boots;
	double p_value;
	double p_adjusted;
	size_t family;
	double detectable;
	enum verdict verdict;
};

int equivalence_parse(const char *text, struct equivalence *eq);
void diff_cells(const struct cell *first, const struct cell *second,
		struct diff *diff);
bool diff_scatters(const struct diff *diff);
bool diff_has_interval(const struct diff *diff);
void diff_judge(struct diff *diff, size_t family, double first, enum unit unit,
		const struct equivalence *eq);
const char *verdict_word(enum verdict verdict);
const char *verdict_text(char text[VERDICT_SIZE], enum verdict verdict,
			 const struct equivalence *eq, enum unit unit);
const char *basis_name(enum basis basis);

#endif /* PTISCOPE_ANALYSE_DIFF_H */
