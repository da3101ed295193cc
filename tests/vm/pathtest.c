// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every path by its name: each is taken a known number of times, and the records
 * name it as often.  Built for 64 and for 32 bits; pathtest_irq.c is its other half.
 * Needs a patched kernel with pti=on pti_marks=on, root, 2 CPUs, the module loaded.
 */
#include <asm/ldt.h>
#include <cpuid.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "pathtest.h"

#define PAGE 4096
#define GETPPID_32 64

/* Index 0 of the LDT, and one behind the GDT, for user mode */
#define LDT_SELECTOR 7
#define NO_SELECTOR 0xfff3

#ifdef __x86_64__
#define REG_PC REG_RIP
#define STACK "rsp"
#else
#define REG_PC REG_EIP
#define STACK "esp"
#endif

/* Stop recording; the records of @cpu, or of any */
struct paths stop_and_read(int fd, int cpu)
{
	static struct ptiscope_record buf[256];
	struct paths paths = { 0 };
	ssize_t n;

	stop(fd);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (size_t i = 0; i < n / RECORD; i++) {
			if (cpu != ANY_CPU && buf[i].cpu != cpu)
				continue;
			paths.bad += !sound(&buf[i], 0);
			paths.entry[buf[i].entry_path % PTI_PATH_COUNT]++;
			paths.exit[buf[i].exit_path % PTI_PATH_COUNT]++;
		}
	paths.lost = stats(fd).lost;
	return paths;
}

/* Interrupts come whenever they want to. */
unsigned int interrupts(const struct paths *p)
{
	return p->entry[PTI_PATH_IRQ] + p->entry[PTI_PATH_TIMER] +
	       p->entry[PTI_PATH_RESCHED_IPI] + p->entry[PTI_PATH_CALL_IPI] +
	       p->entry[PTI_PATH_OTHER_IPI] + p->entry[PTI_PATH_NMI_USER];
}

void judge(struct tap *tap, const char *name, const struct paths *p,
	   unsigned int seen, unsigned int least, unsigned int most)
{
	tap_ok(tap, seen >= least && seen <= most && !p->bad && !p->lost,
	       "%d bits: %s: %u records, from %u to %u are right; bad %llu, lost %llu",
	       BITS, name, seen, least, most, p->bad, p->lost);
}

/* Bytes that the handler skips; or the way back is one that IRET cannot go. */
static unsigned int skip;
static bool break_iret;
static unsigned short break_ss;

static void set_segments(greg_t *regs, unsigned short cs, unsigned short ss)
{
#ifdef __x86_64__
	regs[REG_CSGSFS] = (regs[REG_CSGSFS] & 0xffffffff0000) | cs |
			   (greg_t)ss << 48;
#else
	regs[REG_CS] = cs;
	regs[REG_SS] = ss;
#endif
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	unsigned short cs, ss;

	(void)info;
	asm("mov %%cs, %0" : "=rm"(cs));
	asm("mov %%ss, %0" : "=rm"(ss));
	if (break_iret)
		set_segments(regs, sig == SIGTRAP ? NO_SELECTOR : cs,
			     sig == SIGTRAP && break_ss ? break_ss : ss);
	regs[REG_PC] += skip;
}

static void take_int3(void)
{
	for (int i = 0; i < TIMES; i++)
		asm volatile("int3");
}

/* TF traps behind the NOPs, PUSHF, AND and the last POPF. */
_Static_assert(TIMES == 197 + 3, "one trap for each time");
static void take_steps(void)
{
	asm volatile("pushf\n\t"
		     "orl $0x100, (%%" STACK ")\n\t"
		     "popf\n\t"
		     ".rept 197\n\t"
		     "nop\n\t"
		     ".endr\n\t"
		     "pushf\n\t"
		     "andl $~0x100, (%%" STACK ")\n\t"
		     "popf"
		     :
		     :
		     : "memory", "cc");
}

