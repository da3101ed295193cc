// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/values.h"

/** values_init() - no values */
void values_init(struct values *v)
{
	memset(v, 0, sizeof(*v));
}

/** values_deinit() - free the values */
void values_deinit(struct values *v)
{
	free(v->x);
	values_init(v);
}

/**
 * values_add() - append the samples of a series, converted to its unit
 * @ticks_per_unit: TSC ticks in one unit; counts are not divided by it
 * Return: 0 or -ENOMEM
 */
int values_add(struct values *v, const struct series *series,
	       double ticks_per_unit)
{
	double scale = series->divisor *
		       (series->unit == UNIT_COUNT ? 1 : ticks_per_unit);
	double *grown = realloc(v->x, (v->n + series->n + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	v->x = grown;
	for (uint64_t i = 0; i < series->n; i++)
		v->x[v->n++] = series->values[i] / scale;
	v->lost += series->lost;
	v->unit = series->unit;
	return 0;
}

/**
 * values_estimate() - sort, estimate, and say how sure these samples make that
 * @v: holds at least one value, all of one boot
 * @metric: a share is estimated by its mean, anything else by its median
 */
void values_estimate(struct values *v, enum metric metric)
{
	stats_sort(v->x, v->n);
	v->how = metric == METRIC_FLUSH_SHARE ? ESTIMATE_MEAN : ESTIMATE_MEDIAN;
	v->estimate = stats_estimate(v->how, v->x, v->n);
	v->ci = stats_estimate_ci(v->how, v->x, v->n);
}
