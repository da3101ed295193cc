// SPDX-License-Identifier: GPL-2.0-only
/* Which file system a file is on, by /proc/self/mountinfo, and whether a boot mounts it. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* Does /etc/fstab have it mounted without being asked, or when it is first used? */
static bool in_fstab(const char *root, const char *point)
{
	FILE *f = sysfile_open(root, "/etc/fstab");
	struct mntent *entry;
	bool found = false;

	while (f && !found && (entry = getmntent(f)))
		found = !strcmp(entry->mnt_dir, point) &&
			(!hasmntopt(entry, "noauto") ||
			 hasmntopt(entry, "x-systemd.automount"));
	if (f)
		fclose(f);
	return found;
}

/* Name of systemd's unit for it, without .mount: / is -, and most else \xHH */
static void unit_name(char name[NAME_MAX], const char *point)
{
	size_t used = 0;

	for (const char *c = point + 1; *c && used < NAME_MAX - 5; c++) {
		if (*c == '/')
			name[used++] = '-';
		else if (isalnum((unsigned char)*c) || *c == ':' || *c == '_' ||
			 (*c == '.' && c > point + 1))
			name[used++] = *c;
		else
			used += sprintf(name + used, "\\x%02x",
					(unsigned char)*c);
	}
	name[used] = '\0';
}

/* Is a unit of that name, of either kind, linked in there? */
static bool links(int dir, const char *wants, const char *name)
{
	static const char *const kinds[] = { "mount", "automount" };
	char link[2 * PATH_MAX];
	struct stat st;

	for (size_t i = 0; i < 2; i++) {
		snprintf(link, sizeof(link), "%s/%s.%s", wants, name, kinds[i]);
		if (!fstatat(dir, link, &st, AT_SYMLINK_NOFOLLOW))
			return true;
	}
	return false;
}

/* Does something that systemd starts from @path want a unit of that name? */
static bool wanted_in(const char *root, const char *path, const char *name)
{
	char full[2 * PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *d;

	snprintf(full, sizeof(full), "%s%s", root, path);
	d = opendir(full);
	while (d && !found && (entry = readdir(d))) {
		const char *suffix = strrchr(entry->d_name, '.');

		found = suffix &&
			(!strcmp(suffix, ".wants") ||
			 !strcmp(suffix, ".requires")) &&
			links(dirfd(d), entry->d_name, name);
	}
	if (d)
		closedir(d);
	return found;
}

/**
 * mount_lasts() - does a boot mount this again?
 * @root: stands for /
 *
 * By /etc/fstab, or by a unit of systemd's that another one wants: what is mounted
 * by hand has none.
 */
bool mount_lasts(const char *root, const struct mount *m)
{
	static const char *const units[] = {
		"/etc/systemd/system",	   "/run/systemd/generator.early",
		"/run/systemd/generator",  "/run/systemd/generator.late",
		"/usr/lib/systemd/system", "/lib/systemd/system"
	};
	char name[NAME_MAX];

	/* ZFS has its own list, in the pool. */
	if (!strcmp(m->point, "/") || !strcmp(m->type, "zfs") ||
	    in_fstab(root, m->point))
		return true;
	unit_name(name, m->point);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (wanted_in(root, units[i], name))
			return true;
	return false;
}
