// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways into the kernel and out of it that inject knows.
 */
#include "inject/inject.h"

#define NMI (1U << EVENT_NMI)
#define MCE (1U << EVENT_MCE)
#define NESTED (1U << EVENT_NESTED)

const char *const event_names[EVENT_COUNT + 1] = {
	[EVENT_NMI] = "nmi",
	[EVENT_MCE] = "mce",
	[EVENT_NESTED] = "nested",
};

/* A path that the guest's own instruction begins */
#define USER(path_name, number, label, entry_symbol, frame_kind, function)    \
	{                                                                     \
		.name = path_name, .op = number, .op_name = label,            \
		.program = 64, .trigger = EVENT_COUNT, .entry = entry_symbol, \
		.frame = frame_kind, .handler = function, .events = NMI | MCE \
	}

/* A path of an event that is injected, at an instruction of syscall64 or nop */
#define HOST(path_name, number, label, what, place, entry_symbol, function, \
	     kinds)                                                         \
	{                                                                   \
		.name = path_name, .op = number, .op_name = label,          \
		.program = 64, .trigger = what, .trigger_at = place,        \
		.from = place, .entry = entry_symbol, .frame = FRAME_PLAIN, \
		.handler = function, .events = kinds                        \
	}

const struct path paths[] = {
	USER("syscall64", OP_SYSCALL64, "syscall64", "entry_SYSCALL_64",
	     FRAME_NONE, "do_syscall_64"),
	USER("syscall64_tf", OP_SYSCALL64_TF, "syscall64_tf",
	     "entry_SYSCALL_64", FRAME_NONE, "do_syscall_64"),
	USER("int80", OP_INT80, "int80", "asm_int80_emulation", FRAME_PLAIN,
	     "int80_emulation"),
	USER("int80_tf", OP_INT80_TF, "int80_tf", "asm_int80_emulation",
	     FRAME_PLAIN, "int80_emulation"),
	USER("page_fault", OP_PAGE_FAULT, "page_fault", "asm_exc_page_fault",
	     FRAME_ERROR, "exc_page_fault"),
	USER("breakpoint", OP_BREAKPOINT, "breakpoint", "asm_exc_int3",
	     FRAME_PLAIN, "exc_int3"),
	USER("debug_tf", OP_SYSCALL64_TF, "syscall64_tf", "asm_exc_debug",
	     FRAME_PLAIN, "noist_exc_debug"),
	USER("debug_watch", OP_WATCH_USER, "watch_user", "asm_exc_debug",
	     FRAME_PLAIN, "noist_exc_debug"),
	{ .name = "debug_kernel",
	  .op = OP_WATCH_KERNEL,
	  .op_name = "watch_kernel",
	  .program = 64,
	  .trigger = EVENT_COUNT,
	  .entry = "asm_exc_debug",
	  .frame = FRAME_UNKNOWN,
	  .handler = "exc_debug",
	  .events = NMI | MCE },
	USER("invalid_op", OP_INVALID_OP, "invalid_op", "asm_exc_invalid_op",
	     FRAME_PLAIN, "exc_invalid_op"),
	USER("general_protection", OP_GENERAL_PROTECTION, "general_protection",
	     "asm_exc_general_protection", FRAME_ERROR,
	     "exc_general_protection"),
	USER("other_exception", OP_DIVIDE_ERROR, "divide_error",
	     "asm_exc_divide_error", FRAME_PLAIN, "exc_divide_error"),
	USER("timer", OP_SPIN, "spin", "asm_sysvec_apic_timer_interrupt",
	     FRAME_PLAIN, "sysvec_apic_timer_interrupt"),
	USER("irq", OP_SPIN, "spin", "asm_common_interrupt", FRAME_ERROR,
	     "common_interrupt"),
	USER("espfix", OP_ESPFIX, "espfix", "asm_int80_emulation", FRAME_PLAIN,
	     "int80_emulation"),
	{ .name = "bad_iret",
	  .op = OP_BAD_IRET,
	  .op_name = "bad_iret",
	  .program = 64,
	  .trigger = EVENT_COUNT,
	  .from = "native_irq_return_iret",
	  .entry = "asm_exc_general_protection",
	  .frame = FRAME_ERROR,
	  .handler = "exc_general_protection",
	  .events = NMI | MCE },
	{ .name = "double_fault",
	  .op = OP_DOUBLE_FAULT,
	  .op_name = "double_fault",
	  .program = 64,
	  .trigger = EVENT_COUNT,
	  .from = "native_irq_return_iret",
	  .entry = "asm_exc_double_fault",
	  .frame = FRAME_ERROR,
	  .handler = "exc_double_fault",
	  .events = NMI | MCE },
	{ .name = "fork_return",
	  .op = OP_FORK,
	  .op_name = "fork",
	  .program = 64,
	  .trigger = EVENT_COUNT,
	  .entry = "ret_from_fork_asm",
	  .frame = FRAME_UNKNOWN,
	  .handler = "ret_from_fork",
	  .events = NMI | MCE },
	HOST("nmi_user", OP_NOP, "nop", EVENT_NMI, NULL, "asm_exc_nmi",
	     "exc_nmi", MCE | NESTED),
	HOST("nmi_kernel", OP_SYSCALL64, "syscall64", EVENT_NMI,
	     "do_syscall_64", "asm_exc_nmi", "exc_nmi", MCE | NESTED),
	HOST("nmi_window", OP_SYSCALL64, "syscall64", EVENT_NMI,
	     "entry_SYSCALL_64", "asm_exc_nmi", "exc_nmi", MCE | NESTED),
	HOST("mce_user", OP_NOP, "nop", EVENT_MCE, NULL,
	     "asm_exc_machine_check", "noist_exc_machine_check", NMI),
	HOST("mce_kernel", OP_SYSCALL64, "syscall64", EVENT_MCE,
	     "do_syscall_64", "asm_exc_machine_check", "exc_machine_check",
	     NMI),
	HOST("mce_window", OP_SYSCALL64, "syscall64", EVENT_MCE,
	     "entry_SYSCALL_64", "asm_exc_machine_check", "exc_machine_check",
	     NMI),
	{ .name = "int80_32",
	  .op = OP_INT80_32,
	  .op_name = "int80_32",
	  .program = 32,
	  .trigger = EVENT_COUNT,
	  .entry = "asm_int80_emulation",
	  .frame = FRAME_PLAIN,
	  .handler = "int80_emulation",
	  .events = NMI | MCE },
	{ .name = "sysenter32",
	  .op = OP_VSYSCALL32,
	  .op_name = "vsyscall32",
	  .program = 32,
	  .trigger = EVENT_COUNT,
	  .entry = "entry_SYSENTER_compat",
	  .frame = FRAME_UNKNOWN,
	  .handler = "do_SYSENTER_32",
	  .events = NMI | MCE },
	{ .name = "syscall32",
	  .op = OP_VSYSCALL32,
	  .op_name = "vsyscall32",
	  .program = 32,
	  .trigger = EVENT_COUNT,
	  .entry = "entry_SYSCALL_compat",
	  .frame = FRAME_UNKNOWN,
	  .handler = "do_fast_syscall_32",
	  .events = NMI | MCE },
	{ .name = NULL }
};
