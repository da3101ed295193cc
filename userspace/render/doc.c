// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdlib.h>

#include "render/doc.h"

static void emit(struct doc *doc,
		 void (*write)(struct doc *doc, const char *text),
		 const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		return;
	write(doc, text);
	free(text);
}

/** doc_text_of() - a paragraph, made by printf() */
void doc_text_of(struct doc *doc, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	emit(doc, doc->format->text, fmt, args);
	va_end(args);
}

/** doc_item_of() - an item of a list, made by printf() */
void doc_item_of(struct doc *doc, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	emit(doc, doc->format->item, fmt, args);
	va_end(args);
}
