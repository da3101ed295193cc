// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run directory is written under another name and renamed when it is whole,
 * so that an interrupted run leaves nothing that looks like a result.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/outfile.h"
#include "run/rundir.h"

#define MANIFEST "manifest.json"
#define SAMPLES "samples.gz"
#define WALK_FDS 16

/**
 * run_init() - a run without samples
 * Return: 0 or -ENOMEM; run_deinit() is due either way
 */
int run_init(struct run *run)
{
	run->path = NULL;
	sample_set_init(&run->samples);
	return manifest_init(&run->manifest);
}

/** run_deinit() - free what the run owns */
void run_deinit(struct run *run)
{
	sample_set_deinit(&run->samples);
	manifest_deinit(&run->manifest);
	free(run->path);
	run->path = NULL;
}

static char *join(const char *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

/* 0 where there is a file of that name in that directory. */
static int has_file(const char *dir, const char *name)
{
	char *path = join(dir, name);
	int err = path ? access(path, F_OK) : -1;

	free(path);
	return err;
}

/* --force replaces an earlier run, never some other directory. */
static int check_final(const char *final, bool force)
{
	struct stat st;

	if (lstat(final, &st)) {
		if (errno == ENOENT)
			return 0;
		log_error("%s: %m", final);
		return -errno;
	}
	if (!force) {
		log_error("%s exists already (--force replaces it)", final);
		return -EEXIST;
	}
	if (!S_ISDIR(st.st_mode) || has_file(final, MANIFEST)) {
		log_error("%s exists and is no run directory: not replaced",
			  final);
		return -EEXIST;
	}
	return 0;
}

/**
 * rundir_create() - begin a run directory
 * @final: its name once it is whole; its parent exists
 * @force: replace a run directory of that name
 * @dir: out: on success ends with rundir_commit() or rundir_abort()
 * Return: 0, or -errno after one line on stderr
 */
int rundir_create(const char *final, bool force, struct rundir *dir)
{
	size_t length = strlen(final);
	int err;

	while (length > 1 && final[length - 1] == '/')
		length--;
	dir->force = force;
	dir->tmp = NULL;
	dir->final = strndup(final, length);
	if (!dir->final ||
	    asprintf(&dir->tmp, "%s.tmp.XXXXXX", dir->final) < 0) {
		log_error("out of memory");
		err = -ENOMEM;
		goto free;
	}
	err = check_final(dir->final, force);
	if (err)
		goto free;
	if (!mkdtemp(dir->tmp)) {
		err = -errno;
		log_error("can't create %s: %m", dir->final);
		goto free;
	}
	return 0;
free:
	free(dir->tmp);
	free(dir->final);
	return err;
}

/**
 * rundir_path() - where a file of the directory goes while it is being written
 * Return: a string for the caller to free, or NULL without memory
 */
char *rundir_path(const struct rundir *dir, const char *name)
{
	return join(dir->tmp, name);
}

/**
 * rundir_save() - write the samples and the manifest of a run
 * @run: its manifest's run, samples_file, samples_crc and samples_bytes are set here
 * Return: 0, or -errno after one line on stderr
 */
int rundir_save(const struct rundir *dir, struct run *run)
{
	char *manifest = rundir_path(dir, MANIFEST),
	     *samples = rundir_path(dir, SAMPLES);
	struct manifest *m = &run->manifest;
	const char *slash = strrchr(dir->final, '/');
	int err = -ENOMEM;

	if (!manifest || !samples || manifest_set(&m->samples_file, SAMPLES) ||
	    manifest_set(&m->run, slash ? slash + 1 : dir->final))
		log_error("%s: out of memory", dir->final);
	else
		err = sample_set_write(&run->samples, samples, &m->samples_crc,
				       &m->samples_bytes);
	if (!err)
		err = manifest_save(m, manifest);
	free(manifest);
	free(samples);
	return err;
}

static int sync_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -1;
	err = fsync(fd);
	close(fd);
	return err;
}

static int sync_entry(const char *path, const struct stat *st, int type,
		      struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return sync_path(path);
}

