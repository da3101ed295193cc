/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_WORDS_H
#define PTISCOPE_BASE_WORDS_H

#include <stdbool.h>

/** WORDS_BLANKS - what is between two words of a line */
#define WORDS_BLANKS " \t"

bool line_has_word(const char *line, const char *word);

#endif /* PTISCOPE_BASE_WORDS_H */
