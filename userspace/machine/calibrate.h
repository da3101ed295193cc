/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MACHINE_CALIBRATE_H
#define PTISCOPE_MACHINE_CALIBRATE_H

#include <stddef.h>
#include <stdint.h>

#include "run/manifest.h"

/** CALIBRATE_SAMPLES - samples behind each calibration value */
#define CALIBRATE_SAMPLES 1024

/** CALIBRATE_ITERATIONS - rounds of the loop that loop_overhead is about */
#define CALIBRATE_ITERATIONS 256

struct calibration_value calibrate_median(const uint64_t *ticks, size_t n);
void calibrate_loop(struct manifest *m);
uint64_t calibrate_tsc_khz(const char **source);

#endif /* PTISCOPE_MACHINE_CALIBRATE_H */
