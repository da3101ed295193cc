/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What window-check and ways-check need of a kernel, and no more: one system call,
 * one IDT stub, one way out.  CASE adds alternatives of one kind to the way in;
 * AT_ENTRY, AT_EXIT and OUTSIDE are code for the way in, on the kernel table, the
 * way out, before SWAPGS, and for a function that is not of the entry text.
 */
#define FEATURE_ALWAYS (3 * 32 + 21)
#define FEATURE_PTI (7 * 32 + 11)
#define FEATURE_FREE (9 * 32 + 20)
#define FEATURE_NEW (5 * 32 + 1)
#define FEATURE_LATE (21 * 32 + 30)
#define FEATURE_MARKS (21 * 32 + 31)
#define FEATURE_VERW (3 * 32 + 18)
#define FEATURE_IBRS (7 * 32 + 12)
#define FEATURE_UNRET (11 * 32 + 15)
#define FEATURE_DEPTH (11 * 32 + 19)
#define NOT (1 << 16)
#define DIRECT_CALL (1 << 17)

#define CASE_PLAIN 0
#define CASE_FREE 1
#define CASE_NOT 2
#define CASE_NESTED 3
#define CASE_NESTED_LAST 4
#define CASE_SAME_FEATURE 5
#define CASE_LONGEST 6
#define CASE_INSIDE 7
#define CASE_DATA 8
#define CASE_CALL 9
#define CASE_MIDDLE 10
/* Those from here on have marks; MARKS gives them to the others. */
#define CASE_BOUNDED 11
#define CASE_UNBOUNDED 12
#define CASE_FAR 13
#define CASE_SUM 14
#if CASE >= CASE_BOUNDED
#define MARKS
#endif
#ifndef AT_ENTRY
#define AT_ENTRY
#endif
#ifndef AT_EXIT
#define AT_EXIT
#endif
#ifndef OUTSIDE
#define OUTSIDE
#endif

	.section .altinstructions, "a"
	.globl	__alt_instructions
__alt_instructions:

/* One record of .altinstructions, for the code from \from to \to */
.macro RECORD from to new new_end feature:vararg
	.pushsection .altinstructions, "a"
	.long	\from - .
	.long	\new - .
	.long	\feature
	.byte	\to - \from
	.byte	\new_end - \new
	.popsection
.endm

.macro REPLACEMENT label code:vararg
	.pushsection .altinstr_replacement, "ax"
\label:
	\code
\label\()_end:
	.popsection
.endm

	.section .text, "ax"
	.globl	do_syscall_64, nop_func, __x86_return_thunk
	.type	function, @function
	.type	do_syscall_64, @function
do_syscall_64:
	ret
	.size	do_syscall_64, . - do_syscall_64
entry_untrain_ret:
	ret
function:
	OUTSIDE
	ret
	.size	function, . - function
__x86_return_thunk:
	ret
	.balign	4096, 0xcc

	.globl	__entry_text_start
__entry_text_start:
	.type	entry_SYSCALL_64, @function
	.globl	entry_SYSCALL_64
entry_SYSCALL_64:
	swapgs
	movq	%rsp, %gs:cpu_tss_rw + 0x14
#if CASE >= CASE_FAR
	andl	$0x780, %esi
#endif
#if CASE == CASE_SUM
	addq	$pti_marks + 0x800, %rsi
#endif
planted:
#if CASE == CASE_FREE
/* Either side is followed: nothing, and a read of other data */
701:	.nops	8
702:
	REPLACEMENT new1, movq rodata, %rax
	RECORD 701b 702b new1 new1_end FEATURE_FREE
#elif CASE == CASE_NOT
/* Replaced unless the switch is late */
701:	movq	rodata, %rax
702:
	REPLACEMENT new1, xorl %eax, %eax
	RECORD 701b 702b new1 new1_end FEATURE_LATE | NOT
#elif CASE == CASE_NESTED
/* The last one that applies stays, whatever comes before it */
701:	movq	rodata, %rax
702:
	REPLACEMENT new1, movq rodata, %rax
	REPLACEMENT new2, xorl %ecx, %ecx
	RECORD 701b 702b new1 new1_end FEATURE_FREE
	RECORD 701b 702b new2 new2_end FEATURE_ALWAYS
#elif CASE == CASE_NESTED_LAST
701:	.nops	8
702:
	REPLACEMENT new1, xorl %eax, %eax
	REPLACEMENT new2, movq rodata, %rax
	RECORD 701b 702b new1 new1_end FEATURE_ALWAYS
	RECORD 701b 702b new2 new2_end FEATURE_FREE
#elif CASE == CASE_SAME_FEATURE
/* With and without one feature: there is no third way */
701:	movq	rodata, %rax
702:
	REPLACEMENT new1, xorl %eax, %eax
	REPLACEMENT new2, xorl %ecx, %ecx
	RECORD 701b 702b new1 new1_end FEATURE_FREE
	RECORD 701b 702b new2 new2_end FEATURE_FREE | NOT
#elif CASE == CASE_LONGEST
/* The records of a place are as long as the longest: the rest is NOPs */
701:	.nops	3
702:	movq	rodata, %rax
703:
	REPLACEMENT new1, .nops 1
	REPLACEMENT new2, xorl %ecx, %ecx
	RECORD 701b 702b new1 new1_end FEATURE_ALWAYS
	RECORD 701b 703b new2 new2_end FEATURE_FREE
