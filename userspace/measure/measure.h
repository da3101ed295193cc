/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MEASURE_MEASURE_H
#define PTISCOPE_MEASURE_MEASURE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "workload/workload.h"
#include "kernel/module.h"
#include "run/rundir.h"

/** BENCH_LEAST_SAMPLES - fewer are not taken for want of time */
#define BENCH_LEAST_SAMPLES 5

/**
 * struct measure - how workloads are measured, and where the results go
 * @run: manifest and samples to add to
 * @module: the module, or NULL where it is not loaded
 * @reader: the same where it records the marks, or NULL to time only
 * @nmi_source: where NMIs come from
 * @command: what the workload command runs, or NULL
 * @samples: timed samples of each workload, at most where there is @precision
 * @precision: share of the median within which its interval has to be, or 0
 * @time_ns: ns after which a pass over a workload, to warm up, to time or to record,
 *	ends with BENCH_LEAST_SAMPLES or more; or 0
 * @iterations: per sample of a batch workload, 0 for its own default
 * @timeout: ticks that a sample may wait
 */
struct measure {
	struct run *run;
	const struct module_reader *module;
	const struct module_reader *reader;
	enum nmi_source nmi_source;
	char *const *command;
	uint64_t samples;
	double precision;
	uint64_t time_ns;
	uint64_t iterations;
	uint64_t timeout;
};

bool bench_time_is_up(const struct measure *how, uint64_t start, uint64_t n);
int bench_measure(const struct measure *how, const struct workload *w);
int bench_capture(const struct measure *how, const struct workload *w,
		  struct bench_ctx *ctx, struct manifest_workload *mw);

#endif /* PTISCOPE_MEASURE_MEASURE_H */
