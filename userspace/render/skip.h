/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_SKIP_H
#define PTISCOPE_RENDER_SKIP_H

#include "render/doc.h"

int skip_write(struct doc *doc, const struct part *part);
int skip_answer(struct doc *doc, const struct part *part);

#endif /* PTISCOPE_RENDER_SKIP_H */
