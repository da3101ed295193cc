/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_AROUND_H
#define PTISCOPE_RENDER_AROUND_H

#include "render/doc.h"

void around_environment(struct doc *doc, const struct machine *machine);
void around_calibration(struct doc *doc, const struct machine *machine);
int around_notes(struct doc *doc, const struct part *part);

#endif /* PTISCOPE_RENDER_AROUND_H */
