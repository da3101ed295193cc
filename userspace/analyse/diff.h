/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_DIFF_H
#define PTISCOPE_ANALYSE_DIFF_H

#include "analyse/groups.h"

/** VERDICT_SIZE - room for a verdict with its margin */
#define VERDICT_SIZE 64

/** EQUIVALENCE_DEFAULT - margin of --equivalent when it is not given */
#define EQUIVALENCE_DEFAULT "1%"

/** enum verdict - what two variants say of each other, at 5 % */
enum verdict {
	VERDICT_NO_DIFFERENCE,
	VERDICT_SLOWER,
	VERDICT_FASTER,
	VERDICT_EQUIVALENT,
	VERDICT_FEW_BOOTS,
};

/**
 * enum basis - what a comparison rests on
 * @BASIS_EXACT: counts of an exact lane, the same in every run; samples are compared
 * @BASIS_BOOTS: boots are compared
 * @BASIS_SAMPLES: samples of one boot a side, which tell these two boots apart,
 *	not their modes
 */
enum basis {
	BASIS_EXACT,
	BASIS_BOOTS,
	BASIS_SAMPLES,
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
 * @ci: 95 % bootstrap interval of @diff
 * @basis: what it rests on
 * @boots_first: boots, at least 1
 * @boots_second: the same of the second
 * @shift: Hodges and Lehmann's, between boots; for %BASIS_BOOTS alone
 * @p_value: of the Mann-Whitney test, between boots for %BASIS_BOOTS (exact),
 *	between samples otherwise
 * @p_adjusted: the same for all comparisons of the table, by Benjamini and Hochberg
 * @verdict: of the second; unset until diff_judge()
 */
struct diff {
	double diff;
	double ratio;
	struct interval ci;
	enum basis basis;
	size_t boots_first;
	size_t boots_second;
	struct shift shift;
	double p_value;
	double p_adjusted;
	enum verdict verdict;
};

int equivalence_parse(const char *text, struct equivalence *eq);
int diff_cells(const struct cell *first, const struct cell *second,
	       uint64_t seed, struct diff *diff);
bool diff_can_show(const struct diff *diff);
void diff_judge(struct diff *diff, double first, enum unit unit,
		const struct equivalence *eq);
const char *verdict_word(enum verdict verdict);
const char *verdict_text(char text[VERDICT_SIZE], enum verdict verdict,
			 const struct equivalence *eq, enum unit unit);
const char *basis_name(enum basis basis);

#endif /* PTISCOPE_ANALYSE_DIFF_H */
