// SPDX-License-Identifier: GPL-2.0-only
/*
 * A document as Markdown, with GitHub's tables.
 */
#include <string.h>

#include "render/doc.h"

/* Names come from files: whatever could mean something is escaped. */
static void escaped(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '<' || *text == '>' || *text == '&') {
			fputs(*text == '<' ? "&lt;" :
			      *text == '>' ? "&gt;" :
					     "&amp;",
			      f);
			continue;
		}
		if (strchr("\\`*_[]|#", *text))
			fputc('\\', f);
		fputc(*text, f);
	}
}

static void begin(FILE *f, const char *title)
{
	(void)f;
	(void)title;
}

static void heading(FILE *f, int level, const char *text)
{
	fprintf(f, "%.*s ", level, "###");
	escaped(f, text);
	fputs("\n\n", f);
}

static void text(FILE *f, const char *text)
{
	escaped(f, text);
	fputs("\n\n", f);
}

static void row(FILE *f, const char *const *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fputs(i ? " " : "| ", f);
		escaped(f, cells[i]);
		fputs(" |", f);
	}
	fputc('\n', f);
}

static void table(FILE *f, const char *const *names, size_t n)
{
	row(f, names, n);
	for (size_t i = 0; i < n; i++)
		fputs(i ? "---|" : "|---|", f);
	fputc('\n', f);
}

static void blank(FILE *f)
{
	fputc('\n', f);
}

static void list(FILE *f)
{
	(void)f;
}

static void item(FILE *f, const char *text)
{
	fputs("- ", f);
	escaped(f, text);
	fputc('\n', f);
}

static void end(FILE *f)
{
	(void)f;
}

const struct doc_format doc_markdown = {
	.begin = begin,
	.heading = heading,
	.text = text,
	.table = table,
	.row = row,
	.table_end = blank,
	.list = list,
	.item = item,
	.list_end = blank,
	.end = end,
};
