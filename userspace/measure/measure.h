/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MEASURE_MEASURE_H
#define PTISCOPE_MEASURE_MEASURE_H

#include "measure/plan.h"
#include "run/rundir.h"

int measure_workloads(const struct plan *plan, const struct workload *const *w,
		      size_t n, struct run *run);

#endif /* PTISCOPE_MEASURE_MEASURE_H */
