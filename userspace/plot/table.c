// SPDX-License-Identifier: GPL-2.0-only
#include "plot/plot.h"

const struct plot *const plots[] = { &plot_difference, &plot_anatomy,
				     &plot_tlb,	       &plot_chase,
				     &plot_survival,   &plot_tlb_survival,
				     &plot_skip,       NULL };
