/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_WORKLOAD_WORKLOAD_H
#define PTISCOPE_WORKLOAD_WORKLOAD_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "run/paths.h"
#include "kernel/module.h"

/** BENCH_ITERATIONS_MAX - most iterations of one sample */
#define BENCH_ITERATIONS_MAX 65536

/** BENCH_ENTRIES_MAX - most different paths that a workload declares */
#define BENCH_ENTRIES_MAX 2

/** BENCH_PATIENCE - timeouts that a sample may take while what it waits for comes */
#define BENCH_PATIENCE 10

/**
 * enum nmi_source - where the NMIs of a workload come from
 * @NMI_SOURCE_CPU: another CPU
 * @NMI_SOURCE_IB700: a watchdog of QEMU, for guests with one CPU
 */
enum nmi_source {
	NMI_SOURCE_CPU,
	NMI_SOURCE_IB700,
};

/** nmi_source_names - of enum nmi_source; ends with NULL */
extern const char *const nmi_source_names[];

/** BENCH_CALLS_MAX - most system calls of one iteration of a script */
#define BENCH_CALLS_MAX 2

/**
 * struct bench_call - one system call of a script; its assembly knows the layout
 * @nr: number of the system call
 * @arg: its arguments
 * @expect: what it has to return
 * @or_else: what it may return as well
 * @store: where something is written before the call
 * @value: what is written there
 */
struct bench_call {
	int64_t nr;
	int64_t arg[6];
	int64_t expect;
	int64_t or_else;
	int64_t *store;
	int64_t value;
};

/**
 * struct bench_ctx - what a workload keeps between its functions
 * @iterations: per sample; set by the caller before setup()
 * @timeout: ticks after which a sample that waits gives up; set by the caller
 * @module: the module, or NULL; set by the caller
 * @nmi_source: where NMIs come from; set by the caller
 * @why: set by a setup() that returns -EOPNOTSUPP: a sentence
 * @w: the workload
 * @counted: entries that the workload counted itself
 * @helper: process that does the work, or shares it, or 0
 * @to_helper: pipe to it, or -1
 * @started: setup() started what teardown() has to stop
 * @fd: file that the workload works on, or -1
 * @fd2: another one, or -1
 * @mem: memory that it works on, or NULL
 * @mem_bytes: length of @mem
 * @at: where in @mem the next sample begins
 * @loop: ticks of one round of a waiting loop
 * @gap: ticks that such a round takes when something interrupts it
 * @calls: the system calls of an iteration of a script
 * @n_calls: how many
 * @scratch: where nothing is kept
 * @thread: partner of the thread that is measured
 * @has_thread: it runs
 * @shared: what both know, in a form of the workload's own, or NULL
 * @signal: signal that the workload handles, or 0
 * @old_action: what it did before
 */
struct bench_ctx {
	uint64_t iterations;
	uint64_t timeout;
	const struct module_reader *module;
	enum nmi_source nmi_source;
	const char *why;
	const struct workload *w;
	uint64_t counted;
	pid_t helper;
	int to_helper;
	bool started;
	int fd;
	int fd2;
	unsigned char *mem;
	size_t mem_bytes;
	void *at;
	uint64_t loop;
	uint64_t gap;
	struct bench_call calls[BENCH_CALLS_MAX];
	size_t n_calls;
	int64_t scratch;
	pthread_t thread;
	bool has_thread;
	void *shared;
	int signal;
	struct sigaction old_action;
};

/**
 * struct bench_program - what a workload of another program runs
 * @argv: program and arguments
 * @input: file that it reads, or NULL
 * @ok: exit codes that are no failure
 */
struct bench_program {
	char *const *argv;
	const char *input;
	bool ok[256];
};

/**
 * struct bench_entries - @count entries of @path (enum pti_path) an iteration
 * @path: enum pti_path
 * @count: exactly so many
 * @spare: and, in a whole sample, up to so many more
 */
struct bench_entries {
	unsigned int path;
	unsigned int count;
	unsigned int spare;
};

