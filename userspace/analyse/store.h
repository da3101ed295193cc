/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_STORE_H
#define PTISCOPE_ANALYSE_STORE_H

#include "run/rundir.h"

int store_run(const struct rundir *dir, struct run *run);

#endif /* PTISCOPE_ANALYSE_STORE_H */
