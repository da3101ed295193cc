// SPDX-License-Identifier: GPL-2.0-only
/* skiploop N: N calls of getpid, one after another, and no other in between. */
#include <stdlib.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 1000, result, wrong = 0, pid = 0;

	for (long i = 0; i < n; i++) {
		asm volatile("syscall"
			     : "=a"(result)
			     : "0"((long)SYS_getpid)
			     : "rcx", "r11", "memory");
		wrong += i && result != pid;
		pid = result;
	}
	return wrong ? 1 : 0;
}
