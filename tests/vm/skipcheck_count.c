// SPDX-License-Identifier: GPL-2.0-only
/* How many calls were skipped, which marks and the module tell. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../module/uapi/ptiscope.h"
#include "skipcheck.h"

static int device = -1;

static bool ask(struct ptiscope_skips *skips)
{
	*skips = (struct ptiscope_skips){ .version = PTISCOPE_ABI_VERSION,
					  .size = sizeof(*skips) };
	return device >= 0 && !ioctl(device, PTISCOPE_IOC_SKIPS, skips);
}

/* False where nobody can tell: without the module, marks, or calls that are skipped */
bool skips_begin(void)
{
	const struct ptiscope_start start = { .version = PTISCOPE_ABI_VERSION,
					      .size = sizeof(start) };
	struct ptiscope_skips skips;

	device = open("/dev/ptiscope", O_RDONLY | O_CLOEXEC);
	if (device < 0 || ioctl(device, PTISCOPE_IOC_START, &start))
		return false;
	/* The module knows of a CPU from its first record on. */
	for (unsigned int cpu = 0; cpu < cpus(); cpu++) {
		pin(cpu);
		raw_syscall(SYS_getppid);
	}
	pin_nowhere();
	return ask(&skips) && skips.cpus == cpus();
}

/* Those of the table, on all CPUs, since boot */
unsigned long skips_read(void)
{
	struct ptiscope_skips skips;
	unsigned long n = 0;

	if (!ask(&skips))
		return 0;
	for (enum call call = 0; call < CALLS; call++)
		n += skips.count[calls[call].nr];
	return n;
}
