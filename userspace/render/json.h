/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_JSON_H
#define PTISCOPE_RENDER_JSON_H

#include <stdio.h>

#include "analyse/model.h"

int json_write(const struct report *report, FILE *f);

#endif /* PTISCOPE_RENDER_JSON_H */
