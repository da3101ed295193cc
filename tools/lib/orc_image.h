/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_ORC_IMAGE_H
#define PTISCOPE_TOOLS_ORC_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a kernel image says about its own stack: vmlinux with its ORC tables. */
struct orc_image;

/* As in the kernel's arch/x86/include/asm/orc_types.h */
enum orc_type {
	ORC_TYPE_UNDEFINED = 0,
	ORC_TYPE_END_OF_STACK = 1,
	ORC_TYPE_CALL = 2,
	ORC_TYPE_REGS = 3,
	ORC_TYPE_REGS_PARTIAL = 4,
};

#define ORC_REG_SP 5

/**
 * struct orc_state - how the unwinder takes the stack at one address
 * @sp_offset: from the register @sp_reg to the caller's stack, or to the
 *	registers that were saved
 * @bp_offset: likewise for the caller's RBP
 * @sp_reg: number of a register, ORC_REG_*
 * @bp_reg: number of a register, ORC_REG_*
 * @type: enum orc_type
 * @signal: the address that is found next was interrupted, not returned to
 */
struct orc_state {
	int16_t sp_offset;
	int16_t bp_offset;
	uint8_t sp_reg;
	uint8_t bp_reg;
	uint8_t type;
	bool signal;
};

/**
 * struct orc_symbol - a piece of code that has a name and a size
 * @name: valid as long as the image
 * @addr: first byte
 * @size: bytes, 0 for a label inside
 */
struct orc_symbol {
	const char *name;
	uint64_t addr;
	uint64_t size;
};

/**
 * struct orc_alternative - code that the kernel may put in place of other code
 * @site: address of the code replaced
 * @replacement: address of what replaces it
 * @feature: number of the CPU feature that decides
 * @without: applies where the CPU lacks it, not where it has it
 * @site_length: bytes of the code replaced
 * @length: bytes of the replacement
 */
struct orc_alternative {
	uint64_t site;
	uint64_t replacement;
	uint16_t feature;
	bool without;
	uint8_t site_length;
	uint8_t length;
};

int orc_open(struct orc_image **image, const char *path);
void orc_close(struct orc_image *image);
bool orc_at(const struct orc_image *image, uint64_t addr,
	    struct orc_state *state);
size_t orc_symbols(const struct orc_image *image,
		   const struct orc_symbol **symbols);
size_t orc_alternatives(const struct orc_image *image,
			const struct orc_alternative **alternatives);
const uint8_t *orc_code(const struct orc_image *image, uint64_t addr,
			size_t size);

#endif /* PTISCOPE_TOOLS_ORC_IMAGE_H */