static void take_ud2(void)
{
	skip = 2;
	for (int i = 0; i < TIMES; i++)
		asm volatile("ud2");
}

static void take_hlt(void)
{
	skip = 1;
	for (int i = 0; i < TIMES; i++)
		asm volatile("hlt");
}

static void take_div(void)
{
	skip = 2;
	for (int i = 0; i < TIMES; i++)
		asm volatile("div %%ecx" : : "a"(1), "c"(0), "d"(0) : "cc");
}

static void take_bad_iret(void)
{
	break_iret = true;
	take_int3();
	break_iret = false;
}

static void take_int80(void)
{
	for (int i = 0; i < TIMES; i++) {
		long ret = GETPPID_32;

		asm volatile("int $0x80" : "+a"(ret) : : "memory", "cc");
	}
}

#ifdef __x86_64__
static void take_syscall(void)
{
	getppids(TIMES);
}

static bool make_data16(void)
{
	const struct user_desc data16 = { .limit = 0xfffff,
					  .contents = 0,
					  .limit_in_pages = 1 };

	return !syscall(SYS_modify_ldt, 1, &data16, sizeof(data16));
}

/* An IRET that fails on the stack of ESPFIX, which cannot take the #GP's frame: #DF */
static void take_double_fault(void)
{
	break_ss = make_data16() ? LDT_SELECTOR : 0;
	take_bad_iret();
	break_ss = 0;
}

/* With this stack segment every IRET takes the way of ESPFIX. */
static void take_espfix(void)
{
	if (!make_data16())
		return;
	for (int i = 0; i < TIMES; i++) {
		long ret = GETPPID_32, ss;

		asm volatile("mov %%ss, %1\n\t"
			     "mov %w2, %%ss\n\t"
			     "int $0x80\n\t"
			     "mov %w1, %%ss"
			     : "+a"(ret), "=&b"(ss)
			     : "S"(LDT_SELECTOR)
			     : "memory", "cc");
	}
}
#else
/* The fast system call that the vDSO has chosen for this CPU */
static void take_vsyscall(void)
{
	for (int i = 0; i < TIMES; i++) {
		long ret = GETPPID_32;

		asm volatile("call *%%gs:0x10" : "+a"(ret) : : "memory", "cc");
	}
}
#endif

#ifndef __x86_64__
/*
 * SYSENTER keeps TF.  So it, and each step from there to the POPF of the stub, traps
 * in the kernel, on the user CR3: ENDBR, SWAPGS, PUSH, JMP, three of PUSH, and POPF.
 */
#define SYSENTER_STEPS 9
static void take_stepped_vsyscall(void)
{
	for (int i = 0; i < TIMES; i++) {
		long ret = GETPPID_32;

		asm volatile("pushf\n\t"
			     "orl $0x100, (%%esp)\n\t"
			     "popf\n\t"
			     "call *%%gs:0x10\n\t"
			     "pushf\n\t"
			     "andl $~0x100, (%%esp)\n\t"
			     "popf"
			     : "+a"(ret)
			     :
			     : "memory", "cc");
	}
}
#endif

