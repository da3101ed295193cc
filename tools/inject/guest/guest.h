/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_GUEST_H
#define PTISCOPE_TOOLS_GUEST_H

#include <stdbool.h>
#include <sys/types.h>
#include <ucontext.h>

#include "inject/control.h"
#include "inject/guest/round.h"

/**
 * struct operation - one way into the kernel
 * @op: its number
 * @name: for messages
 * @round: the code in round.S
 * @after: the label behind the operation
 * @prepare: set what is special before it, in round_in; may be NULL
 * @expect: set what it changes, in a copy of round_in; may be NULL
 * @finish: a check of its own after the registers were right; may be NULL
 */
struct operation {
	enum inject_op op;
	const char *name;
	void (*round)(void);
	char *after;
	void (*prepare)(void);
	void (*expect)(reg_t *regs);
	bool (*finish)(void);
};

/**
 * struct guest - the program's state, which signal handlers need, too
 * @now: the operation that runs
 * @signals: how many signals it got
 * @bad_signal: one of them had a wrong register
 * @flags: those that the operation must keep
 * @page: a page that is not there, @watched a byte to watch
 * @user_cs: CS of this program
 * @ldt_ss: selector of a 16-bit stack segment, 0 when there is none
 * @parent: process ID of its parent
 * @watch_fd: perf event that watches @watched, or -1; @zero_fd is /dev/zero
 * @traps: how many single-step traps the operation took at first, or 0
 */
struct guest {
	const struct operation *now;
	volatile unsigned int signals;
	volatile bool bad_signal;
	reg_t flags;
	char *page;
	char watched;
	unsigned short user_cs;
	unsigned short ldt_ss;
	pid_t parent;
	int watch_fd;
	int zero_fd;
	unsigned int traps[OP_SYSENTER32_TF + 1];
};

extern struct guest guest;
extern struct inject_control inject_control;
extern const struct operation operations[];

bool fault(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void handle_signal(int sig, siginfo_t *info, void *context);
bool finish_steps(void);
int setup_operations(void);

#endif /* PTISCOPE_TOOLS_GUEST_H */
