/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_EMULATE_H
#define PTISCOPE_TOOLS_EMULATE_H

#include <capstone/capstone.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/general_reg.h"

/* The few instructions that the entry code needs to choose and write CR3. */

#define EMULATE_MEMORY 256
#define EMULATE_STEPS 1000

/**
 * struct emulate_code - where instructions come from
 * @fetch: copies up to @size bytes at @addr to @bytes; returns how many
 * @redirect: true if an alternative replaces the code at @addr: the code at @to,
 *	@length bytes of it, runs instead, and then that at @back
 * @context: for both
 */
struct emulate_code {
	size_t (*fetch)(void *context, uint64_t addr, uint8_t *bytes,
			size_t size);
	bool (*redirect)(void *context, uint64_t addr, uint64_t *to,
			 uint64_t *length, uint64_t *back);
	void *context;
};

struct emulate_byte {
	uint64_t addr;
	uint8_t value;
};

/**
 * struct emulator - a CPU with a little memory
 * @reg: general registers
 * @pc: next instruction
 * @cr3: as last written, or as set
 * @gs: base of GS
 * @cr3_writes: how often CR3 was written
 * @flags: valid after the instructions that are known here
 * @bytes: memory, a byte each; none other may be read
 * @count: bytes in use
 * @repl_start: first byte of the replacement that is running
 * @repl_end: end of the replacement that is running, or 0
 * @repl_back: where it goes on
 * @error: what went wrong
 */
struct emulator {
	uint64_t reg[REG_COUNT];
	uint64_t pc;
	uint64_t cr3;
	uint64_t gs;
	unsigned int cr3_writes;
	struct {
		bool c, z, s, o;
	} flags;
	struct emulate_byte bytes[EMULATE_MEMORY];
	size_t count;
	uint64_t repl_start;
	uint64_t repl_end;
	uint64_t repl_back;
	char error[128];
};

bool emulate_step(struct emulator *emu, csh capstone,
		  const struct emulate_code *code);
bool emulate_write(struct emulator *emu, uint64_t addr, uint64_t value,
		   unsigned int size);
bool emulate_read(struct emulator *emu, uint64_t addr, unsigned int size,
		  uint64_t *value);

#endif /* PTISCOPE_TOOLS_EMULATE_H */
