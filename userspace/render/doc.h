/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_DOC_H
#define PTISCOPE_RENDER_DOC_H

#include <stdio.h>

#include "analyse/model.h"

/**
 * struct doc_format - how a report looks as Markdown, or as HTML
 *
 * Text comes in as it is; each of these escapes what its format needs.
 *
 * @begin: before anything else
 * @heading: of level 1 to 3
 * @text: a paragraph
 * @table: begin a table with these @n column names
 * @row: a row of it
 * @table_end: end it
 * @list: begin a list
 * @item: an item of it
 * @list_end: end it
 * @figures: the plots of a machine, or NULL; returns 0 or -errno after one line on stderr
 * @end: after everything else
 */
struct doc_format {
	void (*begin)(FILE *f, const char *title);
	void (*heading)(FILE *f, int level, const char *text);
	void (*text)(FILE *f, const char *text);
	void (*table)(FILE *f, const char *const *names, size_t n);
	void (*row)(FILE *f, const char *const *cells, size_t n);
	void (*table_end)(FILE *f);
	void (*list)(FILE *f);
	void (*item)(FILE *f, const char *text);
	void (*list_end)(FILE *f);
	int (*figures)(FILE *f, const struct part *part, size_t number);
	void (*end)(FILE *f);
};

extern const struct doc_format doc_markdown;
extern const struct doc_format doc_html;

int doc_write(const struct report *report, const struct doc_format *format,
	      FILE *f);

/* doc_notes.c: sections that stand around the figures */
void doc_paragraph(FILE *f, const struct doc_format *format, const char *fmt,
		   ...) __attribute__((format(printf, 3, 4)));
void doc_environment(const struct machine *machine,
		     const struct doc_format *format, FILE *f);
int doc_tlb(const struct part *part, const struct doc_format *format, FILE *f);
void doc_calibration(const struct machine *machine,
		     const struct doc_format *format, FILE *f);
int doc_notes(const struct part *part, const struct doc_format *format,
	      FILE *f);

#endif /* PTISCOPE_RENDER_DOC_H */
