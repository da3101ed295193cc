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

/* A path that an instruction of the guest program, of so many bits, begins */
#define GUEST(bits, path_name, number, label, entry_symbol, frame_kind, \
	      function, ...)                                            \
	{                                                               \
		.name = path_name, .op = number, .op_name = label,      \
		.program = bits, .trigger = EVENT_COUNT,                \
		.entry = entry_symbol, .frame = frame_kind,             \
		.handler = function, .events = NMI | MCE, __VA_ARGS__   \
	}
#define USER(...) GUEST(64, __VA_ARGS__, )
#define USER32(...) GUEST(32, __VA_ARGS__, )
/* The same where the frame points to the IRET to user mode, which faults */
#define FROM_IRET(...) GUEST(64, __VA_ARGS__, .from = "native_irq_return_iret")

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
	USER("debug_kernel", OP_WATCH_KERNEL, "watch_kernel", "asm_exc_debug",
	     FRAME_UNKNOWN, "exc_debug"),
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
	FROM_IRET("bad_iret", OP_BAD_IRET, "bad_iret",
		  "asm_exc_general_protection", FRAME_ERROR,
		  "exc_general_protection"),
	FROM_IRET("double_fault", OP_DOUBLE_FAULT, "double_fault",
		  "asm_exc_double_fault", FRAME_ERROR, "exc_double_fault"),
	USER("fork_return", OP_FORK, "fork", "ret_from_fork_asm", FRAME_UNKNOWN,
	     "ret_from_fork"),
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
	USER32("int80_32", OP_INT80_32, "int80_32", "asm_int80_emulation",
	       FRAME_PLAIN, "int80_emulation"),
	USER32("sysenter32", OP_VSYSCALL32, "vsyscall32",
	       "entry_SYSENTER_compat", FRAME_UNKNOWN, "do_SYSENTER_32"),
	USER32("syscall32", OP_VSYSCALL32, "vsyscall32", "entry_SYSCALL_compat",
	       FRAME_UNKNOWN, "do_fast_syscall_32"),
	{ .name = NULL }
};
