// SPDX-License-Identifier: GPL-2.0-only
/* Other programs that a campaign runs, ptiscope itself among them. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "campaign/campaign.h"
#include "base/log.h"
#include "base/stop.h"

extern char **environ;

static int spawn(pid_t *pid, const char *const argv[], FILE *out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	int err;

	sigemptyset(&none);
	if (posix_spawn_file_actions_init(&actions))
		return ENOMEM;
	if (posix_spawnattr_init(&attr)) {
		posix_spawn_file_actions_destroy(&actions);
		return ENOMEM;
	}
	/* Signals that wait in this process are to end that one. */
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	if (out)
		err = posix_spawn_file_actions_adddup2(&actions, fileno(out),
						       STDOUT_FILENO);
	else
		err = posix_spawn_file_actions_addopen(
			&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (!err)
		err = posix_spawnp(pid, argv[0], &actions, &attr,
				   (char *const *)argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

/** campaign_has_program() - would campaign_spawn() find this program? */
bool campaign_has_program(const char *name)
{
	const char *path = getenv("PATH"), *end;
	char full[PATH_MAX];

	if (strchr(name, '/') || !path)
		return !access(name, X_OK);
	for (;; path = end + 1) {
		end = strchrnul(path, ':');
		snprintf(full, sizeof(full), "%.*s/%s", (int)(end - path), path,
			 name);
		if (!access(full, X_OK))
			return true;
		if (!*end)
			return false;
	}
}

/**
 * campaign_spawn() - run a program and wait for its end, which comes soon when we are asked to stop
 * @argv: NULL-terminated; the program is looked for in PATH
 * @out: where its standard output goes, NULL for nowhere
 * Return: 0 if it exits with 0, -ENOENT where there is no such program, or another
 * -errno; after one line on stderr
 */
int campaign_spawn(const char *const argv[], FILE *out)
{
	struct stop_child wait;
	int status = 0;
	pid_t pid;
	int err = spawn(&pid, argv, out);

	if (err) {
		log_error("can't run %s: %s", argv[0], strerror(err));
		return -err;
	}
	if (!stop_child_open(&wait, pid)) {
		stop_child_wait(&wait);
		stop_child_close(&wait);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!status)
		return 0;
	if (WIFSIGNALED(status))
		log_error("%s was ended by signal %d", argv[0],
			  WTERMSIG(status));
	else
		log_error("%s failed with exit code %d", argv[0],
			  WEXITSTATUS(status));
	return -EIO;
}
