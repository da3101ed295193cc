// SPDX-License-Identifier: GPL-2.0-only
/* The calls: made straight, made so that they are never skipped, and told by /proc. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "skipcheck.h"

/* One answer in so many is planted. */
#define PLANT_EVERY 997

struct tally *tally;

const struct call_info calls[CALLS] = {
	[CALL_PID] = { "getpid", SYS_getpid, 20, "NStgid:", -1 },
	[CALL_TID] = { "gettid", SYS_gettid, 224, "NSpid:", -1 },
	[CALL_UID] = { "getuid", SYS_getuid, 199, "Uid:", 0 },
	[CALL_EUID] = { "geteuid", SYS_geteuid, 201, "Uid:", 1 },
	[CALL_GID] = { "getgid", SYS_getgid, 200, "Gid:", 0 },
	[CALL_EGID] = { "getegid", SYS_getegid, 202, "Gid:", 1 },
};

/* Keeps its file descriptor, which exec passes on; returns it, or -1. */
int tally_create(void)
{
	int fd = memfd_create("skipcheck", 0);

	if (fd < 0 || ftruncate(fd, sizeof(*tally)))
		return -1;
	return tally_join(fd) ? -1 : fd;
}

int tally_join(int fd)
{
	void *mem = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
			 MAP_SHARED, fd, 0);

	tally = mem == MAP_FAILED ? NULL : mem;
	return tally ? 0 : -1;
}

/* Something that is no answer failed: a line of TAP's diagnostics. */
void broken(const char *fmt, ...)
{
	char text[256];
	va_list args;
	int saved = errno, n;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (atomic_fetch_add(&tally->broken, 1) < 10) {
		char line[320];

		n = snprintf(line, sizeof(line), "# %s: %s\n", text,
			     strerror(saved));
		if (write(STDOUT_FILENO, line, (size_t)n) < 0)
			return;
	}
}

static void wrong(const char *who, enum call call, long seen, long want)
{
	char line[160];
	int n;

	if (atomic_fetch_add(&tally->wrong, 1) >= 10)
		return;
	n = snprintf(line, sizeof(line), "# %s: %s is %ld, should be %ld\n",
		     who, calls[call].name, seen, want);
	if (write(STDOUT_FILENO, line, (size_t)n) < 0)
		return;
}

long raw_syscall(long nr)
{
	long result;

	asm volatile("syscall"
		     : "=a"(result)
		     : "0"(nr)
		     : "rcx", "r11", "memory");
	return result;
}

/* As a program does it; the call that may be skipped. */
long call_straight(enum call call)
{
	unsigned long n = atomic_fetch_add_explicit(&tally->calls, 1,
						    memory_order_relaxed);
	long result = raw_syscall(calls[call].nr);

	if (tally->plant == PLANT_WRONG && n % PLANT_EVERY == 0)
		result++;
	return result;
}

/* The kernel looks at the lower half of RAX alone, and skips nothing with an upper. */
long call_slowly(enum call call)
{
	return raw_syscall(calls[call].nr | 1L << 32);
}

void ids_slowly(struct ids *ids)
{
	for (enum call call = 0; call < CALLS; call++)
		ids->id[call] = call_slowly(call);
}

/* False where the kernel has no 32-bit system calls: then a child dies of it. */
bool ids_by_int80(struct ids *ids)
{
	static atomic_int known; /* 1: works, 2: does not */
	int status = 0;
	pid_t pid;

	if (!known) {
		pid = fork();
		if (!pid) {
			long result;

			signal(SIGSEGV, SIG_DFL);
			asm volatile("int $0x80"
				     : "=a"(result)
				     : "0"(20L)
				     : "r8", "r9", "r10", "r11", "memory");
			_exit(result < 0);
		}
		if (pid < 0 || waitpid(pid, &status, __WALL) != pid)
			return false;
		known = status ? 2 : 1;
	}
	for (enum call call = 0; known == 1 && call < CALLS; call++)
		asm volatile("int $0x80"
			     : "=a"(ids->id[call])
			     : "0"((long)calls[call].nr32)
			     : "r8", "r9", "r10", "r11", "memory");
	return known == 1;
}

/* The number in a column of a line of status; the last for -1 */
static long column(const char *text, int at)
{
	long value = -1;
	char *end;

	for (int i = 0; at < 0 || i <= at; i++) {
		long next = strtol(text, &end, 10);

		if (end == text)
			break;
		value = next;
		text = end;
		if (*text == '\n')
			break;
	}
	return value;
}

/* What /proc says of this thread, in the namespaces of who mounted it */
bool ids_of_proc(struct ids *ids)
{
	FILE *f = fopen("/proc/thread-self/status", "re");
	char line[512];

	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		for (enum call call = 0; call < CALLS; call++) {
			size_t length = strlen(calls[call].field);

			if (!strncmp(line, calls[call].field, length))
				ids->id[call] = column(line + length,
						       calls[call].column);
		}
	fclose(f);
	return true;
}

/* Every call once, straight, against what it should answer */
void check_ids(const char *who, const struct ids *want)
{
	for (enum call call = 0; call < CALLS; call++) {
		long seen = call_straight(call);

		if (seen != want->id[call])
			wrong(who, call, seen, want->id[call]);
	}
}

/* The same, and that INT 0x80, /proc and the slow path all say what is wanted */
void check_all_ways(const char *who, struct ids *want)
{
	struct ids other;

	check_ids(who, want);
	ids_slowly(&other);
	for (enum call call = 0; call < CALLS; call++)
		if (other.id[call] != want->id[call])
			wrong("slow path", call, other.id[call],
			      want->id[call]);
	if (ids_by_int80(&other))
		for (enum call call = 0; call < CALLS; call++)
			if ((int)other.id[call] != (int)want->id[call])
				wrong("INT 0x80", call, other.id[call],
				      want->id[call]);
	if (!ids_of_proc(&other))
		return;
	for (enum call call = 0; call < CALLS; call++)
		if (other.id[call] != want->id[call])
			wrong("/proc", call, other.id[call], want->id[call]);
}

/* Run it in a process of its own, which must end well. */
void in_child(const char *what, void (*function)(unsigned long n),
	      unsigned long n)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		function(n);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, __WALL) != pid || status)
		broken("%s: the process ended with status 0x%x", what, status);
}

void pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* A CPU may be offline just now: then it stays where it is. */
	sched_setaffinity(0, sizeof(set), &set);
}

void pin_nowhere(void)
{
	cpu_set_t set;

	memset(&set, 0xff, sizeof(set));
	sched_setaffinity(0, sizeof(set), &set);
}

unsigned int cpus(void)
{
	return (unsigned int)sysconf(_SC_NPROCESSORS_CONF);
}

/*
 * One loops and another changes what the loop sees: the loop sets tally->entered, and
 * from when tally->set is set, its answers have to be the new ones.
 */
void begin_setting(void)
{
	tally->entered = tally->set = tally->ended = 0;
}

void before_setting(void)
{
	unsigned long seen;

	while (!tally->entered)
		sched_yield();
	usleep(500);
	if (tally->plant != PLANT_MISSED)
		return;
	/* Calls are made meanwhile, however slow this machine is. */
	seen = tally->calls;
	tally->set = 1;
	while (tally->calls < seen + 50)
		sched_yield();
}

void after_setting(void)
{
	tally->set = 1;
	usleep(500);
}
