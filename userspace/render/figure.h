/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_FIGURE_H
#define PTISCOPE_RENDER_FIGURE_H

#include <stdio.h>

#include "analyse/model.h"

int figures_write(FILE *f, const struct part *part, size_t number, bool first);

#endif /* PTISCOPE_RENDER_FIGURE_H */
