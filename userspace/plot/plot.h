/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_PLOT_PLOT_H
#define PTISCOPE_PLOT_PLOT_H

#include <stdio.h>

#include "analyse/model.h"
#include "analyse/format.h"

/** PLOT_WIDTH - of every figure, in pixels */
#define PLOT_WIDTH 1000

/** PLOT_HEIGHT - no figure is higher */
#define PLOT_HEIGHT 900

/**
 * struct plot - a kind of figure
 * @name: its files are called NAME-LANE.png and NAME-LANE.svg
 * @caption: what it shows, for those who read or hear it
 * @write: writes gnuplot commands that draw it for a machine and sets the height
 *	in pixels; returns 0, -ENOENT when there is nothing to draw, -ENODATA when
 *	nothing in it would vary, or -ENOMEM
 */
struct plot {
	const char *name;
	const char *caption;
	int (*write)(const struct part *part, FILE *f, unsigned int *height);
};

extern const struct plot plot_difference;
extern const struct plot plot_anatomy;
extern const struct plot plot_chase;
extern const struct plot plot_survival;
extern const struct plot plot_tlb;
extern const struct plot plot_skip;
extern const struct plot plot_tlb_survival;

/* table.c: all of them, the one that answers first; NULL-terminated */
extern const struct plot *const plots[];

void plot_text(FILE *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
unsigned int plot_color(const struct group *group);
void plot_title(FILE *f, const struct machine *machine, const char *what);
bool plot_is_first_window(const struct part *part, size_t i);
int plot_draw(const struct plot *plot, const struct part *part, const char *png,
	      const char *svg);

#endif /* PTISCOPE_PLOT_PLOT_H */
