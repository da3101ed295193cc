// SPDX-License-Identifier: GPL-2.0-only
/*
 * A document as text: columns that line up, lines that fit.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "render/doc.h"

#define MAX_COLUMNS 12
#define INDENT 2
#define GAP 2
#define LEAST_FIRST 18

/** struct line - of a table: its cells, or one that heads those that follow */
struct line {
	char *cell[MAX_COLUMNS];
	bool group;
};

/** struct grid - a table: all lines are known before the first is printed */
struct grid {
	struct line *line;
	size_t n;
	size_t columns;
	bool failed;
};

static void begin(struct doc *doc, const char *title)
{
	(void)title;
	doc->grid = calloc(1, sizeof(*doc->grid));
}

/* Stressed text, on a terminal that can */
static void stressed(struct doc *doc, const char *text)
{
	fprintf(doc->f, doc->colour ? "\033[1m%s\033[0m" : "%s", text);
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

static void wrap(struct doc *doc, const char *first, const char *rest,
		 const char *text)
{
	const char *lead = first;

	do {
		size_t line = fitting(text, doc->columns - strlen(lead));

		fprintf(doc->f, "%s%.*s\n", lead, (int)line, text);
		text += line + strspn(text + line, " ");
		lead = rest;
	} while (*text);
}

static void heading(struct doc *doc, int level, const char *text)
{
	size_t at = strlen(text) + 4;

	if (level == 1) {
		stressed(doc, text);
		fputc('\n', doc->f);
		return;
	}
	fputs("\n== ", doc->f);
	stressed(doc, text);
	fputc(' ', doc->f);
	for (; at < doc->columns; at++)
		fputc('=', doc->f);
	fputc('\n', doc->f);
}

static void fold(struct doc *doc, const char *title)
{
	fputc('\n', doc->f);
	stressed(doc, title);
	fputc('\n', doc->f);
}

static void nothing(struct doc *doc)
{
	(void)doc;
}

static void text(struct doc *doc, const char *text)
{
	wrap(doc, "  ", "  ", text);
}

static struct line *add_line(struct grid *grid)
{
	struct line *more;

	if (!grid)
		return NULL;
	more = reallocarray(grid->line, grid->n + 1, sizeof(*more));
	if (!more) {
		grid->failed = true;
		return NULL;
	}
	grid->line = more;
	more += grid->n++;
	memset(more, 0, sizeof(*more));
	return more;
}

static void row(struct doc *doc, const char *const *cells, size_t n)
{
	struct line *line = add_line(doc->grid);

	for (size_t i = 0; line && i < n && i < MAX_COLUMNS; i++) {
		line->cell[i] = strdup(cells[i]);
		if (!line->cell[i])
			doc->grid->failed = true;
	}
}

static void table(struct doc *doc, const char *const *names, size_t n)
{
	if (!doc->grid)
		return;
	doc->grid->columns = n < MAX_COLUMNS ? n : MAX_COLUMNS;
	row(doc, names, n);
}

static void group(struct doc *doc, const char *text)
{
	struct line *line = add_line(doc->grid);

	if (!line)
		return;
	line->group = true;
	line->cell[0] = strdup(text);
	if (!line->cell[0])
		doc->grid->failed = true;
}

static const char *cell_of(const struct line *line, size_t column)
{
	return line->cell[column] ? line->cell[column] : "";
}

/* Figures are on the right: a column in which each cell is one, or says nothing. */
static bool is_right(const struct grid *grid, size_t column)
{
	bool any = false;

	for (size_t i = 1; i < grid->n; i++) {
		const char *cell = cell_of(&grid->line[i], column);

		if (grid->line[i].group || !*cell || !strcmp(cell, "-"))
			continue;
		if (!strchr("+-0123456789", *cell) || strstr(cell, " .. "))
			return false;
		any = true;
	}
	return any && column;
}

/* What does not fit is taken from the first column, which has the names. */
static void measure(const struct doc *doc, size_t width[MAX_COLUMNS])
{
	const struct grid *grid = doc->grid;
	size_t sum = INDENT;

	for (size_t i = 0; i < grid->columns; i++) {
		for (size_t j = 0; j < grid->n; j++) {
			size_t length = strlen(cell_of(&grid->line[j], i));

			if (!grid->line[j].group && length > width[i])
				width[i] = length;
		}
		sum += width[i] + (i && width[i] ? GAP : 0);
	}
	if (sum <= doc->columns)
		return;
	sum -= doc->columns;
	width[0] = width[0] > LEAST_FIRST + sum ? width[0] - sum : LEAST_FIRST;
}

static void print_line(struct doc *doc, const struct line *line,
		       const size_t width[MAX_COLUMNS],
		       const bool right[MAX_COLUMNS])
{
	size_t last = doc->grid->columns, blanks = INDENT;

	while (last && !*cell_of(line, last - 1))
		last--;
	for (size_t i = 0; i < last; i++) {
		const char *cell = cell_of(line, i);
		int length = strlen(cell), pad;

		if (!width[i])
			continue;
		if (!i && (size_t)length > width[0])
			length = width[0];
		pad = (int)width[i] - length;
		fprintf(doc->f, "%*s", (int)blanks + (right[i] ? pad : 0), "");
		if (doc->colour && i == doc->strong)
			stressed(doc, cell);
		else
			fprintf(doc->f, "%.*s", length, cell);
		blanks = GAP + (right[i] ? 0 : pad);
	}
	fputc('\n', doc->f);
}

static void clear(struct grid *grid)
{
	for (size_t i = 0; i < grid->n; i++)
		for (size_t j = 0; j < MAX_COLUMNS; j++)
			free(grid->line[i].cell[j]);
	free(grid->line);
	grid->line = NULL;
	grid->n = 0;
}

static void table_end(struct doc *doc)
{
	size_t width[MAX_COLUMNS] = { 0 };
	bool right[MAX_COLUMNS];

	if (!doc->grid)
		return;
	measure(doc, width);
	for (size_t i = 0; i < doc->grid->columns; i++)
		right[i] = is_right(doc->grid, i);
	for (size_t i = 0; i < doc->grid->n; i++) {
		const struct line *line = &doc->grid->line[i];

		if (line->group)
			fprintf(doc->f, " %s\n", cell_of(line, 0));
		else
			print_line(doc, line, width, right);
	}
	clear(doc->grid);
}

static void item(struct doc *doc, const char *text)
{
	wrap(doc, "  ", "    ", text);
}

static int end(struct doc *doc)
{
	int err = !doc->grid || doc->grid->failed ? -ENOMEM : 0;

	free(doc->grid);
	doc->grid = NULL;
	return err;
}

const struct doc_format doc_text = {
	.begin = begin,
	.heading = heading,
	.fold = fold,
	.fold_end = nothing,
	.text = text,
	.table = table,
	.group = group,
	.row = row,
	.table_end = table_end,
	.list = nothing,
	.item = item,
	.list_end = nothing,
	.end = end,
};
