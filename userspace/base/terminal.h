/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_TERMINAL_H
#define PTISCOPE_BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** TERMINAL_COLUMNS - width that suffices for a text, where none is known */
#define TERMINAL_COLUMNS 80

size_t terminal_columns(FILE *f);
bool terminal_has_escapes(FILE *f);
bool terminal_has_colour(FILE *f);

#endif /* PTISCOPE_BASE_TERMINAL_H */
