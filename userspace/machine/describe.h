/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MACHINE_DESCRIBE_H
#define PTISCOPE_MACHINE_DESCRIBE_H

#include "machine/env.h"
#include "run/manifest.h"

int describe_machine(struct manifest *m, const struct env *env, int lane,
		     uint64_t cpu);

#endif /* PTISCOPE_MACHINE_DESCRIBE_H */
