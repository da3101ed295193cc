/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_TEXT_H
#define PTISCOPE_BASE_TEXT_H

#include <stdbool.h>

bool text_is_utf8(const char *text);
void text_clean(char *text);

#endif /* PTISCOPE_BASE_TEXT_H */
