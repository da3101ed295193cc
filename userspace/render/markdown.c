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

static void begin(struct doc *doc, const char *title)
{
	(void)doc;
	(void)title;
}

static void heading(struct doc *doc, int level, const char *text)
{
	fprintf(doc->f, "%.*s ", level, "###");
	escaped(doc->f, text);
	fputs("\n\n", doc->f);
}

static void fold(struct doc *doc, const char *title)
{
	heading(doc, 3, title);
}

static void nothing(struct doc *doc)
{
	(void)doc;
}

static void text(struct doc *doc, const char *text)
{
	escaped(doc->f, text);
	fputs("\n\n", doc->f);
}

static void row(struct doc *doc, const char *const *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *stress = i == doc->strong && *cells[i] ? "**" : "";

		fprintf(doc->f, "%s%s", i ? " " : "| ", stress);
		escaped(doc->f, cells[i]);
		fprintf(doc->f, "%s |", stress);
	}
	fputc('\n', doc->f);
}

static void table(struct doc *doc, const char *const *names, size_t n)
{
	doc->cells = n;
	row(doc, names, n);
	for (size_t i = 0; i < n; i++)
		fputs(i ? "---|" : "|---|", doc->f);
	fputc('\n', doc->f);
}

static void group(struct doc *doc, const char *text)
{
	fputs("| **", doc->f);
	escaped(doc->f, text);
	fputs("** |", doc->f);
	for (size_t i = 1; i < doc->cells; i++)
		fputs(" |", doc->f);
	fputc('\n', doc->f);
}

static void blank(struct doc *doc)
{
	fputc('\n', doc->f);
}

static void item(struct doc *doc, const char *text)
{
	fputs("- ", doc->f);
	escaped(doc->f, text);
	fputc('\n', doc->f);
}

static int end(struct doc *doc)
{
	(void)doc;
	return 0;
}

const struct doc_format doc_markdown = {
	.begin = begin,
	.heading = heading,
	.fold = fold,
	.fold_end = nothing,
	.text = text,
	.table = table,
	.group = group,
	.row = row,
	.table_end = blank,
	.list = nothing,
	.item = item,
	.list_end = blank,
	.end = end,
};
