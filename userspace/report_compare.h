/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_REPORT_COMPARE_H
#define PTISCOPE_REPORT_COMPARE_H

#include <stdio.h>

#include "report_groups.h"

/** enum verdict - what two samples say of each other, at 5 % */
enum verdict {
	VERDICT_NO_DIFFERENCE,
	VERDICT_SLOWER,
	VERDICT_FASTER,
};

/**
 * struct diff - second minus first
 * @diff: of the estimates
 * @ratio: second by first; 0 when the first is 0
 * @ci: 95 % bootstrap interval of @diff
 * @p_value: of the Mann-Whitney test
 * @verdict: of the second; needs p_value below 0.05 and 0 outside @ci
 */
struct diff {
	double diff;
	double ratio;
	struct interval ci;
	double p_value;
	enum verdict verdict;
};

const char *verdict_name(enum verdict verdict);
int diff_cells(const struct cell *first, const struct cell *second,
	       uint64_t seed, struct diff *diff);
int compare_write(const struct groups *groups, FILE *f);
int baseline_write(const struct groups *groups, FILE *f);

#endif /* PTISCOPE_REPORT_COMPARE_H */
