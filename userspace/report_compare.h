/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_REPORT_COMPARE_H
#define PTISCOPE_REPORT_COMPARE_H

#include <stdio.h>

#include "report_model.h"

int compare_write(const struct report *report, FILE *f);
int baseline_write(const struct report *report, FILE *f);
int comparisons_write(const struct report *report, FILE *f);

#endif /* PTISCOPE_REPORT_COMPARE_H */
