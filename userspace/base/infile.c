// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/infile.h"
#include "base/log.h"

/* A pipe would be waited for without end, a huge file would fill the memory. */
static const char *refusal(const struct stat *st, uint64_t most)
{
	if (S_ISDIR(st->st_mode))
		return "is a directory";
	if (!S_ISREG(st->st_mode))
		return "is no regular file";
	return (uint64_t)st->st_size > most ? "is too large to be one" : NULL;
}

/**
 * infile_open() - open a file of a run directory
 * @most: bytes; no such file of this tool is larger
 * Return: a descriptor, or -errno after one line on stderr
 */
int infile_open(const char *name, uint64_t most)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *why = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		int err = -errno;

		log_error("%s: can't read: %m", name);
		if (fd >= 0)
			close(fd);
		return err;
	}
	why = refusal(&st, most);
	if (!why)
		return fd;
	log_error("%s: %s", name, why);
	close(fd);
	return -EINVAL;
}
