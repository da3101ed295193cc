/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MEASURE_TLB_MODEL_H
#define PTISCOPE_MEASURE_TLB_MODEL_H

#include "run/rundir.h"
#include "workload/workload.h"
#include "vm/tlb/protocol.h"

/**
 * struct tlb_model - what the TLB model of the bochs lane says of a workload's samples
 * @there: there is one
 * @isolated: the kernel isolates page tables
 * @label: the workload, for the model
 * @reply: one a sample
 * @n: samples taken
 * @room: in @reply
 */
struct tlb_model {
	bool there;
	bool isolated;
	char label[TLB_LABEL_SIZE];
	struct tlb_reply *reply;
	uint64_t n;
	uint64_t room;
};

int tlb_model_open(struct tlb_model *t, enum lane lane, bool isolated,
		   const char *name, uint64_t samples);
void tlb_model_close(struct tlb_model *t);
void tlb_model_begin(const struct tlb_model *t);
void tlb_model_end(struct tlb_model *t);
int tlb_model_save(const struct tlb_model *t, struct run *run,
		   const struct workload *w, const char *name,
		   uint64_t iterations);

#endif /* PTISCOPE_MEASURE_TLB_MODEL_H */
