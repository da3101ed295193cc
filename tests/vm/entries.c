// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every ordinary way into the kernel and back, again and again: entries
 * [SECONDS].  Built for 64 and for 32 bits, static, so that a guest with either
 * runs both.  Each round checks results and registers; TAP tells of all rounds.
 */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

#define CALLS 2000
#define PAGES 64
#define SIGNALS 100
#define STEPS 400
/* The number of getppid for INT 0x80, in 64-bit programs too */
#define NR_GETPPID_32 64
#define CHILD_STATUS 42

#ifdef __x86_64__
#define BITS 64
#else
#define BITS 32
#endif

static sigjmp_buf jump;
static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	(void)sig;
	caught++;
}

static void on_fault(int sig)
{
	siglongjmp(jump, sig);
}

static void handle(int sig, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler,
				    .sa_flags = SA_NODEFER };

	sigaction(sig, &action, NULL);
}

/*
 * One getppid.  What the kernel must preserve is loaded with values of its own
 * and compared after; true if all is right.
 */
#ifdef __x86_64__
static bool call_syscall(void)
{
	register unsigned long r8 asm("r8") = 8, r9 asm("r9") = 9,
				  r10 asm("r10") = 10;
	register unsigned long r12 asm("r12") = 12, r15 asm("r15") = 15;
	unsigned long rdi = 1, rsi = 2, rdx = 3, rbx = 4;
	long ret = SYS_getppid;

	asm volatile("syscall"
		     : "+a"(ret), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+b"(rbx),
		       "+r"(r8), "+r"(r9), "+r"(r10), "+r"(r12), "+r"(r15)
		     :
		     : "rcx", "r11", "memory");
	return ret == getppid() && rdi == 1 && rsi == 2 && rdx == 3 &&
	       rbx == 4 && r8 == 8 && r9 == 9 && r10 == 10 && r12 == 12 &&
	       r15 == 15;
}
#else
/* By the vDSO: SYSENTER or SYSCALL, as the kernel chose for this CPU */
static bool call_syscall(void)
{
	static unsigned long vsyscall;
	unsigned long edi = 1, esi = 2, edx = 3, ecx = 4;
	long ret = NR_GETPPID_32;

	if (!vsyscall)
		vsyscall = getauxval(AT_SYSINFO);
	asm volatile("call *%[vsyscall]"
		     : "+a"(ret), "+D"(edi), "+S"(esi), "+d"(edx), "+c"(ecx)
		     : [vsyscall] "m"(vsyscall)
		     : "memory");
	return ret == getppid() && edi == 1 && esi == 2 && edx == 3 && ecx == 4;
}
#endif

static bool call_int80(void)
{
	unsigned long di = 1, si = 2, dx = 3, cx = 4;
	long ret = NR_GETPPID_32;

	asm volatile("int $0x80"
		     : "+a"(ret), "+D"(di), "+S"(si), "+d"(dx), "+c"(cx)
		     :
		     : "memory"
#ifdef __x86_64__
		       ,
		       "r8", "r9", "r10", "r11"
#endif
	);
	return ret == getppid() && di == 1 && si == 2 && dx == 3 && cx == 4;
}

static bool calls(bool (*call)(void))
{
	for (int i = 0; i < CALLS; i++)
		if (!call())
			return false;
	return true;
}

static bool test_syscall(void)
{
	return calls(call_syscall);
}

static bool test_int80(void)
{
	return calls(call_int80);
}

static bool test_page_faults(void)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool good = p != MAP_FAILED;

	for (int round = 0; good && round < 8; round++) {
		for (size_t i = 0; i < PAGES; i++) {
			good &= p[i * page] == 0;
			p[i * page] = i + 1;
		}
		for (size_t i = 0; i < PAGES; i++)
			good &= p[i * page] == (char)(i + 1);
		good &= !madvise(p, PAGES * page, MADV_DONTNEED);
	}
	if (p != MAP_FAILED)
		munmap(p, PAGES * page);
	return good;
}

static bool test_signals(void)
{
	handle(SIGUSR1, on_signal);
	caught = 0;
	for (int i = 0; i < SIGNALS; i++)
		raise(SIGUSR1);
	return caught == SIGNALS;
}

static const int wanted[] = { SIGSEGV, SIGILL, SIGTRAP, SIGSEGV, SIGFPE };
#define EXCEPTIONS (sizeof(wanted) / sizeof(wanted[0]))

