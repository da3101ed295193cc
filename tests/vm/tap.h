/* SPDX-License-Identifier: GPL-2.0-only */
/* TAP for the small C programs that run in a guest; one source file each. */
#ifndef _PTISCOPE_TESTS_TAP_H
#define _PTISCOPE_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* Exit code of a test that cannot run here */
#define TAP_EXIT_SKIP 4

struct tap {
	unsigned int count;
	unsigned int failed;
};

/* One result line; @fmt names what was checked.  Returns @good. */
__attribute__((format(printf, 3, 4))) static inline bool
tap_ok(struct tap *tap, bool good, const char *fmt, ...)
{
	va_list args;

	tap->count++;
	tap->failed += !good;
	printf("%sok %u - ", good ? "" : "not ", tap->count);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	return good;
}

/* The plan line; returns the exit code */
static inline int tap_done(const struct tap *tap)
{
	printf("1..%u\n", tap->count);
	return tap->failed ? 1 : 0;
}

#endif /* _PTISCOPE_TESTS_TAP_H */
