// SPDX-License-Identifier: GPL-2.0-only
/*
 * Geometries of TLBs.  Intel documents the sizes of the TLBs, and that there are
 * paging-structure caches (SDM volume 3, 4.10.3), but not how large those are:
 * what stands here for them is an assumption, the same for all three, so that
 * differences between the geometries come from what is documented.
 */
#include "geometry.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ENTRIES 65536
#define SMALL_AND_LARGE (1u << TLB_4K | 1u << TLB_2M)

/* Entries of the caches of PDEs, PDPTEs, PML4Es */
#define ASSUMED          \
	{                \
		32, 4, 2 \
	}

static const struct tlb_geometry known[] = {
	{
		.name = "haswell",
		.source =
			"Intel 248966 (Optimization Reference Manual), TLB parameters of Haswell; CPUID leaf 2: 03, 63, 76, B6, C1",
		.data = { { 16, 4 }, { 8, 4 }, { 1, 4 } },
		.code = { { 32, 4 }, { 1, 8 } },
		.second = { { { 128, 8 }, SMALL_AND_LARGE } },
		.structures = ASSUMED,
	},
	{
		.name = "skylake",
		.source =
			"Intel 248966 (Optimization Reference Manual), TLB parameters of Skylake, which Kaby Lake and Coffee Lake have too; CPUID leaf 0x18",
		.data = { { 16, 4 }, { 8, 4 }, { 1, 4 } },
		.code = { { 16, 8 }, { 1, 8 } },
		.second = { { { 128, 12 }, SMALL_AND_LARGE },
			    { { 4, 4 }, 1u << TLB_1G } },
		.structures = ASSUMED,
	},
	{
		.name = "ivybridge",
		.source =
			"Intel 248966 (Optimization Reference Manual), TLB parameters of Sandy Bridge and Ivy Bridge; CPUID leaf 2: 03, 63, 76, B2, CA",
		.data = { { 16, 4 }, { 8, 4 }, { 1, 4 } },
		.code = { { 32, 4 }, { 1, 8 } },
		.second = { { { 128, 4 }, 1u << TLB_4K } },
		.structures = ASSUMED,
	},
};

const struct tlb_geometry *tlb_geometry_at(unsigned int i)
{
	return i < sizeof(known) / sizeof(known[0]) ? &known[i] : NULL;
}

const struct tlb_geometry *tlb_geometry_find(const char *name)
{
	const struct tlb_geometry *g;

	for (unsigned int i = 0; (g = tlb_geometry_at(i)); i++)
		if (!strcmp(g->name, name))
			return g;
	return NULL;
}

/* What the functions below share: the file, where it is, what is wrong */
struct reader {
	struct tlb_geometry *geometry;
	const char *path;
	unsigned int line;
	char *error;
	size_t size;
	/* Words of the line that are left, and where strtok_r() is in it */
	char *rest;
};

__attribute__((format(printf, 2, 3))) static int wrong(struct reader *r,
						       const char *fmt, ...)
{
	va_list args;
	int n;

	n = snprintf(r->error, r->size, "%s:%u: ", r->path, r->line);
	if (n >= 0 && (size_t)n < r->size) {
		va_start(args, fmt);
		vsnprintf(r->error + n, r->size - n, fmt, args);
		va_end(args);
	}
	return -1;
}

static char *word(struct reader *r)
{
	return strtok_r(NULL, " \t\r\n", &r->rest);
}

static int read_number(struct reader *r, const char *what, unsigned int *n)
{
	char *text = word(r), *end;
	unsigned long value;

	if (!text)
		return wrong(r, "%s: a number is missing", what);
	value = strtoul(text, &end, 10);
	if (!isdigit(*text) || *end || value > MAX_ENTRIES)
		return wrong(r, "%s: '%s' is not a number from 0 to %d", what,
			     text, MAX_ENTRIES);
	*n = value;
	return 0;
}

