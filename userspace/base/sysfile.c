// SPDX-License-Identifier: GPL-2.0-only
/* Files below /proc and /sys, or below copies of them. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sysfile.h"
#include "base/text.h"

static bool full_path(char *full, const char *root, const char *path)
{
	return snprintf(full, PATH_MAX, "%s%s", root, path) < PATH_MAX;
}

/**
 * sysfile_open() - open a file for reading
 * @root: directory that stands for /, "" for / itself
 * @path: absolute path below it
 *
 * Return: the file, or NULL with errno set.
 */
FILE *sysfile_open(const char *root, const char *path)
{
	char full[PATH_MAX];

	return full_path(full, root, path) ? fopen(full, "re") : NULL;
}

/**
 * sysfile_exists() - is there such a file or directory?
 * @root: as for sysfile_open()
 * @path: likewise
 */
bool sysfile_exists(const char *root, const char *path)
{
	char full[PATH_MAX];

	return full_path(full, root, path) && !access(full, F_OK);
}

/**
 * sysfile_line() - first line of a file, without its newline
 * @root: as for sysfile_open()
 * @path: likewise
 * @text: out: the line, cut to fit and cleaned; "" where there is none
 * @size: of @text
 *
 * Return: whether there is such a line.
 */
bool sysfile_line(const char *root, const char *path, char *text, size_t size)
{
	FILE *f = sysfile_open(root, path);
	bool ok;

	text[0] = '\0';
	if (!f)
		return false;
	ok = fgets(text, (int)size, f);
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
	text_clean(text);
	return ok;
}

/**
 * sysfile_number() - the decimal number that a file holds
 * @root: as for sysfile_open()
 * @path: likewise
 * @number: out; stays as it is where there is none
 *
 * Return: whether there is one.
 */
bool sysfile_number(const char *root, const char *path, long *number)
{
	char text[32], *end;
	long value;

	if (!sysfile_line(root, path, text, sizeof(text)))
		return false;
	value = strtol(text, &end, 10);
	if (end == text || *end)
		return false;
	*number = value;
	return true;
}
