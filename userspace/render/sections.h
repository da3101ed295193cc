/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_SECTIONS_H
#define PTISCOPE_RENDER_SECTIONS_H

#include "render/doc.h"

int sections_write(struct doc *doc, const struct report *report);

#endif /* PTISCOPE_RENDER_SECTIONS_H */
