/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_TERMS_H
#define PTISCOPE_RENDER_TERMS_H

#include <stddef.h>

/** struct term - a word of a report that not every reader knows */
struct term {
	const char *name;
	const char *meaning;
};

extern const struct term terms[];
extern const size_t n_terms;

const struct term *term_find(const char *name);

#endif /* PTISCOPE_RENDER_TERMS_H */
