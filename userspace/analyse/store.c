// SPDX-License-Identifier: GPL-2.0-only
/* A finished run becomes files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/store.h"
#include "analyse/summaries.h"
#include "base/log.h"
#include "machine/env.h"

/**
 * store_run() - write samples, manifest, summary and what the kernel says
 * @dir: directory, created
 * @run: run; names and sums of its files are filled in
 *
 * Return: 0 or a negative errno, after one line on stderr but for -ENOMEM.
 */
int store_run(const struct rundir *dir, struct run *run)
{
	char *env = rundir_path(dir, "env");
	char *summary = rundir_path(dir, "summary.csv");
	int err = -ENOMEM;

	if (env && summary)
		err = env_copy(env);
	if (!err)
		err = rundir_save(dir, run);
	if (!err)
		err = summary_save(run, summary);
	free(env);
	free(summary);
	return err;
}
