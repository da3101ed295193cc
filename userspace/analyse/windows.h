/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_WINDOWS_H
#define PTISCOPE_ANALYSE_WINDOWS_H

#include <stdbool.h>

#include "analyse/model.h"

/**
 * struct block - what the marks say of one path under one workload
 * @window: from the start of the path until CR3 is written
 * @sw: the CR3 write
 * @flush: share of writes that flush
 */
struct block {
	struct key window;
	struct key sw;
	struct key flush;
};

struct block block_of(const struct key *window);
bool window_is_shown(const struct machine *machine, const struct key *keys,
		     size_t n, const struct key *key);

#endif /* PTISCOPE_ANALYSE_WINDOWS_H */
