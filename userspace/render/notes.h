/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_NOTES_H
#define PTISCOPE_RENDER_NOTES_H

#include "analyse/model.h"

/** struct note_sink - @emit gets one note after the other: what it is about, and its text */
struct note_sink {
	void (*emit)(void *to, const char *who, const char *text);
	void *to;
};

const char *tlb_reason(enum lane lane);
void gaps_each(const struct machine *machine, const struct note_sink *sink);
int warnings_each(const struct part *part, const struct note_sink *sink);

#endif /* PTISCOPE_RENDER_NOTES_H */
