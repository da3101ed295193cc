/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_WINDOWS_H
#define PTISCOPE_ANALYSE_WINDOWS_H

#include <stdbool.h>

#include "analyse/model.h"

bool window_is_shown(const struct machine *machine, const struct key *keys,
		     size_t n, const struct key *key);

#endif /* PTISCOPE_ANALYSE_WINDOWS_H */
