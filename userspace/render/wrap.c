// SPDX-License-Identifier: GPL-2.0-only
/* Lines of the text report. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "render/text.h"

/** text_heading() - begin a section */
void text_heading(FILE *f, const char *title)
{
	fprintf(f, "\n%s\n", title);
}

/* Length of the longest beginning of @text that ends with a word and fits. */
static size_t fitting(const char *text, size_t room)
{
	size_t length = strlen(text), end;

	if (length <= room)
		return length;
	for (end = room; end > 0 && text[end] != ' '; end--)
		;
	/* One word longer than a line: a file name stays whole. */
	return end ? end : strcspn(text, " ");
}

/**
 * text_wrap() - print a paragraph in lines of at most TEXT_COLUMNS
 * @first: stands before the first line
 * @rest: stands before all others
 */
void text_wrap(FILE *f, const char *first, const char *rest, const char *fmt,
	       ...)
{
	const char *lead = first, *text;
	char *paragraph;
	va_list args;
	int length;

	va_start(args, fmt);
	length = vasprintf(&paragraph, fmt, args);
	va_end(args);
	if (length < 0)
		return;
	text = paragraph;
	do {
		size_t line = fitting(text, TEXT_COLUMNS - strlen(lead));

		fprintf(f, "%s%.*s\n", lead, (int)line, text);
		text += line + strspn(text + line, " ");
		lead = rest;
	} while (*text);
	free(paragraph);
}
