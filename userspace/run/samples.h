/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RUN_SAMPLES_H
#define PTISCOPE_RUN_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/paths.h"
#include "vm/tlb/protocol.h"

/** SAMPLES_NAME_MAX - bytes of a workload name, the closing 0 included */
#define SAMPLES_NAME_MAX 32

/**
 * METRIC_TLB_GEOMETRIES - geometries that metrics tell apart: haswell, skylake,
 * ivybridge, and one from a file
 */
#define METRIC_TLB_GEOMETRIES 4

/** enum metric - what a series measures; the numbers are part of the file format */
enum metric {
	METRIC_ROUND_TRIP = 1, /* whole loop, one iteration */
	METRIC_ENTRY_WINDOW = 2, /* E1 - E0 */
	METRIC_ENTRY_SWITCH = 3, /* E2 - E1 */
	METRIC_EXIT_WINDOW = 4, /* X1 - X0 */
	METRIC_EXIT_SWITCH = 5, /* X2 - X1 */
	METRIC_MARK_COST = 6, /* two marks with nothing between */
	METRIC_FLUSH_SHARE = 7, /* the CR3 write flushed; without PCID, 1 */
	METRIC_ENTRIES = 8, /* kernel entries of that path */
	METRIC_RETOUCH = 9, /* a page, touched again after a kernel entry */
	METRIC_RETOUCH_IDLE = 10, /* the same without the entry */
	METRIC_SKIPPED =
		11, /* calls of that path that skipped the switch: no entries */
	/* Of the TLB model of the bochs lane, for each part of the way: metric_tlb_*() */
	METRIC_TLB_EVENTS = 32,
	METRIC_TLB_COUNTS = METRIC_TLB_EVENTS + TLB_PARTS * TLB_EVENTS,
	METRIC_COUNT = METRIC_TLB_COUNTS +
		       METRIC_TLB_GEOMETRIES * TLB_PARTS * TLB_COUNTS
};

enum metric metric_tlb_event(enum tlb_part part, enum tlb_event event);
enum metric metric_tlb_count(unsigned int geometry, enum tlb_part part,
			     enum tlb_count count);
unsigned int metric_tlb_geometry(const char *name);
const char *metric_tlb_geometry_name(unsigned int geometry);

/**
 * enum unit - unit of a value; the numbers are part of the file format
 * @UNIT_TICKS: of the TSC, which runs at a rate of its own: no cycles of a core
 */
enum unit {
	UNIT_TICKS = 1,
	UNIT_INSTRUCTIONS = 2,
	UNIT_NS = 3,
	UNIT_COUNT = 4,
	UNIT_END
};

/**
 * struct series - raw samples of one metric of one path under one workload
 * @path: enum pti_path
 * @metric: enum metric
 * @unit: enum unit
 * @workload: name of the workload that ran
 * @lost: samples that are known to be missing
 * @divisor: iterations that one sample covers, at least 1
 * @n: samples in @values
 * @cap: room in @values
 * @values: raw TSC ticks; plain counts where @unit is %UNIT_COUNT
 */
struct series {
	uint16_t path;
	uint16_t metric;
	uint8_t unit;
	char workload[SAMPLES_NAME_MAX];
	uint64_t lost;
	uint32_t divisor;
	uint64_t n;
	uint64_t cap;
	uint64_t *values;
};

/**
 * struct sample_set - the series of one run, in the order in which they were added
 * @series: pointers stay valid until sample_set_deinit()
 * @n: how many
 * @cap: room in @series
 */
struct sample_set {
	struct series **series;
	size_t n;
	size_t cap;
};

const char *metric_name(unsigned int metric);
bool metric_is_window(unsigned int metric);
enum metric metric_window(unsigned int path);
enum metric metric_switch(enum metric window);
const char *unit_name(unsigned int unit);
int unit_from_name(const char *name);

void sample_set_init(struct sample_set *set);
void sample_set_deinit(struct sample_set *set);
int sample_set_move(struct sample_set *to, struct sample_set *from);
struct series *sample_set_add(struct sample_set *set, unsigned int path,
			      enum metric metric, enum unit unit,
			      const char *workload, uint32_t divisor);
struct series *sample_set_find(const struct sample_set *set, unsigned int path,
			       enum metric metric, const char *workload);
int series_push(struct series *series, uint64_t value);

int sample_set_write(const struct sample_set *set, const char *file,
		     uint32_t *crc, uint64_t *bytes);
int sample_set_read(const char *file, uint32_t expect_crc,
		    uint64_t expect_bytes, struct sample_set *set);

#endif /* PTISCOPE_RUN_SAMPLES_H */
