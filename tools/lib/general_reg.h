/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_GENERAL_REG_H
#define PTISCOPE_TOOLS_GENERAL_REG_H

#include <capstone/capstone.h>

/** enum general_reg - the general registers */
enum general_reg {
	REG_RAX,
	REG_RBX,
	REG_RCX,
	REG_RDX,
	REG_RSI,
	REG_RDI,
	REG_RBP,
	REG_RSP,
	REG_R8,
	REG_R9,
	REG_R10,
	REG_R11,
	REG_R12,
	REG_R13,
	REG_R14,
	REG_R15,
	REG_COUNT,
	REG_NONE = -1,
};

int general_reg(x86_reg reg, unsigned int *shift, unsigned int *size);

#endif /* PTISCOPE_TOOLS_GENERAL_REG_H */
