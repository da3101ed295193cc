// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sentences that say why something can't be had and, after their last ": ", what
 * would help.
 */
#include <stdio.h>
#include <string.h>

#include "base/why.h"

/**
 * why_reason_length() - where the reason ends
 * @why: sentence
 *
 * Return: number of characters before the last ": ", all where there is none.
 */
size_t why_reason_length(const char *why)
{
	const char *p, *last = NULL;

	for (p = why; (p = strstr(p, ": ")); p++)
		last = p;
	return last ? (size_t)(last - why) : strlen(why);
}

/**
 * why_remedy() - what would help
 * @why: sentence
 *
 * Return: what follows the reason, "" where nothing does.
 */
const char *why_remedy(const char *why)
{
	size_t length = why_reason_length(why);

	return why[length] ? why + length + 2 : "";
}

/**
 * why_print_wrapped() - print words in lines of WHY_WIDTH, and a newline
 * @column: where the cursor is, and where the other lines begin
 * @text: words
 */
void why_print_wrapped(size_t column, const char *text)
{
	size_t at = column, length;

	for (;; text++) {
		length = strcspn(text, " ");
		if (at > column && at + 1 + length > WHY_WIDTH) {
			printf("\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			putchar(' ');
			at++;
		}
		/* A word alone may be longer than a line: nothing is lost. */
		printf("%.*s", (int)length, text);
		at += length;
		text += length;
		if (!*text)
			break;
	}
	putchar('\n');
}
