// SPDX-License-Identifier: GPL-2.0-only
/*
 * spinner FILE THREADS [ldt]: create FILE and sleep, all threads of it.  On SIGUSR1
 * the first one stays in user mode on CPU 0 for good, with a number in R15 by
 * which it is known from outside.
 */
#include <asm/ldt.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK_SIZE 65536

static sem_t started;

static void *sleeper(void *arg)
{
	sem_post(&started);
	for (;;)
		pause();
	return arg;
}

static int start_threads(int n)
{
	pthread_attr_t attr;
	pthread_t thread;

	sem_init(&started, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	for (int i = 0; i < n; i++) {
		if (pthread_create(&thread, &attr, sleeper, NULL))
			return -1;
		sem_wait(&started);
	}
	return 0;
}

static void spin(int signal)
{
	(void)signal;
	asm volatile("movabs $0x7074697363f7e5a1, %%r15\n"
		     "1: pause\n"
		     "jmp 1b" ::
			     : "r15");
}

static int make_ldt(void)
{
	struct user_desc desc = {
		.entry_number = 0,
		.limit = 0xfffff,
		.seg_32bit = 1,
		.limit_in_pages = 1,
	};

	return syscall(SYS_modify_ldt, 1, &desc, sizeof(desc)) ? -1 : 0;
}

int main(int argc, char **argv)
{
	cpu_set_t cpu0;
	FILE *f;

	if (argc < 3) {
		fputs("usage: spinner FILE THREADS [ldt]\n", stderr);
		return 2;
	}
	if (start_threads(atoi(argv[2]) - 1)) {
		perror("pthread_create");
		return 1;
	}
	if (argc > 3 && !strcmp(argv[3], "ldt") && make_ldt()) {
		perror("modify_ldt");
		return 1;
	}
	signal(SIGUSR1, spin);
	CPU_ZERO(&cpu0);
	CPU_SET(0, &cpu0);
	if (sched_setaffinity(0, sizeof(cpu0), &cpu0)) {
		perror("sched_setaffinity");
		return 1;
	}
	f = fopen(argv[1], "w");
	if (!f || fclose(f))
		return 1;
	for (;;)
		pause();
}
