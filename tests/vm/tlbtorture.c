// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlbtorture [ROUNDS]: changes mappings in every way that the kernel has to flush
 * for, in several processes, more than there are ASIDs, and touches them before and
 * after.  What it reads it checks; what the TLB model sees of it is the point.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define PAGE 4096ul
#define HUGE_PAGE (2ul << 20)
#define PAGES 64
#define PROCESSES 9

static volatile uint64_t sink;

static char *map(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		_exit(2);
	return p;
}

static void touch(const char *p, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += PAGE)
		sink += *(const volatile char *)(p + i);
}

static bool all_are(const char *p, size_t bytes, char c)
{
	for (size_t i = 0; i < bytes; i += PAGE)
		if (p[i] != c)
			return false;
	return true;
}

/* A mapping goes, another one takes its place. */
static bool unmapped(void)
{
	char *p = map(PAGES * PAGE), *again;

	memset(p, 1, PAGES * PAGE);
	munmap(p, PAGES * PAGE);
	again = mmap(p, PAGES * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	touch(again, PAGES * PAGE);
	return all_are(again, PAGES * PAGE, 0) && !munmap(again, PAGES * PAGE);
}

/* Rights go and come; in between pages are read. */
static bool protected_again(void)
{
	char *p = map(PAGES * PAGE);

	memset(p, 2, PAGES * PAGE);
	for (int i = 0; i < 4; i++) {
		mprotect(p, PAGES * PAGE, PROT_READ);
		touch(p, PAGES * PAGE);
		mprotect(p, PAGES * PAGE, PROT_READ | PROT_WRITE);
		p[i * PAGE] = 2;
	}
	mprotect(p, PAGES * PAGE, PROT_NONE);
	mprotect(p, PAGES * PAGE, PROT_READ | PROT_WRITE);
	return all_are(p, PAGES * PAGE, 2) && !munmap(p, PAGES * PAGE);
}

static int ended(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Both sides of a fork write to the same pages. */
static bool copied_on_write(void)
{
	char *p = map(PAGES * PAGE);
	pid_t pid;
	int status;

	memset(p, 3, PAGES * PAGE);
	pid = fork();
	if (!pid) {
		touch(p, PAGES * PAGE);
		memset(p, 4, PAGES * PAGE);
		sched_yield();
		_exit(!all_are(p, PAGES * PAGE, 4));
	}
	for (size_t i = 0; i < PAGES * PAGE; i += 2 * PAGE)
		p[i] = 3;
	sched_yield();
	status = ended(pid);
	return all_are(p, PAGES * PAGE, 3) && !status &&
	       !munmap(p, PAGES * PAGE);
}

static bool executed(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl("/proc/self/exe", "tlbtorture", "--exit", NULL);
		_exit(3);
	}
	return ended(pid) == 0;
}

/* A tracer writes to read-only memory of a child that has it in its TLB. */
static bool traced(void)
{
	char *p = map(PAGE);
	bool good = true;
	int status;
	pid_t pid;

	memset(p, 5, PAGE);
	mprotect(p, PAGE, PROT_READ);
	pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		touch(p, PAGE);
		raise(SIGSTOP);
		_exit(*(volatile char *)p != 6);
	}
	waitpid(pid, &status, 0);
	good = !ptrace(PTRACE_POKEDATA, pid, p, (void *)0x0606060606060606);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	good = ended(pid) == 0 && good;
	return all_are(p, PAGE, 5) && good && !munmap(p, PAGE);
}

/* A huge page is split by what happens to a part of it. */
static bool split(void)
{
	char *map_start = map(2 * HUGE_PAGE), *p;

	p = (char *)(((uintptr_t)map_start + HUGE_PAGE - 1) & -HUGE_PAGE);
	madvise(p, HUGE_PAGE, MADV_HUGEPAGE);
	memset(p, 7, HUGE_PAGE);
	mprotect(p + 16 * PAGE, PAGE, PROT_READ);
	touch(p, 64 * PAGE);
	madvise(p + 32 * PAGE, 4 * PAGE, MADV_DONTNEED);
	touch(p, 64 * PAGE);
	return all_are(p, 32 * PAGE, 7) &&
	       all_are(p + 32 * PAGE, 4 * PAGE, 0) &&
	       !munmap(map_start, 2 * HUGE_PAGE);
}

/* A mapping moves, and comes back. */
static bool moved(void)
{
	char *p = map(PAGES * PAGE), *q;

	memset(p, 8, PAGES * PAGE);
	q = mremap(p, PAGES * PAGE, 2 * PAGES * PAGE, MREMAP_MAYMOVE);
	if (q == MAP_FAILED)
		return false;
	touch(q, 2 * PAGES * PAGE);
	return all_are(q, PAGES * PAGE, 8) &&
	       all_are(q + PAGES * PAGE, PAGES * PAGE, 0) &&
	       !munmap(q, 2 * PAGES * PAGE);
}

static const struct {
	const char *name;
	bool (*run)(void);
} ways[] = {
	{ "munmap and mmap", unmapped },
	{ "mprotect", protected_again },
	{ "fork and copy on write", copied_on_write },
	{ "exec", executed },
	{ "ptrace", traced },
	{ "split of a huge page", split },
	{ "mremap", moved },
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* Exit code: bit n for way n that went wrong */
static int all_ways(unsigned int rounds)
{
	int failed = 0;

	while (rounds--)
		for (unsigned int i = 0; i < WAYS; i++) {
			if (!ways[i].run())
				failed |= 1 << i;
			sched_yield();
		}
	return failed;
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 5;
	pid_t pid[PROCESSES];
	struct tap tap = { 0 };
	int status, failed = 0;

	if (argc > 1 && !strcmp(argv[1], "--exit"))
		return 0;
	for (int i = 0; i < PROCESSES; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(all_ways(rounds));
	}
	for (int i = 0; i < PROCESSES; i++) {
		status = ended(pid[i]);
		failed |= status < 0 ? ~0 : status;
	}
	for (unsigned int i = 0; i < WAYS; i++)
		tap_ok(&tap, !(failed & 1 << i),
		       "%s: %u rounds in %d processes", ways[i].name, rounds,
		       PROCESSES);
	return tap_done(&tap);
}
