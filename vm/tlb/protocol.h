/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TLB_PROTOCOL_H
#define PTISCOPE_TLB_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include "module/uapi/pti_paths.h"

/*
 * How a program in the guest talks to the TLB model of the bochs lane: by XCHG
 * BX,BX in user mode, which does nothing on a CPU, with
 *
 *   EAX  TLB_CALL + one of enum tlb_call
 *   RCX  HELLO, END: address of a struct tlb_reply, which is written to memory
 *        as it is: all its pages must be there, and writable
 *        BEGIN: bit 0: the kernel isolates page tables
 *        NMI: address of an instruction
 *   RDX  BEGIN: address of TLB_LABEL_SIZE bytes, the sample's name and zeros
 *
 * Where the call did what it says EAX is TLB_ANSWER afterwards.  Elsewhere, on
 * hardware or without the model, nothing changes.
 */
#define TLB_CALL 0x544c4200u
#define TLB_ANSWER 0x544c42ffu

enum tlb_call {
	/* Fills in what does not change: version, names of geometries */
	TLB_CALL_HELLO = 1,
	/* A sample begins with the next instruction. */
	TLB_CALL_BEGIN = 2,
	/* It ended before this one: fills in what was counted. */
	TLB_CALL_END = 3,
	/* One NMI comes behind the next instruction that is executed there. */
	TLB_CALL_NMI = 4,
};

#define TLB_PROTOCOL_VERSION 2

/* Bytes of the name of a sample, with its 0 */
#define TLB_LABEL_SIZE 32

/* tlb_call() - true if it was done.  @label is for BEGIN. */
static inline bool tlb_call(enum tlb_call what, unsigned long argument,
			    const char *label)
{
	uint32_t eax = TLB_CALL + what;

	asm volatile("xchg %%bx, %%bx"
		     : "+a"(eax)
		     : "c"(argument), "d"(label)
		     : "memory");
	return eax == TLB_ANSWER;
}

/* Geometries that follow one run at most, and bytes of a name, with its 0 */
#define TLB_GEOMETRIES 4
#define TLB_NAME_SIZE 32

/* The way through the kernel and back, in its order */
enum tlb_part {
	/* In the kernel with the user CR3, before the switch */
	TLB_PART_ENTRY,
	/* With the kernel CR3, or all of it where there is no isolation */
	TLB_PART_KERNEL,
	/* In the kernel with the user CR3 again */
	TLB_PART_EXIT,
	/* In user mode afterwards, until the next entry */
	TLB_PART_USER,
	TLB_PARTS,
};

/* Counts that are the same for all geometries */
enum tlb_event {
	TLB_INSTRUCTION, /* executed; of REP each iteration */
	TLB_ACCESS, /* accesses of data */
	TLB_CR3_FLUSH, /* writes of CR3 that flush the new PCID, or all */
	TLB_CR3_NOFLUSH, /* writes of CR3 with bit 63 */
	TLB_INVLPG,
	TLB_INVPCID_ADDRESS, /* INVPCID of type 0 */
	TLB_INVPCID_PCID, /* type 1 */
	TLB_INVPCID_ALL, /* type 2 */
	TLB_INVPCID_NONGLOBAL, /* type 3 */
	TLB_EVENTS,
};

/* Counts of each geometry */
enum tlb_count {
	TLB_DATA_MISS, /* misses of the first level, data */
	TLB_CODE_MISS, /* misses of the first level, instructions */
	TLB_SECOND_HIT, /* of those, found in the second level */
	TLB_WALK, /* the others */
	TLB_WALK_REF, /* entries of page tables that these read */
	TLB_COUNTS,
};

struct tlb_part_counts {
	uint64_t event[TLB_EVENTS];
	uint64_t count[TLB_GEOMETRIES][TLB_COUNTS];
};

/**
 * struct tlb_reply - what the model says
 * @version: TLB_PROTOCOL_VERSION
 * @geometries: how many follow this run
 * @name: theirs
 * @nested: interrupts taken in the kernel during the sample
 * @stale: stale translations used since the machine was started, in all geometries
 * @entries: entries from user mode, by path
 * @part: what was counted behind each entry; what came before the first one stands
 *	with the first, as user mode
 */
struct tlb_reply {
	uint32_t version;
	uint32_t geometries;
	char name[TLB_GEOMETRIES][TLB_NAME_SIZE];
	uint64_t nested;
	uint64_t stale;
	uint64_t entries[PTI_PATH_COUNT];
	struct tlb_part_counts part[PTI_PATH_COUNT][TLB_PARTS];
};

#endif /* PTISCOPE_TLB_PROTOCOL_H */
