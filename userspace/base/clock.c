// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "base/clock.h"

/** clock_ns() - a clock that nobody sets, in ns */
uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}
