/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_CLOCK_H
#define PTISCOPE_BASE_CLOCK_H

#include <stdint.h>

/* The TSC is read by bench_tsc(), in base/loop.h. */
uint64_t clock_ns(void);

#endif /* PTISCOPE_BASE_CLOCK_H */
