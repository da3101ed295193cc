/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_PROGRESS_H
#define PTISCOPE_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** PROGRESS_SIZE - room for how far a step is */
#define PROGRESS_SIZE 160

/**
 * struct progress - a step that may take long
 * @what: it is
 * @start: when it began, ns
 * @shown: when somebody last heard of it, ns; 0: never
 * @on: there is a terminal to hear of it
 */
struct progress {
	const char *what;
	uint64_t start;
	uint64_t shown;
	bool on;
};

void progress_begin(struct progress *p, const char *what);
void progress_show(struct progress *p, uint64_t done, uint64_t most);
bool progress_text(char text[PROGRESS_SIZE], const struct progress *p,
		   uint64_t now, uint64_t done, uint64_t most);

#endif /* PTISCOPE_BASE_PROGRESS_H */
