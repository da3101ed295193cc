/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_ENTRY_H
#define PTISCOPE_TOOLS_ENTRY_H

#include <capstone/capstone.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/exit_code.h"
#include "lib/general_reg.h"

/*
 * The entry text of a kernel, instruction by instruction, with what is known
 * before each: kernel -> alternatives -> instructions -> paths -> state.
 * docs/window.md tells what it takes for granted.
 */

/* ---- elf.c: the kernel ---- */

/**
 * struct entry_symbol - a name of the kernel
 * @addr: link address; of per-CPU data, its offset in the per-CPU area
 * @size: bytes, 0 for a label
 */
struct entry_symbol {
	uint64_t addr;
	uint64_t size;
	const char *name;
	int rank;
};

struct entry_symbols {
	struct entry_symbol *all;
	size_t count;
};

struct entry_chunk {
	uint64_t addr;
	uint64_t size;
	const uint8_t *bytes;
	bool code;
	bool replacement;
};

/**
 * struct entry_kernel - vmlinux, and the booted image of its entry text if given
 * @entry_start: first address of the entry text
 * @entry_end: address behind it
 * @image: bytes of the running kernel, NULL to go by vmlinux alone
 * @image_addr: link address of its first byte
 * @percpu_moves: the addresses of per-CPU symbols move along with the kernel, as those of
 *	other data; before 6.15 they are offsets from 0
 * @slide: run-time address minus link address, in @image
 */
struct entry_kernel {
	int fd;
	void *elf;
	struct entry_chunk *chunks;
	size_t chunk_count;
	struct entry_symbols text;
	struct entry_symbols percpu;
	bool percpu_moves;
	uint64_t entry_start;
	uint64_t entry_end;
	uint8_t *image;
	size_t image_len;
	uint64_t image_addr;
	uint64_t slide;
};

#define ENTRY_NAME_MAX 160

int entry_kernel_open(struct entry_kernel *k, const char *path);
bool entry_image_option(char *text, uint64_t *address);
int entry_kernel_image(struct entry_kernel *k, const char *path,
		       uint64_t address);
void entry_kernel_close(struct entry_kernel *k);
void entry_patch(struct entry_kernel *k, uint64_t addr, const void *bytes,
		 size_t len);
const uint8_t *entry_bytes(const struct entry_kernel *k, uint64_t addr,
			   size_t len);
const uint8_t *entry_file_bytes(const struct entry_kernel *k, uint64_t addr,
				size_t len);
const struct entry_symbol *entry_find(const struct entry_symbols *symbols,
				      const char *name);
const struct entry_symbol *entry_function(const struct entry_symbols *symbols,
					  uint64_t addr);
const struct entry_symbol *entry_at(const struct entry_symbols *symbols,
				    uint64_t addr);
const char *entry_name(const struct entry_symbols *symbols, uint64_t addr,
		       char name[ENTRY_NAME_MAX]);
bool entry_text_has(const struct entry_kernel *k, uint64_t addr);
bool entry_is_return_thunk(const struct entry_kernel *k, uint64_t addr);

/* ---- alt.c: alternatives ---- */

#define ENTRY_VARIANTS 8
#define ENTRY_PLACES 64

/* Feature words, as in the kernel's cpufeatures.h */
#define ENTRY_FEATURE(word, bit) ((word)*32 + (bit))

/**
 * struct entry_variant - one of the codes that can be at a site
 * @src: where its bytes are: the site itself, or .altinstr_replacement
 * @len: how many; NOPs fill the rest of the site
 * @call: target of a direct call that the bytes do not tell, or 0
 * @feature: flag that selects it, -1 for the original code
 */
struct entry_variant {
	uint64_t src;
	unsigned int len;
	uint64_t call;
	int feature;
};

struct entry_site {
	uint64_t addr;
	unsigned int len;
	unsigned int count;
	struct entry_variant variant[ENTRY_VARIANTS];
};

/**
 * struct entry_config - the features that are known
 * @features: all that are on, besides those that are always, ended by 0; NULL: of
 *	what is not known otherwise both settings are followed
 */
struct entry_config {
	bool late;
	bool marks;
	const uint16_t *features;
};

#define ENTRY_FEATURES 64

/**
 * struct entry_alts - all sites
 * @feature: what decides at them, but for what is settled by the mode
 */
struct entry_alts {
	struct entry_site *sites;
	size_t count;
	uint16_t feature[ENTRY_FEATURES];
	size_t feature_count;
};

int entry_alts_load(struct entry_alts *alts, const struct entry_kernel *k,
		    const struct entry_config *config);
void entry_alts_free(struct entry_alts *alts);
bool entry_branches_in(const struct entry_kernel *k, uint64_t addr,
		       uint64_t *target);
int entry_alts_site(const struct entry_alts *alts, uint64_t addr);
uint64_t entry_alt_target(const struct entry_site *site,
			  const struct entry_variant *v, uint64_t target);

/* ---- index.c: arrays with a hash table ---- */

/**
 * struct entry_index - of an array, one plus the number of an item in each slot
 * @room: how many items the array has room for
 */
