/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One way into the kernel each, with known values in all registers before it and
 * all registers kept after it.  Nothing but the operation itself is between.
 */
#include "inject/guest/round.h"

#ifdef __x86_64__
#define WORD 8
#define REG(name) %r##name
#define EACH_MORE(DO) DO(%r8, R_8); DO(%r9, R_9); DO(%r10, R_10); DO(%r11, R_11); \
	DO(%r12, R_12); DO(%r13, R_13); DO(%r14, R_14); DO(%r15, R_15)
#else
#define WORD 4
#define REG(name) %e##name
#define EACH_MORE(DO)
#endif

/* All registers but RSP, with their places */
#define EACH(DO) DO(REG(ax), R_AX); DO(REG(bx), R_BX); DO(REG(cx), R_CX); \
	DO(REG(dx), R_DX); DO(REG(si), R_SI); DO(REG(di), R_DI); \
	DO(REG(bp), R_BP); EACH_MORE(DO)
#define IN(place) round_in + WORD * place
#define OUT(place) round_out + WORD * place
#define LOAD_ONE(reg, place) mov IN(place), reg
#define SAVE_ONE(reg, place) mov reg, OUT(place)

	.bss
	.globl	round_in, round_out, vsyscall
	.balign 64
round_in:
	.skip	WORD * R_COUNT
round_out:
	.skip	WORD * R_COUNT
saved_sp:
	.skip	WORD
vsyscall:
	.skip	WORD

	.data
	.globl	round_ss, user_ss
round_ss:
	.word	0
user_ss:
	.word	0

	.text

.macro LOAD
	push	REG(bx)
	push	REG(bp)
#ifdef __x86_64__
	push	%r12
	push	%r13
	push	%r14
	push	%r15
#else
	push	%esi
	push	%edi
#endif
	mov	REG(sp), saved_sp
	push	IN(R_FLAGS)
	popf
	EACH(LOAD_ONE)
#ifdef __x86_64__
	movw	round_ss, %ss
#endif
	LOAD_ONE(REG(sp), R_SP)
.endm

.macro SAVE
	movw	%ss, OUT(R_SS)
#ifdef __x86_64__
	movw	user_ss, %ss
#endif
	SAVE_ONE(REG(sp), R_SP)
	mov	saved_sp, REG(sp)
	EACH(SAVE_ONE)
	pushf
	pop	OUT(R_FLAGS)
	movw	%cs, OUT(R_CS)
	movw	%ds, OUT(R_DS)
	movw	%es, OUT(R_ES)
	cld
#ifdef __x86_64__
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
#else
	pop	%edi
	pop	%esi
#endif
	pop	REG(bp)
	pop	REG(bx)
	ret
.endm

.macro BEGIN name:req
	.globl	round_\name, op_\name, after_\name
	.type	round_\name, @function
round_\name:
	LOAD
.endm

.macro END name:req
	SAVE
	.size	round_\name, . - round_\name
.endm

.macro ROUND name:req, insn:vararg
	BEGIN	\name
op_\name:
	\insn
after_\name:
	END	\name
.endm

.macro SET_TF
	pushf
	orl	$0x100, (REG(sp))
	popf
.endm

.macro CLEAR_TF
	pushf
	andl	$~0x100, (REG(sp))
	popf
.endm

/* The instruction right after POPF is the first that is single-stepped. */
.macro ROUND_TF name:req, insn:vararg
	BEGIN	\name
	SET_TF
op_\name:
	\insn
after_\name:
	CLEAR_TF
	END	\name
.endm

#ifdef __x86_64__
	ROUND	syscall64, syscall
	ROUND_TF syscall64_tf, syscall
	ROUND	int80, int $0x80
	ROUND_TF int80_tf, int $0x80
	ROUND	page_fault, movb (%rbx), %al
	ROUND	breakpoint, int3
	ROUND	watch_user, movb (%rbx), %al
	ROUND	watch_kernel, syscall
	ROUND	invalid_op, ud2
	ROUND	general_protection, hlt
	ROUND	divide_error, divq %rcx
	ROUND	nop, nop
	ROUND	espfix, int $0x80
	ROUND	bad_iret, int3
	ROUND	double_fault, int3
	ROUND	fork, syscall

	BEGIN	spin
op_spin:
	decq	inject_control + 8
	jnz	op_spin
after_spin:
	END	spin
#else
	ROUND	int80_32, int $0x80
	ROUND	vsyscall32, call *vsyscall

/*
 * The frame that __kernel_vsyscall makes: the kernel comes back into the vDSO,
 * which pops it.
 */
	BEGIN	sysenter32_tf
	push	$after_sysenter32_tf
	push	%ecx
	push	%edx
	push	%ebp
	mov	%esp, %ebp
	SET_TF
op_sysenter32_tf:
	sysenter
after_sysenter32_tf:
	CLEAR_TF
	END	sysenter32_tf
#endif

	.section .note.GNU-stack, "", @progbits
