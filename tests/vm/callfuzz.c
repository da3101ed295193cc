// SPDX-License-Identifier: GPL-2.0-only
/*
 * callfuzz CHILDREN SEED: random system calls with random arguments, made by so many
 * children without privileges, one after another, that are given a second each.  What it
 * looks for is in the kernel log.
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

/* Behind the last system call there are some that do not exist. */
#define CALLS 480
#define CALLS_OF_A_CHILD 1000
#define NOBODY 65534

/* Shared with the children */
struct counts {
	unsigned long calls;
	unsigned long good;
};

static uint64_t state;

static uint64_t draw(void)
{
	/* xorshift64* */
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dULL;
}

/* Those that end the child, or make more of them than are counted */
static bool left_out(long nr)
{
	static const long calls[] = {
		SYS_exit,  SYS_exit_group, SYS_fork,
		SYS_vfork, SYS_clone,	   SYS_clone3,
	};
	unsigned int i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (nr == calls[i])
			return true;
	return false;
}

static long argument(char *buffer)
{
	switch (draw() % 8) {
	case 0:
		return 0;
	case 1:
		return -1;
	case 2:
		return draw() % 16;
	case 3:
		return 1L << draw() % (8 * sizeof(long));
	case 4:
		return (long)draw();
	default:
		/* Half of all: memory of its own, of random content */
		return (long)(buffer + draw() % 4096);
	}
}

static void child(struct counts *counts, uint64_t seed)
{
	int null = open("/dev/null", O_RDWR);
	static char buffer[16384];
	struct rlimit none = { 0 };
	struct rlimit little = { 1 << 20, 1 << 20 };
	struct rlimit memory = { 1 << 28, 1 << 28 };
	unsigned int i;

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	state = seed;
	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_NPROC, &none);
	setrlimit(RLIMIT_FSIZE, &little);
	setrlimit(RLIMIT_AS, &memory);
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		_exit(1);
	alarm(1);
	for (i = 0; i < CALLS_OF_A_CHILD; i++) {
		long nr = draw() % CALLS;

		if (left_out(nr))
			continue;
		*(uint64_t *)(buffer + draw() % 2048 * 8) = draw();
		__atomic_fetch_add(&counts->calls, 1, __ATOMIC_RELAXED);
		if (syscall(nr, argument(buffer), argument(buffer),
			    argument(buffer), argument(buffer),
			    argument(buffer), argument(buffer)) >= 0)
			__atomic_fetch_add(&counts->good, 1, __ATOMIC_RELAXED);
	}
	_exit(0);
}

/* A child may block its alarm, or stop: it has two seconds. */
static bool reap(pid_t pid)
{
	struct timespec tick = { .tv_nsec = 20000000 };
	int i, status;

	for (i = 0; i < 100; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid &&
		    !WIFSTOPPED(status))
			return true;
		nanosleep(&tick, NULL);
	}
	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid;
}

static struct counts *prepare(void)
{
	char directory[] = "/tmp/callfuzz.XXXXXX";
	struct counts *counts;

	if (!mkdtemp(directory) || chdir(directory) || chmod(".", 0777))
		return NULL;
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return counts == MAP_FAILED ? NULL : counts;
}

int main(int argc, char **argv)
{
	struct tap tap = { 0 };
	struct counts *counts = prepare();
	unsigned long children, lost = 0, i;
	uint64_t seed;

	if (argc != 3)
		return 2;
	children = strtoul(argv[1], NULL, 0);
	seed = strtoull(argv[2], NULL, 0);
	if (!tap_ok(&tap, counts, "a folder and memory for the children"))
		return tap_done(&tap);
	for (i = 0; i < children; i++) {
		pid_t pid = fork();

		/* The generator must not begin with 0 */
		if (!pid)
			child(counts, (seed << 32 | i) * 2 + 1);
		lost += pid < 0 || !reap(pid);
	}
	tap_ok(&tap, !lost, "every child ended");
	printf("# %lu calls, %lu of them without an error\n", counts->calls,
	       counts->good);
	tap_ok(&tap, counts->calls >= 5 * children && counts->good,
	       "calls were made");
	return tap_done(&tap);
}
