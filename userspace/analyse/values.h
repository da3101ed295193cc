/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_VALUES_H
#define PTISCOPE_ANALYSE_VALUES_H

#include <stddef.h>
#include <stdint.h>

#include "run/samples.h"
#include "stats/stats.h"

/**
 * struct values - samples in their unit, and the figure that stands for them
 *
 * A series (run/samples.h) is what was measured, in ticks; values are one or several of
 * them in the unit of the lane; a cell (analyse/groups.h) is the values of all boots of a
 * variant, and each boot's figure.
 *
 * @x: sorted once values_estimate() was called
 * @n: how many, at least 1 after values_estimate()
 * @lost: samples that are known to be missing
 * @unit: enum unit
 * @how: what @estimate is
 * @estimate: median, or mean of a share
 * @ci: 95 % interval of @estimate
 */
struct values {
	double *x;
	size_t n;
	uint64_t lost;
	enum unit unit;
	enum estimator how;
	double estimate;
	struct interval ci;
};

void values_init(struct values *v);
void values_deinit(struct values *v);
int values_add(struct values *v, const struct series *series,
	       double ticks_per_unit);
void values_estimate(struct values *v, enum metric metric);

#endif /* PTISCOPE_ANALYSE_VALUES_H */
