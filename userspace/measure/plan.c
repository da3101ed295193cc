// SPDX-License-Identifier: GPL-2.0-only
#include "base/clock.h"
#include "measure/plan.h"

/**
 * plan_time_is_up() - is a pass over a workload to end before it is complete?
 * @plan: how long it may take
 * @start: clock_ns() when it began
 * @n: samples that it has
 */
bool plan_time_is_up(const struct plan *plan, uint64_t start, uint64_t n)
{
	return plan->time_ns && n >= PLAN_LEAST_SAMPLES &&
	       clock_ns() - start >= plan->time_ns;
}
