/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_GUEST_ROUND_H
#define PTISCOPE_TOOLS_GUEST_ROUND_H

/*
 * Places of the registers in round_in and round_out, which round.S shares with C.
 */
#define R_AX 0
#define R_BX 1
#define R_CX 2
#define R_DX 3
#define R_SI 4
#define R_DI 5
#define R_BP 6
#define R_SP 7
#ifdef __x86_64__
#define R_8 8
#define R_9 9
#define R_10 10
#define R_11 11
#define R_12 12
#define R_13 13
#define R_14 14
#define R_15 15
#define R_FLAGS 16
#define R_SS 17
#define R_CS 18
#define R_DS 19
#define R_ES 20
#define R_COUNT 21
#else
#define R_FLAGS 8
#define R_SS 9
#define R_CS 10
#define R_DS 11
#define R_ES 12
#define R_COUNT 13
#endif

#ifndef __ASSEMBLER__

typedef unsigned long reg_t;

/* What the registers are before the operation, and what they are after it */
extern reg_t round_in[R_COUNT];
extern reg_t round_out[R_COUNT];
/* SS while an operation runs, and otherwise */
extern unsigned short round_ss, user_ss;

#define ROUND(name)                     \
	extern void round_##name(void); \
	extern char after_##name[]

#ifdef __x86_64__
ROUND(syscall64);
ROUND(syscall64_tf);
ROUND(int80);
ROUND(int80_tf);
ROUND(page_fault);
ROUND(breakpoint);
ROUND(watch_user);
ROUND(watch_kernel);
ROUND(invalid_op);
ROUND(general_protection);
ROUND(divide_error);
ROUND(spin);
ROUND(nop);
ROUND(espfix);
ROUND(bad_iret);
ROUND(double_fault);
ROUND(fork);
#else
/* The kernel's own way into a system call: SYSENTER or SYSCALL */
extern reg_t vsyscall;
ROUND(int80_32);
ROUND(vsyscall32);
ROUND(sysenter32_tf);
#endif
#undef ROUND

#endif /* __ASSEMBLER__ */
#endif /* PTISCOPE_TOOLS_GUEST_ROUND_H */
