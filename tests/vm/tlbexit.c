// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlbexit: on a kernel whose exits can be made to ignore a pending flush
 * (tests/tlb/plants.patch), one exit after another: the flush that is pending is
 * done by that exit, and if it is not, the TLB model finds what is stale.
 *
 * madvise() of many pages empties the TLB of the kernel's page tables at once, and
 * leaves the user's to the next exit.  If that is not the one to be looked at, it and
 * the others on the way are made to ignore the flush, which then is pending still.
 */
#include <asm/ldt.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tap.h"
#include "vm/tlb/protocol.h"

#define PAGE 4096ul
/* More than the kernel flushes one by one, fewer than fit into the second level */
#define PAGES 64

/* Bits of pti_plant */
#define SYSRET 1
#define IRET 2
#define SYSRET32 4
#define ESPFIX 8
#define PARANOID 16
#define NMI 32

#define MADVISE_32 219
#define GETPPID_32 64

static struct tap tap;
static struct tlb_reply reply;
static char *pages;
static int plant_fd;

static void plant(unsigned int bits)
{
	char text[8];
	int n = snprintf(text, sizeof(text), "%u", bits);

	if (pwrite(plant_fd, text, n, 0) != n)
		exit(2);
}

static void touch(void)
{
	for (size_t i = 0; i < PAGES; i++)
		asm volatile("" : : "r"(*(volatile char *)(pages + i * PAGE)));
}

static void drop_int80(void)
{
	long ret = MADVISE_32;

	asm volatile("int $0x80"
		     : "+a"(ret)
		     : "b"(pages), "c"(PAGES * PAGE), "d"(MADV_DONTNEED)
		     : "memory", "cc");
}

#ifdef __x86_64__
static uint64_t entry;

static void drop_syscall(void)
{
	long ret = SYS_madvise;

	asm volatile("syscall"
		     : "+a"(ret)
		     : "D"(pages), "S"(PAGES * PAGE), "d"(MADV_DONTNEED)
		     : "rcx", "r11", "memory", "cc");
}

/* With a 16-bit stack segment IRET takes the way of ESPFIX. */
#define LDT_SELECTOR 7
static void drop_espfix(void)
{
	long ret = MADVISE_32, ss;

	asm volatile("mov %%ss, %1\n\t"
		     "mov %w2, %%ss\n\t"
		     "int $0x80\n\t"
		     "mov %w1, %%ss"
		     : "+a"(ret), "=&r"(ss)
		     : "S"(LDT_SELECTOR), "b"(pages), "c"(PAGES * PAGE),
		       "d"(MADV_DONTNEED)
		     : "memory", "cc");
}

static void make_segment(void)
{
	const struct user_desc data16 = { .limit = 0xfffff,
					  .limit_in_pages = 1 };

	if (syscall(SYS_modify_ldt, 1, &data16, sizeof(data16)))
		exit(2);
}

/* A system call that an NMI comes into before it has written CR3 */
static void drop_nmi(void)
{
	long ret = SYS_getppid;

	drop_syscall();
	tlb_call(TLB_CALL_NMI, entry, NULL);
	asm volatile("syscall" : "+a"(ret) : : "rcx", "r11", "memory", "cc");
}

static void find_entry(void)
{
	char line[256], name[128];
	FILE *f = fopen("/proc/kallsyms", "r");
	unsigned long at;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx %*c %127s", &at, name) == 2 &&
		    !strcmp(name, "entry_SYSCALL_64"))
			entry = at;
	if (!entry)
		exit(2);
	fclose(f);
}
#else
/* The fast system call that the vDSO has chosen: SYSENTER, and SYSRETL back */
static void drop_sysenter(void)
{
	long ret = MADVISE_32;

	asm volatile("call *%%gs:0x10"
		     : "+a"(ret)
		     : "b"(pages), "c"(PAGES * PAGE), "d"(MADV_DONTNEED)
		     : "memory", "cc");
}

/* Each step is a signal, with exits of its own, which are made to ignore the flush. */
static void on_step(int signal)
{
	(void)signal;
}

/* SYSENTER keeps TF: its first instructions trap, on the user CR3. */
static void drop_paranoid(void)
{
	long ret = GETPPID_32;

	signal(SIGTRAP, on_step);
	drop_int80();
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
#endif

static const struct {
	const char *name;
	void (*drop)(void);
	/* The exits before and behind, and the one itself */
	unsigned int others;
	unsigned int exit;
} ways[] = {
#ifdef __x86_64__
	{ "sysret", drop_syscall, 0, SYSRET },
	{ "iret", drop_int80, 0, IRET },
	{ "espfix", drop_espfix, IRET, ESPFIX },
	{ "nmi", drop_nmi, SYSRET, NMI },
#else
	{ "sysret32", drop_sysenter, 0, SYSRET32 },
	{ "iret, 32 bits", drop_int80, 0, IRET },
	{ "paranoid", drop_paranoid, IRET | SYSRET32, PARANOID },
#endif
};

/* stales() - translations used that were stale, when these exits ignore the flush */
static uint64_t stales(void (*drop)(void), unsigned int bits)
{
	uint64_t before;

	touch();
	plant(bits);
	touch();
	tlb_call(TLB_CALL_HELLO, (uintptr_t)&reply, NULL);
	before = reply.stale;
	drop();
	touch();
	tlb_call(TLB_CALL_HELLO, (uintptr_t)&reply, NULL);
	plant(0);
	return reply.stale - before;
}

int main(void)
{
	uint64_t n;

	/* Within the reach of INT 0x80 */
	pages = mmap((void *)0x10000000, PAGES * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	plant_fd = open("/sys/module/kernel/parameters/pti_plant", O_WRONLY);
	if (pages == MAP_FAILED || plant_fd < 0)
		return 2;
	madvise(pages, PAGES * PAGE, MADV_NOHUGEPAGE);
	memset(&reply, 0, sizeof(reply));
#ifdef __x86_64__
	make_segment();
	find_entry();
#endif
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		n = stales(ways[i].drop, ways[i].others);
		tap_ok(&tap, n == 0,
		       "%s: flushes: stale translations used: %ju",
		       ways[i].name, (uintmax_t)n);
		n = stales(ways[i].drop, ways[i].others | ways[i].exit);
		tap_ok(&tap, n != 0,
		       "%s: planted: stale translations used: %ju",
		       ways[i].name, (uintmax_t)n);
	}
	return tap_done(&tap);
}
