// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads command, command_2 ...: whatever program the user names, from its exec to its end.
 * Its process is made, and waits at a gate, before the clock and the recording
 * start, so that neither sees the fork.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/workload.h"
#include "base/loop.h"
#include "base/log.h"
#include "base/stop.h"

/* The child: it leaves by exec, or tells at @tell why it could not. */
static _Noreturn void child(const struct bench_program *program, int gate,
			    int tell)
{
	int null = open("/dev/null", O_RDWR), err;
	int input = program->input ? open(program->input, O_RDONLY) : null;
	sigset_t none;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	dup2(input, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (read(gate, &byte, 1) == 1) {
		execvp(program->argv[0], program->argv);
		err = errno;
		/* Without a reader there is nobody to tell. */
		if (write(tell, &err, sizeof(err)) < 0)
			_exit(126);
	}
	_exit(127);
}

/* ctx->to_helper is the gate, ctx->fd where the child tells why it has failed. */
static int command_prepare(struct bench_ctx *ctx)
{
	int gate[2], tell[2], err;

	if (pipe2(gate, O_CLOEXEC))
		return -errno;
	if (pipe2(tell, O_CLOEXEC)) {
		err = -errno;
		close(gate[0]);
		close(gate[1]);
		return err;
	}
	ctx->to_helper = gate[1];
	ctx->fd = tell[0];
	ctx->helper = fork();
	if (!ctx->helper) {
		close(gate[1]);
		child(ctx->w->program, gate[0], tell[1]);
	}
	err = ctx->helper < 0 ? -errno : 0;
	close(gate[0]);
	close(tell[1]);
	return err;
}

static int command_setup(struct bench_ctx *ctx)
{
	(void)ctx;
	/* A process that dies at the gate is found by what write(2) returns. */
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

static void close_helper(struct bench_ctx *ctx)
{
	close(ctx->to_helper);
	close(ctx->fd);
	ctx->to_helper = -1;
	ctx->fd = -1;
	ctx->helper = 0;
}

/* Why a run of the command is no sample; or 0 */
static int judge(struct bench_ctx *ctx, int status)
{
	const char *name = ctx->w->program->argv[0];
	int err;

	if (stop_requested())
		return -EINTR;
	if (read(ctx->fd, &err, sizeof(err)) == sizeof(err))
		log_error("%s: can't be run: %s", name, strerror(err));
	else if (WIFSIGNALED(status))
		log_error("%s: was killed by signal %d", name,
			  WTERMSIG(status));
	else if (!ctx->w->program->ok[WEXITSTATUS(status)])
		log_error("%s: ended with exit code %d", name,
			  WEXITSTATUS(status));
	else
		return 0;
	return -EPROTO;
}

static int command_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	int status = 0, err;
	struct stop_child wait;
	uint64_t start;

	err = stop_child_open(&wait, ctx->helper);
	if (err)
		return err;
	start = bench_tsc();
	if (write(ctx->to_helper, "", 1) != 1)
		err = -errno;
	stop_child_wait(&wait);
	*ticks = bench_tsc() - start;
	stop_child_close(&wait);
	waitpid(ctx->helper, &status, 0);
	if (!err)
		err = judge(ctx, status);
	close_helper(ctx);
	return err;
}

/* Nothing is subtracted: all that the command does is its own. */
static int command_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	(void)ctx;
	*ticks = 0;
	return 0;
}

static void command_teardown(struct bench_ctx *ctx)
{
	if (ctx->helper <= 0)
		return;
	kill(ctx->helper, SIGKILL);
	waitpid(ctx->helper, NULL, 0);
	close_helper(ctx);
}

const struct workload bench_command = {
	.name = "command",
	.help = "the command on the command line",
	.path = PTI_PATH_NONE,
	.iterations = 1,
	.samples = 20,
	.batch = false,
	.other_process = true,
	.setup = command_setup,
	.prepare = command_prepare,
	.sample = command_sample,
	.overhead = command_overhead,
	.teardown = command_teardown,
};
