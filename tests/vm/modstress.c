// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load and unload ptiscope.ko: modstress FILE.KO [TIMES].  While a reader has
 * the device open the module must stay; after close it goes and leaves nothing.
 * Runs as root on a stock or a patched kernel, the module not loaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../module/uapi/ptiscope.h"
#include "tap.h"

#define DEV "/dev/ptiscope"
#define MODULE "ptiscope"

static int insmod(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		err = errno;
	if (fd >= 0)
		close(fd);
	return err;
}

static int rmmod(void)
{
	return syscall(SYS_delete_module, MODULE, O_NONBLOCK) ? errno : 0;
}

static bool gone(void)
{
	return access(DEV, F_OK) && access("/sys/module/" MODULE, F_OK) &&
	       access("/sys/class/misc/" MODULE, F_OK);
}

/* Kibibytes that /proc/meminfo gives for @key, or -1 */
static long mem_kib(const char *key)
{
	FILE *f = fopen("/proc/meminfo", "r");
	size_t len = strlen(key);
	char line[128];
	long kib = -1;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, len) && line[len] == ':')
			kib = atol(line + len + 1);
	if (f)
		fclose(f);
	return kib;
}

/* The reader goes on after a refused rmmod: record where that is possible */
static bool reader_works(int fd)
{
	struct ptiscope_start start = { .version = PTISCOPE_ABI_VERSION,
					.size = sizeof(start) };
	struct ptiscope_record rec;

	if (ioctl(fd, PTISCOPE_IOC_START, &start))
		return errno == EOPNOTSUPP && read(fd, &rec, sizeof(rec)) == 0;
	for (int i = 0; i < 10; i++)
		syscall(SYS_getppid);
	return rmmod() == EAGAIN && read(fd, &rec, sizeof(rec)) == sizeof(rec);
}

/* Name of the step that failed, or NULL */
static const char *round_trip(const char *file)
{
	int fd;

	if (insmod(file))
		return "insmod";
	fd = open(DEV, O_RDONLY);
	if (fd < 0)
		return "open";
	/* delete_module(2): EWOULDBLOCK is "in use" */
	if (rmmod() != EWOULDBLOCK)
		return "rmmod while open was not refused";
	if (!reader_works(fd))
		return "the reader after a refused rmmod";
	/* On a patched kernel this close ends a recording */
	close(fd);
	if (rmmod())
		return "rmmod after close";
	return gone() ? NULL : "something is left behind";
}

/* Loads and unloads while another process opens and closes without pause */
static int race(const char *file, int times)
{
	int loads = 0;
	pid_t pid = fork();

	if (!pid)
		for (;;)
			close(open(DEV, O_RDONLY));
	for (int i = 0; i < times; i++) {
		int err;

		if (insmod(file))
			break;
		while ((err = rmmod()) == EWOULDBLOCK)
			;
		if (err)
			break;
		loads++;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return loads;
}

int main(int argc, char **argv)
{
	const int times = argc > 2 ? atoi(argv[2]) : 100;
	const char *failed = NULL;
	struct tap tap = { 0 };
	long percpu, vmalloc;
	int i = 0;

	if (argc < 2 || times < 1) {
		fprintf(stderr, "usage: modstress FILE.KO [TIMES]\n");
		return 2;
	}
	/* The first load warms caches up; leaks show in the others */
	failed = round_trip(argv[1]);
	percpu = mem_kib("Percpu");
	vmalloc = mem_kib("VmallocUsed");
	for (i = 1; i < times && !failed; i++)
		failed = round_trip(argv[1]);
	tap_ok(&tap, !failed,
	       "insmod, open, refused rmmod, close, rmmod, %d times of %d%s%s",
	       i, times, failed ? "; failed: " : "", failed ? failed : "");
	if (!failed) {
		i = race(argv[1], times);
		tap_ok(&tap, i == times,
		       "insmod and rmmod beside opens, %d times of %d", i,
		       times);
		tap_ok(&tap, gone(), "nothing is left in /dev and /sys");
		/* 64 KiB a load would be the least that a forgotten ring takes */
		tap_ok(&tap,
		       mem_kib("Percpu") - percpu < 64 + times &&
			       mem_kib("VmallocUsed") - vmalloc < 64 + times,
		       "memory: per-CPU %+ld KiB, vmalloc %+ld KiB",
		       mem_kib("Percpu") - percpu,
		       mem_kib("VmallocUsed") - vmalloc);
	}
	return tap_done(&tap);
}
