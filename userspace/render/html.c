// SPDX-License-Identifier: GPL-2.0-only
/*
 * A document as one HTML page: nothing is loaded from elsewhere, figures are SVG
 * within it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "plot/plot.h"
#include "render/doc.h"

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

static void begin(FILE *f, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<title>",
	      f);
	escaped(f, title);
	fputs("</title>\n<style>\n"
	      "body { font: 15px/1.5 sans-serif; color: #202020; background: #fff; "
	      "margin: 2em auto; padding: 0 1em; max-width: 80em; }\n"
	      "table { border-collapse: collapse; margin: 1em 0; font-size: 13px; "
	      "display: block; overflow-x: auto; }\n"
	      "th, td { border-bottom: 1px solid #c8c8c8; padding: 0.2em 0.7em; "
	      "text-align: left; white-space: nowrap; font-variant-numeric: tabular-nums; }\n"
	      "th { background: #f0f0f0; }\n"
	      "figure { margin: 1em 0; }\nsvg { max-width: 100%; height: auto; }\n"
	      "</style>\n</head>\n<body>\n",
	      f);
}

static void heading(FILE *f, int level, const char *text)
{
	fprintf(f, "<h%d>", level);
	escaped(f, text);
	fprintf(f, "</h%d>\n", level);
}

static void text(FILE *f, const char *text)
{
	fputs("<p>", f);
	escaped(f, text);
	fputs("</p>\n", f);
}

static void cells(FILE *f, const char *tag, const char *const *cells, size_t n)
{
	fputs("<tr>", f);
	for (size_t i = 0; i < n; i++) {
		fprintf(f, "<%s>", tag);
		escaped(f, cells[i]);
		fprintf(f, "</%.2s>", tag);
	}
	fputs("</tr>\n", f);
}

static void table(FILE *f, const char *const *names, size_t n)
{
	fputs("<table>\n<thead>\n", f);
	cells(f, "th scope=\"col\"", names, n);
	fputs("</thead>\n<tbody>\n", f);
}

static void row(FILE *f, const char *const *values, size_t n)
{
	cells(f, "td", values, n);
}

static void table_end(FILE *f)
{
	fputs("</tbody>\n</table>\n", f);
}

static void list(FILE *f)
{
	fputs("<ul>\n", f);
}

static void item(FILE *f, const char *text)
{
	fputs("<li>", f);
	escaped(f, text);
	fputs("</li>\n", f);
}

static void list_end(FILE *f)
{
	fputs("</ul>\n", f);
}

static void end(FILE *f)
{
	fputs("</body>\n</html>\n", f);
}

/* Where a name begins that is unique in its SVG alone, or NULL. */
static const char *next_name(const char *svg)
{
	static const char *const before[] = { " id=\"", " id='", "href='#",
					      "href=\"#", "url(#" };
	const char *first = NULL;

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		const char *at = strstr(svg, before[i]);

		if (at && (!first || at + strlen(before[i]) < first))
			first = at + strlen(before[i]);
	}
	return first;
}

/*
 * gnuplot numbers the curves of each panel anew and refers to none of them: an
 * id that occurs twice in a page would be an error, so these go.
 */
static void write_svg(FILE *f, const char *svg, const char *figure)
{
	static const char curve[] = "gnuplot_plot_";
	const char *name;

	for (; (name = next_name(svg)); svg = name) {
		if (!strncmp(name, curve, strlen(curve))) {
			fprintf(f, "%.*s", (int)(name - 5 - svg), svg);
			name += strcspn(name, "\"'");
			name += *name != 0;
			continue;
		}
		fprintf(f, "%.*s%s-", (int)(name - svg), svg, figure);
	}
	fputs(svg, f);
}

/* The text of a file, for the caller to free, or NULL after one line on stderr */
static char *read_text(const char *name)
{
	FILE *from = fopen(name, "r");
	char *text = NULL;
	size_t size = 0;
	ssize_t length = -1;

	if (from) {
		length = getdelim(&text, &size, 0, from);
		fclose(from);
	}
	if (length > 0)
		return text;
	log_error("can't read %s: %m", name);
	free(text);
	return NULL;
}

static int write_figure(FILE *f, const struct plot *plot,
			const struct machine *machine, const char *name)
{
	char file[] = "/tmp/ptiscope-XXXXXX", *text, *svg;
	int err, fd = mkstemp(file);

	if (fd < 0) {
		log_error("can't create a temporary file: %m");
		return -EIO;
	}
	close(fd);
	err = plot_draw(plot, machine, NULL, file);
	text = err ? NULL : read_text(file);
	unlink(file);
	if (err)
		return err;
	/* What is before the element belongs to a file of its own. */
	svg = text ? strstr(text, "<svg") : NULL;
	if (svg) {
		fprintf(f, "<figure>\n");
		write_svg(f, svg, name);
		fprintf(f, "</figure>\n");
	}
	free(text);
	return svg ? 0 : -EIO;
}

static int figures(FILE *f, const struct part *part, size_t number)
{
	static const struct plot *const plots[] = { &plot_round_trip,
						    &plot_anatomy, &plot_ecdf,
						    &plot_windows,
						    &plot_chase };

	for (size_t i = 0; i < sizeof(plots) / sizeof(plots[0]); i++) {
		char name[32];
		int err;

		snprintf(name, sizeof(name), "figure-%zu-%zu", number + 1,
			 i + 1);
		err = write_figure(f, plots[i], &part->machine, name);
		if (err && err != -ENOENT)
			return err;
	}
	return 0;
}

const struct doc_format doc_html = {
	.begin = begin,
	.heading = heading,
	.text = text,
	.table = table,
	.row = row,
	.table_end = table_end,
	.list = list,
	.item = item,
	.list_end = list_end,
	.figures = figures,
	.end = end,
};
