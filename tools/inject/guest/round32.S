/* SPDX-License-Identifier: GPL-2.0-only */
/* What round64.S does, for the ways into the kernel of 32-bit code */
#include "inject/guest/round.h"

	.bss
	.globl	round_in, round_out, vsyscall
	.balign 64
round_in:
	.skip	4 * R_COUNT
round_out:
	.skip	4 * R_COUNT
saved_esp:
	.skip	4
vsyscall:
	.skip	4

	.data
	.globl	round_ss, user_ss
round_ss:
	.word	0
user_ss:
	.word	0

	.text

.macro LOAD
	pushl	%ebx
	pushl	%ebp
	pushl	%esi
	pushl	%edi
	movl	%esp, saved_esp
	pushl	round_in + 4 * R_FLAGS
	popfl
	movl	round_in + 4 * R_AX, %eax
	movl	round_in + 4 * R_BX, %ebx
	movl	round_in + 4 * R_CX, %ecx
	movl	round_in + 4 * R_DX, %edx
	movl	round_in + 4 * R_SI, %esi
	movl	round_in + 4 * R_DI, %edi
	movl	round_in + 4 * R_BP, %ebp
	movl	round_in + 4 * R_SP, %esp
.endm

.macro SAVE
	movl	%esp, round_out + 4 * R_SP
	movl	saved_esp, %esp
	movl	%eax, round_out + 4 * R_AX
	movl	%ebx, round_out + 4 * R_BX
	movl	%ecx, round_out + 4 * R_CX
	movl	%edx, round_out + 4 * R_DX
	movl	%esi, round_out + 4 * R_SI
	movl	%edi, round_out + 4 * R_DI
	movl	%ebp, round_out + 4 * R_BP
	pushfl
	popl	round_out + 4 * R_FLAGS
	movw	%ss, round_out + 4 * R_SS
	movw	%cs, round_out + 4 * R_CS
	movw	%ds, round_out + 4 * R_DS
	movw	%es, round_out + 4 * R_ES
	cld
	popl	%edi
	popl	%esi
	popl	%ebp
	popl	%ebx
	ret
.endm

.macro BEGIN name:req
	.globl	round_\name, op_\name, after_\name
	.type	round_\name, @function
round_\name:
	LOAD
.endm

	BEGIN	int80_32
op_int80_32:
	int	$0x80
after_int80_32:
	SAVE

	BEGIN	vsyscall32
op_vsyscall32:
	call	*vsyscall
after_vsyscall32:
	SAVE

/*
 * The frame that __kernel_vsyscall makes: the kernel comes back into the vDSO,
 * which pops it.
 */
	BEGIN	sysenter32_tf
	pushl	$after_sysenter32_tf
	pushl	%ecx
	pushl	%edx
	pushl	%ebp
	movl	%esp, %ebp
	pushfl
	orl	$0x100, (%esp)
	popfl
op_sysenter32_tf:
	sysenter
after_sysenter32_tf:
	pushfl
	andl	$~0x100, (%esp)
	popfl
	SAVE

	.section .note.GNU-stack, "", @progbits
