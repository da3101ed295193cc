/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_CMD_PROBE_ROWS_H
#define PTISCOPE_CMD_PROBE_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/why.h"
#include "module/uapi/ptiscope.h"
#include "run/manifest.h"

/**
 * struct probe_kind - something that the module can time
 * @name: in table and JSON
 * @what: in words
 * @lacking: why some CPUs can't, if any
 */
struct probe_kind {
	const char *name;
	const char *what;
	struct why lacking;
};

/**
 * struct probe_row - the figures of one kind, in ticks
 * @n: samples; 0 where this CPU can't do it
 * @min: least
 * @p05: 5 % are less
 * @median: half are less
 * @p95: 95 % are less
 * @max: greatest
 */
struct probe_row {
	size_t n;
	double min;
	double p05;
	double median;
	double p95;
	double max;
};

/**
 * struct probe_table - everything that `ptiscope probe` says
 * @lane: what a tick means
 * @cpu: where it was timed
 * @rows: by enum ptiscope_probe_kind
 */
struct probe_table {
	enum lane lane;
	unsigned int cpu;
	struct probe_row rows[PTISCOPE_PROBE_COUNT];
};

const struct probe_kind *probe_kind(unsigned int kind);
int probe_row_fill(struct probe_row *row, const uint64_t *ticks, size_t n);
void probe_print(const struct probe_table *table);
int probe_print_json(const struct probe_table *table);

#endif /* PTISCOPE_CMD_PROBE_ROWS_H */
