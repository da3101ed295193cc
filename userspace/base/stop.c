// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ctrl-C without a signal handler: the signals stay blocked and are asked for
 * where it suits, so that no measurement is cut in two, every stage can clean
 * up, and no state is shared with a handler.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/stop.h"

static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP };

#define N_SIGNALS (sizeof(stop_signals) / sizeof(stop_signals[0]))

/*
 * A SIGHUP that was ignored when this program was started, as nohup does, stays ignored:
 * what is blocked would be kept all the same.  SIGINT is taken even so: a shell has its
 * background commands ignore it, and who sends it to one means it.
 */
static void stop_set(sigset_t *set)
{
	struct sigaction hup;

	sigemptyset(set);
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaddset(set, stop_signals[i]);
	if (!sigaction(SIGHUP, NULL, &hup) && hup.sa_handler == SIG_IGN)
		sigdelset(set, SIGHUP);
}

/** stop_init() - from here on SIGINT, SIGTERM and SIGHUP wait to be asked for */
void stop_init(void)
{
	sigset_t set;

	stop_set(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* The signal by which somebody asked this process to end, or 0 */
static int stop_signal(void)
{
	sigset_t pending;

	sigemptyset(&pending);
	sigpending(&pending);
	for (size_t i = 0; i < N_SIGNALS; i++)
		if (sigismember(&pending, stop_signals[i]) == 1)
			return stop_signals[i];
	return 0;
}

/**
 * stop_requested() - has somebody asked this process to end?
 *
 * The request stays pending, so every later question has the same answer.
 */
bool stop_requested(void)
{
	return stop_signal();
}

/**
 * stop_wait() - sleep until a request to end comes
 * @ms: milliseconds to wait at most
 *
 * Return: true when the request came; it is then used up.
 */
bool stop_wait(uint64_t ms)
{
	const struct timespec timeout = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};
	sigset_t set;

	stop_set(&set);
	return sigtimedwait(&set, NULL, &timeout) > 0;
}

/**
 * stop_child_open() - be ready to wait for a child
 * @c: out: on success ends with stop_child_close()
 * @pid: of the child
 * Return: 0, or -errno
 */
int stop_child_open(struct stop_child *c, pid_t pid)
{
	sigset_t set;
	int err;

	stop_set(&set);
	c->pid = pid;
	c->ended = pidfd_open(pid, 0);
	if (c->ended < 0)
		return -errno;
	c->asked = signalfd(-1, &set, SFD_CLOEXEC);
	if (c->asked >= 0)
		return 0;
	err = -errno;
	close(c->ended);
	return err;
}

/**
 * stop_child_wait() - sleep until a child ends
 * @c: opened; the child is not reaped
 *
 * A request to end this process, which stays pending, is passed on to the child. If
 * that has not ended it STOP_GRACE_MS later, it is killed.
 */
void stop_child_wait(const struct stop_child *c)
{
	struct pollfd fds[] = { { .fd = c->ended, .events = POLLIN },
				{ .fd = c->asked, .events = POLLIN } };
	int ready;

	do
		ready = poll(fds, 2, -1);
	while (ready < 0 && errno == EINTR);
	if (fds[0].revents)
		return;
	kill(c->pid, stop_signal());
	do
		ready = poll(fds, 1, STOP_GRACE_MS);
	while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		kill(c->pid, SIGKILL);
	waitid(P_PIDFD, (id_t)c->ended, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
}

/** stop_child_close() - the child was waited for, or will not be */
void stop_child_close(struct stop_child *c)
{
	close(c->ended);
	close(c->asked);
}
