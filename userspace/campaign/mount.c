// SPDX-License-Identifier: GPL-2.0-only
/* Which file system a file is on, by /proc/self/mountinfo. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "campaign/mount.h"
#include "base/sysfile.h"

/* Blanks and the like in names are \ooo. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; to++) {
		if (text[0] == '\\' && strspn(text + 1, "01234567") >= 3) {
			*to = (char)((text[1] - '0') << 6 |
				     (text[2] - '0') << 3 | (text[3] - '0'));
			text += 4;
		} else {
			*to = *text++;
		}
	}
	*to = '\0';
}

static bool is_below(const char *path, const char *point)
{
	size_t length = strlen(point);

	if (!strcmp(point, "/"))
		return true;
	return !strncmp(path, point, length) &&
	       (!path[length] || path[length] == '/');
}

/* A line: ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [FIELD...] - TYPE SOURCE OPTIONS */
static bool parse(const char *line, struct mount *m)
{
	const char *tail = strstr(line, " - ");

	if (!tail || sscanf(tail, " - %63s", m->type) != 1 ||
	    sscanf(line, "%*s %*s %31s %*s %4095s", m->device, m->point) != 2)
		return false;
	unescape(m->point);
	return true;
}

/**
 * mount_of() - find the file system that a file is on, or would be
 * @root: stands for /
 * @path: absolute, without links
 * @m: out
 * Return: 0, or -ENOENT where /proc/self/mountinfo does not tell
 */
int mount_of(const char *root, const char *path, struct mount *m)
{
	FILE *f = sysfile_open(root, "/proc/self/mountinfo");
	size_t size = 0, longest = 0;
	char *line = NULL;
	struct mount found;

	if (!f)
		return -ENOENT;
	while (getline(&line, &size, f) > 0) {
		/* Of two at one point the later one hides the other. */
		if (!parse(line, &found) || !is_below(path, found.point) ||
		    strlen(found.point) < longest)
			continue;
		*m = found;
		longest = strlen(found.point);
	}
	free(line);
	fclose(f);
	return longest ? 0 : -ENOENT;
}
