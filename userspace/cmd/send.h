/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands that send interrupts share. */
#ifndef PTISCOPE_CMD_SEND_H
#define PTISCOPE_CMD_SEND_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/module.h"

/** SEND_CPU_MAX - most that --cpu takes */
#define SEND_CPU_MAX 65535

/** SEND_INTERVAL_US - default of --interval */
#define SEND_INTERVAL_US 1000

/** struct send_count - a counter, for send_print() */
struct send_count {
	const char *name;
	uint64_t value;
};

/**
 * struct send - who interrupts which CPU how often
 * @what: "NMIs", "IPIs"
 * @cpu: that is interrupted
 * @count: how many, 0 for none
 * @interval: microseconds between two
 */
struct send {
	const char *what;
	uint64_t cpu;
	uint64_t count;
	uint64_t interval;
};

int send_failed(const struct send *send, int err);
void send_print(const struct send_count *counts, size_t n);
int send_from_module(const char *command,
		     int (*run)(const struct module_reader *r,
				const void *opts),
		     const void *opts);

#endif /* PTISCOPE_CMD_SEND_H */
