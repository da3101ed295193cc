// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks a page that a report wrote, which is HTML and XML at once:
 *
 *	page FILE
 *	page --svg FILE
 *
 * Every element is closed in its order, ids are unique, what is referred to is
 * there, rows of a table are of one length, and nothing is loaded from elsewhere.
 * gnuplot's files of SVG may use an id twice, and nothing refers to those.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES (16 << 20)
#define MAX_DEPTH 64
#define MAX_NAMES 4096
#define NAME_SIZE 64

struct page {
	const char *at;
	bool svg;
	char open[MAX_DEPTH][NAME_SIZE];
	int depth;
	char ids[MAX_NAMES][NAME_SIZE];
	size_t n_ids;
	char refs[MAX_NAMES][NAME_SIZE];
	size_t n_refs;
	size_t cells;
	size_t columns;
};

static void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("page: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void take_name(struct page *p, char name[NAME_SIZE])
{
	size_t n = strcspn(p->at, " \t\r\n/>=<\"'");

	if (!n || n >= NAME_SIZE)
		die("no name at: %.40s", p->at);
	memcpy(name, p->at, n);
	name[n] = 0;
	p->at += n;
}

static void keep(char names[MAX_NAMES][NAME_SIZE], size_t *n, const char *from,
		 size_t length)
{
	if (*n == MAX_NAMES || !length || length >= NAME_SIZE)
		die("too many names, or one of %zu bytes: %.40s", length, from);
	memcpy(names[*n], from, length);
	names[(*n)++][length] = 0;
}

static bool has(char names[MAX_NAMES][NAME_SIZE], size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* Of an attribute, or of a style sheet */
static void take_urls(struct page *p, const char *value, size_t length)
{
	const char *end = value + length, *at = value;

	while ((at = memmem(at, end - at, "url(", 4))) {
		at += 4;
		if (*at != '#')
			die("loads %.40s", at);
		keep(p->refs, &p->n_refs, at + 1, strcspn(at + 1, ")"));
	}
	if (memmem(value, length, "@import", 7))
		die("imports");
}

static void take_value(struct page *p, const char *name, const char *value,
		       size_t length)
{
	const char *colon = strchr(name, ':');

	take_urls(p, value, length);
	if (colon && strncmp(name, "xmlns", 5))
		name = colon + 1;
	if (!strcmp(name, "id")) {
		keep(p->ids, &p->n_ids, value, length);
		if (!p->svg && has(p->ids, p->n_ids - 1, p->ids[p->n_ids - 1]))
			die("id '%.*s' occurs twice", (int)length, value);
	}
	if (!strcmp(name, "href") || !strcmp(name, "src") ||
	    !strcmp(name, "data") || !strcmp(name, "action")) {
		if (*value != '#')
			die("loads %.*s", (int)length, value);
		keep(p->refs, &p->n_refs, value + 1, length - 1);
	}
	if (!strcmp(name, "colspan"))
		p->cells += strtoul(value, NULL, 10) - 1;
	if (memchr(value, '<', length))
		die("'<' in an attribute");
}

static void take_attributes(struct page *p)
{
	char name[NAME_SIZE];

	for (;;) {
		const char *end;

		p->at += strspn(p->at, " \t\r\n");
		if (*p->at == '>' || *p->at == '/')
			return;
		take_name(p, name);
		p->at += strspn(p->at, " \t\r\n");
		if (*p->at != '=')
			die("attribute '%s' has no value", name);
		p->at++;
		p->at += strspn(p->at, " \t\r\n");
		if (*p->at != '"' && *p->at != '\'')
			die("attribute '%s' has no value in quotes", name);
		end = strchr(p->at + 1, *p->at);
		if (!end)
			die("attribute '%s' does not end", name);
		take_value(p, name, p->at + 1, end - p->at - 1);
		p->at = end + 1;
	}
}

/* Rows of a table: cells are counted, and compared at the end of each row. */
static void count(struct page *p, const char *name)
{
	if (!strcmp(name, "table"))
		p->columns = 0;
	if (!strcmp(name, "tr"))
		p->cells = 0;
	p->cells += !strcmp(name, "td") || !strcmp(name, "th");
}

static void take_start(struct page *p)
{
	static const char *const banned[] = { "script", "link", "iframe",
					      "object", "img",	"base" };
	char name[NAME_SIZE];

	take_name(p, name);
	for (size_t i = 0; i < sizeof(banned) / sizeof(banned[0]); i++)
		if (!strcmp(name, banned[i]))
			die("has a <%s>", name);
	count(p, name);
	take_attributes(p);
	if (*p->at == '/') {
		p->at++;
	} else {
		if (p->depth == MAX_DEPTH)
			die("too deep");
		strcpy(p->open[p->depth++], name);
	}
	if (*p->at++ != '>')
		die("<%s does not end", name);
}

static void take_end(struct page *p)
{
	char name[NAME_SIZE];

	take_name(p, name);
	if (!p->depth || strcmp(p->open[--p->depth], name))
		die("</%s> closes nothing", name);
	if (*p->at++ != '>')
		die("</%s does not end", name);
	if (strcmp(name, "tr"))
		return;
	if (p->columns && p->columns != p->cells)
		die("a row of %zu cells after one of %zu", p->cells,
		    p->columns);
	p->columns = p->cells;
}

static void take_text(struct page *p)
{
	size_t n = strcspn(p->at, "<");

	if (n > strspn(p->at, " \t\r\n") && !p->depth)
		die("text outside of every element: %.40s", p->at);
	for (size_t i = 0; i < n; i++)
		if (p->at[i] == '&' &&
		    p->at[i + 1 +
			  strspn(p->at + i + 1,
				 "#abcdefghijklmnopqrstuvwxyz0123456789")] !=
			    ';')
			die("a bare '&': %.40s", p->at + i);
	take_urls(p, p->at, n);
	p->at += n;
}

static void take_all(struct page *p)
{
	while (*p->at) {
		take_text(p);
		if (!strncmp(p->at, "<!--", 4)) {
			p->at = strstr(p->at, "-->");
			if (!p->at)
				die("a comment does not end");
			p->at += 3;
		} else if (!strncmp(p->at, "</", 2)) {
			p->at += 2;
			take_end(p);
		} else if (*p->at == '<') {
			p->at++;
			take_start(p);
		}
	}
}

int main(int argc, char **argv)
{
	static const char doctype[] = "<!DOCTYPE html>\n";
	static char text[MAX_BYTES];
	static struct page p;
	FILE *f;

	p.svg = argc == 3 && !strcmp(argv[1], "--svg");
	f = argc == 2 + p.svg ? fopen(argv[1 + p.svg], "r") : NULL;
	if (!f || fread(text, 1, sizeof(text) - 1, f) < sizeof(doctype))
		die("can't read the page");
	fclose(f);
	if (p.svg)
		p.at = strstr(text, "<svg");
	else if (!strncmp(text, doctype, strlen(doctype)))
		p.at = text + strlen(doctype);
	if (!p.at)
		die("does not begin as it should");
	take_all(&p);
	if (p.depth)
		die("<%s> is not closed", p.open[p.depth - 1]);
	for (size_t i = 0; i < p.n_refs; i++)
		if (!has(p.ids, p.n_ids, p.refs[i]))
			die("there is no id '%s'", p.refs[i]);
	return 0;
}
