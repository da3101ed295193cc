// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one way to write a file that a user names.  It replaces a regular file
 * alone, and only when it is whole; a device or a pipe gets what is written, as
 * from a shell.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/outfile.h"
#include "base/temporary.h"

static void outfile_free(struct outfile *out)
{
	if (out->tmp)
		temporary_drop(out->tmp);
	free(out->tmp);
	free(out->target);
	free(out->final);
	*out = (struct outfile){ 0 };
}

/**
 * outdir_make() - have a directory to write into
 * @dir: is created when its parent exists
 * Return: 0, or -errno after one line on stderr
 */
int outdir_make(const char *dir)
{
	if (!mkdir(dir, 0777) || errno == EEXIST)
		return 0;
	log_error("can't create %s: %m", dir);
	return -EIO;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/** outfile_mode() - what the umask leaves of a mode */
mode_t outfile_mode(mode_t mode)
{
	mode_t mask = umask(0);

	umask(mask);
	return mode & ~mask;
}

/*
 * A file of our own beside the target; its name can't be guessed, and a file or link
 * of that name is never used.  Who replaces a file keeps its mode and, if he may, its
 * owner.
 */
static int open_tmp(struct outfile *out, const struct stat *old, bool private)
{
	mode_t mode = private ? 0600 :
		      old     ? old->st_mode & 0777 :
				outfile_mode(0666);
	int fd;

	if (asprintf(&out->tmp, "%s.tmp.XXXXXX", out->target) < 0) {
		out->tmp = NULL;
		errno = ENOMEM;
		return -1;
	}
	fd = mkostemp(out->tmp, O_CLOEXEC);
	if (fd < 0) {
		free(out->tmp);
		out->tmp = NULL;
		return -1;
	}
	temporary_add(out->tmp);
	if (old && fchown(fd, old->st_uid, old->st_gid))
		log_info("%s gets another owner: %m", out->final);
	if (!fchmod(fd, mode))
		return fd;
	close(fd);
	return -1;
}

static int open_new(struct outfile *out, bool private)
{
	struct stat st;

	/* As cp has it: who made the link may have meant another file. */
	if (!lstat(out->final, &st)) {
		errno = ENOENT;
		return -1;
	}
	out->target = strdup(out->final);
	return out->target ? open_tmp(out, NULL, private) : -1;
}

/* Replace the file that is there, where it has a name. */
static int open_old(struct outfile *out, const struct stat *old, bool private)
{
	struct stat st;

	out->target = realpath(out->final, NULL);
	if (!out->target || stat(out->target, &st))
		return -1;
	if (is_same(&st, old))
		return open_tmp(out, old, private);
	errno = ESTALE;
	return -1;
}

/* Returns a descriptor, or -1 with errno set. */
static int open_any(struct outfile *out, bool private)
{
	bool dash = !strcmp(out->final, "-");
	struct stat old, stdout_stat;
	int fd = dash ? -1 : open(out->final, O_WRONLY | O_NOCTTY | O_CLOEXEC);

	if (!dash && fd < 0)
		return errno == ENOENT ? open_new(out, private) : -1;
	if (!dash && fstat(fd, &old)) {
		close(fd);
		return -1;
	}
	out->is_stdout = dash || (!fstat(STDOUT_FILENO, &stdout_stat) &&
				  is_same(&old, &stdout_stat));
	if (!out->is_stdout && !S_ISREG(old.st_mode))
		return fd;
	if (!dash)
		close(fd);
	return out->is_stdout ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) :
				open_old(out, &old, private);
}

static int open_as(struct outfile *out, const char *dir, const char *name,
		   bool private)
{
	int fd;

	*out = (struct outfile){ 0 };
	if (asprintf(&out->final, "%s%s%s", dir ? dir : "", dir ? "/" : "",
		     name) < 0) {
		out->final = NULL;
		log_error("out of memory");
		return -ENOMEM;
	}
	fd = open_any(out, private);
	out->f = fd < 0 ? NULL : fdopen(fd, "w");
	if (out->f)
		return 0;
	log_error("can't write %s: %m", out->final);
	if (fd >= 0)
		close(fd);
	outfile_abort(out);
	return -EIO;
}

/**
 * outfile_open() - begin a file
 * @out: out: on success ends with outfile_commit() or outfile_abort()
 * @dir: an existing directory, or NULL
 * @name: the file's name in it, or its whole name
 *
 * A symbolic link stays: the file that it leads to is replaced; there has to be one.
 * What is no regular file is written to, and so is standard output by any name.
 *
 * Return: 0, or -errno after one line on stderr
 */
int outfile_open(struct outfile *out, const char *dir, const char *name)
{
	return open_as(out, dir, name, false);
}

/** outfile_open_private() - outfile_open() for what its owner alone may read */
int outfile_open_private(struct outfile *out, const char *dir, const char *name)
{
	return open_as(out, dir, name, true);
}

/** outfile_name() - what a program that writes the file in our place opens, until it is committed */
const char *outfile_name(const struct outfile *out)
{
	return out->tmp ? out->tmp : out->final;
}

/**
 * outfile_error() - flush what is written to, and tell what went wrong
 * @f: it is done with: where something was lost, it may get one byte more
 * Return: 0, or an errno
 */
int outfile_error(FILE *f)
{
	errno = 0;
	if (!fflush(f) && !ferror(f))
		return 0;
	/* What was lost earlier has left no errno: one more byte is lost in the same way. */
	if (!errno && write(fileno(f), "", 1) >= 0)
		return EIO;
	return errno;
}

/* Returns 0, or an errno. */
static int finish(struct outfile *out)
{
	int err = outfile_error(out->f);

	if (!err && out->tmp && fsync(fileno(out->f)))
		err = errno;
	if (fclose(out->f) && !err)
		err = errno;
	out->f = NULL;
	return err;
}

/* Returns 0, or an errno. */
static int give_name(const struct outfile *out)
{
	struct stat st;

	if (!out->tmp)
		return 0;
	if (!lstat(out->target, &st) && !S_ISREG(st.st_mode))
		return EEXIST;
	return rename(out->tmp, out->target) ? errno : 0;
}

/**
 * outfile_commit() - give a whole file its name
 *
 * On failure what there was under that name stays.
 *
 * Return: 0, or -errno after one line on stderr; @out is done with either way
 */
int outfile_commit(struct outfile *out)
{
	int err = finish(out);

	if (!err)
		err = give_name(out);
	if (err) {
		log_error("can't write %s: %s", out->final, strerror(err));
		outfile_abort(out);
		return -EIO;
	}
	outfile_free(out);
	return 0;
}

/** outfile_abort() - drop a file; harmless on one that is done with or was never opened */
void outfile_abort(struct outfile *out)
{
	if (out->f)
		fclose(out->f);
	if (out->tmp)
		unlink(out->tmp);
	outfile_free(out);
}
