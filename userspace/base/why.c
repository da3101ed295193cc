// SPDX-License-Identifier: GPL-2.0-only
/* Why something can't be had here, and what would help: one sentence of both. */
#include <stdio.h>
#include <string.h>

#include "base/why.h"

/**
 * why_not() - is something in the way?
 * @why: reason and remedy
 */
bool why_not(const struct why *why)
{
	return why->reason[0];
}

/**
 * why_text() - reason and remedy as one sentence
 * @why: there is a reason
 * @text: buffer for the sentence
 *
 * Return: @text.
 */
const char *why_text(const struct why *why, char text[static WHY_TEXT_MAX])
{
	snprintf(text, WHY_TEXT_MAX, "%s: %s", why->reason, why->remedy);
	return text;
}

/**
 * why_print() - print reason and remedy as why_print_wrapped() does
 * @column: where the cursor is, and where the other lines begin
 * @why: there is a reason
 */
void why_print(size_t column, const struct why *why)
{
	char text[WHY_TEXT_MAX];

	why_print_wrapped(column, why_text(why, text));
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
