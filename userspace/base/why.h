/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_WHY_H
#define PTISCOPE_BASE_WHY_H

#include <stddef.h>

/** WHY_WIDTH - columns that what is printed stays within */
#define WHY_WIDTH 100

size_t why_reason_length(const char *why);
const char *why_remedy(const char *why);
void why_print_wrapped(size_t column, const char *text);

#endif /* PTISCOPE_BASE_WHY_H */
