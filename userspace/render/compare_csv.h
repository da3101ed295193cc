/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_COMPARE_CSV_H
#define PTISCOPE_RENDER_COMPARE_CSV_H

#include <stdio.h>

#include "analyse/model.h"

int compare_write(const struct report *report, FILE *f);
int baseline_write(const struct report *report, FILE *f);
int comparisons_write(const struct report *report, FILE *f);

#endif /* PTISCOPE_RENDER_COMPARE_CSV_H */
