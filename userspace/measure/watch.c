// SPDX-License-Identifier: GPL-2.0-only
/*
 * Second stage, around the first: what disturbed it.  Interrupts of its CPU,
 * preemption, migration, and a clock that changed are seen from outside of the timed
 * loops, which know nothing of it: nothing is taken out, it is told.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/loop.h"
#include "measure/watch.h"

#define SPIN_ROUNDS 10000
#define SPIN_SAMPLES 9

/* Ticks of a loop that depends on the CPU's clock alone: the least of some. */
static uint64_t spin_ticks(void)
{
	uint64_t least = UINT64_MAX, ticks;
	int i;

	for (i = 0; i < SPIN_SAMPLES; i++) {
		ticks = bench_empty_loop(SPIN_ROUNDS);
		if (ticks < least)
			least = ticks;
	}
	return least;
}

/* Which of the columns of /proc/interrupts is that CPU's, from 0; or -1 */
static int column_of(const char *header, uint64_t cpu)
{
	char word[32];
	int column = 0, length;

	for (; sscanf(header, " %31s%n", word, &length) == 1; column++) {
		if (!strncmp(word, "CPU", 3) &&
		    strtoull(word + 3, NULL, 10) == cpu)
			return column;
		header += length;
	}
	return -1;
}

static uint64_t number_in_column(const char *line, int column)
{
	char *end = strchr(line, ':');
	unsigned long long number = 0;
	const char *at;

	/* Rows that count for all CPUs together have fewer columns. */
	for (; end && column >= 0; column--) {
		at = end + (*end == ':');
		number = strtoull(at, &end, 10);
		if (end == at)
			return 0;
	}
	return number;
}

/* Interrupts that @cpu has taken since the boot; 0 where nobody counts them. */
static uint64_t interrupts_of(uint64_t cpu)
{
	FILE *f = fopen("/proc/interrupts", "re");
	char *line = NULL;
	size_t size = 0;
	uint64_t sum = 0;
	int column = -1;

	if (!f)
		return 0;
	if (getline(&line, &size, f) > 0)
		column = column_of(line, cpu);
	while (column >= 0 && getline(&line, &size, f) > 0)
		sum += number_in_column(line, column);
	free(line);
	fclose(f);
	return sum;
}

static uint64_t preemptions(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return (uint64_t)usage.ru_nivcsw;
}

/**
 * watch_begin() - before the timed samples of a workload
 * @cpu: CPU that the thread is bound to
 *
 * Return: how things stood.
 */
struct watch watch_begin(uint64_t cpu)
{
	struct watch watch = { .cpu = cpu, .spin = spin_ticks() };

	watch.preemptions = preemptions();
	watch.interrupts = interrupts_of(cpu);
	return watch;
}

/**
 * watch_end() - after the last sample
 * @before: how things stood before the first
 * @moved: samples after which the thread was on another CPU
 *
 * Return: what went on in between.
 */
struct manifest_noise watch_end(const struct watch *before, uint64_t moved)
{
	struct manifest_noise noise = { .migrations = moved };

	noise.spin_ratio = (double)spin_ticks() / (double)before->spin;
	noise.interrupts = interrupts_of(before->cpu) - before->interrupts;
	noise.preemptions = preemptions() - before->preemptions;
	return noise;
}
