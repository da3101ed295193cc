/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_PIN_H
#define PTISCOPE_BASE_PIN_H

#include <stdint.h>

#include "base/command.h"

/** PIN_LAST - no CPU was named: take the last one allowed */
#define PIN_LAST UINT64_MAX

int pin_to_cpu(const struct command *cmd, uint64_t *cpu);

#endif /* PTISCOPE_BASE_PIN_H */
