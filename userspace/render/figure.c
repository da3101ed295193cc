// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pictures within a page: SVG that gnuplot wrote, with names that are unique there
 * and a text for those who do not see it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/temporary.h"
#include "plot/plot.h"
#include "render/figure.h"

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

/* For mkstemp(); NULL without memory */
static char *temporary_name(void)
{
	const char *dir = getenv("TMPDIR");
	char *name;

	return asprintf(&name, "%s/ptiscope-XXXXXX",
			dir && *dir ? dir : "/tmp") < 0 ?
		       NULL :
		       name;
}

static int write_figure(FILE *f, const struct plot *plot,
			const struct part *part, const char *name)
{
	char *file = temporary_name(), *text, *svg;
	int err, fd = file ? mkstemp(file) : -1;

	if (fd < 0) {
		log_error("can't create a temporary file: %m");
		free(file);
		return -EIO;
	}
	close(fd);
	temporary_add(file);
	err = plot_draw(plot, part, NULL, file);
	text = err ? NULL : read_text(file);
	unlink(file);
	temporary_drop(file);
	free(file);
	if (err)
		return err;
	/* What is before the element belongs to a file of its own. */
	svg = text ? strstr(text, "<svg") : NULL;
	if (svg) {
		fprintf(f, "<figure>\n<svg role=\"img\" aria-label=\"%s\"",
			plot->caption);
		write_svg(f, svg + strlen("<svg"), name);
		fprintf(f, "<figcaption>%s</figcaption>\n</figure>\n",
			plot->caption);
	}
	free(text);
	return svg ? 0 : -EIO;
}

/**
 * figures_write() - the pictures of a machine
 * @number: of the machine in the page, from 0
 * @first: the one that answers, or all others
 * Return: 0, or -errno after one line on stderr
 */
int figures_write(FILE *f, const struct part *part, size_t number, bool first)
{
	for (size_t i = first ? 0 : 1; plots[i] && (!first || !i); i++) {
		char name[32];
		int err;

		snprintf(name, sizeof(name), "figure-%zu-%zu", number + 1,
			 i + 1);
		err = write_figure(f, plots[i], part, name);
		if (err == -ENODATA)
			fprintf(f,
				"<p>Not drawn, since nothing in it varies: %s</p>\n",
				plots[i]->name);
		else if (err && err != -ENOENT)
			return err;
	}
	return 0;
}
