/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MEASURE_PLAN_H
#define PTISCOPE_MEASURE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/module.h"
#include "run/manifest.h"
#include "workload/workload.h"

/** PLAN_WHERE_SIZE - room for which of the workloads it is, and what they still take */
#define PLAN_WHERE_SIZE 96

/** PLAN_TURNS_MAX - most workloads that are timed in turns */
#define PLAN_TURNS_MAX 16

/** PLAN_LEAST_SAMPLES - fewer are not taken for want of time */
#define PLAN_LEAST_SAMPLES 5

/**
 * struct plan - how workloads are measured
 * @module: the module, or NULL where it is not loaded
 * @reader: the same where it records the marks, or NULL to time only
 * @nmi_source: where NMIs come from
 * @samples: timed samples of each workload, at most where there is @precision
 * @precision: share of the median within which its interval has to be, or 0
 * @time_ns: ns after which a pass over a workload, to warm up, to time or to record,
 *	ends with PLAN_LEAST_SAMPLES or more; or 0
 * @iterations: per sample of a batch workload, 0 for its own default
 * @timeout: ticks that a sample may wait
 * @cpu: that the thread is bound to
 * @lane: that this is
 * @unit: of what is timed
 * @pcid: CR3 writes need not flush
 * @isolated: the kernel isolates page tables
 * @where: what progress says before the name of a workload
 */
struct plan {
	const struct module_reader *module;
	const struct module_reader *reader;
	enum nmi_source nmi_source;
	uint64_t samples;
	double precision;
	uint64_t time_ns;
	uint64_t iterations;
	uint64_t timeout;
	uint64_t cpu;
	enum lane lane;
	enum unit unit;
	bool pcid;
	bool isolated;
	char where[PLAN_WHERE_SIZE];
};

bool plan_time_is_up(const struct plan *plan, uint64_t start, uint64_t n);

#endif /* PTISCOPE_MEASURE_PLAN_H */
