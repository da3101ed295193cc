/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_INJECT_GUEST_H
#define PTISCOPE_TOOLS_INJECT_GUEST_H

#include <stdint.h>

/*
 * What inject, outside, and its guest program, inside, agree on.  inject finds
 * the variable inject_control and the labels by their names in the program's ELF
 * file:
 *	op_NAME, after_NAME	begin and end of what operation NAME does
 *	round_ok, round_bad	reached once a round, when all is checked
 */

/**
 * enum inject_op - what the guest program does in each round
 * @OP_IDLE: nothing
 * @OP_QUIT: end the program
 * The others have the names of their labels.
 */
enum inject_op {
	OP_IDLE,
	OP_QUIT,
	/* of the 64-bit program */
	OP_SYSCALL64,
	OP_SYSCALL64_TF,
	OP_INT80,
	OP_INT80_TF,
	OP_PAGE_FAULT,
	OP_BREAKPOINT,
	OP_WATCH_USER,
	OP_WATCH_KERNEL,
	OP_INVALID_OP,
	OP_GENERAL_PROTECTION,
	OP_DIVIDE_ERROR,
	OP_SPIN,
	OP_NOP,
	OP_ESPFIX,
	OP_BAD_IRET,
	OP_DOUBLE_FAULT,
	OP_FORK,
	/* of the 32-bit program */
	OP_INT80_32,
	OP_VSYSCALL32,
	OP_SYSENTER32_TF,
};

/**
 * struct inject_control - the same in the 64-bit and the 32-bit program
 * @op: enum inject_op, written from outside while a round is over
 * @spin: turns that %OP_SPIN has left; outside cuts it short
 * @rounds: how many are over
 * @errors: how many of them had a wrong result or register
 * @mode: early, late or stock, from /sys/kernel/pti/switch
 * @fault: what was wrong in the last bad round
 */
struct inject_control {
	uint64_t op;
	uint64_t spin;
	uint64_t rounds;
	uint64_t errors;
	char mode[16];
	char fault[128];
};

#endif /* PTISCOPE_TOOLS_INJECT_GUEST_H */
