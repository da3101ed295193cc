// SPDX-License-Identifier: GPL-2.0-only
/* The module's side of a run: records and probes through /dev/ptiscope. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "base/log.h"
#include "kernel/module.h"

#define DEVICE "/dev/ptiscope"

static struct why open_reason(int err)
{
	switch (err) {
	case ENOENT:
	case ENXIO:
		return (struct why){
			"the module is not loaded (no " DEVICE ")",
			"build it with make module, and insmod it"
		};
	case EACCES:
	case EPERM:
		return (struct why){
			DEVICE " is refused",
			"run as root of the machine, not of a user namespace, without lockdown=confidentiality"
		};
	case EBUSY:
		return (struct why){ "another program is reading " DEVICE,
				     "try again when it has ended" };
	default:
		return (struct why){ "can't open " DEVICE, "see dmesg" };
	}
}

/**
 * module_reader_open() - open the device and ask what it offers
 * @r: reader; its fd is -1 after an error
 * @why: set after an error
 *
 * Return: 0 or a negative errno.
 */
int module_reader_open(struct module_reader *r, struct why *why)
{
	int err;

	r->fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0) {
		err = -errno;
		*why = open_reason(-err);
		return err;
	}
	r->info = (struct ptiscope_info){
		.version = PTISCOPE_ABI_VERSION,
		.size = sizeof(r->info),
	};
	if (ioctl(r->fd, PTISCOPE_IOC_INFO, &r->info) ||
	    r->info.record_size != sizeof(struct ptiscope_record)) {
		*why = (struct why){
			"the module speaks another version of " DEVICE,
			"build tool and module from one tree"
		};
		module_reader_close(r);
		return -EPROTO;
	}
	return 0;
}

/**
 * module_reader_need() - open the device for a command that can do nothing without
 * @r: reader; its fd is -1 after an error
 * @command: its name, for the message
 *
 * Return: 0, or the exit code after one line on stderr
 */
int module_reader_need(struct module_reader *r, const char *command)
{
	struct why why;
	int err = module_reader_open(r, &why);

	if (!err)
		return EXIT_OK;
	log_error("%s: %s: %s", command, why.reason, why.remedy);
	return err == -EBUSY ? EXIT_RUNTIME : EXIT_UNSUPPORTED;
}

/**
 * module_reader_close() - close the device, which also ends a recording
 * @r: reader, open or not
 */
void module_reader_close(struct module_reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

/**
 * module_reader_start() - empty the rings and begin to record
 * @r: reader
 * @tid: thread to record, 0 for all
 *
 * Return: 0 or a negative errno.
 */
int module_reader_start(const struct module_reader *r, pid_t tid)
{
	const struct ptiscope_start start = {
		.version = PTISCOPE_ABI_VERSION,
		.size = sizeof(start),
		.tid = (uint32_t)tid,
	};

	return ioctl(r->fd, PTISCOPE_IOC_START, &start) ? -errno : 0;
}

/**
 * module_reader_filter() - say whose records the next recordings keep
 * @r: reader, not recording
 * @tgid: process, 0 for all
 * @paths: bit n: path n of enum pti_path; PTISCOPE_PATHS_ALL
 *
 * Return: 0 or a negative errno; -ESRCH where there is no such process.
 */
int module_reader_filter(const struct module_reader *r, pid_t tgid,
			 uint64_t paths)
{
	const struct ptiscope_filter filter = {
		.version = PTISCOPE_ABI_VERSION,
		.size = sizeof(filter),
		.paths = paths,
		.cpu = PTISCOPE_NO_CPU,
		.tgid = (uint32_t)tgid,
	};

	return ioctl(r->fd, PTISCOPE_IOC_FILTER, &filter) ? -errno : 0;
}

/**
 * module_reader_stop() - end the recording; the rings keep their records
 * @r: reader
 *
 * Return: 0 or a negative errno.
 */
int module_reader_stop(const struct module_reader *r)
{
	return ioctl(r->fd, PTISCOPE_IOC_STOP) ? -errno : 0;
}

/**
 * module_reader_drain() - take what a stopped recording left in the rings
 * @r: reader
 * @records: room for it
 * @room: records that fit
 *
 * Return: number of records, or a negative errno; -ENOSPC where @room is too
 * small, the rest then stays in the rings.
 */
ssize_t module_reader_drain(const struct module_reader *r,
			    struct ptiscope_record *records, size_t room)
{
	size_t n = 0;
	ssize_t got;

	for (;;) {
		if (n == room)
			return -ENOSPC;
		got = read(r->fd, records + n, (room - n) * sizeof(*records));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			return (ssize_t)n;
		if ((size_t)got % sizeof(*records))
			return -EPROTO;
		n += (size_t)got / sizeof(*records);
	}
}

/**
 * module_reader_stats() - counters since the last start
 * @r: reader
 * @stats: filled in
 *
 * Return: 0 or a negative errno.
 */
int module_reader_stats(const struct module_reader *r,
			struct ptiscope_stats *stats)
{
	*stats = (struct ptiscope_stats){
		.version = PTISCOPE_ABI_VERSION,
		.size = sizeof(*stats),
	};
	return ioctl(r->fd, PTISCOPE_IOC_STATS, stats) ? -errno : 0;
}

/**
 * module_reader_probe() - let the module time something in the kernel
 * @r: reader
 * @kind: what
 * @ticks: filled with @n differences, in ticks
 * @n: samples, at most PTISCOPE_PROBE_MAX
 *
 * Return: 0 or a negative errno.
 */
int module_reader_probe(const struct module_reader *r,
			enum ptiscope_probe_kind kind, uint64_t *ticks,
			size_t n)
{
	struct ptiscope_probe probe = {
		.version = PTISCOPE_ABI_VERSION,
		.size = sizeof(probe),
		.kind = kind,
		.n = (uint32_t)n,
		.samples = (uintptr_t)ticks,
	};

	return ioctl(r->fd, PTISCOPE_IOC_PROBE, &probe) ? -errno : 0;
}

/**
 * module_reader_ipi() - send inter-processor interrupts
 * @r: reader
 * @ipi: what to send; version and size are filled in, and the counters
 *
 * Return: 0 or a negative errno, see &struct ptiscope_ipi.
 */
int module_reader_ipi(const struct module_reader *r, struct ptiscope_ipi *ipi)
{
	ipi->version = PTISCOPE_ABI_VERSION;
	ipi->size = sizeof(*ipi);
	ipi->sent = 0;
	ipi->seen = 0;
	ipi->user = 0;
	return ioctl(r->fd, PTISCOPE_IOC_IPI, ipi) ? -errno : 0;
}

/**
 * module_reader_nmi() - send or claim NMIs, or ask how many there were
 * @r: reader
 * @nmi: what to do; version and size are filled in, and the counters
 *
 * Return: 0 or a negative errno, see &struct ptiscope_nmi.
 */
int module_reader_nmi(const struct module_reader *r, struct ptiscope_nmi *nmi)
{
	nmi->version = PTISCOPE_ABI_VERSION;
	nmi->size = sizeof(*nmi);
	return ioctl(r->fd, PTISCOPE_IOC_NMI, nmi) ? -errno : 0;
}
