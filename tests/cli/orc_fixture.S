/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel of one stub and one function, with ORC tables written by hand, for
 * the test of orc-check.  PLANT_* each puts in one fault.
 */
#define UNDEFINED	0
#define END_OF_STACK	1
#define CALL		2
#define REGS		3
#define REGS_PARTIAL	4
#define SIGNAL		8

/* From here on, the frame of this type is OFFSET above RSP. */
.macro orc type, offset=0
.Lorc\@:
	.pushsection .orc_unwind_ip, "a"
	.long	.Lorc\@ - .
	.popsection
	.pushsection .orc_unwind, "a"
	.short	\offset, 0
	.byte	5, \type
	.popsection
.endm

.macro symbol name
	.globl	\name
\name:
.endm

.macro end name
	.size	\name, . - \name
.endm

	.text
	.globl	_start
_start:
symbol __entry_text_start

symbol entry
#ifdef PLANT_SITE
	orc	REGS | SIGNAL, 16
#else
	/* The same, told by what the CPU pushed: that is 128 bytes on. */
	orc	REGS_PARTIAL | SIGNAL, 136
#endif
.Lsite:
	nopl	0(%rax, %rax, 1)
symbol entry_done
	orc	REGS | SIGNAL, 8
	/* As first_nmi does: what is pushed here is no return address. */
	pushq	$entry_done
	orc	REGS | SIGNAL, 16
	addq	$8, %rsp
	orc	REGS | SIGNAL, 8
	ud2
end entry
	orc	UNDEFINED

symbol stub
	orc	REGS | SIGNAL, 8
	nop
#ifdef PLANT_HOLE
	orc	UNDEFINED
	nop
	orc	REGS | SIGNAL, 8
#endif
	pushq	$stub_done
	orc	REGS | SIGNAL, 16
	jmp	pti_enter_fixture
#ifndef PLANT_RETURN
	orc	REGS | SIGNAL, 8
#endif
	int3
symbol stub_done
#ifdef PLANT_DONE
	orc	REGS | SIGNAL, 8
#else
	orc	REGS | SIGNAL, 16
#endif
	addq	$8, %rsp
#ifdef PLANT_BACK
	orc	REGS | SIGNAL, 0
#else
	orc	REGS | SIGNAL, 8
#endif
	jmp	entry_done
	orc	UNDEFINED
	int3
end stub

#ifndef PLANT_NONE
symbol pti_enter_fixture
#ifdef PLANT_CALLER
	orc	END_OF_STACK
#else
	orc	CALL, 8
#endif
	pushq	%rbx
	orc	CALL, 16
	movq	%cr3, %rbx
	popq	%rbx
#ifndef PLANT_TAIL
	orc	CALL, 8
#endif
#ifdef PLANT_STRAY
	jmp	entry
#else
	jmp	stub_done
#endif
end pti_enter_fixture
	orc	UNDEFINED
#else
	.set	pti_enter_fixture, entry
#endif
	nop
symbol __entry_text_end

	.section .altinstr_replacement, "ax"
.Lreplacement:
	jmp	stub
.Lreplacement_end:

	.section .altinstructions, "a"
	.long	.Lsite - .
	.long	.Lreplacement - .
	.long	0
	.byte	5, .Lreplacement_end - .Lreplacement
