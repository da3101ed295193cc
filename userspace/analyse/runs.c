// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/opts.h"
#include "analyse/alike.h"
#include "analyse/runs.h"

/* "results/a/" -> "results", "a" -> ".", "/a" -> "/" */
static char *parent_of(const char *path)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	while (length > 0 && path[length - 1] != '/')
		length--;
	while (length > 1 && path[length - 1] == '/')
		length--;
	return length ? strndup(path, length) : strdup(".");
}

/* The same run twice would count its samples twice. */
static int check_new(const struct report_runs *runs, const char *dir)
{
	struct stat a, b;

	if (stat(dir, &a))
		return 0;
	for (size_t i = 0; i < runs->n; i++) {
		if (!stat(runs->run[i].path, &b) && a.st_dev == b.st_dev &&
		    a.st_ino == b.st_ino) {
			log_error("%s is given twice", dir);
			return -EINVAL;
		}
	}
	return 0;
}

/* What has nothing to do with modes would be taken for them, or pooled. */
static int check_alike(const struct report_runs *runs)
{
	char what[DIFFERENCE_SIZE];

	for (size_t i = 0; i < runs->n; i++)
		for (size_t j = 0; j < i; j++) {
			const struct run *a = &runs->run[j], *b = &runs->run[i];

			if (!runs_differ(&a->manifest, &b->manifest, what))
				continue;
			log_error(
				"%s and %s differ in %s; --force compares them all the same",
				a->path, b->path, what);
			return -EINVAL;
		}
	return 0;
}

/*
 * Load run directories and sort them into groups; @force takes them even if more than
 * their modes differs.  0, or -errno after one line on stderr.
 */
static int load(struct report_runs *runs, char **dirs, size_t n, bool force)
{
	int err = -ENOMEM;

	memset(runs, 0, sizeof(*runs));
	runs->run = calloc(n, sizeof(*runs->run));
	runs->parent = parent_of(dirs[0]);
	if (!runs->run || !runs->parent) {
		log_error("out of memory");
		goto fail;
	}
	for (; runs->n < n; runs->n++) {
		err = check_new(runs, dirs[runs->n]);
		if (!err)
			err = rundir_load(dirs[runs->n], &runs->run[runs->n]);
		if (err)
			goto fail;
	}
	err = force ? 0 : check_alike(runs);
	if (err)
		goto fail;
	err = groups_init(&runs->groups, runs->run, runs->n);
	if (!err)
		return 0;
	log_error("out of memory");
fail:
	report_runs_deinit(runs);
	return err;
}

/**
 * report_runs_open() - the runs that a command is given
 * @cmd: for messages
 * @runs: out: needs report_runs_deinit() when this returns OPTS_GO_ON
 * @force: take runs even if more than their modes differs
 * Return: OPTS_GO_ON, or an exit code after one line on stderr
 */
int report_runs_open(const struct command *cmd, struct report_runs *runs,
		     char **dirs, size_t n, bool force)
{
	if (!n)
		return opts_usage_error(cmd, "no run directory given");
	for (size_t i = 0; i < n; i++)
		if (!*dirs[i])
			return opts_usage_error(cmd, "'' is no directory");
	return load(runs, dirs, n, force) ? EXIT_RUNTIME : OPTS_GO_ON;
}

/** report_runs_deinit() - free the runs */
void report_runs_deinit(struct report_runs *runs)
{
	groups_deinit(&runs->groups);
	for (size_t i = 0; i < runs->n; i++)
		run_deinit(&runs->run[i]);
	free(runs->run);
	free(runs->parent);
	memset(runs, 0, sizeof(*runs));
}
