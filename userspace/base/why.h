/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_WHY_H
#define PTISCOPE_BASE_WHY_H

#include <stdbool.h>
#include <stddef.h>

/** WHY_WIDTH - columns that what is printed stays within */
#define WHY_WIDTH 100

/**
 * struct why - why something can't be had here
 * @reason: in words; "" where nothing is in the way
 * @remedy: what would help; not NULL where there is a reason
 */
struct why {
	char reason[160];
	const char *remedy;
};

/** WHY_TEXT_MAX - size of a buffer for reason and remedy in one sentence */
#define WHY_TEXT_MAX 400

bool why_not(const struct why *why);
const char *why_text(const struct why *why, char text[static WHY_TEXT_MAX]);
void why_print(size_t column, const struct why *why);
void why_print_wrapped(size_t column, const char *text);

#endif /* PTISCOPE_BASE_WHY_H */
