// SPDX-License-Identifier: GPL-2.0-only
/*
 * overload [SECONDS]: every CPU runs nothing but getppid.  A slow reader loses
 * records, and the counters say exactly how many; one that keeps up loses none
 * in SECONDS, and without one all that fits the rings is kept.
 * Needs a patched kernel with pti=on pti_marks=on, root, the module loaded.
 */
#include <fcntl.h>
#include <time.h>

#include "records.h"
#include "tap.h"

#define READ_BYTES (1 << 20)
#define PATIENCE_S 60

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Until records are lost; a host that does other things may take its time */
static bool is_over(int fd, double end, bool until_lost)
{
	if (now() < end)
		return false;
	return !until_lost || stats(fd).lost || now() >= end + PATIENCE_S;
}

/* Read @bytes at a time and sleep @pause_us after each, for @seconds, then all */
static struct tally *read_for(int fd, double seconds, size_t bytes,
			      unsigned int pause_us)
{
	static struct tally tally;
	double end = now() + seconds;
	char *buf = malloc(bytes);
	bool stopped = false;
	ssize_t n = 0;

	memset(&tally, 0, sizeof(tally));
	while (!stopped || n > 0) {
		if (!stopped && is_over(fd, end, pause_us))
			stopped = !stop(fd);
		n = read(fd, buf, bytes);
		if (n < 0 && errno != EAGAIN)
			break;
		if (n > 0)
			count(&tally, (void *)buf, (size_t)n / RECORD, 0);
		if (pause_us && !stopped)
			usleep(pause_us);
	}
	free(buf);
	return &tally;
}

/* What every way of reading has in common: nothing is missing uncounted */
static bool exact(const struct tally *t, const struct ptiscope_stats *s)
{
	return t->n && !t->bad && s->read == t->n &&
	       s->written == s->read + s->lost && t->gaps <= s->lost;
}

static void test_slow(struct tap *tap, int fd)
{
	struct ptiscope_stats s;
	struct tally *t;

	start(fd, 0);
	t = read_for(fd, 2, 4 * RECORD, 1000);
	s = stats(fd);
	tap_ok(tap, exact(t, &s) && s.lost,
	       "slow reader: written %llu = read %llu + lost %llu, gaps %llu, bad %llu",
	       s.written, s.read, s.lost, t->gaps, t->bad);
}

static void test_none(struct tap *tap, int fd)
{
	struct ptiscope_stats s;
	double end = now() + 1;
	struct tally *t;

	start(fd, 0);
	while (!is_over(fd, end, true))
		usleep(100000);
	stop(fd);
	t = drain(fd, READ_BYTES, 0);
	s = stats(fd);
	tap_ok(tap, exact(t, &s) && s.lost && !t->gaps,
	       "no reader: written %llu = read %llu + lost %llu, gaps %llu, bad %llu",
	       s.written, s.read, s.lost, t->gaps, t->bad);
}

static void test_fast(struct tap *tap, int fd, double seconds)
{
	struct ptiscope_stats s;
	struct tally *t;
	double begin;

	start(fd, 0);
	begin = now();
	t = read_for(fd, seconds, READ_BYTES, 0);
	s = stats(fd);
	tap_ok(tap, exact(t, &s) && !s.lost && !t->gaps,
	       "reader that keeps up, %.0f s: written %llu = read %llu + lost %llu, gaps %llu, bad %llu",
	       now() - begin, s.written, s.read, s.lost, t->gaps, t->bad);
}

int main(int argc, char **argv)
{
	const int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	const double seconds = argc > 1 ? atof(argv[1]) : 0;
	int fd = record_open();
	struct tap tap = { 0 };
	pid_t pid[MAX_CPUS];

	if (fd < 0)
		return TAP_EXIT_SKIP;
	for (int i = 0; i < cpus; i++)
		pid[i] = hammer(i);
	if (seconds > 0) {
		test_fast(&tap, fd, seconds);
	} else {
		test_slow(&tap, fd);
		test_none(&tap, fd);
	}
	for (int i = 0; i < cpus; i++)
		reap(pid[i]);
	close(fd);
	return tap_done(&tap);
}
