// SPDX-License-Identifier: GPL-2.0-only
/* caps [NUMBER...] -- COMMAND...: run it as root with these capabilities and no others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned long long kept = 0;
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		kept |= 1ULL << strtoul(argv[i], NULL, 10);
	if (i + 1 >= argc)
		return 125;
	/* What root gets at exec(2) is what this set allows; it ends where dropping fails. */
	for (unsigned long cap = 0; cap < 64; cap++)
		if (!(kept >> cap & 1) && prctl(PR_CAPBSET_DROP, cap))
			break;
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 125;
}
