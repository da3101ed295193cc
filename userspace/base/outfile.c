// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/outfile.h"

static void outfile_free(struct outfile *out)
{
	free(out->tmp);
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

/**
 * outfile_open() - begin a file
 * @out: out: on success ends with outfile_commit() or outfile_abort()
 * @dir: an existing directory, or NULL
 * @name: the file's name in it, or its whole name
 * Return: 0, or -errno after one line on stderr
 */
int outfile_open(struct outfile *out, const char *dir, const char *name)
{
	*out = (struct outfile){ 0 };
	if (asprintf(&out->final, "%s%s%s", dir ? dir : "", dir ? "/" : "",
		     name) < 0)
		out->final = NULL;
	if (!out->final ||
	    asprintf(&out->tmp, "%s.tmp.%d", out->final, (int)getpid()) < 0) {
		log_error("out of memory");
		out->tmp = NULL;
		outfile_free(out);
		return -ENOMEM;
	}
	out->f = fopen(out->tmp, "w");
	if (!out->f) {
		log_error("can't write %s: %m", out->final);
		outfile_free(out);
		return -EIO;
	}
	return 0;
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
	int err = fflush(out->f) | ferror(out->f) | fsync(fileno(out->f));

	err |= fclose(out->f);
	out->f = NULL;
	if (!err)
		err = rename(out->tmp, out->final);
	if (err) {
		log_error("can't write %s: %m", out->final);
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
