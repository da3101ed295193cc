// SPDX-License-Identifier: GPL-2.0-only
/*
 * pcidtest [--leave]: mappings of processes that do not run are changed, and no
 * process ever sees what was there before.
 *
 * A victim touches a page, so that the TLB has it under the victim's ASID, and
 * sleeps.  While it sleeps, and other victims run in between, its mapping is
 * changed from outside: by a helper that shares its memory but is a process of
 * its own, or by the manager through the mapped file or /proc/PID/mem.  Then the
 * victim looks.  All use the same address on one CPU; there are more victims
 * than the kernel has ASIDs (6).  A helper runs on another CPU if there is one.
 *
 * With --leave nothing is changed: each look must then be found stale, which
 * shows that this test can see it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define PAGE 4096ul
#define ADDRESS ((volatile uint64_t *)0x200000000000ul)
#define ASIDE ((volatile uint64_t *)0x200000100000ul)
#define MAX_VICTIMS 12
#define STACK_SIZE 65536

/* What a look may find but a value */
#define SAW_SEGV 1ul
#define SAW_BUS 2ul

enum backing {
	PRIVATE,
	INHERITED,
	FILE_SHARED
};
enum look {
	READ,
	WRITE
};
enum who {
	HELPER,
	MANAGER
};

struct victim;

struct change {
	const char *name;
	enum backing backing;
	enum who who;
	enum look look;
	/* Makes the change; returns what the look must find */
	uint64_t (*make)(struct victim *v, uint64_t new);
};

/* Shared by all processes */
struct victim {
	pid_t pid;
	pid_t helper;
	pid_t child;
	int memfd;
	int wake[2], done[2];
	int helper_wake[2], helper_done[2];
	int child_wake[2], child_done[2];
	bool leave;
	const struct change *change;
	uint64_t old, new;
	uint64_t want, seen, child_seen;
};

static sigjmp_buf fault;

static void on_fault(int sig)
{
	siglongjmp(fault, sig);
}

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* Without a second CPU the helper stays where it is. */
	if (sched_setaffinity(0, sizeof(set), &set) && !cpu)
		die("sched_setaffinity");
}

static bool wait_for(int fd)
{
	char c;

	return read(fd, &c, 1) == 1;
}

static void wake(int fd)
{
	if (write(fd, "", 1) != 1)
		_exit(3);
}

/* Wake the one who reads @to, and wait until it is done */
static bool ask(const int *to, const int *done)
{
	wake(to[1]);
	return wait_for(done[0]);
}

static void map(volatile uint64_t *at, int flags, int fd)
{
	if (mmap((void *)at, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | flags,
		 fd, 0) != (void *)at)
		die("mmap");
}

