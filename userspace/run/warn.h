/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RUN_WARN_H
#define PTISCOPE_RUN_WARN_H

#include "run/manifest.h"

int run_warn(struct manifest *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* PTISCOPE_RUN_WARN_H */
