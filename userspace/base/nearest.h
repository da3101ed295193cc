/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_NEAREST_H
#define PTISCOPE_BASE_NEAREST_H

#include <stddef.h>

/** struct nearest - the name that is most like a mistyped word, of those that were offered */
struct nearest {
	const char *word;
	const char *name;
	size_t distance;
};

void nearest_offer(struct nearest *nearest, const char *name);

#endif /* PTISCOPE_BASE_NEAREST_H */
