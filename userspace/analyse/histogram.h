/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_ANALYSE_HISTOGRAM_H
#define PTISCOPE_ANALYSE_HISTOGRAM_H

#include <linux/types.h>
#include <stdint.h>

#include "bpf/shared.h"
#include "run/samples.h"

uint64_t histogram_low(unsigned int slot);
uint64_t histogram_high(unsigned int slot);
uint64_t histogram_count(const __u64 slots[PTI_BPF_SLOTS]);
double histogram_quantile(const __u64 slots[PTI_BPF_SLOTS], double p);
int histogram_push(const __u64 slots[PTI_BPF_SLOTS], uint64_t most,
		   struct series *series);

#endif /* PTISCOPE_ANALYSE_HISTOGRAM_H */