static void take_page_faults(void)
{
	static char *pages;

	if (!pages)
		pages = mmap(NULL, (size_t)TIMES * PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(pages, (size_t)TIMES * PAGE, MADV_NOHUGEPAGE);
	madvise(pages, (size_t)TIMES * PAGE, MADV_DONTNEED);
	for (int i = 0; i < TIMES; i++)
		*(volatile char *)(pages + (size_t)i * PAGE) = 1;
}

static bool amd(void)
{
	unsigned int a, b, c, d;

	/* "AuthenticAMD" */
	return __get_cpuid(0, &a, &b, &c, &d) && b == 0x68747541;
}

/* Each is taken by the thread that records itself. */
static const struct {
	const char *name;
	void (*take)(void);
	enum pti_path path;
	/* By what it says of the exit that follows, instead */
	bool exit;
	/* Records besides: STOP is a system call, too. */
	unsigned int more;
} ways[] = {
#ifdef __x86_64__
	{ "syscall64", take_syscall, PTI_PATH_SYSCALL64, false, 1 },
	{ "sysret", take_syscall, PTI_PATH_SYSRET, true, 1 },
	{ "espfix", take_espfix, PTI_PATH_ESPFIX, true, 0 },
	{ "double_fault", take_double_fault, PTI_PATH_DOUBLE_FAULT, false, 0 },
#else
	{ "sysenter32", take_vsyscall, PTI_PATH_SYSENTER32, false, 1 },
	{ "sysret32", take_vsyscall, PTI_PATH_SYSRET32, true, 1 },
#endif
	{ "int80", take_int80, PTI_PATH_INT80, false, 0 },
	{ "bad iret: general_protection", take_bad_iret,
	  PTI_PATH_GENERAL_PROTECTION, false, 0 },
	{ "page_fault", take_page_faults, PTI_PATH_PAGE_FAULT, false, 0 },
	{ "debug", take_steps, PTI_PATH_DEBUG, false, 0 },
	{ "breakpoint", take_int3, PTI_PATH_BREAKPOINT, false, 0 },
	{ "invalid_op", take_ud2, PTI_PATH_INVALID_OP, false, 0 },
	{ "general_protection", take_hlt, PTI_PATH_GENERAL_PROTECTION, false,
	  0 },
	{ "other_exception", take_div, PTI_PATH_OTHER_EXCEPTION, false, 0 },
};

static void test_ways(struct tap *tap, int fd)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		enum pti_path path = ways[i].path;
		const char *name = ways[i].name;
		struct paths p;

		if (path == PTI_PATH_SYSENTER32 && amd()) {
			path = PTI_PATH_SYSCALL32;
			name = "syscall32";
		}
		skip = 0;
		/* Once for what is not there yet: stack, handler, LDT */
		ways[i].take();
		skip = 0;
		start(fd, gettid());
		ways[i].take();
		p = stop_and_read(fd, ANY_CPU);
		if (ways[i].exit)
			judge(tap, name, &p, p.exit[path], TIMES,
			      TIMES + ways[i].more + interrupts(&p));
		else
			judge(tap, name, &p, p.entry[path],
			      TIMES + ways[i].more, TIMES + ways[i].more);
	}
}

#ifndef __x86_64__
/* 32-bit SYSCALL, of AMD, clears TF. */
static void test_paranoid(struct tap *tap, int fd)
{
	unsigned int times = amd() ? 0 : TIMES * SYSENTER_STEPS;
	struct paths p;

	skip = 0;
	take_stepped_vsyscall();
	start(fd, gettid());
	take_stepped_vsyscall();
	p = stop_and_read(fd, ANY_CPU);
	judge(tap, "debug to paranoid, nested", &p, p.exit[PTI_PATH_PARANOID],
	      times, times);
}
#endif

#ifdef __x86_64__
static void test_fork_return(struct tap *tap, int fd)
{
	struct paths p;

	start(fd, 0);
	for (int i = 0; i < TIMES; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	p = stop_and_read(fd, ANY_CPU);
	judge(tap, "fork_return", &p, p.exit[PTI_PATH_FORK_RETURN], TIMES,
	      TIMES);
}
#endif

int main(void)
{
	const int caught[] = { SIGTRAP, SIGILL, SIGSEGV, SIGBUS, SIGFPE };
	struct sigaction action = { .sa_sigaction = on_signal,
				    .sa_flags = SA_SIGINFO };
	struct tap tap = { 0 };
	int fd = open(DEV, O_RDWR);

	if (fd < 0)
		return 1;
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaction(caught[i], &action, NULL);
	test_ways(&tap, fd);
#ifdef __x86_64__
	test_fork_return(&tap, fd);
#else
	test_paranoid(&tap, fd);
#endif
	test_interrupts(&tap, fd);
	return tap_done(&tap);
}