struct entry_index {
	uint32_t *slot;
	size_t slots;
	size_t room;
};

void *entry_index_grow(struct entry_index *t, void *items, size_t size);

/* ---- insn.c: instructions ---- */

/* Where an instruction is: a site of -1 is text that nothing replaces. */
struct entry_place {
	uint64_t addr;
	int16_t site;
	int16_t variant;
};

enum entry_flow {
	FLOW_NEXT,
	FLOW_JMP,
	FLOW_JCC,
	FLOW_CALL,
	FLOW_RET,
	FLOW_JMP_INDIRECT,
	FLOW_CALL_INDIRECT,
	FLOW_SYSRET,
	FLOW_IRET,
	FLOW_TRAP,
};

enum entry_mem_kind {
	MEM_PERCPU, /* gs: and a fixed offset */
	MEM_PERCPU_REG, /* gs:, one register and a displacement */
	MEM_FIXED, /* absolute or RIP-relative */
	MEM_REG, /* one register and a displacement */
	MEM_OTHER, /* index registers, other segments */
};

struct entry_mem {
	enum entry_mem_kind kind;
	uint64_t addr;
	int reg;
	int64_t disp;
	bool read;
	bool write;
};

/**
 * struct entry_insn - an instruction, decoded
 * @text: in AT&T syntax
 * @target: of a direct jump or call, where it leads after patching
 * @mem: memory operands, without the implicit use of the stack
 */
struct entry_insn {
	struct entry_place place;
	cs_insn *cs;
	char text[200];
	enum entry_flow flow;
	uint64_t target;
	struct entry_mem mem[2];
	unsigned int mems;
	bool known;
};

struct entry_decoder {
	csh handle;
	csh att;
	const struct entry_kernel *k;
	const struct entry_alts *alts;
	struct entry_insn **insns;
	size_t count;
	struct entry_index index;
};

int entry_decoder_init(struct entry_decoder *d, const struct entry_kernel *k,
		       const struct entry_alts *alts);
void entry_decoder_free(struct entry_decoder *d);
int entry_decode(struct entry_decoder *d, struct entry_place place);
unsigned int entry_places(struct entry_decoder *d, uint64_t addr,
			  struct entry_place places[ENTRY_PLACES]);
unsigned int entry_targets(struct entry_decoder *d, int insn,
			   struct entry_place places[ENTRY_PLACES]);
unsigned int entry_next(struct entry_decoder *d, int insn,
			struct entry_place places[ENTRY_PLACES]);
bool entry_writes_cr3(const struct entry_insn *i);

/* ---- state.c: what is known at an instruction ---- */

#define ENTRY_PAGE 4096
/* What a masked offset stays below, and how far behind it a slot may reach */
#define ENTRY_BOUND 2048
#define ENTRY_REACH 256

enum entry_table {
	TABLE_USER,
	TABLE_KERNEL,
	TABLE_EITHER
};
enum entry_gs {
	GS_USER,
	GS_KERNEL,
	GS_UNKNOWN
};

/**
 * enum entry_origin - what the entry interrupted
 * @ORIGIN_USER: user mode
 * @ORIGIN_KERNEL: kernel mode, on the kernel table and GS base
 * @ORIGIN_IRET: the IRET to user mode, which faulted: user table and GS base
 * @ORIGIN_PARANOID: kernel mode anywhere, either table, either GS base (IST)
 */
enum entry_origin {
	ORIGIN_USER,
	ORIGIN_KERNEL,
	ORIGIN_IRET,
	ORIGIN_PARANOID,
};

/* Before the switch to the kernel table, between, after the one to the user's */
enum entry_phase {
	PHASE_ENTRY,
	PHASE_INSIDE,
	PHASE_EXIT
};

/* What is known about the value of a register or a stack slot */
enum entry_value {
	V_ANY,
	V_CR3_USER, /* a CR3 value with the bit of the user table */
	V_CR3_KERNEL,
	V_CR3_EITHER, /* the CR3 of the moment, before it is tested */
	V_BIT12_SET, /* constants, by the bit of the user table */
	V_BIT12_CLEAR,
	V_STACK_ENTRY, /* points into the entry stack */
	V_STACK_IST,
	V_STACK_ESPFIX,
	V_USER, /* what user mode had in RSP */
	V_IRET_RIP, /* address of native_irq_return_iret */
	V_IRET_RIP32, /* its low half */
	V_MSR_GS_BASE, /* number of that MSR */
	V_MSR_SPEC_CTRL,
	V_MSR_PRED_CMD,
	V_GS_BASE, /* GS base as found */
	V_GS_BASE_HIGH, /* its high half */
	V_GS_BASE_CPU, /* from __per_cpu_offset[] */
	V_BOUNDED, /* below ENTRY_BOUND, by an AND with a constant */
	V_MARKS, /* offset of per-CPU data in pti_marks, ENTRY_REACH from its end */
};

