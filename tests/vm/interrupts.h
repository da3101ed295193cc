/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel counts of interrupts, for the tests that cause some. */
#ifndef _PTISCOPE_TESTS_INTERRUPTS_H
#define _PTISCOPE_TESTS_INTERRUPTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Interrupts that @cpu has taken by a row of /proc/interrupts, as "LOC" or "4", or -1
 * without that row.  All CPUs up to @cpu are online: those that are not have no column.
 */
static inline long long interrupts_taken(const char *row, int cpu)
{
	FILE *f = fopen("/proc/interrupts", "re");
	char line[4096], name[16];
	long long n = -1;
	int at;

	while (f && n < 0 && fgets(line, sizeof(line), f)) {
		char *end = line;

		if (sscanf(line, " %15[^: ]:%n", name, &at) != 1 ||
		    strcmp(name, row))
			continue;
		end += at;
		for (int i = 0; i <= cpu; i++)
			n = strtoll(end, &end, 10);
	}
	if (f)
		fclose(f);
	return n;
}

#endif /* _PTISCOPE_TESTS_INTERRUPTS_H */
