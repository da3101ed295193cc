/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_REPORT_JSON_H
#define PTISCOPE_REPORT_JSON_H

#include <stdio.h>

#include "report_model.h"

int json_write(const struct report *report, FILE *f);

#endif /* PTISCOPE_REPORT_JSON_H */
