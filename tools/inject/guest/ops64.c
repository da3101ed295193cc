// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways into the kernel of 64-bit code.
 */
#include <asm/ldt.h>
#include <asm/prctl.h>
#include <err.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inject/guest/guest.h"

#define NR_GETPPID_32 64
/* Beyond the end of the GDT */
#define BAD_CS 0xfb
/* The kernel restores SS from the frame of a signal only if this is set. */
#define UC_STRICT_RESTORE_SS 0x4
#define HWCAP2_FSGSBASE 0x2
/* Some ticks of the timer, where an instruction takes a nanosecond */
#define SPIN_TURNS 2000000
#define GS_BASE 0x123456789000UL

static const int context_places[R_FLAGS] = {
	[R_AX] = REG_RAX, [R_BX] = REG_RBX, [R_CX] = REG_RCX, [R_DX] = REG_RDX,
	[R_SI] = REG_RSI, [R_DI] = REG_RDI, [R_BP] = REG_RBP, [R_SP] = REG_RSP,
	[R_8] = REG_R8,	  [R_9] = REG_R9,   [R_10] = REG_R10, [R_11] = REG_R11,
	[R_12] = REG_R12, [R_13] = REG_R13, [R_14] = REG_R14, [R_15] = REG_R15,
};

static void set_cs_ss(greg_t *gregs, unsigned short cs, unsigned short ss)
{
	gregs[REG_CSGSFS] &= 0x0000ffffffff0000;
	gregs[REG_CSGSFS] |= cs | (greg_t)ss << 48;
}

/* The second signal of OP_BAD_IRET and OP_DOUBLE_FAULT comes from their IRET. */
static void break_iret(ucontext_t *uc, int sig)
{
	greg_t *gregs = uc->uc_mcontext.gregs;

	uc->uc_flags |= UC_STRICT_RESTORE_SS;
	if (sig == SIGTRAP)
		set_cs_ss(gregs, BAD_CS,
			  guest.now->op == OP_BAD_IRET ? user_ss :
							 guest.ldt_ss);
	else
		set_cs_ss(gregs, guest.user_cs, user_ss);
}

/**
 * handle_signal() - for all signals
 *
 * Every exception that ends in a signal leaves the registers alone; a
 * single-step trap can be anywhere.
 */
void handle_signal(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	greg_t *gregs = uc->uc_mcontext.gregs;

	(void)info;
	guest.signals++;
	if (guest.now->finish == finish_steps)
		return;
	for (int i = 0; i < R_FLAGS; i++) {
		reg_t seen = gregs[context_places[i]];

		if (seen == round_in[i])
			continue;
		guest.bad_signal = true;
		fault("register %d in a signal is %#lx, not %#lx", i, seen,
		      round_in[i]);
	}
	gregs[REG_RIP] = (greg_t)guest.now->after;
	if (guest.now->op == OP_BAD_IRET || guest.now->op == OP_DOUBLE_FAULT)
		break_iret(uc, sig);
}

static void prepare_syscall(void)
{
	round_in[R_AX] = SYS_getppid;
}

static void expect_syscall(reg_t *regs)
{
	regs[R_AX] = guest.parent;
	regs[R_CX] = (reg_t)guest.now->after;
	regs[R_11] = regs[R_FLAGS];
}

static void prepare_int80(void)
{
	round_in[R_AX] = NR_GETPPID_32;
}

static void expect_parent(reg_t *regs)
{
	regs[R_AX] = guest.parent;
}

/* RCX and R11 of the traps' own system calls are the kernel's affair. */
static void expect_syscall_tf(reg_t *regs)
{
	regs[R_AX] = guest.parent;
	regs[R_CX] = (reg_t)guest.now->after;
	regs[R_11] = regs[R_FLAGS] | 0x100;
}

static void prepare_page(void)
{
	madvise(guest.page, 4096, MADV_DONTNEED);
	round_in[R_BX] = (reg_t)guest.page;
}

static void expect_zero_byte(reg_t *regs)
{
	regs[R_AX] &= ~(reg_t)0xff;
}

static bool one_signal(void)
{
	return guest.signals == 1 || fault("%u signals, not 1", guest.signals);
}

static bool two_signals(void)
{
	return guest.signals == 2 || fault("%u signals, not 2", guest.signals);
}

static void watch(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(attr),
		.bp_type = HW_BREAKPOINT_RW,
		.bp_addr = (uintptr_t)&guest.watched,
		.bp_len = HW_BREAKPOINT_LEN_1,
	};

	guest.watch_fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	if (guest.watch_fd < 0)
		err(1, "perf_event_open");
}

