// SPDX-License-Identifier: GPL-2.0-only
/*
 * In the guest: peers-loop NAME [module]
 *
 * The median round trip of getppid() in TSC ticks, less the empty loop, as one
 * line of CSV: NAME,n,lost,min,median,max,calls.  With "module" all entries are recorded
 * by ptiscope.ko meanwhile; lost is what the module says then, else 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../module/uapi/ptiscope.h"
#include "../userspace/base/loop.h"

#define SAMPLES 101
#define ITERATIONS 256
#define WARM_UP 9

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double once(void)
{
	long result;
	uint64_t loop = bench_no_syscalls(SYS_getppid, ITERATIONS);
	uint64_t all =
		bench_syscalls(SYS_getppid, ITERATIONS, 0, 0, 0, &result);

	return (double)(all - loop) / ITERATIONS;
}

static int start(void)
{
	const struct ptiscope_start start = {
		.version = PTISCOPE_ABI_VERSION,
		.size = sizeof(start),
	};
	int fd = open("/dev/ptiscope", O_RDONLY | O_NONBLOCK);

	if (fd < 0 || ioctl(fd, PTISCOPE_IOC_START, &start)) {
		perror("/dev/ptiscope");
		exit(1);
	}
	return fd;
}

/* Stop and read all of it.  Returns what is missing: lost, or not accounted for */
static unsigned long long stop(int fd)
{
	static char buf[1 << 20];
	struct ptiscope_stats s = { .version = PTISCOPE_ABI_VERSION,
				    .size = sizeof(s) };
	unsigned long long got = 0;
	ssize_t n;

	if (ioctl(fd, PTISCOPE_IOC_STOP))
		return ~0ULL;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		got += (size_t)n / sizeof(struct ptiscope_record);
	if (n < 0 || ioctl(fd, PTISCOPE_IOC_STATS, &s))
		return ~0ULL;
	return s.written >= SAMPLES * ITERATIONS ? s.written - got : ~0ULL;
}

int main(int argc, char **argv)
{
	bool module = argc > 2 && !strcmp(argv[2], "module");
	unsigned long long lost = 0;
	double sample[SAMPLES];
	int fd = -1;

	if (argc < 2 || (argc > 2 && !module)) {
		fputs("usage: peers-loop NAME [module]\n", stderr);
		return 2;
	}
	mlockall(MCL_CURRENT);
	if (module)
		fd = start();
	for (int i = 0; i < WARM_UP; i++)
		sample[0] = once();
	for (int i = 0; i < SAMPLES; i++)
		sample[i] = once();
	if (module)
		lost = stop(fd);
	qsort(sample, SAMPLES, sizeof(sample[0]), compare);
	printf("%s,%d,%llu,%.2f,%.2f,%.2f,%d\n", argv[1], SAMPLES, lost,
	       sample[0], sample[SAMPLES / 2], sample[SAMPLES - 1],
	       (WARM_UP + SAMPLES) * ITERATIONS);
	return 0;
}
