/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two parts of pathtest share. */
#ifndef _PTISCOPE_TESTS_PATHTEST_H
#define _PTISCOPE_TESTS_PATHTEST_H

#include "records.h"
#include "tap.h"

#define BITS ((int)sizeof(long) * 8)
#define TIMES 200
#define ANY_CPU (-1)

/* Records by path: of the entry, and of the exit before it */
struct paths {
	unsigned int entry[PTI_PATH_COUNT];
	unsigned int exit[PTI_PATH_COUNT];
	unsigned long long bad;
	unsigned long long lost;
};

struct paths stop_and_read(int fd, int cpu);
unsigned int interrupts(const struct paths *p);
void judge(struct tap *tap, const char *name, const struct paths *p,
	   unsigned int seen, unsigned int least, unsigned int most);
void test_interrupts(struct tap *tap, int fd);

#endif /* _PTISCOPE_TESTS_PATHTEST_H */
