/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One way into the kernel each, with known values in all registers before it and
 * all registers kept after it.  Nothing but the operation itself is between.
 */
#include "inject/guest/round.h"

	.bss
	.globl	round_in, round_out
	.balign 64
round_in:
	.skip	8 * R_COUNT
round_out:
	.skip	8 * R_COUNT
saved_rsp:
	.skip	8

	.data
	.globl	round_ss, user_ss
round_ss:
	.word	0
user_ss:
	.word	0

	.text

.macro LOAD
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, saved_rsp
	pushq	round_in + 8 * R_FLAGS
	popfq
	movq	round_in + 8 * R_AX, %rax
	movq	round_in + 8 * R_BX, %rbx
	movq	round_in + 8 * R_CX, %rcx
	movq	round_in + 8 * R_DX, %rdx
	movq	round_in + 8 * R_SI, %rsi
	movq	round_in + 8 * R_DI, %rdi
	movq	round_in + 8 * R_BP, %rbp
	movq	round_in + 8 * R_8, %r8
	movq	round_in + 8 * R_9, %r9
	movq	round_in + 8 * R_10, %r10
	movq	round_in + 8 * R_11, %r11
	movq	round_in + 8 * R_12, %r12
	movq	round_in + 8 * R_13, %r13
	movq	round_in + 8 * R_14, %r14
	movq	round_in + 8 * R_15, %r15
	movw	round_ss, %ss
	movq	round_in + 8 * R_SP, %rsp
.endm

.macro SAVE
	movw	%ss, round_out + 8 * R_SS
	movw	user_ss, %ss
	movq	%rsp, round_out + 8 * R_SP
	movq	saved_rsp, %rsp
	movq	%rax, round_out + 8 * R_AX
	movq	%rbx, round_out + 8 * R_BX
	movq	%rcx, round_out + 8 * R_CX
	movq	%rdx, round_out + 8 * R_DX
	movq	%rsi, round_out + 8 * R_SI
	movq	%rdi, round_out + 8 * R_DI
	movq	%rbp, round_out + 8 * R_BP
	movq	%r8, round_out + 8 * R_8
	movq	%r9, round_out + 8 * R_9
	movq	%r10, round_out + 8 * R_10
	movq	%r11, round_out + 8 * R_11
	movq	%r12, round_out + 8 * R_12
	movq	%r13, round_out + 8 * R_13
	movq	%r14, round_out + 8 * R_14
	movq	%r15, round_out + 8 * R_15
	pushfq
	popq	round_out + 8 * R_FLAGS
	movw	%cs, round_out + 8 * R_CS
	movw	%ds, round_out + 8 * R_DS
	movw	%es, round_out + 8 * R_ES
	cld
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
.endm

.macro ROUND name:req, insn:vararg
	.globl	round_\name, op_\name, after_\name
	.type	round_\name, @function
round_\name:
	LOAD
op_\name:
	\insn
after_\name:
	SAVE
	.size	round_\name, . - round_\name
.endm

/* The instruction right after POPF is the first that is single-stepped. */
.macro ROUND_TF name:req, insn:vararg
	.globl	round_\name, op_\name, after_\name
	.type	round_\name, @function
round_\name:
	LOAD
	pushfq
	orq	$0x100, (%rsp)
	popfq
op_\name:
	\insn
after_\name:
	pushfq
	andq	$~0x100, (%rsp)
	popfq
	SAVE
	.size	round_\name, . - round_\name
.endm

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

	.globl	round_spin, op_spin, after_spin
	.type	round_spin, @function
round_spin:
	LOAD
op_spin:
	decq	inject_control + 8
	jnz	op_spin
after_spin:
	SAVE
	.size	round_spin, . - round_spin

	.section .note.GNU-stack, "", @progbits
