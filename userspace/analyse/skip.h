/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_SKIP_H
#define PTISCOPE_ANALYSE_SKIP_H

#include "analyse/model.h"

/** enum skip_side - variants that are beside each other where calls skip the switch */
enum skip_side {
	SKIP_OFF,
	SKIP_EARLY,
	SKIP_LATE,
	SKIP_SKIP,
	SKIP_SIDES
};

/**
 * struct skip_line - a workload with and without calls that skip the switch
 * @row: late with such calls against late without
 * @value: round trip, by side; NAN where it was not measured
 * @skipped: calls of an iteration that were skipped, with marks on; NAN likewise
 * @faster: shown to be, be it by the count of one boot, and no marks deny that it skips
 */
struct skip_line {
	const struct row *row;
	double value[SKIP_SIDES];
	double skipped;
	bool faster;
};

const struct group *skip_group(const struct part *part, enum skip_side side);
int skip_lines_each(const struct part *part,
		    int (*each)(void *to, const struct skip_line *line),
		    void *to);

#endif /* PTISCOPE_ANALYSE_SKIP_H */
