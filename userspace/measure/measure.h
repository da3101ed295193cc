/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MEASURE_MEASURE_H
#define PTISCOPE_MEASURE_MEASURE_H

#include "measure/plan.h"
#include "run/rundir.h"

int measure_workload(const struct plan *plan, const struct workload *w,
		     struct run *run);

#endif /* PTISCOPE_MEASURE_MEASURE_H */
