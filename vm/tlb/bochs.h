/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TLB_BOCHS_H
#define PTISCOPE_TLB_BOCHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the shim knows of Debian's bochs-bin, which it takes as it is: names that
 * the program exports, and where fields are in its objects.  The build ID says
 * that it is the one whose code was looked at; what can be checked is checked
 * besides, at the start and against functions of the program while it runs.
 */
#define BOCHS_BUILD_ID "6e89e0c07c096ab305b68eb0bf69c4aeb788d10d"

/* The hooks' symbols, as C++ has them */
#define BOCHS_BEFORE "_Z25bx_instr_before_executionjP15bxInstruction_c"
#define BOCHS_LIN_ACCESS "_Z19bx_instr_lin_accessjmmjjj"
#define BOCHS_TLB_CNTRL "_Z18bx_instr_tlb_cntrljjm"
#define BOCHS_FAR_BRANCH "_Z19bx_instr_far_branchjjtmtm"
#define BOCHS_INTERRUPT "_Z18bx_instr_interruptjj"
#define BOCHS_HW_INTERRUPT "_Z20bx_instr_hwinterruptjjtm"
#define BOCHS_EXCEPTION "_Z18bx_instr_exceptionjjj"

/* what of tlb_cntrl */
enum bochs_tlb_cntrl {
	BOCHS_MOV_CR0 = 10,
	BOCHS_MOV_CR3 = 11,
	BOCHS_MOV_CR4 = 12,
	BOCHS_TASK_SWITCH = 13,
	BOCHS_CONTEXT_SWITCH = 14,
	BOCHS_INVLPG = 15,
	BOCHS_INVPCID = 18,
};

/* what of far_branch */
enum bochs_far_branch {
	BOCHS_SYSCALL = 17,
	BOCHS_SYSENTER = 19,
};

/* rw of lin_access; the others read */
#define BOCHS_WRITE 1
#define BOCHS_READ_WRITE 3

#define BOCHS_LONG_64 4 /* cpu_mode of 64-bit code */

/* bochs_field() - a field of an object of class BX_CPU_C or bxInstruction_c */
#define bochs_field(object, type, offset) \
	(*(type *)((char *)(object) + (offset)))

#define bochs_register(cpu, n) bochs_field(cpu, uint64_t, 0x58 + 8 * (n))
#define bochs_rip(cpu) bochs_field(cpu, uint64_t, 0xd8)
#define bochs_cpl(cpu) bochs_field(cpu, uint8_t, 0x175)
#define bochs_cs_base(cpu) bochs_field(cpu, uint64_t, 0x180)
#define bochs_cr0(cpu) bochs_field(cpu, uint32_t, 0x29c)
#define bochs_cr2(cpu) bochs_field(cpu, uint64_t, 0x2a0)
#define bochs_cr3(cpu) bochs_field(cpu, uint64_t, 0x2a8)
#define bochs_cr4(cpu) bochs_field(cpu, uint32_t, 0x2b0)
#define bochs_mode(cpu) bochs_field(cpu, uint32_t, 0x93c0)

#define bochs_handler(insn) bochs_field(insn, void *, 0)
#define bochs_operand(insn, n) bochs_field(insn, uint8_t, 0x24 + (n))

enum bochs_general_register {
	BOCHS_RAX = 0,
	BOCHS_RCX = 1,
	BOCHS_RDX = 2,
	BOCHS_RBX = 3,
	BOCHS_RSP = 4
};

/**
 * struct bochs - the program that this object was loaded into
 * @mov_cr3: handler of MOV CR3, register
 * @xchg: handler of XCHG of two 16-bit registers
 * @cpu: its only CPU, once there is one
 */
struct bochs {
	void *mov_cr3;
	void *xchg;
	void *cpu;
	void ***cpu_array;
	unsigned char *(*host_address)(void *cpu, uint64_t physical,
				       unsigned int rw);
	uint64_t (*dbg_rip)(void);
	uint64_t (*dbg_register)(unsigned int n);
	unsigned int (*dbg_selector)(unsigned int n);
	void (*deliver_nmi)(void *cpu);
};

/* A function to be called in place of an empty one of the program */
struct bochs_hook {
	const char *symbol;
	void *function;
};

/**
 * bochs_attach() - find all that is needed, then put the hooks in place
 * @error: one line that says why not
 *
 * Return: 0, or -1: the program is as it was.
 */
int bochs_attach(struct bochs *b, const struct bochs_hook *hooks, size_t n,
		 char *error, size_t size);

/* bochs_check() - in 64-bit code: are the fields where they are thought to be?
 * Return: 0, or -1 and @error is set.
 */
int bochs_check(const struct bochs *b, char *error, size_t size);

#endif /* PTISCOPE_TLB_BOCHS_H */