/* Exceptions that come back as signals: #PF, #UD, #BP, #GP, #DE */
static bool take_exceptions(void)
{
	static volatile char *volatile nowhere = (char *)8;
	volatile unsigned int i;

	for (i = 0; i < EXCEPTIONS; i++) {
		int sig;

		handle(wanted[i], on_fault);
		sig = sigsetjmp(jump, 1);
		if (sig == wanted[i])
			continue;
		if (sig)
			return false;
		if (i == 0)
			*nowhere = 0;
		else if (i == 1)
			asm volatile("ud2");
		else if (i == 2)
			asm volatile("int3");
		else if (i == 3)
			asm volatile("hlt");
		else
			asm volatile("divl %0" : : "r"(0), "a"(1), "d"(0));
		return false;
	}
	return true;
}

static bool test_exceptions(void)
{
	bool right = take_exceptions();

	/* Nobody may jump to where nobody is any more. */
	for (size_t i = 0; i < EXCEPTIONS; i++)
		signal(wanted[i], SIG_DFL);
	return right;
}

/* A loop that timer interrupts hit, with all its state in registers */
static bool test_interrupts(void)
{
	const struct itimerval on = { { 0, 1000 }, { 0, 1000 } },
			       off = { { 0, 0 }, { 0, 0 } };
	bool good = true;

	handle(SIGALRM, on_signal);
	caught = 0;
	setitimer(ITIMER_REAL, &on, NULL);
	while (good && caught < 20) {
		unsigned long a = 0x1111, b = 0x2222, c = 0x3333, d = 0x4444;
		unsigned long n = 100000;

		asm volatile("1: dec %[n]\n\t"
			     "jnz 1b"
			     : [n] "+D"(n), "+a"(a), "+S"(b), "+c"(c), "+d"(d));
		good = !n && a == 0x1111 && b == 0x2222 && c == 0x3333 &&
		       d == 0x4444;
	}
	setitimer(ITIMER_REAL, &off, NULL);
	return good;
}

static void traced(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	for (int i = 0; i < 10; i++) {
		/* TCG keeps TF over SYSENTER, which crashes any kernel. */
		if (BITS == 64 && !call_syscall())
			_exit(1);
		if (!call_int80())
			_exit(1);
	}
	_exit(CHILD_STATUS);
}

/* Single steps over system calls of every kind: TF is set as they enter */
static bool test_single_step(void)
{
	int status, steps = 0;
	pid_t pid = fork();

	if (!pid)
		traced();
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (ptrace(steps++ < STEPS ? PTRACE_SINGLESTEP : PTRACE_CONT,
			   pid, NULL, NULL))
			return false;
	}
	return steps > 20 && WIFEXITED(status) &&
	       WEXITSTATUS(status) == CHILD_STATUS;
}

static bool test_fork_exec(void)
{
	for (int i = 0; i < 5; i++) {
		int status;
		pid_t pid = fork();

		if (!pid) {
			execl("/proc/self/exe", "entries", "child", NULL);
			_exit(1);
		}
		if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
		    WEXITSTATUS(status) != CHILD_STATUS)
			return false;
	}
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} tests[] = {
#ifdef __x86_64__
	{ "SYSCALL, registers kept", test_syscall },
#else
	{ "system calls by the vDSO, registers kept", test_syscall },
#endif
	{ "INT 0x80, registers kept", test_int80 },
	{ "page faults", test_page_faults },
	{ "signals", test_signals },
	{ "exceptions", test_exceptions },
	{ "timer interrupts, registers kept", test_interrupts },
	{ "single steps over system calls", test_single_step },
	{ "fork and exec", test_fork_exec },
};

#define TESTS (sizeof(tests) / sizeof(tests[0]))

/*
 * Bochs traps behind a SYSCALL with TF, at the first instruction of the kernel,
 * which warns of a step of its own.  A 32-bit program that is stepped there ends in
 * SIGSEGV.  Both are so on the stock kernel.
 */
static bool left_out(size_t i)
{
	const char *lane = getenv("PTISCOPE_LANE");

	return tests[i].run == test_single_step && lane &&
	       !strcmp(lane, "bochs");
}

int main(int argc, char **argv)
{
	const time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 0);
	unsigned int rounds = 0, failed[TESTS] = { 0 };
	struct tap tap = { 0 };

	if (argc > 1 && !strcmp(argv[1], "child"))
		return CHILD_STATUS;
	do {
		for (size_t i = 0; i < TESTS; i++)
			if (!left_out(i))
				failed[i] += !tests[i].run();
		rounds++;
	} while (time(NULL) < end);
	for (size_t i = 0; i < TESTS; i++)
		if (left_out(i))
			tap_ok(&tap, true,
			       "%d bits: %s # SKIP Bochs does not step over them as a CPU does",
			       BITS, tests[i].name);
		else
			tap_ok(&tap, !failed[i],
			       "%d bits: %s: wrong in %u of %u rounds", BITS,
			       tests[i].name, failed[i], rounds);
	return tap_done(&tap);
}
