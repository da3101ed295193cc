// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is every call seen by who should see it, from the moment that it asked to?
 * Seccomp filters, tracers, syscall user dispatch, the tracepoints of system calls.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "skipcheck.h"

#define ANSWER 4242 /* of who emulates a call */
#define LOOPERS 3
#define CALLS_WATCHED 200 /* of each loop */

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF 0
#define PR_SYS_DISPATCH_ON 1
#define SYSCALL_DISPATCH_FILTER_ALLOW 0
#define SYSCALL_DISPATCH_FILTER_BLOCK 1
#endif

/* Once the filter is said to be there, no call of any thread gets past it. */
static void *loop_under_filter(void *arg)
{
	unsigned int watched = 0;
	struct ids want;

	(void)arg;
	ids_slowly(&want);
	tally->entered++;
	for (unsigned int i = 0; watched < CALLS_WATCHED; i++) {
		enum call call = i % CALLS;
		bool set = tally->set;
		long seen = call_straight(call);

		watched += set;
		if (set && seen != -EXDEV)
			tally->missed++;
		if (!set && seen != -EXDEV && seen != want.id[call])
			tally->wrong++;
	}
	return NULL;
}

/* An error for each of the calls; for all threads of this process */
static void forbid_calls(void)
{
	struct sock_filter code[CALLS + 3] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = { CALLS + 3, code };

	for (enum call call = 0; call < CALLS; call++)
		code[1 + call] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, calls[call].nr, CALLS - call,
			0);
	code[1 + CALLS] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						       SECCOMP_RET_ALLOW);
	code[2 + CALLS] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_TSYNC, &program))
		broken("seccomp");
}

static void all_forbidden(unsigned long n)
{
	(void)n;
	for (enum call call = 0; call < CALLS; call++)
		if (call_straight(call) != -EXDEV)
			tally->missed++;
}

static void filter_siblings(unsigned long n)
{
	pthread_t thread[LOOPERS];

	(void)n;
	begin_setting();
	for (int i = 0; i < LOOPERS; i++)
		if (pthread_create(&thread[i], NULL, loop_under_filter, NULL))
			broken("pthread_create");
	while (tally->entered < LOOPERS)
		sched_yield();
	before_setting();
	forbid_calls();
	after_setting();
	all_forbidden(0);
	for (int i = 0; i < LOOPERS; i++)
		pthread_join(thread[i], NULL);
	in_child("a child under a filter", all_forbidden, 0);
}

void seen_seccomp(unsigned long n)
{
	/* Each round makes many more calls than it watches. */
	for (unsigned long i = 0; i < n / (LOOPERS * CALLS_WATCHED * 20) + 3;
	     i++)
		in_child("a filter for all threads", filter_siblings, 0);
}

/* It makes no system calls but these. */
static void loop_watched(void)
{
	long want = call_slowly(CALL_PID);

	tally->entered = 1;
	while (!tally->ended) {
		bool set = tally->set;
		long seen = call_straight(CALL_PID);

		tally->watched += set;
		/* An emulator's answer is right while it is there. */
		if (seen != want && seen != ANSWER)
			tally->wrong++;
	}
	_exit(0);
}

static pid_t start_loop(void)
{
	pid_t pid;

	begin_setting();
	tally->watched = 0;
	pid = fork();
	if (!pid)
		loop_watched();
	if (pid < 0)
		broken("fork");
	return pid;
}

static void end_loop(pid_t pid)
{
	int status = 0;

	tally->ended = 1;
	if (waitpid(pid, &status, 0) != pid || status)
		broken("who was watched ended with 0x%x", status);
}

static bool seize(pid_t pid)
{
	int status;

	before_setting();
	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD) ||
	    ptrace(PTRACE_INTERRUPT, pid, 0, 0) ||
	    waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) {
		broken("PTRACE_SEIZE");
		return false;
	}
	tally->set = 1;
	return true;
}

/* Entries of getpid that a tracer sees from one stop to the next, for so many stops */
static unsigned long trace(pid_t pid, enum __ptrace_request how, int stops)
{
	struct __ptrace_syscall_info info = { 0 };
	unsigned long seen = 0;
	int status;

	while (stops > 0 || info.op != PTRACE_SYSCALL_INFO_EXIT) {
		if (ptrace(how, pid, 0, 0) ||
		    waitpid(pid, &status, __WALL) != pid ||
		    !WIFSTOPPED(status)) {
			broken("PTRACE_SYSCALL");
			return seen;
		}
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
		stops--;
		seen += info.op == PTRACE_SYSCALL_INFO_ENTRY &&
			info.entry.nr == SYS_getpid;
	}
	return seen;
}

