// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ptiscope, open since before, once the kernel is locked down for
 * confidentiality; and opened after that.  Runs as root with the module loaded,
 * /sys/kernel/security mounted; there is no way back but a boot.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../module/uapi/ptiscope.h"
#include "tap.h"

#define DEV "/dev/ptiscope"
#define LOCKDOWN "/sys/kernel/security/lockdown"

static __u64 sample;
static struct ptiscope_info info = { .version = PTISCOPE_ABI_VERSION,
				     .size = sizeof(info) };
static struct ptiscope_start start = { .version = PTISCOPE_ABI_VERSION,
				       .size = sizeof(start) };
static struct ptiscope_probe probe = { .version = PTISCOPE_ABI_VERSION,
				       .size = sizeof(probe),
				       .n = 1 };
static struct ptiscope_ipi ipi;
static struct ptiscope_nmi nmi = { .version = PTISCOPE_ABI_VERSION,
				   .size = sizeof(nmi),
				   .op = PTISCOPE_NMI_STATS };
static struct ptiscope_regions regions = { .version = PTISCOPE_ABI_VERSION,
					   .size = sizeof(regions),
					   .cpu = PTISCOPE_NO_CPU };

static struct ptiscope_filter filter = { .version = PTISCOPE_ABI_VERSION,
					 .size = sizeof(filter),
					 .paths = PTISCOPE_PATHS_ALL,
					 .cpu = PTISCOPE_NO_CPU };
static struct ptiscope_stats stats = { .version = PTISCOPE_ABI_VERSION,
				       .size = sizeof(stats) };

static const struct call {
	const char *name;
	unsigned long cmd;
	void *arg;
	int before;
	int after;
} calls[] = {
	{ "INFO", PTISCOPE_IOC_INFO, &info, 0, 0 },
	/* This kernel has no marks. */
	{ "START", PTISCOPE_IOC_START, &start, EOPNOTSUPP, EPERM },
	{ "FILTER", PTISCOPE_IOC_FILTER, &filter, 0, EPERM },
	{ "STOP", PTISCOPE_IOC_STOP, NULL, 0, EPERM },
	{ "STATS", PTISCOPE_IOC_STATS, &stats, 0, EPERM },
	{ "PROBE", PTISCOPE_IOC_PROBE, &probe, 0, EPERM },
	{ "NMI", PTISCOPE_IOC_NMI, &nmi, 0, EPERM },
	/* No version */
	{ "IPI", PTISCOPE_IOC_IPI, &ipi, EINVAL, EPERM },
	{ "REGIONS", PTISCOPE_IOC_REGIONS, &regions, 0, EPERM },
};

static void call_all(struct tap *tap, int fd, bool after)
{
	struct ptiscope_record rec;
	ssize_t got;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const struct call *c = &calls[i];
		int want = after ? c->after : c->before;
		int got = ioctl(fd, c->cmd, c->arg) ? errno : 0;

		tap_ok(tap, got == want, "%s %s: %s", c->name,
		       after ? "locked down" : "before", strerror(got));
	}
	got = read(fd, &rec, sizeof(rec));
	tap_ok(tap, after ? got < 0 && errno == EPERM : !got, "read %s",
	       after ? "locked down: EPERM" : "before: 0");
}

static bool lock_down(void)
{
	static const char mode[] = "confidentiality";
	int fd = open(LOCKDOWN, O_WRONLY);
	bool done = fd >= 0 && write(fd, mode, sizeof(mode) - 1) > 0;

	close(fd);
	return done;
}

int main(void)
{
	struct tap tap = { 0 };
	int fd = open(DEV, O_RDONLY);

	probe.samples = (unsigned long)&sample;
	tap_ok(&tap, fd >= 0, "open before");
	call_all(&tap, fd, false);
	tap_ok(&tap, lock_down(), "the kernel is locked down");
	call_all(&tap, fd, true);
	close(fd);
	fd = open(DEV, O_RDONLY);
	tap_ok(&tap, fd < 0 && errno == EPERM, "open: EPERM");
	return tap_done(&tap);
}
