/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RUN_RUNDIR_H
#define PTISCOPE_RUN_RUNDIR_H

#include <stdbool.h>
#include <stdio.h>

#include "run/manifest.h"
#include "run/samples.h"

/**
 * struct run - one run in memory: what run directories are written from and loaded into
 * @path: directory that it was loaded from, or NULL
 */
struct run {
	char *path;
	struct manifest manifest;
	struct sample_set samples;
};

/**
 * struct rundir - a run directory that is being written
 * @final: its name once it is whole
 * @tmp: where it is until then: @final.tmp.PID
 * @force: replace @final when it exists
 */
struct rundir {
	char *final;
	char *tmp;
	bool force;
};

int run_init(struct run *run);
void run_deinit(struct run *run);

int rundir_create(const char *final, bool force, struct rundir *dir);
char *rundir_path(const struct rundir *dir, const char *name);
int rundir_save(const struct rundir *dir, struct run *run);
int rundir_commit(struct rundir *dir);
void rundir_abort(struct rundir *dir);
int rundir_load(const char *path, struct run *run);
int rundir_remove_tree(const char *path);

#endif /* PTISCOPE_RUN_RUNDIR_H */
