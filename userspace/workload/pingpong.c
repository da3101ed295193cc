// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads of context switches: the thread that is measured and a partner on
 * the same CPU, in the same process or another, take turns by pipes or futexes.
 * And a futex that nobody waits for.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/futex.h"
#include "workload/script.h"
#include "workload/workload.h"

#define PAGE_BYTES 4096

/* arg[0] of these workloads, and arg[1] */
enum {
	BY_PIPE,
	BY_FUTEX
};
enum {
	THREAD,
	PROCESS
};

static_assert(sizeof(atomic_int) == sizeof(int32_t));

/**
 * struct turns - a page that both have, also when they are processes
 * @ping: 1 when it is the partner's turn
 * @pong: 1 when it is the measured thread's
 * @stop: the partner is to end
 * @to: pipe to the partner
 * @back: pipe back
 * @byte: what goes through the pipes from here
 */
struct turns {
	_Alignas(8) atomic_int ping;
	atomic_int pong;
	atomic_int stop;
	int to[2];
	int back[2];
	unsigned char byte;
};

static void answer_by_pipe(struct turns *t)
{
	unsigned char byte;

	while (read(t->to[0], &byte, 1) == 1 &&
	       write(t->back[1], &byte, 1) == 1)
		;
}

static void answer_by_futex(struct turns *t)
{
	for (;;) {
		while (!atomic_load(&t->ping))
			futex(&t->ping, FUTEX_WAIT, 0);
		if (atomic_load(&t->stop))
			return;
		atomic_store(&t->ping, 0);
		atomic_store(&t->pong, 1);
		futex(&t->pong, FUTEX_WAKE, 1);
	}
}

static void *run_partner(void *arg)
{
	struct bench_ctx *ctx = arg;

	if (ctx->w->arg[0] == BY_PIPE)
		answer_by_pipe(ctx->shared);
	else
		answer_by_futex(ctx->shared);
	return NULL;
}

/* A partner that dies must not leave this thread waiting: it gets an EINTR. */
static void notice(int signal)
{
	(void)signal;
}

static int start_process(struct bench_ctx *ctx)
{
	const struct sigaction action = { .sa_handler = notice };
	struct turns *t = ctx->shared;

	if (sigaction(SIGCHLD, &action, &ctx->old_action))
		return -errno;
	ctx->signal = SIGCHLD;
	ctx->helper = fork();
	if (ctx->helper < 0) {
		ctx->helper = 0;
		return -errno;
	}
	if (ctx->helper)
		return 0;
	/* Its own end would keep the pipe open for ever. */
	if (ctx->w->arg[0] == BY_PIPE)
		close(t->to[1]);
	run_partner(ctx);
	_exit(0);
}

static int start_thread(struct bench_ctx *ctx)
{
	int err = pthread_create(&ctx->thread, NULL, run_partner, ctx);

	ctx->has_thread = !err;
	return -err;
}

static int make_pipes(struct turns *t)
{
	if (pipe2(t->to, O_CLOEXEC))
		return -errno;
	if (!pipe2(t->back, O_CLOEXEC))
		return 0;
	close(t->to[0]);
	close(t->to[1]);
	return -errno;
}

static void add_pipe_calls(struct bench_ctx *ctx, struct turns *t)
{
	bench_script_add(ctx, SYS_write, t->to[1], (long)&t->byte, 1, 0)
		->expect = 1;
	bench_script_add(ctx, SYS_read, t->back[0], (long)&t->byte, 1, 0)
		->expect = 1;
}

/*
 * Woken 1 waiter, or 0 if it was on its way to wait.  The wait is over at once if
 * the answer came first.  One store gives the turn away and takes back the last
 * answer: the two words are one of 8 bytes.
 */
static void add_futex_calls(struct bench_ctx *ctx, struct turns *t)
{
	struct bench_call *wake, *wait;

	wake = bench_script_add(ctx, SYS_futex, (long)&t->ping, FUTEX_WAKE, 1,
				0);
	wake->expect = 1;
	wake->or_else = 0;
	wake->store = (int64_t *)&t->ping;
	wake->value = 1;
	wait = bench_script_add(ctx, SYS_futex, (long)&t->pong, FUTEX_WAIT, 0,
				0);
	wait->or_else = -EAGAIN;
}

static int turns_setup(struct bench_ctx *ctx)
{
	struct turns *t = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int err;

	if (t == MAP_FAILED)
		return -errno;
	ctx->shared = t;
	if (ctx->w->arg[0] == BY_PIPE) {
		err = make_pipes(t);
		if (err)
			return err;
		ctx->started = true;
		add_pipe_calls(ctx, t);
	} else {
		add_futex_calls(ctx, t);
	}
	return ctx->w->arg[1] == THREAD ? start_thread(ctx) :
					  start_process(ctx);
}

static void turns_teardown(struct bench_ctx *ctx)
{
	struct turns *t = ctx->shared;

	if (!t)
		return;
	atomic_store(&t->stop, 1);
	atomic_store(&t->ping, 1);
	if (ctx->started)
		close(t->to[1]);
	else
		futex(&t->ping, FUTEX_WAKE, 1);
	if (ctx->has_thread)
		pthread_join(ctx->thread, NULL);
	if (ctx->helper)
		while (waitpid(ctx->helper, NULL, 0) < 0 && errno == EINTR)
			;
	if (ctx->started) {
		close(t->to[0]);
		close(t->back[0]);
		close(t->back[1]);
	}
	if (ctx->signal)
		sigaction(ctx->signal, &ctx->old_action, NULL);
	munmap(t, PAGE_BYTES);
}

static int wake_setup(struct bench_ctx *ctx)
{
	bench_script_add(ctx, SYS_futex, (long)&ctx->scratch,
			 FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, 0);
	return 0;
}

const struct workload bench_pipe_threads = {
	.name = "pipe_threads",
	.help = "turns by pipes with another thread of this process",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 32,
	.arg = { BY_PIPE, THREAD },
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 2 } },
	.setup = turns_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = turns_teardown,
};

const struct workload bench_pipe_processes = {
	.name = "pipe_processes",
	.help = "turns by pipes with another process",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 32,
	.arg = { BY_PIPE, PROCESS },
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 2 } },
	.setup = turns_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = turns_teardown,
};

const struct workload bench_futex_threads = {
	.name = "futex_threads",
	.help = "turns by futexes with another thread of this process",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 32,
	.arg = { BY_FUTEX, THREAD },
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 2 } },
	.setup = turns_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = turns_teardown,
};

const struct workload bench_futex_processes = {
	.name = "futex_processes",
	.help = "turns by futexes with another process",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 32,
	.arg = { BY_FUTEX, PROCESS },
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 2 } },
	.setup = turns_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = turns_teardown,
};

const struct workload bench_futex_wake = {
	.name = "futex_wake",
	.help = "futex(2), a wake-up of nobody",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 256,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 1 } },
	.setup = wake_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
};