#elif CASE == CASE_INSIDE
/* A jump within the replacement stays there, one out of it leads to its place */
701:	.nops	12
702:
	.pushsection .altinstr_replacement, "ax"
new1:
	testl	%eax, %eax
	jz	704f
	jmp	out
704:	xorl	%ecx, %ecx
new1_end:
	.popsection
	RECORD 701b 702b new1 new1_end FEATURE_FREE
out:
#elif CASE == CASE_DATA
/* RIP-relative data is moved along */
701:	.nops	7
702:
	.pushsection .altinstr_replacement, "ax"
new1:
	verw	constant(%rip)
new1_end:
	.popsection
	RECORD 701b 702b new1 new1_end FEATURE_FREE
#elif CASE == CASE_CALL
/* An indirect call becomes a direct one */
701:	call	*pointer(%rip)
702:
	REPLACEMENT new1, call BUG_func
	RECORD 701b 702b new1 new1_end FEATURE_ALWAYS | DIRECT_CALL
#elif CASE == CASE_MIDDLE
/* What is jumped to is in the middle of what can be there */
	jc	701f + 1
701:	.nops	12
702:
	REPLACEMENT new1, movabs $0, %rax
	RECORD 701b 702b new1 new1_end FEATURE_ALWAYS
#elif CASE == CASE_BOUNDED
/* Whatever was in the register, this is in pti_marks. */
	andl	$0x780, %esi
	movl	%eax, %gs:pti_marks + 0x180(%rsi)
	addq	$pti_marks + 0x180, %rsi
	movl	%eax, %gs:8(%rsi)
#elif CASE == CASE_UNBOUNDED
	movl	%eax, %gs:pti_marks + 0x180(%rsi)
#elif CASE == CASE_FAR
	movl	%eax, %gs:pti_marks + 0x880(%rsi)
#elif CASE == CASE_SUM
	movl	%eax, %gs:8(%rsi)
#endif
	movq	%cr3, %rsp
	andq	$~0x1800, %rsp
	movq	%rsp, %cr3
	movq	%gs:top_of_stack, %rsp
	AT_ENTRY
	call	do_syscall_64
	.type	leave, @function
leave:
	movq	%gs:cpu_tss_rw + 4, %rsp
	pushq	%rax
	movq	%cr3, %rax
	orq	$0x1000, %rax
	movq	%rax, %cr3
	popq	%rax
	movq	%r9, %rsp
	AT_EXIT
swap:
	swapgs
	sysretq
	.size	leave, . - leave

	.globl	__irqentry_text_start, __irqentry_text_end
__irqentry_text_start:
	.globl	asm_exc_page_fault
asm_exc_page_fault:
	testb	$3, 8(%rsp)
	jz	1f
from_user:
	swapgs
	movq	%cr3, %rax
	andq	$~0x1800, %rax
	movq	%rax, %cr3
	call	do_syscall_64
	jmp	leave
1:	leaq	native_irq_return_iret(%rip), %rcx
	cmpq	%rcx, 8(%rsp)
	jne	2f
	jmp	from_user
2:	movl	%ecx, %ecx
	cmpq	%rcx, 8(%rsp)
	jne	native_irq_return_iret
	jmp	from_user
	.globl	native_irq_return_iret
native_irq_return_iret:
	iretq
	.globl	irq_entries_start, spurious_entries_start
	.balign	8
irq_entries_start:
	pushq	$1
	jmp	asm_exc_page_fault
	.balign	8
spurious_entries_start:
	pushq	$2
	jmp	asm_exc_page_fault
	.balign	8
__irqentry_text_end:
constant:
	.quad	0
nop_func:
	ret
	.globl	__entry_text_end
__entry_text_end:
	.globl	BUG_func
BUG_func:
	ret

	.section .rodata, "a"
	.globl	rodata, x86_cap_flags, def_idts, __per_cpu_offset
rodata:
	.quad	0
pointer:
#ifdef NOP
	.quad	nop_func
#else
	.quad	do_syscall_64
#endif
	.type	x86_cap_flags, @object
x86_cap_flags:
	.skip	8 * FEATURE_PTI
	.quad	1f
	.size	x86_cap_flags, . - x86_cap_flags
1:	.asciz	"pti"
	.type	def_idts, @object
def_idts:
	.long	14, 0x10
	.quad	0x8e00
	.quad	asm_exc_page_fault
	.size	def_idts, . - def_idts
__per_cpu_offset:
	.quad	0

	.section .altinstr_replacement, "ax"
new0:

	.section .altinstructions, "a"
	/* There is a late switch, and here marks; these records change nothing. */
	RECORD do_syscall_64 do_syscall_64 new0 new0 FEATURE_LATE
#ifdef MARKS
	RECORD do_syscall_64 do_syscall_64 new0 new0 FEATURE_MARKS
#endif
	.globl	__alt_instructions_end
__alt_instructions_end:

	.section .data..percpu, "aw"
	.balign	4096
	.globl	cpu_tss_rw, top_of_stack
cpu_tss_rw:
	.skip	4096
top_of_stack:
	.quad	0
#ifdef MARKS
	.balign	4096
	.globl	pti_marks
pti_marks:
	.skip	4096
#endif
