/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
#ifndef _UAPI_ASM_X86_PTI_PATHS_H
#define _UAPI_ASM_X86_PTI_PATHS_H

/**
 * enum pti_path - ways into and out of the kernel that write CR3 under PTI
 *
 * The numbers appear in the trace event pti:pti_switch and in everything that
 * is derived from it, so they never change; new paths are added before
 * %PTI_PATH_COUNT.
 *
 * @PTI_PATH_NONE: no path: that half of a record was not marked
 * @PTI_PATH_SYSCALL64: SYSCALL from 64-bit code
 * @PTI_PATH_SYSCALL32: SYSCALL from 32-bit code (AMD)
 * @PTI_PATH_SYSENTER32: SYSENTER from 32-bit code
 * @PTI_PATH_INT80: INT 0x80, from 32-bit or 64-bit code
 * @PTI_PATH_PAGE_FAULT: #PF from user mode
 * @PTI_PATH_DEBUG: #DB from user mode
 * @PTI_PATH_BREAKPOINT: #BP from user mode
 * @PTI_PATH_INVALID_OP: #UD from user mode
 * @PTI_PATH_GENERAL_PROTECTION: #GP, from user mode or on IRET to user mode
 * @PTI_PATH_OTHER_EXCEPTION: any other exception from user mode
 * @PTI_PATH_IRQ: device interrupt
 * @PTI_PATH_TIMER: local APIC timer interrupt
 * @PTI_PATH_RESCHED_IPI: reschedule IPI
 * @PTI_PATH_CALL_IPI: function call IPI, single or broadcast
 * @PTI_PATH_OTHER_IPI: any other system vector
 * @PTI_PATH_NMI_USER: NMI that interrupted user mode
 * @PTI_PATH_NMI_KERNEL: NMI that interrupted the kernel on the user CR3
 * @PTI_PATH_MCE: #MC from user mode
 * @PTI_PATH_DOUBLE_FAULT: #DF
 * @PTI_PATH_FORK_RETURN: first IRET to user mode of a new task
 * @PTI_PATH_SYSRET: SYSRET to 64-bit code
 * @PTI_PATH_SYSRET32: SYSRET to 32-bit code
 * @PTI_PATH_SYSEXIT: SYSEXIT
 * @PTI_PATH_IRET: IRET to user mode
 * @PTI_PATH_ESPFIX: IRET to a 16-bit stack segment, through ESPFIX
 * @PTI_PATH_PARANOID: return from an IST handler to the user CR3
 * @PTI_PATH_COUNT: number of values, PTI_PATH_NONE included
 */
enum pti_path {
	PTI_PATH_NONE			= 0,

	/* Entries, user mode to kernel */
	PTI_PATH_SYSCALL64		= 1,
	PTI_PATH_SYSCALL32		= 2,
	PTI_PATH_SYSENTER32		= 3,
	PTI_PATH_INT80			= 4,
	PTI_PATH_PAGE_FAULT		= 5,
	PTI_PATH_DEBUG			= 6,
	PTI_PATH_BREAKPOINT		= 7,
	PTI_PATH_INVALID_OP		= 8,
	PTI_PATH_GENERAL_PROTECTION	= 9,
	PTI_PATH_OTHER_EXCEPTION	= 10,
	PTI_PATH_IRQ			= 11,
	PTI_PATH_TIMER			= 12,
	PTI_PATH_RESCHED_IPI		= 13,
	PTI_PATH_CALL_IPI		= 14,
	PTI_PATH_OTHER_IPI		= 15,
	PTI_PATH_NMI_USER		= 16,
	PTI_PATH_NMI_KERNEL		= 17,
	PTI_PATH_MCE			= 18,
	PTI_PATH_DOUBLE_FAULT		= 19,

	/* Exits, kernel to user mode */
	PTI_PATH_FORK_RETURN		= 20,
	PTI_PATH_SYSRET			= 21,
	PTI_PATH_SYSRET32		= 22,
	PTI_PATH_SYSEXIT		= 23,
	PTI_PATH_IRET			= 24,
	PTI_PATH_ESPFIX			= 25,
	PTI_PATH_PARANOID		= 26,

	PTI_PATH_COUNT			= 27
};

#endif /* _UAPI_ASM_X86_PTI_PATHS_H */
