// SPDX-License-Identifier: GPL-2.0-only
/*
 * For every target: files in memory, and a logger that counts.  What is refused
 * is refused with one line, what is taken with none.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "base/log.h"

static unsigned int errors;

/** fuzz_file() - a file that holds these bytes; returns its descriptor */
int fuzz_file(const uint8_t *data, size_t size, char name[FUZZ_FILE_SIZE])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(name, FUZZ_FILE_SIZE, "/proc/self/fd/%d", fd);
	return fd;
}

/** fuzz_begin() - before the reader */
void fuzz_begin(void)
{
	errors = 0;
}

/** fuzz_end() - after it, with what it returned */
void fuzz_end(int err)
{
	if (errors != (err != 0)) {
		fprintf(stderr, "returned %d after %u lines\n", err, errors);
		abort();
	}
}

/* Formatting is part of what is tested. */
static void format(const char *fmt, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, args);
}

void log_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	format(fmt, args);
	va_end(args);
	errors++;
}

void log_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	format(fmt, args);
	va_end(args);
}

void log_info(const char *fmt, ...)
{
	(void)fmt;
}

void log_progress(const char *fmt, ...)
{
	(void)fmt;
}

void log_set_verbose(void)
{
}

bool log_is_verbose(void)
{
	return false;
}
