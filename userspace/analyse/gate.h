/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_GATE_H
#define PTISCOPE_ANALYSE_GATE_H

#include "analyse/model.h"

/**
 * struct gate - a condition on differences: "round_trip > 2%"
 * @metric: of these alone
 * @above: @limit is exceeded above it, else below it
 * @percent: @limit is in percent of the first figure, else in its unit
 * @limit: signed, as differences are
 */
struct gate {
	enum metric metric;
	bool above;
	bool percent;
	double limit;
};

int gate_parse(const char *text, struct gate *gate);
size_t gate_count(const struct gate *gate, const struct part *part,
		  const struct row **worst);

#endif /* PTISCOPE_ANALYSE_GATE_H */
