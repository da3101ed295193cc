// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways into the kernel of 32-bit code.
 */
#include <err.h>
#include <signal.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/syscall.h>

#include "inject/guest/guest.h"

/* CF, PF, AF, ZF, SF, OF */
#define ARITHMETIC_FLAGS 0x8d5

/**
 * handle_signal() - for all signals: here only single-step traps make some
 */
void handle_signal(int sig, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	guest.signals++;
	guest.bad_signal |= sig != SIGTRAP;
}

static void prepare_syscall(void)
{
	round_in[R_AX] = SYS_getppid;
}

/* Entered by SYSENTER, the kernel counts before it saves the flags. */
static void prepare_vsyscall(void)
{
	prepare_syscall();
	guest.flags &= ~(reg_t)ARITHMETIC_FLAGS;
}

static void expect_parent(reg_t *regs)
{
	regs[R_AX] = guest.parent;
}

#define OP(id, label) \
	.op = id, .name = #label, .round = round_##label, .after = after_##label

const struct operation operations[] = {
	{ OP(OP_INT80_32, int80_32), prepare_syscall, expect_parent, NULL },
	{ OP(OP_VSYSCALL32, vsyscall32), prepare_vsyscall, expect_parent,
	  NULL },
	{ OP(OP_SYSENTER32_TF, sysenter32_tf), prepare_vsyscall, expect_parent,
	  finish_steps },
	{ .name = NULL }
};

/**
 * setup_operations() - what the operations need
 * Return: 0, or -1 after one line on stderr
 */
int setup_operations(void)
{
	vsyscall = getauxval(AT_SYSINFO);
	if (!vsyscall) {
		warnx("there is no vDSO for 32-bit programs");
		return -1;
	}
	return 0;
}