static bool finish_watch(void)
{
	uint64_t count = 0;
	ssize_t n = read(guest.watch_fd, &count, sizeof(count));

	close(guest.watch_fd);
	guest.watch_fd = -1;
	return (n == sizeof(count) && count == 1) ||
	       fault("the watchpoint was hit %lu times, not once", count);
}

static void prepare_watch_user(void)
{
	guest.watched = 0;
	watch();
	round_in[R_BX] = (reg_t)&guest.watched;
}

/* The kernel writes the byte that is watched. */
static void prepare_watch_kernel(void)
{
	watch();
	round_in[R_AX] = SYS_read;
	round_in[R_DI] = guest.zero_fd;
	round_in[R_SI] = (reg_t)&guest.watched;
	round_in[R_DX] = 1;
}

static void expect_read(reg_t *regs)
{
	expect_syscall(regs);
	regs[R_AX] = 1;
}

static void prepare_divide_error(void)
{
	round_in[R_CX] = 0;
}

static void prepare_spin(void)
{
	inject_control.spin = SPIN_TURNS;
}

/* The last DEC leaves 0: ZF and PF, and CF as it was */
static void expect_spin(reg_t *regs)
{
	regs[R_FLAGS] &= ~(reg_t)0x890;
	regs[R_FLAGS] |= 0x44;
}

static void prepare_espfix(void)
{
	prepare_int80();
	round_ss = guest.ldt_ss;
}

static void prepare_fork(void)
{
	round_in[R_AX] = SYS_clone;
	round_in[R_DI] = SIGCHLD;
	/* No new stack, no thread pointer, no place for a TID */
	round_in[R_SI] = 0;
	round_in[R_DX] = 0;
	round_in[R_10] = 0;
	round_in[R_8] = 0;
}

static bool finish_fork(void)
{
	int status;

	if (waitpid(round_out[R_AX], &status, 0) != (pid_t)round_out[R_AX])
		return fault("there is no child %ld", round_out[R_AX]);
	return status == 0 || fault("the child's registers are wrong");
}

#define OP(id, label) \
	.op = id, .name = #label, .round = round_##label, .after = after_##label

const struct operation operations[] = {
	{ OP(OP_SYSCALL64, syscall64), prepare_syscall, expect_syscall, NULL },
	{ OP(OP_SYSCALL64_TF, syscall64_tf), prepare_syscall, expect_syscall_tf,
	  finish_steps },
	{ OP(OP_INT80, int80), prepare_int80, expect_parent, NULL },
	{ OP(OP_INT80_TF, int80_tf), prepare_int80, expect_parent,
	  finish_steps },
	{ OP(OP_PAGE_FAULT, page_fault), prepare_page, expect_zero_byte, NULL },
	{ OP(OP_BREAKPOINT, breakpoint), NULL, NULL, one_signal },
	{ OP(OP_WATCH_USER, watch_user), prepare_watch_user, expect_zero_byte,
	  finish_watch },
	{ OP(OP_WATCH_KERNEL, watch_kernel), prepare_watch_kernel, expect_read,
	  finish_watch },
	{ OP(OP_INVALID_OP, invalid_op), NULL, NULL, one_signal },
	{ OP(OP_GENERAL_PROTECTION, general_protection), NULL, NULL,
	  one_signal },
	{ OP(OP_DIVIDE_ERROR, divide_error), prepare_divide_error, NULL,
	  one_signal },
	{ OP(OP_SPIN, spin), prepare_spin, expect_spin, NULL },
	{ OP(OP_NOP, nop), NULL, NULL, NULL },
	{ OP(OP_ESPFIX, espfix), prepare_espfix, expect_parent, NULL },
	{ OP(OP_BAD_IRET, bad_iret), NULL, NULL, two_signals },
	{ OP(OP_DOUBLE_FAULT, double_fault), NULL, NULL, two_signals },
	{ OP(OP_FORK, fork), prepare_fork, expect_syscall, finish_fork },
	{ .name = NULL }
};

static int make_ldt_stack(void)
{
	struct user_desc desc = {
		.entry_number = 0,
		.base_addr = 0,
		.limit = 0xffff,
		.contents = MODIFY_LDT_CONTENTS_DATA,
	};

	if (syscall(SYS_modify_ldt, 1, &desc, sizeof(desc)))
		return -1;
	/* In the LDT, RPL 3 */
	guest.ldt_ss = 7;
	return 0;
}

/**
 * setup_operations() - what the operations need
 * Return: 0, or -1 after one line on stderr
 */
int setup_operations(void)
{
	if (!(getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE)) {
		warnx("this CPU has no FSGSBASE");
		return -1;
	}
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, GS_BASE)) {
		warn("arch_prctl");
		return -1;
	}
	if (make_ldt_stack()) {
		warn("modify_ldt");
		return -1;
	}
	return 0;
}
