// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ctrl-C without a signal handler: the signals stay blocked and are asked for
 * where it suits, so that no measurement is cut in two, every stage can clean
 * up, and no state is shared with a handler.
 */
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "base/stop.h"

static void stop_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

/** stop_init() - from here on SIGINT, SIGTERM and SIGHUP wait to be asked for */
void stop_init(void)
{
	sigset_t set;

	stop_set(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/**
 * stop_requested() - has somebody asked this process to end?
 *
 * The request stays pending, so every later question has the same answer.
 */
bool stop_requested(void)
{
	sigset_t pending;

	sigemptyset(&pending);
	sigpending(&pending);
	return sigismember(&pending, SIGINT) == 1 ||
	       sigismember(&pending, SIGTERM) == 1 ||
	       sigismember(&pending, SIGHUP) == 1;
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
