/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TRACE_PRINT_H
#define PTISCOPE_TRACE_PRINT_H

#include "reader_bpf.h"

/**
 * struct trace_result - what a trace ends with
 * @stats: by enum pti_path
 * @missed: entries that were not counted
 * @seconds: how long it counted
 * @pid: process that was counted, 0 for all
 * @workload: workload that ran, or NULL
 * @iterations: of @workload
 * @declared: entries that it declares, by enum pti_path
 */
struct trace_result {
	struct pti_bpf_stat stats[PTI_PATH_COUNT];
	uint64_t missed;
	double seconds;
	uint64_t pid;
	const char *workload;
	uint64_t iterations;
	uint64_t declared[PTI_PATH_COUNT];
};

void trace_print_text(const struct trace_result *t);
int trace_print_json(const struct trace_result *t);

#endif /* PTISCOPE_TRACE_PRINT_H */
