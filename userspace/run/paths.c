// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "run/paths.h"

static const char *const path_names[PTI_PATH_COUNT] = {
	[PTI_PATH_NONE] = "none",
	[PTI_PATH_SYSCALL64] = "syscall64",
	[PTI_PATH_SYSCALL32] = "syscall32",
	[PTI_PATH_SYSENTER32] = "sysenter32",
	[PTI_PATH_INT80] = "int80",
	[PTI_PATH_PAGE_FAULT] = "page_fault",
	[PTI_PATH_DEBUG] = "debug",
	[PTI_PATH_BREAKPOINT] = "breakpoint",
	[PTI_PATH_INVALID_OP] = "invalid_op",
	[PTI_PATH_GENERAL_PROTECTION] = "general_protection",
	[PTI_PATH_OTHER_EXCEPTION] = "other_exception",
	[PTI_PATH_IRQ] = "irq",
	[PTI_PATH_TIMER] = "timer",
	[PTI_PATH_RESCHED_IPI] = "resched_ipi",
	[PTI_PATH_CALL_IPI] = "call_ipi",
	[PTI_PATH_OTHER_IPI] = "other_ipi",
	[PTI_PATH_NMI_USER] = "nmi_user",
	[PTI_PATH_NMI_KERNEL] = "nmi_kernel",
	[PTI_PATH_MCE] = "mce",
	[PTI_PATH_DOUBLE_FAULT] = "double_fault",
	[PTI_PATH_FORK_RETURN] = "fork_return",
	[PTI_PATH_SYSRET] = "sysret",
	[PTI_PATH_SYSRET32] = "sysret32",
	[PTI_PATH_SYSEXIT] = "sysexit",
	[PTI_PATH_IRET] = "iret",
	[PTI_PATH_ESPFIX] = "espfix",
	[PTI_PATH_PARANOID] = "paranoid",
};

/**
 * pti_path_name() - the name of a path, as every output and sysfs spell it
 * @path: enum pti_path
 * Return: the name, or NULL when there is no such path
 */
const char *pti_path_name(unsigned int path)
{
	return path < PTI_PATH_COUNT ? path_names[path] : NULL;
}

/**
 * pti_path_from_name() - the reverse of pti_path_name()
 * Return: enum pti_path, or -1 when no path has that name
 */
int pti_path_from_name(const char *name)
{
	for (int path = 0; path < PTI_PATH_COUNT; path++)
		if (!strcmp(path_names[path], name))
			return path;
	return -1;
}

/** pti_path_is_exit() - does this path lead from the kernel to user mode? */
bool pti_path_is_exit(unsigned int path)
{
	return path >= PTI_PATH_FORK_RETURN && path < PTI_PATH_COUNT;
}

/**
 * pti_path_is_asynchronous() - is it an interrupt, which comes when it wants?
 *
 * Everything else the program asks for.
 */
bool pti_path_is_asynchronous(unsigned int path)
{
	switch (path) {
	case PTI_PATH_IRQ:
	case PTI_PATH_TIMER:
	case PTI_PATH_RESCHED_IPI:
	case PTI_PATH_CALL_IPI:
	case PTI_PATH_OTHER_IPI:
	case PTI_PATH_NMI_USER:
	case PTI_PATH_NMI_KERNEL:
	case PTI_PATH_MCE:
		return true;
	default:
		return false;
	}
}
