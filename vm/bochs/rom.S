/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Option ROM of the Bochs lane: the BIOS, once its tables are set up, calls
 * this instead of booting.  It enters 64-bit mode, reads kernel and initramfs
 * from the first disk to where vm/bochs/image.c wants them, and enters the
 * kernel.  Page tables and the kernel's parameters are further pages of the ROM.
 */
	.set	ROM, 0xd0000		/* these as in image.c */
	.set	LOADS, ROM + 0x800	/* address, first sector, sectors: 64 bits each */
	.set	ENTRY, ROM + 0x7f8
	.set	PAGE_TABLES, ROM + 0x1000
	.set	PARAMS, ROM + 0x3000

	.set	ATA_DATA, 0x1f0
	.set	ATA_COUNT, 0x1f2
	.set	ATA_STATUS, 0x1f7

	.code16
	.globl	_start
_start:
	.byte	0x55, 0xaa
	.byte	0			/* size and checksum: image.c */
	cli
	cld
	lgdtl	%cs:gdt_ptr - _start
	movl	%cr4, %eax
	orl	$0x20, %eax		/* PAE */
	movl	%eax, %cr4
	movl	$PAGE_TABLES, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx	/* EFER.LME */
	rdmsr
	orl	$0x100, %eax
	wrmsr
	movl	%cr0, %eax
	andl	$~0x60000000, %eax	/* CD and NW off */
	orl	$0x80000001, %eax	/* PG and PE on */
	movl	%eax, %cr0
	ljmpl	$0x10, $ROM + long_mode - _start

	.code64
long_mode:
	movl	$0x18, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$LOADS, %ebp
next_load:
	movq	(%rbp), %rdi		/* address */
	movq	8(%rbp), %r8		/* sector */
	movq	16(%rbp), %r9		/* sectors to go */
	addq	$24, %rbp
	testq	%r9, %r9
	jz	enter_kernel
next_command:
	testq	%r9, %r9
	jz	next_load
	movl	$128, %r10d		/* sectors of this command */
	cmpq	%r10, %r9
	cmovb	%r9, %r10
	movl	$ATA_STATUS, %edx
1:	inb	%dx, %al
	testb	$0x80, %al		/* BSY */
	jnz	1b
	movl	$ATA_COUNT, %edx
	movl	%r10d, %eax
	outb	%al, %dx
	movl	%r8d, %eax
	.rept	3			/* LBA, from the low byte up */
	incl	%edx
	outb	%al, %dx
	shrl	$8, %eax
	.endr
	orb	$0xe0, %al		/* LBA, first drive */
	incl	%edx
	outb	%al, %dx
	incl	%edx
	movb	$0x20, %al		/* READ SECTORS */
	outb	%al, %dx
	addq	%r10, %r8
	subq	%r10, %r9
next_sector:
	movl	$ATA_STATUS, %edx
1:	inb	%dx, %al
	andb	$0x88, %al		/* BSY, DRQ */
	cmpb	$0x08, %al
	jne	1b
	movl	$ATA_DATA, %edx
	movl	$256, %ecx
	rep insw
	decl	%r10d
	jnz	next_sector
	jmp	next_command

enter_kernel:
	movl	$PARAMS, %esi
	jmp	*ENTRY

	.balign	8
gdt:	.quad	0, 0
	.quad	0x00af9b000000ffff	/* 0x10: 64-bit code */
	.quad	0x00cf93000000ffff	/* 0x18: data */
gdt_ptr:
	.word	. - gdt - 1
	.long	ROM + gdt - _start