static uint64_t change_mmap(struct victim *v, uint64_t new)
{
	(void)v;
	map(ADDRESS, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	*ADDRESS = new;
	return new;
}

static uint64_t change_munmap(struct victim *v, uint64_t new)
{
	(void)v;
	(void)new;
	munmap((void *)ADDRESS, PAGE);
	return SAW_SEGV;
}

static uint64_t change_mprotect(struct victim *v, uint64_t new)
{
	(void)v;
	(void)new;
	mprotect((void *)ADDRESS, PAGE, PROT_READ);
	return SAW_SEGV;
}

static uint64_t change_none(struct victim *v, uint64_t new)
{
	(void)v;
	(void)new;
	mprotect((void *)ADDRESS, PAGE, PROT_NONE);
	return SAW_SEGV;
}

static uint64_t change_dontneed(struct victim *v, uint64_t new)
{
	(void)v;
	(void)new;
	madvise((void *)ADDRESS, PAGE, MADV_DONTNEED);
	return 0;
}

static uint64_t change_mremap(struct victim *v, uint64_t new)
{
	(void)v;
	map(ASIDE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	*ASIDE = new;
	if (mremap((void *)ASIDE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		   (void *)ADDRESS) != (void *)ADDRESS)
		die("mremap");
	return new;
}

/* After a fork the victim's write must copy the page: the child keeps its own. */
static uint64_t change_fork(struct victim *v, uint64_t new)
{
	/* Not libc's: the victim's state of libc is not ours. */
	pid_t child = syscall(SYS_fork);

	if (!child) {
		wait_for(v->child_wake[0]);
		v->child_seen = *ADDRESS;
		wake(v->child_done[1]);
		_exit(0);
	}
	v->child = child;
	return new;
}

static uint64_t change_punch(struct victim *v, uint64_t new)
{
	if (fallocate(v->memfd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
		      PAGE) ||
	    pwrite(v->memfd, &new, sizeof(new), 0) != sizeof(new))
		die("memfd");
	return new;
}

static uint64_t change_truncate(struct victim *v, uint64_t new)
{
	(void)new;
	if (ftruncate(v->memfd, 0))
		die("ftruncate");
	return SAW_BUS;
}

/* Writing breaks the sharing with the manager, from which the page came. */
static uint64_t change_proc_mem(struct victim *v, uint64_t new)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", v->pid);
	fd = open(path, O_RDWR);
	if (fd < 0 ||
	    pwrite(fd, &new, sizeof(new), (uintptr_t)ADDRESS) != sizeof(new))
		die(path);
	close(fd);
	return new;
}

static const struct change changes[] = {
	{ "mmap over it", PRIVATE, HELPER, READ, change_mmap },
	{ "munmap", PRIVATE, HELPER, READ, change_munmap },
	{ "mprotect to read-only", PRIVATE, HELPER, WRITE, change_mprotect },
	{ "mprotect to none", PRIVATE, HELPER, READ, change_none },
	{ "MADV_DONTNEED", PRIVATE, HELPER, READ, change_dontneed },
	{ "mremap onto it", PRIVATE, HELPER, READ, change_mremap },
	{ "copy on write after fork", PRIVATE, HELPER, WRITE, change_fork },
	{ "hole punched in its file", FILE_SHARED, MANAGER, READ,
	  change_punch },
	{ "its file truncated", FILE_SHARED, MANAGER, WRITE, change_truncate },
	{ "written through /proc/PID/mem", INHERITED, MANAGER, READ,
	  change_proc_mem },
};

#define CHANGES (sizeof(changes) / sizeof(changes[0]))

/* The page as it is before the change, and in the TLB */
static void prime(struct victim *v)
{
	if (v->change->backing == PRIVATE) {
		map(ADDRESS, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	} else if (v->change->backing == FILE_SHARED) {
		if (ftruncate(v->memfd, 0) || ftruncate(v->memfd, PAGE))
			die("ftruncate");
		map(ADDRESS, MAP_SHARED, v->memfd);
	}
	/* An inherited page must stay the manager's. */
	if (v->change->backing != INHERITED)
		*ADDRESS = v->old;
	v->seen = *ADDRESS;
}

/* What user mode sees: a value, a fault, or for a write that nobody stopped the
 * value written
 */
static uint64_t look(const struct victim *v)
{
	int sig = sigsetjmp(fault, 1);

	if (sig)
		return sig == SIGBUS ? SAW_BUS : SAW_SEGV;
	if (v->change->look == WRITE)
		*ADDRESS = v->new;
	return *ADDRESS;
}

static void victim(struct victim *v)
{
	struct sigaction sa = { .sa_handler = on_fault };

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	while (wait_for(v->wake[0])) {
		prime(v);
		wake(v->done[1]);
		if (!wait_for(v->wake[0]))
			break;
		v->seen = look(v);
		wake(v->done[1]);
	}
	_exit(0);
}

static int helper(void *arg)
{
	struct victim *v = arg;

	pin(1);
	while (wait_for(v->helper_wake[0])) {
		v->want = v->change->make(v, v->new);
		wake(v->helper_done[1]);
	}
	_exit(0);
}

static void start(struct victim *v)
{
	int *const pipes[] = { v->wake,	       v->done,	      v->helper_wake,
			       v->helper_done, v->child_wake, v->child_done };
	static char stack[STACK_SIZE];
	pid_t pid;

	for (unsigned int i = 0; i < sizeof(pipes) / sizeof(pipes[0]); i++)
		if (pipe2(pipes[i], 0))
			die("pipe");
	v->memfd = memfd_create("pcidtest", 0);
	pid = v->memfd < 0 ? -1 : fork();
	if (pid < 0)
		die("fork");
	if (pid) {
		v->pid = pid;
		return;
	}
	/* Its copy of the stack is the helper's. */
	v->helper = clone(helper, stack + STACK_SIZE, CLONE_VM | SIGCHLD, v);
	if (v->helper < 0)
		die("clone");
	victim(v);
}

static void stop(struct victim *v)
{
	kill(v->helper, SIGKILL);
	kill(v->pid, SIGKILL);
	while (waitpid(v->pid, NULL, 0) < 0 && errno == EINTR)
		;
	for (int i = 0; i < 2; i++) {
		close(v->wake[i]);
		close(v->done[i]);
		close(v->helper_wake[i]);
		close(v->helper_done[i]);
		close(v->child_wake[i]);
		close(v->child_done[i]);
	}
	close(v->memfd);
}

static void make(struct victim *v)
{
	if (v->leave) {
		v->want = v->new;
		return;
	}
	if (v->change->who == MANAGER)
		v->want = v->change->make(v, v->new);
	else if (!ask(v->helper_wake, v->helper_done))
		die("a helper is gone");
}

/* Was what the victim saw, and for a fork what its child saw, as it must be? */
static bool right(struct victim *v)
{
	if (v->change->make == change_fork && !v->leave) {
		if (!ask(v->child_wake, v->child_done))
			die("a child is gone");
		return v->seen == v->want && v->child_seen == v->old;
	}
	/* Left alone, a write meets nothing that stops it. */
	if (v->leave && v->change->look == WRITE)
		return false;
	return v->seen == v->want;
}

/* One change of @n victims; returns how many looks were stale */
static unsigned int round_of(struct victim *victims, unsigned int n,
			     const struct change *change)
{
	static uint64_t serial = 0x1000;
	unsigned int stale = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct victim *v = victims + i;

		v->change = change;
		v->old = change->backing == INHERITED ? *ADDRESS : ++serial;
		v->new = ++serial;
		if (!ask(v->wake, v->done))
			die("a victim is gone");
		/* Backed by nothing yet, or changed before: not a fair look */
		if (change->backing != INHERITED && v->seen != v->old)
			die("a victim does not see its own page");
	}
	for (unsigned int i = 0; i < n; i++)
		make(victims + i);
	for (unsigned int i = 0; i < n; i++) {
		struct victim *v = victims + (change - changes + i) % n;

		if (!ask(v->wake, v->done))
			die("a victim is gone");
		if (!right(v)) {
			stale++;
			if (v->leave)
				continue;
			printf("# %s: victim %u of %u saw %#lx, not %#lx\n",
			       change->name, (unsigned int)(v - victims), n,
			       v->seen, v->want);
		}
	}
	return stale;
}

int main(int argc, char **argv)
{
	static const unsigned int sizes[] = { 1, 2, 5, 6, 7, MAX_VICTIMS };
	bool leave = argc > 1 && !strcmp(argv[1], "--leave");
	unsigned int stale[CHANGES] = { 0 }, looks[CHANGES] = { 0 };
	struct tap tap = { 0 };
	struct victim *victims;

	victims = mmap(NULL, MAX_VICTIMS * sizeof(*victims),
		       PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		       0);
	if (victims == MAP_FAILED)
		die("mmap");
	pin(0);
	map(ADDRESS, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	*ADDRESS = 0xfff;
	for (unsigned int s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		for (unsigned int i = 0; i < sizes[s]; i++) {
			victims[i].leave = leave;
			start(victims + i);
		}
		/* The last one needs a page that was never changed. */
		for (unsigned int c = CHANGES; c-- > 0;) {
			stale[c] += round_of(victims, sizes[s], changes + c);
			looks[c] += sizes[s];
		}
		for (unsigned int i = 0; i < sizes[s]; i++)
			stop(victims + i);
	}
	for (unsigned int c = 0; c < CHANGES; c++) {
		if (leave)
			tap_ok(&tap, stale[c] == looks[c],
			       "%s, left out: %u of %u looks are found stale",
			       changes[c].name, stale[c], looks[c]);
		else
			tap_ok(&tap, !stale[c],
			       "%s: none of %u looks of 1 to %d processes is stale",
			       changes[c].name, looks[c], MAX_VICTIMS);
	}
	return tap_done(&tap);
}
