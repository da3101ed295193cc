// SPDX-License-Identifier: GPL-2.0-only
/*
 * geometry [NAME|FILE...]: show geometries of TLBs, all that are known or those
 * named; what has a slash is a file.  Exit: 0 ok, 2 there is no such geometry.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "geometry.h"

static const char *const sizes[TLB_SIZES] = { "4k", "2m", "1g" };

static void show_first(const char *what, const struct tlb_shape *shape)
{
	for (int i = 0; i < TLB_SIZES; i++)
		if (shape[i].ways)
			printf("%s %s %u %u\n", what, sizes[i],
			       shape[i].sets * shape[i].ways, shape[i].ways);
}

/* show() - as a file says it */
static void show(const struct tlb_geometry *g)
{
	const struct tlb_second *second;
	char comma;

	printf("# %s\nname %s\n", g->source, g->name);
	show_first("data", g->data);
	show_first("code", g->code);
	for (int n = 0; n < TLB_SECONDS; n++) {
		second = &g->second[n];
		if (!second->shape.ways)
			continue;
		printf("second");
		comma = ' ';
		for (int i = 0; i < TLB_SIZES; i++) {
			if (!(second->sizes & 1u << i))
				continue;
			printf("%c%s", comma, sizes[i]);
			comma = ',';
		}
		printf(" %u %u\n", second->shape.sets * second->shape.ways,
		       second->shape.ways);
	}
	printf("structures %u %u %u\n", g->structures[0], g->structures[1],
	       g->structures[2]);
}

static int show_file(const char *path)
{
	struct tlb_geometry g;
	char error[256];
	FILE *file = fopen(path, "r");
	int err;

	if (!file) {
		fprintf(stderr, "geometry: %s: %s\n", path, strerror(errno));
		return 2;
	}
	err = tlb_geometry_read(&g, file, path, error, sizeof(error));
	fclose(file);
	if (err) {
		fprintf(stderr, "geometry: %s\n", error);
		return 2;
	}
	show(&g);
	return 0;
}

int main(int argc, char **argv)
{
	const struct tlb_geometry *g;

	for (unsigned int i = 0; argc == 1 && (g = tlb_geometry_at(i)); i++)
		show(g);
	for (int i = 1; i < argc; i++) {
		g = tlb_geometry_find(argv[i]);
		if (!g && strchr(argv[i], '/')) {
			if (show_file(argv[i]))
				return 2;
		} else if (!g) {
			fprintf(stderr, "geometry: there is no geometry '%s'\n",
				argv[i]);
			return 2;
		} else {
			show(g);
		}
	}
	return 0;
}
