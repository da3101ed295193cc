// SPDX-License-Identifier: GPL-2.0-only
/* What measuring itself costs, and how fast the TSC runs. */
#include <sys/syscall.h>
#include <time.h>

#include "base/clock.h"
#include "base/loop.h"
#include "machine/calibrate.h"
#include "stats/stats.h"

#define KHZ_WAIT_MS 50

/**
 * calibrate_median() - the figure that stands for a few samples
 * @ticks: samples, in ticks
 * @n: how many, at most CALIBRATE_SAMPLES
 *
 * Return: median in ticks, with @n; zero where there is no sample.
 */
struct calibration_value calibrate_median(const uint64_t *ticks, size_t n)
{
	struct calibration_value value = { .n = n };
	double sorted[CALIBRATE_SAMPLES];
	size_t i;

	if (!n || n > CALIBRATE_SAMPLES)
		return (struct calibration_value){ 0 };
	for (i = 0; i < n; i++)
		sorted[i] = (double)ticks[i];
	stats_sort(sorted, n);
	value.median = stats_quantile(sorted, n, 0.5);
	return value;
}

/**
 * calibrate_loop() - measure the empty loop and the empty pair of TSC reads
 * @m: loop_overhead (ticks of CALIBRATE_ITERATIONS rounds) and rdtsc_pair are
 *	filled in, and that they come from user mode
 */
void calibrate_loop(struct manifest *m)
{
	uint64_t loop[CALIBRATE_SAMPLES], pair[CALIBRATE_SAMPLES], start;
	size_t i;

	for (i = 0; i < CALIBRATE_SAMPLES; i++) {
		loop[i] = bench_no_syscalls(SYS_getppid, CALIBRATE_ITERATIONS);
		start = bench_tsc();
		pair[i] = bench_tsc() - start;
	}
	m->loop_overhead = calibrate_median(loop, CALIBRATE_SAMPLES);
	m->rdtsc_pair = calibrate_median(pair, CALIBRATE_SAMPLES);
	m->calibration_source = CALIBRATION_USER;
}

/**
 * calibrate_tsc_khz() - rate of the TSC, in ticks a millisecond
 * @source: set to how it was found
 *
 * Return: kHz, or 0 where the clock stands still.
 */
uint64_t calibrate_tsc_khz(const char **source)
{
	const struct timespec wait = { .tv_nsec = KHZ_WAIT_MS * 1000000 };
	uint64_t ns, ticks;

	*source = "TSC against CLOCK_MONOTONIC_RAW over 50 ms";
	ns = clock_ns();
	ticks = bench_tsc();
	nanosleep(&wait, NULL);
	ticks = bench_tsc() - ticks;
	ns = clock_ns() - ns;
	return ns ? (uint64_t)((double)ticks * 1e6 / (double)ns + 0.5) : 0;
}
