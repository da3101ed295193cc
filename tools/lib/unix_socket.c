// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets on which QEMU listens.
 */
#include <err.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/unix_socket.h"

#define RETRY_MS 20

/** sleep_ms() - wait */
void sleep_ms(unsigned int ms)
{
	struct timespec time = { .tv_sec = ms / 1000,
				 .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&time, NULL);
}

/**
 * unix_socket() - connect to a Unix socket
 * @path: its name
 * @timeout_ms: how long to wait for a socket that is not there yet
 * Return: the file descriptor, or -errno after one line on stderr
 */
int unix_socket(const char *path, unsigned int timeout_ms)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		warnx("%s: too long for the name of a socket", path);
		return -ENAMETOOLONG;
	}
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		warn("socket");
		return -EIO;
	}
	/* QEMU creates the socket while the caller is already waiting for it. */
	while (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		if ((errno != ENOENT && errno != ECONNREFUSED) || !timeout_ms) {
			warn("can't connect to %s", path);
			close(fd);
			return -ECONNREFUSED;
		}
		sleep_ms(RETRY_MS);
		timeout_ms -= timeout_ms < RETRY_MS ? timeout_ms : RETRY_MS;
	}
	return fd;
}
