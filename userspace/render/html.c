// SPDX-License-Identifier: GPL-2.0-only
/*
 * A document as one HTML page: nothing is loaded from elsewhere, nothing runs.
 * The answer comes first, then the table of contents, then sections that open.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "render/doc.h"
#include "render/figure.h"
#include "render/html_style.h"
#include "render/terms.h"

/**
 * struct page - what is known at the end of a page alone
 * @out: the file; doc->f is memory until then
 * @body: of the page, @size bytes
 * @contents: where in it the table of contents goes, or 0
 * @list: items of the table of contents, @list_size bytes
 * @items: writes @list
 * @sections: so far
 * @paragraphs: so far
 */
struct page {
	FILE *out;
	char *body;
	size_t size;
	size_t contents;
	char *list;
	size_t list_size;
	FILE *items;
	size_t sections;
	size_t paragraphs;
};

static void escaped(FILE *f, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '&':
			fputs("&amp;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		default:
			fputc(*text, f);
		}
	}
}

/* Without memory nothing is written, and end() says so. */
static void begin(struct doc *doc, const char *title)
{
	struct page *page = calloc(1, sizeof(*page));
	FILE *body = page ? open_memstream(&page->body, &page->size) : NULL;

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>",
	      doc->f);
	escaped(doc->f, title);
	fputs("</title>\n<style>\n" HTML_STYLE "</style>\n</head>\n<body>\n",
	      doc->f);
	doc->page = page;
	if (!body)
		return;
	page->out = doc->f;
	page->items = open_memstream(&page->list, &page->list_size);
	doc->f = body;
	fputs("<main>\n<section class=\"answer\">\n", doc->f);
}

static void heading(struct doc *doc, int level, const char *text)
{
	struct page *page = doc->page;

	if (level == 1) {
		fputs("<h1>", doc->f);
		escaped(doc->f, text);
		fputs("</h1>\n", doc->f);
		return;
	}
	if (page && !page->contents) {
		fputs("</section>\n", doc->f);
		fflush(doc->f);
		page->contents = page->size;
	}
	fprintf(doc->f, "<h%d id=\"s%zu\">", level,
		page ? ++page->sections : 0);
	escaped(doc->f, text);
	fprintf(doc->f, "</h%d>\n", level);
	if (!page || !page->items)
		return;
	fprintf(page->items, "<li><a href=\"#s%zu\">", page->sections);
	escaped(page->items, text);
	fputs("</a></li>\n", page->items);
}

static void fold(struct doc *doc, const char *title)
{
	fputs("<details>\n<summary>", doc->f);
	escaped(doc->f, title);
	fputs("</summary>\n", doc->f);
}

static void fold_end(struct doc *doc)
{
	fputs("</details>\n", doc->f);
}

/* The first paragraph is what the page is about. */
static void text(struct doc *doc, const char *text)
{
	bool first = doc->page && !doc->page->paragraphs++;

	fputs(first ? "<p class=\"verdict\">" : "<p>", doc->f);
	escaped(doc->f, text);
	fputs("</p>\n", doc->f);
}

/* A word that needs telling leads to its meaning, and shows it where a mouse is. */
static void column_name(struct doc *doc, const char *name)
{
	const struct term *term = term_find(name);

	fputs("<th scope=\"col\">", doc->f);
	if (term) {
		fprintf(doc->f, "<a href=\"#term%zu\" title=\"",
			(size_t)(term - terms));
		escaped(doc->f, term->meaning);
		fputs("\">", doc->f);
	}
	escaped(doc->f, name);
	fputs(term ? "</a></th>" : "</th>", doc->f);
}

static void table(struct doc *doc, const char *const *names, size_t n)
{
	fputs("<div class=\"wide\">\n<table>\n<thead>\n<tr>", doc->f);
	for (size_t i = 0; i < n; i++)
		column_name(doc, names[i]);
	fputs("</tr>\n</thead>\n<tbody>\n", doc->f);
	doc->cells = n;
}

static void group(struct doc *doc, const char *text)
{
	fprintf(doc->f, "<tr><th scope=\"colgroup\" colspan=\"%zu\">",
		doc->cells);
	escaped(doc->f, text);
	fputs("</th></tr>\n", doc->f);
}

static void row(struct doc *doc, const char *const *cells, size_t n)
{
	fputs("<tr>", doc->f);
	for (size_t i = 0; i < n; i++) {
		bool strong = i == doc->strong && *cells[i];

		fputs(*cells[i] && strchr("+-0123456789", *cells[i]) ?
			      "<td class=\"n\">" :
			      "<td>",
		      doc->f);
		fputs(strong ? "<strong>" : "", doc->f);
		escaped(doc->f, cells[i]);
		fputs(strong ? "</strong></td>" : "</td>", doc->f);
	}
	fputs("</tr>\n", doc->f);
}

static void table_end(struct doc *doc)
{
	fputs("</tbody>\n</table>\n</div>\n", doc->f);
}

static void list(struct doc *doc)
{
	fputs("<ul>\n", doc->f);
}

static void item(struct doc *doc, const char *text)
{
	fputs("<li>", doc->f);
	escaped(doc->f, text);
	fputs("</li>\n", doc->f);
}

static void list_end(struct doc *doc)
{
	fputs("</ul>\n", doc->f);
}

static void write_terms(struct doc *doc)
{
	heading(doc, 2, "Terms");
	fputs("<dl>\n", doc->f);
	for (size_t i = 0; i < n_terms; i++) {
		fprintf(doc->f, "<dt id=\"term%zu\">", i);
		escaped(doc->f, terms[i].name);
		fputs("</dt>\n<dd>", doc->f);
		escaped(doc->f, terms[i].meaning);
		fputs("</dd>\n", doc->f);
	}
	fputs("</dl>\n</main>\n", doc->f);
}

/* Puts the page together: the answer, what the contents are, and these. */
static int end(struct doc *doc)
{
	struct page *page = doc->page;
	int err = -ENOMEM;

	if (page && page->out) {
		write_terms(doc);
		err = fclose(doc->f) ? -ENOMEM : 0;
		doc->f = page->out;
	}
	if (page && page->items && fclose(page->items))
		err = -ENOMEM;
	if (!err && page->list) {
		fwrite(page->body, 1, page->contents, doc->f);
		fprintf(doc->f,
			"<nav aria-label=\"Contents\">\n<ul>\n%s</ul>\n</nav>\n%s"
			"</body>\n</html>\n",
			page->list, page->body + page->contents);
	}
	if (page) {
		free(page->body);
		free(page->list);
	}
	free(page);
	doc->page = NULL;
	return err;
}

static int figures(struct doc *doc, const struct part *part, size_t number,
		   bool first)
{
	return figures_write(doc->f, part, number, first);
}

const struct doc_format doc_html = {
	.begin = begin,
	.heading = heading,
	.fold = fold,
	.fold_end = fold_end,
	.text = text,
	.table = table,
	.group = group,
	.row = row,
	.table_end = table_end,
	.list = list,
	.item = item,
	.list_end = list_end,
	.figures = figures,
	.end = end,
};
