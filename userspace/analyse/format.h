/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_FORMAT_H
#define PTISCOPE_ANALYSE_FORMAT_H

#include <stdbool.h>

#include "analyse/diff.h"
#include "run/manifest.h"
#include "stats/stats.h"

/** NUMBER_SIZE - room for a number or an interval as text */
#define NUMBER_SIZE 64

const char *lane_claim(enum lane lane);
const char *format_number(char text[NUMBER_SIZE], double value);
const char *format_change(char text[NUMBER_SIZE], double value);
const char *format_interval(char text[NUMBER_SIZE], const struct interval *ci);
const char *format_change_interval(char text[NUMBER_SIZE],
				   const struct interval *ci);
const char *format_grounds(char text[NUMBER_SIZE], const struct diff *diff);
const char *format_ratio(char text[NUMBER_SIZE], double ratio);
const char *format_p(char text[NUMBER_SIZE], double p);
const char *format_flush_share(char text[NUMBER_SIZE], bool pcid, double share);

#endif /* PTISCOPE_ANALYSE_FORMAT_H */
