// SPDX-License-Identifier: GPL-2.0-only
/* Names of registers and of their parts. */
#include "lib/general_reg.h"

/**
 * general_reg() - number of the general register that a name is part of
 * @shift: out: bits below the part, 8 for AH and the like; may be NULL
 * @size: out: bytes of the part; may be NULL
 * Return: enum general_reg, REG_NONE if it is none of them
 */
int general_reg(x86_reg reg, unsigned int *shift, unsigned int *size)
{
	static const x86_reg names[REG_COUNT][4] = {
		{ X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL },
		{ X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL },
		{ X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL },
		{ X86_REG_RDX, X86_REG_EDX, X86_REG_DX, X86_REG_DL },
		{ X86_REG_RSI, X86_REG_ESI, X86_REG_SI, X86_REG_SIL },
		{ X86_REG_RDI, X86_REG_EDI, X86_REG_DI, X86_REG_DIL },
		{ X86_REG_RBP, X86_REG_EBP, X86_REG_BP, X86_REG_BPL },
		{ X86_REG_RSP, X86_REG_ESP, X86_REG_SP, X86_REG_SPL },
		{ X86_REG_R8, X86_REG_R8D, X86_REG_R8W, X86_REG_R8B },
		{ X86_REG_R9, X86_REG_R9D, X86_REG_R9W, X86_REG_R9B },
		{ X86_REG_R10, X86_REG_R10D, X86_REG_R10W, X86_REG_R10B },
		{ X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B },
		{ X86_REG_R12, X86_REG_R12D, X86_REG_R12W, X86_REG_R12B },
		{ X86_REG_R13, X86_REG_R13D, X86_REG_R13W, X86_REG_R13B },
		{ X86_REG_R14, X86_REG_R14D, X86_REG_R14W, X86_REG_R14B },
		{ X86_REG_R15, X86_REG_R15D, X86_REG_R15W, X86_REG_R15B },
	};
	static const x86_reg high[] = { X86_REG_AH, X86_REG_BH, X86_REG_CH,
					X86_REG_DH };
	unsigned int ignored;

	shift = shift ?: &ignored;
	size = size ?: &ignored;
	for (unsigned int n = 0; n < 4; n++) {
		if (high[n] == reg) {
			*shift = 8;
			*size = 1;
			return (int)n;
		}
	}
	*shift = 0;
	for (int n = 0; n < REG_COUNT; n++) {
		for (unsigned int part = 0; part < 4; part++) {
			if (names[n][part] == reg) {
				*size = 8 >> part;
				return n;
			}
		}
	}
	return REG_NONE;
}
