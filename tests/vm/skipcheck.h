/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of skipcheck share: calls that may be skipped, and their tally. */
#ifndef _PTISCOPE_TESTS_SKIPCHECK_H
#define _PTISCOPE_TESTS_SKIPCHECK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The calls, in the order of the table in skipcheck_calls.c */
enum call {
	CALL_PID,
	CALL_TID,
	CALL_UID,
	CALL_EUID,
	CALL_GID,
	CALL_EGID,
	CALLS
};

/* What each call answers, or should answer */
struct ids {
	long id[CALLS];
};

/* A fault that is planted, for the checks to find */
enum plant {
	PLANT_NONE,
	PLANT_WRONG, /* an answer now and then is that of another */
	PLANT_MISSED, /* who forbids or watches a call says so before it is so */
};

/*
 * Shared by all processes, exec'd ones included.
 * @calls: made straight, so that they may be skipped
 * @wrong: of these, answers that were not as they should be
 * @missed: calls that a filter, tracer or tracepoint should have seen
 * @broken: whatever else went wrong
 * @watched: calls that were made while a tracer or tracepoint said to be there
 * @entered: who loops is where it should be
 * @set: who changes what the loop sees says that it has done so
 * @ended: who loops has to end
 */
struct tally {
	atomic_ulong calls;
	atomic_ulong wrong;
	atomic_ulong missed;
	atomic_ulong broken;
	atomic_ulong watched;
	atomic_int entered;
	atomic_int set;
	atomic_int ended;
	enum plant plant;
};

extern struct tally *tally;

extern const struct call_info {
	const char *name;
	int nr; /* of SYSCALL */
	int nr32; /* of INT 0x80 */
	const char *field; /* of /proc/thread-self/status */
	int column; /* there, from 0; -1 is the last */
} calls[CALLS];

int tally_create(void);
int tally_join(int fd);
__attribute__((format(printf, 1, 2))) void broken(const char *fmt, ...);

long raw_syscall(long nr);
long call_straight(enum call call);
long call_slowly(enum call call);
void ids_slowly(struct ids *ids);
bool ids_by_int80(struct ids *ids);
bool ids_of_proc(struct ids *ids);
void check_ids(const char *who, const struct ids *want);
void check_all_ways(const char *who, struct ids *want);

void in_child(const char *what, void (*function)(unsigned long n),
	      unsigned long n);
void begin_setting(void);
void before_setting(void);
void after_setting(void);
void pin(unsigned int cpu);
void pin_nowhere(void);
unsigned int cpus(void);

bool skips_begin(void);
unsigned long skips_read(void);

/*
 * Each makes about @n calls.  They need root, and skip what this kernel lacks.
 */
void ids_migrate(unsigned long n);
void ids_hotplug(unsigned long n);
void ids_fork(unsigned long n);
void ids_exec(unsigned long n);
void ids_credentials(unsigned long n);
void ids_user_namespace(unsigned long n);
void ids_overflow(unsigned long n);
void ids_pid_namespace(unsigned long n);
int ids_after_exec(char **words);

void seen_seccomp(unsigned long n);
void seen_tracer(unsigned long n);
void seen_emulator(unsigned long n);
void seen_dispatch(unsigned long n);
void seen_tracepoint(unsigned long n);
void seen_registers(unsigned long n);
void seen_single_step(unsigned long n);

#endif /* _PTISCOPE_TESTS_SKIPCHECK_H */
