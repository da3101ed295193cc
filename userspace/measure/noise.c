// SPDX-License-Identifier: GPL-2.0-only
/*
 * What disturbed a measurement: interrupts of its CPU, preemption, migration, and
 * a clock that changed.  Seen from outside of the timed loops, which know nothing
 * of it: nothing is taken out, it is told.
 */
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/loop.h"
#include "measure/measure.h"
#include "measure/noise.h"
#include "run/warn.h"

#define SPIN_ROUNDS 10000
#define SPIN_SAMPLES 9

/* Below this a loop of fixed length varies by itself. */
#define SPEED_CHANGE 0.02

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
 * bench_noise_start() - before the timed samples of a workload
 * @noise: filled in
 * @cpu: CPU that the thread is bound to
 */
void bench_noise_start(struct bench_noise *noise, uint64_t cpu)
{
	*noise = (struct bench_noise){ .cpu = cpu, .spin = spin_ticks() };
	noise->preemptions = preemptions();
	noise->interrupts = interrupts_of(cpu);
}

/** bench_noise_sample() - after each sample */
void bench_noise_sample(struct bench_noise *noise)
{
	noise->moved += (uint64_t)sched_getcpu() != noise->cpu;
}

/**
 * bench_noise_end() - after the last sample
 * @noise: as bench_noise_start() left it
 * @m: manifest, which gets a warning where samples can't be compared
 * @mw: its entry of the workload, which gets the figures
 *
 * Return: 0 or -ENOMEM.
 */
int bench_noise_end(const struct bench_noise *noise, struct manifest *m,
		    struct manifest_workload *mw)
{
	double speed = (double)spin_ticks() / (double)noise->spin;
	int err = 0;

	mw->has_noise = true;
	mw->noise.interrupts = interrupts_of(noise->cpu) - noise->interrupts;
	mw->noise.preemptions = preemptions() - noise->preemptions;
	mw->noise.migrations = noise->moved;
	mw->noise.spin_ratio = speed;
	/* An emulator in host time is as fast as the host lets it be. */
	if (m->lane != LANE_TCG && fabs(speed - 1) > SPEED_CHANGE)
		err = run_warn(m,
			       "%s: the clock of the CPU changed: a fixed "
			       "loop took %+.1f %% of ticks after it",
			       mw->name, (speed - 1) * 100);
	if (!err && noise->moved)
		err = run_warn(m,
			       "%s: after %llu samples the thread was on "
			       "another CPU",
			       mw->name, (unsigned long long)noise->moved);
	return err;
}
