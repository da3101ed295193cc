/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_STOP_H
#define PTISCOPE_BASE_STOP_H

#include <stdbool.h>
#include <stdint.h>

void stop_init(void);
bool stop_requested(void);
bool stop_wait(uint64_t ms);

#endif /* PTISCOPE_BASE_STOP_H */
