// SPDX-License-Identifier: GPL-2.0-only
/*
 * PTISCOPE_IOC_PROBE: every kind is done where the CPU has what it needs and
 * refused where not, while NMIs arrive, and leaves the TLB as it must be.
 * Runs as root with the module loaded, on a stock and on a patched kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../module/uapi/ptiscope.h"
#include "tap.h"

#define DEV "/dev/ptiscope"
#define PAGES 64

static const struct kind {
	const char *name;
	bool needs_pcid;
	bool needs_no_pcid;
	bool needs_invpcid;
} kinds[PTISCOPE_PROBE_COUNT] = {
	{ "TSC_PAIR", false, false, false },
	{ "MARK_PAIR", false, false, false },
	{ "CR3_NOFLUSH", true, false, false },
	{ "CR3_FLUSH", true, false, false },
	{ "CR3_NO_PCID", false, true, false },
	{ "INVLPG", false, false, false },
	{ "INVPCID_ADDRESS", false, false, true },
	{ "INVPCID_CONTEXT", false, false, true },
	{ "INVPCID_GLOBAL", false, false, true },
	{ "INVPCID_ALL", false, false, true },
};

static __u64 samples[PTISCOPE_PROBE_MAX];

/* 0, or errno of the call */
static int probe(int fd, __u32 kind, __u32 n)
{
	struct ptiscope_probe p = { .version = PTISCOPE_ABI_VERSION,
				    .size = sizeof(p),
				    .kind = kind,
				    .n = n,
				    .samples = (unsigned long)samples };

	return ioctl(fd, PTISCOPE_IOC_PROBE, &p) ? errno : 0;
}

/* Is @flag among those of the first CPU? */
static bool cpu_has(const char *flag)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	char line[4096], *word, *save;
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "flags", 5))
			continue;
		for (word = strtok_r(line, " \n", &save); word && !found;
		     word = strtok_r(NULL, " \n", &save))
			found = !strcmp(word, flag);
	}
	if (f)
		fclose(f);
	return found;
}

