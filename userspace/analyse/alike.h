/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_ALIKE_H
#define PTISCOPE_ANALYSE_ALIKE_H

#include <stdbool.h>

#include "run/manifest.h"

/** DIFFERENCE_SIZE - room for what two runs differ in */
#define DIFFERENCE_SIZE 256

bool runs_differ(const struct manifest *a, const struct manifest *b,
		 char what[DIFFERENCE_SIZE]);

#endif /* PTISCOPE_ANALYSE_ALIKE_H */
