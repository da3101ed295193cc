/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_SECTIONS_H
#define PTISCOPE_RENDER_SECTIONS_H

#include "render/doc.h"

int sections_write(struct doc *doc, const struct report *report);

/* around.c: sections that stand around the figures */
void around_environment(struct doc *doc, const struct machine *machine);
void around_calibration(struct doc *doc, const struct machine *machine);
int around_notes(struct doc *doc, const struct part *part);

#endif /* PTISCOPE_RENDER_SECTIONS_H */