static int compare_u64(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static __u64 median(unsigned int n)
{
	qsort(samples, n, sizeof(*samples), compare_u64);
	return samples[n / 2];
}

/* What @kind takes more than two TSC reads is an instruction in this lane. */
static void test_exact(struct tap *tap, int fd, __u32 kind)
{
	const unsigned int n = 201;
	__u64 pair, least;

	if (probe(fd, PTISCOPE_PROBE_TSC_PAIR, n) ||
	    probe(fd, PTISCOPE_PROBE_TSC_PAIR, n))
		return;
	pair = median(n);
	if (probe(fd, kind, n) || probe(fd, kind, n))
		return;
	least = median(n);
	tap_ok(tap, least == pair + 1 && samples[0] == least,
	       "%s is one instruction: %llu, two TSC reads %llu",
	       kinds[kind].name, least, pair);
}

static void test_kinds(struct tap *tap, int fd, bool pcid, bool exact)
{
	bool invpcid = cpu_has("invpcid");
	unsigned int kind;

	for (kind = 0; kind < PTISCOPE_PROBE_COUNT; kind++) {
		const struct kind *k = &kinds[kind];
		bool can = (!k->needs_pcid || pcid) &&
			   (!k->needs_no_pcid || !pcid) &&
			   (!k->needs_invpcid || invpcid);
		int err;

		memset(samples, 0, sizeof(samples));
		err = probe(fd, kind, PTISCOPE_PROBE_MAX);
		tap_ok(tap, err == (can ? 0 : EOPNOTSUPP), "%s: %s", k->name,
		       strerror(err));
		if (err)
			continue;
		/* All are there: none took no time at all. */
		median(PTISCOPE_PROBE_MAX);
		tap_ok(tap, samples[0] > 0 && samples[0] < 1000000,
		       "%s: min %llu, median %llu, max %llu ticks", k->name,
		       samples[0], samples[PTISCOPE_PROBE_MAX / 2],
		       samples[PTISCOPE_PROBE_MAX - 1]);
		if (exact && kind > PTISCOPE_PROBE_MARK_PAIR)
			test_exact(tap, fd, kind);
	}
}

static void nmi(struct tap *tap, int fd, struct ptiscope_nmi *what, __u32 op)
{
	what->version = PTISCOPE_ABI_VERSION;
	what->size = sizeof(*what);
	what->op = op;
	if (ioctl(fd, PTISCOPE_IOC_NMI, what))
		tap_ok(tap, false, "NMI op %u: %s", op, strerror(errno));
}

/*
 * NMIs at CPU 1 while it does nothing but probes: those that come in the kernel
 * come, by far the most, with interrupts off between two TSC reads.  What user
 * memory holds after it says whether this CPU still uses the right table.
 */
static void test_nmi(struct tap *tap, int fd)
{
	struct ptiscope_nmi what = { .cpu = 1,
				     .count = 2000,
				     .interval_us = 200 };
	unsigned char *memory = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int kind, i, wrong = 0, done = 0;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(1, &set);
	if (memory == MAP_FAILED || sched_setaffinity(0, sizeof(set), &set)) {
		tap_ok(tap, true, "probes under NMIs # SKIP one CPU");
		return;
	}
	nmi(tap, fd, &what, PTISCOPE_NMI_START);
	do {
		memset(memory, (int)++done, PAGES * 4096);
		for (kind = 0; kind < PTISCOPE_PROBE_COUNT; kind++)
			probe(fd, kind, PTISCOPE_PROBE_MAX);
		for (i = 0; i < PAGES; i++)
			wrong += memory[i * 4096 + i] != (done & 0xff);
		nmi(tap, fd, &what, PTISCOPE_NMI_STATS);
	} while (what.running);
	nmi(tap, fd, &what, PTISCOPE_NMI_STOP);
	tap_ok(tap, what.sent == 2000 && what.seen == what.sent && what.kernel,
	       "%llu NMIs arrived, %llu of them in the kernel, in %u rounds of probes",
	       what.seen, what.kernel, done);
	tap_ok(tap, !wrong, "user memory is what was written: %u wrong", wrong);
	munmap(memory, PAGES * 4096);
}

/*
 * A page that is mapped anew is seen as it is now, on the CPU that probed just
 * before: the probes may flush too much, but nothing that is stale stays.
 */
static void test_fresh(struct tap *tap, int fd)
{
	unsigned int i, wrong = 0;
	void *at =
		mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (i = 0; i < 256; i++) {
		unsigned char *page =
			mmap(at, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

		wrong += page == MAP_FAILED || page[0];
		if (page == MAP_FAILED)
			break;
		page[0] = 1;
		probe(fd, PTISCOPE_PROBE_CR3_NOFLUSH, 16);
		wrong += page[0] != 1;
	}
	tap_ok(tap, !wrong, "a page mapped anew is empty, %u of %u wrong",
	       wrong, i);
}

int main(int argc, char **argv)
{
	struct ptiscope_info info = { .version = PTISCOPE_ABI_VERSION,
				      .size = sizeof(info) };
	bool exact = argc > 1 && !strcmp(argv[1], "exact");
	struct tap tap = { 0 };
	bool pcid;
	int fd;

	fd = open(DEV, O_RDONLY);
	if (fd < 0) {
		printf("1..0 # SKIP no %s: the module is not loaded\n", DEV);
		return TAP_EXIT_SKIP;
	}
	if (ioctl(fd, PTISCOPE_IOC_INFO, &info)) {
		tap_ok(&tap, false, "INFO: %s", strerror(errno));
		return tap_done(&tap);
	}
	pcid = info.features & PTISCOPE_HAS_PCID;
	tap_ok(&tap, pcid == cpu_has("pcid"), "PCID is %s",
	       pcid ? "on" : "off");
	test_kinds(&tap, fd, pcid, exact);
	test_fresh(&tap, fd);
	test_nmi(&tap, fd);
	close(fd);
	return tap_done(&tap);
}