/* A tracer comes and goes; while it is there it sees each call. */
void seen_tracer(unsigned long n)
{
	unsigned long rounds = n / 2000 + 1, seen = 0, watched;
	pid_t pid = start_loop();

	for (unsigned long i = 0; i < rounds && seize(pid); i++) {
		seen += trace(pid, PTRACE_SYSCALL, CALLS_WATCHED);
		tally->set = 0;
		if (ptrace(PTRACE_DETACH, pid, 0, 0))
			broken("PTRACE_DETACH");
		usleep(1000);
	}
	end_loop(pid);
	watched = tally->watched;
	/* The first of a round may have asked before the tracer was there. */
	if (seen > watched + rounds)
		broken("a tracer saw %lu calls of %lu", seen, watched);
	if (seen < watched)
		tally->missed += watched - seen;
}

/* Each call of a stopped process until it is let go is answered by its tracer. */
static unsigned long emulate(pid_t pid)
{
	unsigned long seen = 0;
	int status;

	while (seen < CALLS_WATCHED) {
		if (ptrace(PTRACE_SYSEMU, pid, 0, 0) ||
		    waitpid(pid, &status, __WALL) != pid ||
		    !WIFSTOPPED(status)) {
			broken("PTRACE_SYSEMU");
			return seen;
		}
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		seen++;
		/* offsetof(struct user, regs.rax) */
		if (ptrace(PTRACE_POKEUSER, pid, 10 * sizeof(long), ANSWER))
			broken("PTRACE_POKEUSER");
	}
	return seen;
}

void seen_emulator(unsigned long n)
{
	unsigned long rounds = n / 2000 + 1, seen = 0, watched;
	pid_t pid = start_loop();

	for (unsigned long i = 0; i < rounds && seize(pid); i++) {
		seen += emulate(pid);
		tally->set = 0;
		if (ptrace(PTRACE_DETACH, pid, 0, 0))
			broken("PTRACE_DETACH");
		usleep(1000);
	}
	end_loop(pid);
	watched = tally->watched;
	if (seen < watched)
		tally->missed += watched - seen;
}

static volatile unsigned char selector;
static volatile unsigned long dispatched;

static void on_dispatch(int signal, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signal;
	(void)info;
	selector = SYSCALL_DISPATCH_FILTER_ALLOW;
	dispatched++;
	uc->uc_mcontext.gregs[REG_RAX] = ANSWER;
}

static void dispatch(unsigned long n)
{
	struct sigaction action = { .sa_sigaction = on_dispatch,
				    .sa_flags = SA_SIGINFO };
	unsigned long before;
	struct ids want;

	ids_slowly(&want);
	if (sigaction(SIGSYS, &action, NULL) ||
	    prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0,
		  &selector)) {
		broken("syscall user dispatch");
		return;
	}
	for (unsigned long i = 0; i < n; i++) {
		bool block = i % 3;
		enum call call = i % CALLS;
		long seen;

		before = dispatched;
		if (block && tally->plant != PLANT_MISSED)
			selector = SYSCALL_DISPATCH_FILTER_BLOCK;
		seen = call_straight(call);
		if (dispatched - before != block)
			tally->missed++;
		else if (seen != (block ? ANSWER : want.id[call]))
			tally->wrong++;
	}
	prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0);
	check_ids("without user dispatch", &want);
}

void seen_dispatch(unsigned long n)
{
	in_child("syscall user dispatch", dispatch, n);
}

/* A counter of one of the tracepoints, of getpid in a process; -1 and errno */
static int open_tracepoint(const char *name, pid_t pid)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT,
					.size = sizeof(attr) };
	char path[128], text[32] = "", filter[32];
	int fd, event;

	snprintf(path, sizeof(path),
		 "/sys/kernel/tracing/events/raw_syscalls/%s/id", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return -1;
	close(fd);
	attr.config = strtoull(text, NULL, 10);
	event = (int)syscall(SYS_perf_event_open, &attr, pid, -1, -1,
			     PERF_FLAG_FD_CLOEXEC);
	snprintf(filter, sizeof(filter), "id == %d", SYS_getpid);
	if (event >= 0 && ioctl(event, PERF_EVENT_IOC_SET_FILTER, filter)) {
		close(event);
		return -1;
	}
	return event;
}

static void read_tracepoint(int event, const char *name, unsigned long watched)
{
	uint64_t seen = 0;

	if (read(event, &seen, sizeof(seen)) != sizeof(seen))
		broken("%s", name);
	if (seen < watched)
		tally->missed += watched - seen;
	close(event);
}

/* What perf trace and strace's kind count: each call once the tracepoint is on */
void seen_tracepoint(unsigned long n)
{
	for (unsigned long i = 0; i < n / 2000 + 1; i++) {
		pid_t pid = start_loop();
		int enter, leave;

		before_setting();
		enter = open_tracepoint("sys_enter", pid);
		leave = open_tracepoint("sys_exit", pid);
		after_setting();
		usleep(1000);
		/* It stops to count, and then ends; between the two it may be seen. */
		tally->set = 0;
		end_loop(pid);
		if (enter < 0 || leave < 0) {
			broken("the tracepoints of system calls");
			break;
		}
		read_tracepoint(enter, "sys_enter", tally->watched);
		read_tracepoint(leave, "sys_exit", tally->watched);
	}
}