static int remove_entry(const char *path, const struct stat *st, int type,
			struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

/**
 * rundir_remove_tree() - remove a file, or a directory and all below it
 * Return: 0, or -1 with errno set
 */
int rundir_remove_tree(const char *path)
{
	return nftw(path, remove_entry, WALK_FDS, FTW_DEPTH | FTW_PHYS);
}

/* Two renames: at every moment the old run or the new one is whole under some name. */
static int replace(const char *tmp, const char *final)
{
	char *old;
	int err = 0;

	if (asprintf(&old, "%s.old.%d", final, (int)getpid()) < 0)
		return -1;
	if (rename(final, old) && errno != ENOENT) {
		err = -1;
	} else if (rename(tmp, final)) {
		err = -1;
		rename(old, final);
	} else if (!access(old, F_OK) && rundir_remove_tree(old)) {
		log_warn("can't remove %s: %m", old);
	}
	free(old);
	return err;
}

static void rundir_free(struct rundir *dir)
{
	free(dir->tmp);
	free(dir->final);
	dir->tmp = NULL;
	dir->final = NULL;
}

/**
 * rundir_commit() - give a whole run directory its name
 *
 * On failure the temporary directory is removed.
 *
 * Return: 0, or -errno after one line on stderr; @dir is done with either way
 */
int rundir_commit(struct rundir *dir)
{
	int err = check_final(dir->final, dir->force);

	if (err) {
		rundir_abort(dir);
		return err;
	}
	err = chmod(dir->tmp, outfile_mode(0777));
	if (!err)
		err = nftw(dir->tmp, sync_entry, WALK_FDS,
			   FTW_DEPTH | FTW_PHYS);
	if (!err)
		err = dir->force ? replace(dir->tmp, dir->final) :
				   rename(dir->tmp, dir->final);
	if (err) {
		log_error("can't complete %s: %m", dir->final);
		rundir_abort(dir);
		return -EIO;
	}
	rundir_free(dir);
	return 0;
}

/** rundir_abort() - remove a run directory that will not become whole */
void rundir_abort(struct rundir *dir)
{
	if (dir->tmp && rundir_remove_tree(dir->tmp))
		log_warn("can't remove %s: %m", dir->tmp);
	rundir_free(dir);
}

static bool has_workload(const struct manifest *m, const char *name)
{
	for (size_t i = 0; i < m->n_workloads; i++)
		if (!strcmp(m->workloads[i].name, name))
			return true;
	return false;
}

/* What manifest and samples say of each other; a mixture of two runs ends here. */
static int cross_check(const struct run *run)
{
	const struct manifest *m = &run->manifest;

	for (size_t i = 0; i < run->samples.n; i++) {
		const struct series *s = run->samples.series[i];

		if (!has_workload(m, s->workload)) {
			log_error(
				"%s: samples of workload '%s', which the manifest lacks",
				run->path, s->workload);
			return -EINVAL;
		}
		if (s->unit != m->unit && s->unit != UNIT_COUNT) {
			log_error("%s: samples in %s, the manifest says %s",
				  run->path, unit_name(s->unit),
				  unit_name(m->unit));
			return -EINVAL;
		}
	}
	return 0;
}

static int load_samples(struct run *run)
{
	const struct manifest *m = &run->manifest;
	char *file = join(run->path, m->samples_file);
	int err;

	if (!file) {
		log_error("%s: out of memory", run->path);
		return -ENOMEM;
	}
	err = sample_set_read(file, m->samples_crc, m->samples_bytes,
			      &run->samples);
	free(file);
	return err ? err : cross_check(run);
}

/**
 * rundir_load() - load and check a run directory
 * @run: out: needs run_deinit() on success only
 * Return: 0, or -errno after one line on stderr
 */
int rundir_load(const char *path, struct run *run)
{
	char *file = join(path, MANIFEST);
	int err;

	memset(run, 0, sizeof(*run));
	run->path = strdup(path);
	if (!file || !run->path) {
		log_error("%s: out of memory", path);
		err = -ENOMEM;
	} else {
		err = manifest_load(file, &run->manifest);
	}
	free(file);
	if (!err)
		err = load_samples(run);
	if (err)
		run_deinit(run);
	return err;
}
