// SPDX-License-Identifier: GPL-2.0-only
/* Counts of a sample, by the path of each entry and the part of the way */
#include "sample.h"

#include <stdio.h>
#include <string.h>

/* As Linux gives them out */
#define VECTOR_INT80 0x80
#define VECTOR_FIRST_SYSTEM 0xec
#define VECTOR_TIMER 0xec
#define VECTOR_CALL_SINGLE 0xfb
#define VECTOR_CALL 0xfc
#define VECTOR_RESCHEDULE 0xfd

void tlb_sample_init(struct tlb_sample *sample, struct tlb_cpu *cpu)
{
	memset(sample, 0, sizeof(*sample));
	sample->cpu = cpu;
	sample->reply.version = TLB_PROTOCOL_VERSION;
	sample->reply.geometries = cpu->tlbs;
	for (unsigned int i = 0; i < cpu->tlbs; i++)
		snprintf(sample->reply.name[i], sizeof(sample->reply.name[i]),
			 "%s", cpu->tlb[i]->geometry->name);
}

static void look(const struct tlb_cpu *cpu, struct tlb_part_counts *now)
{
	memcpy(now->event, cpu->event, sizeof(now->event));
	for (unsigned int i = 0; i < cpu->tlbs; i++)
		memcpy(now->count[i], cpu->tlb[i]->count,
		       sizeof(now->count[i]));
}

/* close_part() - what was counted since it began goes to the path and part */
static void close_part(struct tlb_sample *s)
{
	struct tlb_part_counts now, *to = &s->reply.part[s->path][s->part];

	look(s->cpu, &now);
	for (int i = 0; i < TLB_EVENTS; i++)
		to->event[i] += now.event[i] - s->seen.event[i];
	for (unsigned int g = 0; g < s->cpu->tlbs; g++)
		for (int i = 0; i < TLB_COUNTS; i++)
			to->count[g][i] +=
				now.count[g][i] - s->seen.count[g][i];
	s->seen = now;
}

void tlb_sample_begin(struct tlb_sample *s, bool isolated)
{
	s->on = true;
	s->isolated = isolated;
	s->path = PTI_PATH_NONE;
	s->first = PTI_PATH_NONE;
	s->part = TLB_PART_USER;
	s->reply.nested = 0;
	memset(s->reply.entries, 0, sizeof(s->reply.entries));
	memset(s->reply.part, 0, sizeof(s->reply.part));
	look(s->cpu, &s->seen);
}

void tlb_sample_end(struct tlb_sample *s)
{
	if (s->on)
		close_part(s);
	s->on = false;
}

void tlb_sample_entry(struct tlb_sample *s, unsigned int path)
{
	if (!s->on)
		return;
	/* A loop's first round begins in its middle, the last one ends there. */
	if (s->path == PTI_PATH_NONE)
		s->path = s->first = path;
	close_part(s);
	s->path = path;
	s->part = s->isolated ? TLB_PART_ENTRY : TLB_PART_KERNEL;
	s->kernel_seen = false;
	s->reply.entries[path]++;
}

void tlb_sample_cr3(struct tlb_sample *s, uint64_t value)
{
	if (!s->on || !s->isolated || s->part == TLB_PART_USER)
		return;
	close_part(s);
	if (!(value & TLB_CR3_USER_TABLES)) {
		s->kernel_seen = true;
		s->part = TLB_PART_KERNEL;
	} else {
		s->part = s->kernel_seen ? TLB_PART_EXIT : TLB_PART_ENTRY;
	}
}

void tlb_sample_user(struct tlb_sample *s)
{
	if (!s->on || s->part == TLB_PART_USER)
		return;
	close_part(s);
	s->part = TLB_PART_USER;
}

unsigned int tlb_path_of_vector(unsigned int vector)
{
	switch (vector) {
	case 1:
		return PTI_PATH_DEBUG;
	case 2:
		return PTI_PATH_NMI_USER;
	case 3:
		return PTI_PATH_BREAKPOINT;
	case 6:
		return PTI_PATH_INVALID_OP;
	case 8:
		return PTI_PATH_DOUBLE_FAULT;
	case 13:
		return PTI_PATH_GENERAL_PROTECTION;
	case 14:
		return PTI_PATH_PAGE_FAULT;
	case 18:
		return PTI_PATH_MCE;
	case VECTOR_INT80:
		return PTI_PATH_INT80;
	case VECTOR_TIMER:
		return PTI_PATH_TIMER;
	case VECTOR_CALL_SINGLE:
	case VECTOR_CALL:
		return PTI_PATH_CALL_IPI;
	case VECTOR_RESCHEDULE:
		return PTI_PATH_RESCHED_IPI;
	}
	if (vector < 32)
		return PTI_PATH_OTHER_EXCEPTION;
	return vector < VECTOR_FIRST_SYSTEM ? PTI_PATH_IRQ : PTI_PATH_OTHER_IPI;
}