static int read_shape(struct reader *r, struct tlb_shape *shape)
{
	unsigned int entries, ways;

	if (read_number(r, "entries", &entries) ||
	    read_number(r, "ways", &ways))
		return -1;
	if (shape->ways)
		return wrong(r, "this array was there before");
	if (!ways || !entries || entries % ways)
		return wrong(r, "%u entries cannot have %u ways", entries,
			     ways);
	shape->sets = entries / ways;
	shape->ways = ways;
	if (shape->sets & (shape->sets - 1))
		return wrong(r, "%u sets are no power of 2", shape->sets);
	return 0;
}

static int read_size(struct reader *r, const char *text)
{
	static const char *const sizes[TLB_SIZES] = { "4k", "2m", "1g" };

	for (int i = 0; text && i < TLB_SIZES; i++)
		if (!strcmp(text, sizes[i]))
			return i;
	return wrong(r, "'%s' is no page size (4k, 2m, 1g)", text ? text : "");
}

static int read_second(struct reader *r)
{
	char *sizes = word(r), *next, *text;
	struct tlb_second *second = r->geometry->second;
	unsigned int taken = 0;
	int size;

	for (; second->shape.ways; second++) {
		taken |= second->sizes;
		if (second == &r->geometry->second[TLB_SECONDS - 1])
			return wrong(r, "more than %d second-level arrays",
				     TLB_SECONDS);
	}
	if (!sizes)
		return read_size(r, NULL);
	for (text = strtok_r(sizes, ",", &next); text;
	     text = strtok_r(NULL, ",", &next)) {
		size = read_size(r, text);
		if (size < 0)
			return -1;
		if ((taken | second->sizes) & 1u << size)
			return wrong(r, "%s has a second level already", text);
		second->sizes |= 1u << size;
	}
	return read_shape(r, &second->shape);
}

static int read_name(struct reader *r)
{
	char *name = word(r);

	if (!name || strlen(name) >= sizeof(r->geometry->name))
		return wrong(r, "a name of 1 to %zu characters is wanted",
			     sizeof(r->geometry->name) - 1);
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_.", *p))
			return wrong(r, "'%s' is no name", name);
	strcpy(r->geometry->name, name);
	return 0;
}

static int read_structures(struct reader *r)
{
	for (int i = 0; i < TLB_STRUCTURES; i++)
		if (read_number(r, "structures", &r->geometry->structures[i]))
			return -1;
	return 0;
}

static int read_line(struct reader *r, char *line)
{
	struct tlb_shape *first;
	char *key, *extra;
	int err, size;

	line[strcspn(line, "#")] = 0;
	key = strtok_r(line, " \t\r\n", &r->rest);
	if (!key)
		return 0;
	if (!strcmp(key, "name")) {
		err = read_name(r);
	} else if (!strcmp(key, "data") || !strcmp(key, "code")) {
		first = *key == 'd' ? r->geometry->data : r->geometry->code;
		size = read_size(r, word(r));
		err = size < 0 ? -1 : read_shape(r, &first[size]);
	} else if (!strcmp(key, "second")) {
		err = read_second(r);
	} else if (!strcmp(key, "structures")) {
		err = read_structures(r);
	} else {
		return wrong(r, "'%s' is no item", key);
	}
	if (err)
		return err;
	extra = word(r);
	return extra ? wrong(r, "'%s' is too much", extra) : 0;
}

int tlb_geometry_read(struct tlb_geometry *geometry, FILE *file,
		      const char *path, char *error, size_t size)
{
	struct reader r = {
		.geometry = geometry, .path = path, .error = error, .size = size
	};
	char line[256];

	*geometry = (struct tlb_geometry){ .source = "a file" };
	while (fgets(line, sizeof(line), file)) {
		r.line++;
		if (!strchr(line, '\n') && !feof(file))
			return wrong(&r, "the line is too long");
		if (read_line(&r, line))
			return -1;
	}
	if (ferror(file))
		return wrong(&r, "cannot be read");
	if (!geometry->name[0])
		return wrong(&r, "there is no name");
	if (!geometry->data[TLB_4K].ways || !geometry->code[TLB_4K].ways)
		return wrong(&r, "data 4k and code 4k are missing");
	return 0;
}
