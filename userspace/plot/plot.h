/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_PLOT_PLOT_H
#define PTISCOPE_PLOT_PLOT_H

#include <stdio.h>

#include "analyse/format.h"
#include "analyse/model.h"
#include "analyse/windows.h"

/** PLOT_WIDTH - of every figure, in pixels */
#define PLOT_WIDTH 1000

/**
 * struct plot - a kind of figure
 * @name: its files are called NAME-LANE.png and NAME-LANE.svg
 * @write: writes gnuplot commands that draw it for a machine and sets the height
 *	in pixels; returns 0, -ENOENT when there is nothing to draw, or -ENOMEM
 */
struct plot {
	const char *name;
	int (*write)(const struct machine *machine, FILE *f,
		     unsigned int *height);
};

extern const struct plot plot_round_trip;
extern const struct plot plot_tlb;
extern const struct plot plot_tlb_walks;
extern const struct plot plot_windows;
extern const struct plot plot_ecdf;
extern const struct plot plot_chase;
extern const struct plot plot_anatomy;

void plot_text(FILE *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
unsigned int plot_color(const struct group *group);
void plot_title(FILE *f, const struct machine *machine, const char *what);
bool plot_is_first_window(const struct machine *machine, const struct key *keys,
			  size_t n, size_t i);
int plot_draw(const struct plot *plot, const struct machine *machine,
	      const char *png, const char *svg);

#endif /* PTISCOPE_PLOT_PLOT_H */
