/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_DOC_H
#define PTISCOPE_RENDER_DOC_H

#include <stdio.h>

#include "analyse/model.h"

/** DOC_COLUMNS - no line of a text is longer where nothing says how wide it may be */
#define DOC_COLUMNS 100

struct doc_format;
struct grid;
struct page;

/**
 * struct doc - a document that is being written
 * @columns: of a text: no line is longer, names of files aside
 * @colour: of a text: it may use the escapes of a terminal
 * @cells: columns of the table that is being written
 * @strong: column of the tables that is stressed, or %DOC_NONE
 * @grid: of a text: the table that is not printed yet
 * @page: of HTML: what is known at the end alone
 */
struct doc {
	const struct doc_format *format;
	FILE *f;
	size_t columns;
	bool colour;
	size_t cells;
	size_t strong;
	struct grid *grid;
	struct page *page;
};

#define DOC_NONE SIZE_MAX

/**
 * struct doc_format - how a document looks as text, as Markdown, or as HTML
 *
 * Text comes in as it is; each of these escapes what its format needs.
 *
 * @begin: before anything else
 * @heading: of level 1 or 2
 * @fold: begin a section that a reader may pass over; has its own heading
 * @fold_end: end it
 * @text: a paragraph
 * @table: begin a table with these @n column names
 * @group: a line of it above the rows that are about @text
 * @row: a row of it
 * @table_end: end it
 * @list: begin a list
 * @item: an item of it
 * @list_end: end it
 * @figures: the plots of a machine, the @first ones or the others, or NULL; returns
 *	0 or -errno after one line on stderr
 * @end: after everything else; returns 0 or -ENOMEM
 */
struct doc_format {
	void (*begin)(struct doc *doc, const char *title);
	void (*heading)(struct doc *doc, int level, const char *text);
	void (*fold)(struct doc *doc, const char *title);
	void (*fold_end)(struct doc *doc);
	void (*text)(struct doc *doc, const char *text);
	void (*table)(struct doc *doc, const char *const *names, size_t n);
	void (*group)(struct doc *doc, const char *text);
	void (*row)(struct doc *doc, const char *const *cells, size_t n);
	void (*table_end)(struct doc *doc);
	void (*list)(struct doc *doc);
	void (*item)(struct doc *doc, const char *text);
	void (*list_end)(struct doc *doc);
	int (*figures)(struct doc *doc, const struct part *part, size_t number,
		       bool first);
	int (*end)(struct doc *doc);
};

extern const struct doc_format doc_text;
extern const struct doc_format doc_markdown;
extern const struct doc_format doc_html;

/* Cells and column names of one call */
#define DOC_ROW(doc, ...)                                               \
	do {                                                            \
		const char *const cells_[] = { __VA_ARGS__ };           \
		(doc)->format->row(doc, cells_,                         \
				   sizeof(cells_) / sizeof(cells_[0])); \
	} while (0)

#define DOC_TABLE(doc, ...)                                               \
	do {                                                              \
		const char *const names_[] = { __VA_ARGS__ };             \
		(doc)->format->table(doc, names_,                         \
				     sizeof(names_) / sizeof(names_[0])); \
	} while (0)

/* doc.c */
void doc_text_of(struct doc *doc, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void doc_item_of(struct doc *doc, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* PTISCOPE_RENDER_DOC_H */
