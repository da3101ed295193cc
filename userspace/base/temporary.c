// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that are not whole yet: a signal that ends this process takes them away.  Where
 * signals wait to be asked for (stop_init()) there is nothing to take away here.
 */
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "base/temporary.h"

/* More than are open at once; one without a place stays behind. */
#define MOST 16

static const char *volatile names[MOST];
static volatile pid_t owner;

static void end(int number)
{
	/* A child that has not come to its exec owns none of them. */
	for (size_t i = 0; i < MOST && owner == getpid(); i++)
		if (names[i])
			unlink(names[i]);
	/* It waits until this returns, and then does what it did before. */
	raise(number);
}

/* What is ignored, as nohup has it, stays ignored. */
static void catch (int number)
{
	const struct sigaction action = { .sa_handler = end,
					  .sa_flags = (int)SA_RESETHAND };
	struct sigaction old;

	if (!sigaction(number, NULL, &old) && old.sa_handler == SIG_DFL)
		sigaction(number, &action, NULL);
}

/**
 * temporary_add() - a file of this name is to go if a signal ends this process
 * @name: lives until temporary_drop()
 */
void temporary_add(const char *name)
{
	size_t i = 0;

	if (!owner) {
		owner = getpid();
		catch (SIGINT);
		catch (SIGTERM);
		catch (SIGHUP);
		catch (SIGPIPE);
	}
	while (i < MOST && names[i])
		i++;
	if (i < MOST)
		names[i] = name;
}

/** temporary_drop() - it is whole now, or gone */
void temporary_drop(const char *name)
{
	for (size_t i = 0; i < MOST; i++)
		if (names[i] == name)
			names[i] = NULL;
}
