// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into a program: kills it right before its N-th step that others could
 * see, a change of a directory or the start of a program.  The file that KILLAT
 * names holds N, and is counted down by all programs that have it in common.
 */
#include <dlfcn.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void step(const char *name)
{
	const char *file = getenv("KILLAT");
	FILE *f = file ? fopen(file, "r+") : NULL;
	long left;

	if (!f)
		return;
	if (fscanf(f, "%ld", &left) != 1)
		left = 0;
	rewind(f);
	fprintf(f, "%-8ld\n", left - 1);
	fclose(f);
	if (left == 1) {
		fprintf(stderr, "killed before %s\n", name);
		raise(SIGKILL);
	}
}

#define NEXT(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

int rename(const char *from, const char *to)
{
	step("rename");
	return NEXT(rename)(from, to);
}

int unlink(const char *name)
{
	step("unlink");
	return NEXT(unlink)(name);
}

int rmdir(const char *name)
{
	step("rmdir");
	return NEXT(rmdir)(name);
}

int mkdir(const char *name, mode_t mode)
{
	step("mkdir");
	return NEXT(mkdir)(name, mode);
}

int symlink(const char *to, const char *name)
{
	step("symlink");
	return NEXT(symlink)(to, name);
}

int posix_spawnp(pid_t *pid, const char *file,
		 const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attr, char *const argv[],
		 char *const envp[])
{
	step("posix_spawnp");
	return NEXT(posix_spawnp)(pid, file, actions, attr, argv, envp);
}

/* Nobody pulls the plug here, and each would wait for the disk. */
int fsync(int fd)
{
	(void)fd;
	return 0;
}
