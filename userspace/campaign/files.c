// SPDX-License-Identifier: GPL-2.0-only
/* Files that a campaign puts into a machine and takes out again. */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "campaign/files.h"
#include "base/log.h"
#include "base/outfile.h"
#include "run/rundir.h"

/**
 * file_path() - name of a file below the root
 * @root: stands for /, "" for / itself
 * @path: absolute
 * Return: 0, or -ENAMETOOLONG after one line on stderr
 */
int file_path(char full[PATH_MAX], const char *root, const char *path)
{
	if (snprintf(full, PATH_MAX, "%s%s", root, path) < PATH_MAX)
		return 0;
	log_error("the name %s%s is too long", root, path);
	return -ENAMETOOLONG;
}

/**
 * file_read() - a text file as a string
 * @text: out: for the caller to free; "" where there is no such file
 * Return: 0, or -errno after one line on stderr
 */
int file_read(const char *name, char **text)
{
	FILE *f = fopen(name, "re");
	size_t size = 0;
	ssize_t length;

	*text = NULL;
	if (!f && errno == ENOENT) {
		*text = strdup("");
		return *text ? 0 : -ENOMEM;
	}
	if (!f) {
		log_error("can't read %s: %m", name);
		return -EIO;
	}
	/* A text has no NUL, so this reads all of it. */
	length = getdelim(text, &size, '\0', f);
	if (length < 0 && feof(f) && !ferror(f)) {
		free(*text);
		*text = strdup("");
		length = 0;
	}
	fclose(f);
	if (length < 0 || !*text) {
		log_error("can't read %s: %m", name);
		free(*text);
		*text = NULL;
		return -EIO;
	}
	return 0;
}

/**
 * file_replace() - write a text file, whole or not at all
 * @text: what is in it from now on
 *
 * Return: 0, or -errno after one line on stderr
 */
int file_replace(const char *name, const char *text)
{
	struct outfile out;
	int err = outfile_open(&out, NULL, name);

	if (err)
		return err;
	fputs(text, out.f);
	return outfile_commit(&out);
}

/**
 * file_remove() - remove a file, and what a killed file_replace() left of it
 * Return: 0, also where there is none, or -errno after one line on stderr
 */
int file_remove(const char *name)
{
	if (unlink(name) && errno != ENOENT) {
		log_error("can't remove %s: %m", name);
		return -EIO;
	}
	file_sweep(name);
	return 0;
}

/* Names may hold what glob() takes for a pattern. */
static char *escaped(const char *name, const char *tail)
{
	char *pattern = malloc(2 * strlen(name) + strlen(tail) + 1), *to;

	if (!pattern)
		return NULL;
	for (to = pattern; *name; name++) {
		if (strchr("*?[]\\", *name))
			*to++ = '\\';
		*to++ = *name;
	}
	strcpy(to, tail);
	return pattern;
}

static void sweep(const char *name, const char *tail)
{
	char *pattern = escaped(name, tail);
	glob_t found;

	if (!pattern)
		return;
	if (!glob(pattern, 0, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			rundir_remove_tree(found.gl_pathv[i]);
		globfree(&found);
	}
	free(pattern);
}

/** file_sweep() - remove what a killed process left of a file that it wrote */
void file_sweep(const char *name)
{
	sweep(name, ".tmp.*");
}

/** dir_sweep() - the same for every file and run directory of a directory */
void dir_sweep(const char *dir)
{
	sweep(dir, "/*.tmp.*");
}
