/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_UNIT_RUN_H
#define PTISCOPE_UNIT_RUN_H

#include "unit.h"

#include "run/rundir.h"

/* A run of an exact lane without samples. */
static inline void unit_run_init(struct run *run, const char *name,
				 enum variant variant, enum switch_mode mode,
				 bool marks)
{
	struct manifest *m = &run->manifest;

	assert_int_equal(run_init(run), 0);
	run->path = strdup(name);
	manifest_set(&m->run, name);
	manifest_set(&m->kernel, "6.12.0");
	manifest_set(&m->cpu, "CPU");
	m->variant = variant;
	m->switch_mode = mode;
	m->pti = mode != SWITCH_OFF;
	m->marks = marks;
	m->lane = LANE_ICOUNT;
	m->unit = UNIT_INSTRUCTIONS;
}

/* @n samples, each @base plus its number modulo @step, for @divisor iterations */
static inline struct series *unit_series(struct run *run, unsigned int path,
					 enum metric metric,
					 const char *workload, uint32_t divisor,
					 size_t n, uint64_t base, uint64_t step)
{
	enum unit unit = metric == METRIC_FLUSH_SHARE ||
					 metric == METRIC_ENTRIES ?
				 UNIT_COUNT :
				 run->manifest.unit;
	struct series *s = sample_set_add(&run->samples, path, metric, unit,
					  workload, divisor);

	assert_non_null(s);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(
			series_push(s,
				    divisor * (base + (step ? i % step : 0))),
			0);
	return s;
}

#endif /* PTISCOPE_UNIT_RUN_H */
