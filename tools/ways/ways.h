/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_WAYS_H
#define PTISCOPE_TOOLS_WAYS_H

#include "lib/entry/entry.h"

/*
 * Does a kernel execute on each way in and out what another executes there?
 * feature set -> walk (ways) -> text -> comparison.  docs/ways.md tells what is
 * compared and what is not.
 */

/* ---- sets.c: CPUs and mitigations ---- */

/**
 * struct feature_set - what a CPU and its mitigations make of the features
 * @name: for options and reports
 * @about: which machine, which parameters of the kernel
 * @on: those that are on, ended by 0
 */
struct feature_set {
	const char *name;
	const char *about;
	const uint16_t *on;
};

extern const struct feature_set feature_sets[];
bool feature_is_in_a_set(uint16_t feature);

#define FEATURE_CALL_DEPTH ENTRY_FEATURE(11, 19)

/* ---- ways.c: what is executed between two ends ---- */

/**
 * enum step_kind - of what a way is made of
 *
 * The first is one that begins a way, the last ones end it, and those between
 * are what is compared.
 */
enum step_kind {
	STEP_NONE,
	STEP_ENTRY, /* value: index of the path */
	STEP_AFTER, /* C code has returned; value: its address */

	STEP_SWAPGS,
	STEP_WRGSBASE,
	STEP_LFENCE,
	STEP_VERW,
	STEP_WRMSR, /* value: number of the MSR by enum entry_value, or V_ANY */
	STEP_CR3, /* value: V_CR3_USER, V_CR3_KERNEL, or V_ANY */
	STEP_UNTRAIN, /* value: address of entry_ibpb() and its like */
	STEP_CALL_DEPTH,

	STEP_CALL, /* value: address of C code, or 0 for a pointer */
	STEP_RETURN,
	STEP_SYSRET,
	STEP_SYSEXIT,
	STEP_IRET,
	STEP_LOST, /* a trap, or a jump to where a register says */
};

/**
 * struct step - one of them
 * @origin: of an end, enum entry_origin
 * @home: of an end, enum entry_table
 */
struct step {
	enum step_kind kind;
	uint8_t origin;
	uint8_t home;
	uint64_t value;
};

/**
 * struct way_node - a step, and what was before it
 * @at: address of the instruction, the first of several
 */
struct way_node {
	struct step step;
	uint32_t before;
	uint32_t child;
	uint32_t sibling;
	uint32_t depth;
	uint64_t at;
};

struct ways;

/* ways_note - an instruction on a way; @counts: it is one of those compared */
typedef int ways_note(void *context, const struct ways *ways,
		      const struct entry_insn *i, bool counts);

/**
 * struct ways - all ways of a kernel in one mode, as a tree of steps
 * @node: the first is no step
 * @failed: memory ran out
 */
struct ways {
	struct entry_text *text;
	struct way_node *node;
	size_t nodes;
	bool failed;
	ways_note *note;
	void *context;
};

int ways_collect(struct ways *ways, struct entry_text *text, ways_note *note,
		 void *context);
enum step_kind ways_kind(const struct ways *w, const struct entry_insn *i);
void ways_free(struct ways *ways);

/* ---- plant.c: what to plant ---- */

enum plant_kind {
	PLANT_LEFT_OUT,
	PLANT_JUMPED_OVER,
	PLANT_ADDED,
	PLANT_KINDS,
};

#define PLANT_BYTES 15

/**
 * struct plant - other bytes in place of an instruction
 * @at: where it is
 * @src: where its bytes are, which may be in .altinstr_replacement
 * @len: how many bytes
 * @start: it is what leads into the entry text, from elsewhere
 */
struct plant {
	enum plant_kind kind;
	uint64_t at;
	uint64_t src;
	uint8_t len;
	uint8_t bytes[PLANT_BYTES];
	bool start;
};

struct plants {
	struct plant *all;
	size_t count;
};

ways_note plants_note;
int plants_starts(struct plants *plants, const struct ways *w);
const char *plant_name(enum plant_kind kind);

/* ---- list.c: ways as text ---- */

/**
 * struct way - from one end to the other
 * @ends: "BEGIN -> END, ORIGIN"
 * @steps: what is executed, "-" for nothing
 * @at: address of the last instruction
 * @out: it leaves for user mode
 * @seen: a planted fault was found on the ways between these ends
 */
struct way {
	char *ends;
	char *steps;
	uint64_t at;
	bool out;
	bool seen;
};

struct way_list {
	struct way *way;
	size_t count;
};

int way_list_make(struct way_list *list, const struct ways *ways);
void way_list_free(struct way_list *list);

/**
 * struct way_difference - told of each way that only one kernel has
 * @own: of the checked kernel, else of the stock one
 */
typedef void way_difference(void *context, struct way *way, bool own);

size_t way_list_compare(struct way_list *stock, struct way_list *own,
			way_difference *tell, void *context);

#endif /* PTISCOPE_TOOLS_WAYS_H */