/* What the flags tell, set by the last test */
enum entry_flag {
	FLAG_NONE,
	FLAG_CS, /* ZF: the frame's CS is the kernel's */
	FLAG_SS_LDT, /* not ZF: the frame's SS is of an LDT */
	FLAG_CR3_ZF, /* not ZF: bit 12 of a CR3 value */
	FLAG_CR3_CF, /* CF: the same */
	FLAG_GS_SIGN, /* SF: the GS base is the kernel's */
	FLAG_IRET, /* ZF: the frame's RIP is the IRET to user mode */
	FLAG_IRET32,
};

#define ENTRY_SLOTS 32
#define ENTRY_CALLS 6

/**
 * struct entry_state - all that the walk knows before an instruction
 * @home: table that was loaded when the entry began, to be left with
 * @path: entry that this belongs to, while @phase is %PHASE_ENTRY
 * @exit_by: address of the CR3 write, while @phase is %PHASE_EXIT
 * @flag_value: what is known about the tested CR3 value
 * @slot: values on the stack, the top first
 * @calls: calls within the entry text, by instruction, the last first
 * @note: of the visitor, who alone looks at it; states that differ in it differ
 *
 * Compared byte by byte, so padding is kept zero.
 */
struct entry_state {
	uint64_t exit_by;
	uint32_t calls[ENTRY_CALLS];
	uint32_t note;
	uint16_t path;
	uint8_t table;
	uint8_t gs;
	uint8_t origin;
	uint8_t phase;
	uint8_t home;
	uint8_t flag;
	uint8_t flag_value;
	uint8_t depth;
	uint8_t reg[REG_COUNT];
	uint8_t slot[ENTRY_SLOTS];
	uint8_t pad[2];
};

_Static_assert(sizeof(struct entry_state) == 96, "there is padding");

/* Addresses that mean something to the state */
struct entry_landmarks {
	uint64_t tss;
	uint64_t marks;
	uint64_t espfix_stack;
	uint64_t per_cpu_offset;
	uint64_t iret;
};

struct entry_model {
	const struct entry_kernel *k;
	struct entry_config config;
	struct entry_landmarks at;
};

int entry_landmarks(struct entry_model *m);
void entry_state_step(const struct entry_model *m, struct entry_state *s,
		      const struct entry_insn *i);
bool entry_state_branch(struct entry_state *s, const struct entry_insn *i,
			bool taken);
void entry_state_called(struct entry_state *s);
void entry_state_push(struct entry_state *s, uint8_t value);
uint8_t entry_state_pop(struct entry_state *s);
bool entry_is_stack(uint8_t value);

/* ---- paths.c: where the paths begin ---- */

/**
 * struct entry_path - an entry into the kernel, or code that jumps in
 * @name: symbol
 * @from: of @inside, the function that leads there, else NULL
 * @branch: of @inside, where the bytes of that branch are
 * @at: of @inside, where it is once the alternatives are applied
 * @starts: addresses where it begins
 * @stack: what RSP holds at first
 * @origins: bits, by enum entry_origin, of what it can interrupt
 * @inside: the kernel itself calls it or jumps to it, on the kernel table
 */
struct entry_path {
	const char *name;
	const char *from;
	uint64_t branch;
	uint64_t at;
	uint64_t *starts;
	size_t count;
	uint8_t stack;
	uint8_t origins;
	bool inside;
};

struct entry_paths {
	struct entry_path *all;
	size_t count;
};

int entry_paths_find(struct entry_paths *paths, const struct entry_kernel *k,
		     const struct entry_alts *alts);
void entry_paths_free(struct entry_paths *paths);

/* ---- walk.c: along every path ---- */

enum entry_out {
	OUT_CALL, /* to code that returns: it is called, or jumped to at the end */
	OUT_RETURN, /* to whoever has called the entry text */
};

/**
 * struct entry_visitor - what is done along the way
 * @begin: a path begins in this state; may be NULL
 * @visit: before an instruction, in a state
 * @out: behind an instruction that leads out of the entry text; may be NULL
 * @fault: an instruction from where control cannot be followed
 *
 * Those that return a value may change the note of the state, and end the walk by
 * a negative errno.
 */
struct entry_visitor {
	void *context;
	int (*begin)(void *context, const struct entry_path *path,
		     struct entry_state *s);
	int (*visit)(void *context, const struct entry_insn *i,
		     struct entry_state *s);
	int (*out)(void *context, const struct entry_insn *i,
		   struct entry_state *s, enum entry_out out);
	void (*fault)(void *context, const struct entry_insn *i,
		      const char *what);
};

/**
 * struct entry_text - all that a walk needs
 */
struct entry_text {
	struct entry_model model;
	struct entry_alts alts;
	struct entry_paths paths;
	struct entry_decoder decoder;
};

int entry_text_load(struct entry_text *t, const struct entry_kernel *k,
		    const struct entry_config *config);
int entry_text_reread(struct entry_text *t);
void entry_text_free(struct entry_text *t);
int entry_walk(struct entry_text *t, const struct entry_visitor *visitor);

#endif /* PTISCOPE_TOOLS_ENTRY_H */