/**
 * struct workload - one thing that makes a program enter the kernel
 * @name: on the command line and in every file
 * @help: what an iteration is, for --list
 * @path: enum pti_path that the workload is about
 * @iterations: per sample unless the user says otherwise
 * @batch: a sample times many iterations; else it is always one
 * @samples: a sample takes so long that this many are enough, or 0
 * @arg: what tells workloads of one file apart
 * @program: what it runs, or NULL
 * @entries: what one iteration does; ends with path 0
 * @unmarked: set where the records do not show the entries: why, and what is
 *	checked instead
 * @other_process: the entries are those of the process @bench_ctx.helper; declares
 *	none where nobody knows what it does
 * @counts: the workload counts the entries itself, in @bench_ctx.counted
 * @setup: gets what the workload needs; returns -EOPNOTSUPP, and says why, where
 *	it can't be measured
 * @prepare: before each sample, not timed; may be NULL
 * @sample: times @bench_ctx.iterations iterations, in ticks; nothing but these
 *	enters the kernel on purpose
 * @overhead: the same loop without the kernel entries, in ticks; called right
 *	after a sample
 * @teardown: gives everything back, also after a setup() that failed
 *
 * The functions that return int return 0 or a negative errno; sample() returns
 * -ETIME when what it waits for does not come.
 */
struct workload {
	const char *name;
	const char *help;
	unsigned int path;
	uint64_t iterations;
	uint64_t samples;
	long arg[2];
	const struct bench_program *program;
	bool batch;
	struct bench_entries entries[BENCH_ENTRIES_MAX + 1];
	const char *unmarked;
	bool counts;
	bool other_process;
	int (*setup)(struct bench_ctx *ctx);
	int (*prepare)(struct bench_ctx *ctx);
	int (*sample)(struct bench_ctx *ctx, uint64_t *ticks);
	int (*overhead)(struct bench_ctx *ctx, uint64_t *ticks);
	void (*teardown)(struct bench_ctx *ctx);
};

extern const struct workload bench_getppid;
extern const struct workload bench_getpid;
extern const struct workload bench_gettid;
extern const struct workload bench_getuid;
extern const struct workload bench_geteuid;
extern const struct workload bench_getgid;
extern const struct workload bench_getegid;
extern const struct workload bench_read1;
extern const struct workload bench_write1;
extern const struct workload bench_page_fault;
extern const struct workload bench_timer;
extern const struct workload bench_getppid_int80;
extern const struct workload bench_getppid_sysenter32;
extern const struct workload bench_nmi_user;
extern const struct workload bench_read4k_zero;
extern const struct workload bench_read4k_tmpfs;
extern const struct workload bench_write4k_tmpfs;
extern const struct workload bench_pipe4k;
extern const struct workload bench_sendmsg_recvmsg;
extern const struct workload bench_futex_wake;
extern const struct workload bench_epoll_wait;
extern const struct workload bench_mmap_munmap;
extern const struct workload bench_mprotect;
extern const struct workload bench_page_fault_write;
extern const struct workload bench_huge_page_fault;
extern const struct workload bench_signal;
extern const struct workload bench_breakpoint;
extern const struct workload bench_single_step;
extern const struct workload bench_invalid_op;
extern const struct workload bench_divide_error;
extern const struct workload bench_call_ipi;
extern const struct workload bench_tlb_shootdown;
extern const struct workload bench_resched_ipi;
extern const struct workload bench_fork_exit;
extern const struct workload bench_clone_thread;
extern const struct workload bench_vfork_exec;
extern const struct workload bench_pipe_threads;
extern const struct workload bench_pipe_processes;
extern const struct workload bench_futex_threads;
extern const struct workload bench_futex_processes;
extern const struct workload bench_chase_1m;
extern const struct workload bench_chase_4m;
extern const struct workload bench_chase_16m;
extern const struct workload bench_chase_64m;
extern const struct workload bench_chase_16m_k8;
extern const struct workload bench_chase_16m_k512;
extern const struct workload bench_getppid_p40;
extern const struct workload bench_getppid_p600;
extern const struct workload bench_getppid_p1600;
extern const struct workload bench_getpid_p40;
extern const struct workload bench_getpid_p600;
extern const struct workload bench_getpid_p1600;
extern const struct workload bench_read1_p40;
extern const struct workload bench_read1_p600;
extern const struct workload bench_read1_p1600;

/* Not in the table: it is to be copied, and given a program. */
extern const struct workload bench_command;

const struct workload *bench_get(size_t index);
const struct workload *bench_find(const char *name, size_t length);
int bench_setup(const struct workload *w, struct bench_ctx *ctx);
void bench_teardown(const struct workload *w, struct bench_ctx *ctx);
int bench_prepare(struct bench_ctx *ctx);
int bench_sample(struct bench_ctx *ctx, uint64_t *ticks);

#endif /* PTISCOPE_WORKLOAD_WORKLOAD_H */
