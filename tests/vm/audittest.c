// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audit's calls of /dev/ptiscope with good and bad arguments, without
 * privilege, in parts, and while what is walked changes or ends.  Runs as root
 * with the module loaded.
 */
#include <asm/ldt.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../module/uapi/ptiscope.h"
#include "tap.h"

#define DEV "/dev/ptiscope"
#define BAD_ADDRESS 8
#define KERNEL_ADDRESS 0xffff888000000000ULL
/* More than any guest of these tests maps: ESPFIX alone has 65536 */
#define LIST_MAX (4 * PTISCOPE_AUDIT_MAX)
#define RACES 40

static struct ptiscope_audit_entry list[LIST_MAX + 1];

static struct ptiscope_audit request(__u32 tid, __u32 n, void *entries)
{
	return (struct ptiscope_audit){
		.version = PTISCOPE_ABI_VERSION,
		.size = sizeof(struct ptiscope_audit),
		.tid = tid,
		.n = n,
		.entries = (unsigned long)entries,
	};
}

/* 0, or errno of the call */
static int ioctl_errno(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? errno : 0;
}

static void expect(struct tap *tap, int got, int want, const char *what)
{
	tap_ok(tap, got == want, "%s: %s%s%s", what,
	       want ? strerror(want) : "works", got == want ? "" : ", but got ",
	       got == want ? "" : strerror(got));
}

/* All of the list in parts of @part entries; number of entries or -1 */
static long walk(int fd, __u32 tid, __u32 part, struct ptiscope_audit_entry *to)
{
	struct ptiscope_audit audit = { 0 };
	__u64 cursor = 0;
	long n = 0;

	do {
		if (n + part > LIST_MAX)
			return -1;
		audit = request(tid, part, to + n);
		audit.cursor = cursor;
		if (ioctl(fd, PTISCOPE_IOC_AUDIT, &audit) || audit.n > part)
			return -1;
		n += audit.n;
		cursor = audit.cursor;
	} while (cursor);
	return n;
}

static void test_bad_audit(struct tap *tap, int fd, int works)
{
	static const char *const what[] = { "other version", "other size",
					    "no entries", "too many entries" };
	struct ptiscope_audit bad[4], audit;

	for (int i = 0; i < 4; i++)
		bad[i] = request(0, 1, list);
	bad[0].version++;
	bad[1].size--;
	bad[2].n = 0;
	bad[3].n = PTISCOPE_AUDIT_MAX + 1;
	for (int i = 0; i < 4; i++)
		tap_ok(tap,
		       ioctl_errno(fd, PTISCOPE_IOC_AUDIT, &bad[i]) == EINVAL,
		       "AUDIT, %s: EINVAL", what[i]);
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_AUDIT, (void *)BAD_ADDRESS),
	       EFAULT, "AUDIT, bad address");
	audit = request(0, 1, (void *)BAD_ADDRESS);
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_AUDIT, &audit),
	       works ? works : EFAULT, "AUDIT, bad address of entries");
	audit = request(0, 1, (void *)KERNEL_ADDRESS);
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_AUDIT, &audit),
	       works ? works : EFAULT, "AUDIT, kernel address of entries");
	audit = request(4194304, 1, list);
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_AUDIT, &audit),
	       works ? works : ESRCH, "AUDIT of no thread");
	audit = request(0x80000001, 1, list);
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_AUDIT, &audit),
	       works ? works : ESRCH, "AUDIT of a negative thread");
	audit = request(2, 1, list);
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_AUDIT, &audit),
	       works ? works : ESRCH, "AUDIT of a kernel thread");
	audit = request(0, 1, list);
	audit.cursor = ~0ULL;
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_AUDIT, &audit), works,
	       "AUDIT from the last address on");
	tap_ok(tap, works || (!audit.n && !audit.cursor),
	       "there is nothing more");
}

/* Ascending, with tables before what they map; only the user half's own low */
static bool sound(const struct ptiscope_audit_entry *e, long n, int *top)
{
	bool good = n > 0 && (e->flags & PTISCOPE_MAP_TABLE) &&
		    !(e->flags & PTISCOPE_MAP_SHARED) && !e->address;

	*top = e->level;
	for (long i = 1; i < n; i++) {
		const struct ptiscope_audit_entry *p = &e[i - 1];
		bool table = e[i].flags & PTISCOPE_MAP_TABLE;

		if (e[i].address < p->address ||
		    (e[i].address == p->address &&
		     !((p->flags & PTISCOPE_MAP_TABLE) &&
		       (p->level > e[i].level ||
			(!table && p->level == e[i].level)))))
			good = false;
		if (!table && (!(e[i].address >> 63) || e[i].level > 3))
			good = false;
	}
	return good;
}

static void test_walk(struct tap *tap, int fd)
{
	static struct ptiscope_audit_entry again[LIST_MAX];
	long n, m;
	bool good;
	int top;

	list[LIST_MAX].address = 0x5aULL;
	n = walk(fd, 0, PTISCOPE_AUDIT_MAX, list);
	tap_ok(tap, n > 20 && list[LIST_MAX].address == 0x5aULL,
	       "the walk of this process has %ld entries", n);
	good = sound(list, n, &top);
	tap_ok(tap, good && (top == 4 || top == 5),
	       "they are in order, from a top-level table of level %d down",
	       top);
	m = walk(fd, (__u32)getpid(), 1021, again);
	tap_ok(tap, m == n && !memcmp(list, again, n * sizeof(*list)),
	       "in parts of 1021, and by its number, the list is the same");
	/* One by one up to ESPFIX, which would take too long */
	m = 0;
	for (__u64 cursor = 0; m < 60; m++) {
		struct ptiscope_audit audit = request(0, 1, &again[m]);

		audit.cursor = cursor;
		if (ioctl(fd, PTISCOPE_IOC_AUDIT, &audit) || audit.n != 1)
			break;
		cursor = audit.cursor;
	}
	tap_ok(tap, m == 60 && !memcmp(list, again, m * sizeof(*list)),
	       "one by one, too");
}

static int regions_errno(int fd, __u32 version, __u32 size, __u32 cpu,
			 struct ptiscope_regions *r)
{
	memset(r, 0xa5, sizeof(*r));
	r->version = version;
	r->size = size;
	r->cpu = cpu;
	return ioctl_errno(fd, PTISCOPE_IOC_REGIONS, r);
}

static bool sound_regions(const struct ptiscope_regions *r)
{
	bool good = r->n && r->n <= PTISCOPE_REGIONS_MAX;

	for (__u32 i = 0; good && i < PTISCOPE_REGIONS_MAX; i++) {
		const struct ptiscope_region *g = &r->region[i];

		if (i < r->n)
			good = g->address >> 63 && g->size && !g->reserved &&
			       g->kind < PTISCOPE_REGION_COUNT &&
			       g->address + (g->size - 1) > g->address;
		else
			good = !g->address && !g->size && !g->kind;
	}
	return good;
}

static void test_regions(struct tap *tap, int fd)
{
	const __u32 version = PTISCOPE_ABI_VERSION;
	struct ptiscope_regions r;
	const __u32 size = sizeof(r);

	expect(tap, regions_errno(fd, version + 1, size, 0, &r), EINVAL,
	       "REGIONS, other version");
	expect(tap, regions_errno(fd, version, size + 8, 0, &r), EINVAL,
	       "REGIONS, other size");
	expect(tap, regions_errno(fd, version, size, 8192, &r), ENXIO,
	       "REGIONS of no CPU that can be");
	expect(tap, regions_errno(fd, version, size, 0xfffffffe, &r), ENXIO,
	       "REGIONS of CPU 2^32-2");
	expect(tap, ioctl_errno(fd, PTISCOPE_IOC_REGIONS, (void *)BAD_ADDRESS),
	       EFAULT, "REGIONS, bad address");
	expect(tap, regions_errno(fd, version, size, 0, &r), 0,
	       "REGIONS of CPU 0");
	tap_ok(tap, sound_regions(&r) && r.percpu_offset,
	       "they make sense: %u, and a per-CPU offset", r.n);
	expect(tap, regions_errno(fd, version, size, PTISCOPE_NO_CPU, &r), 0,
	       "REGIONS of no CPU");
	tap_ok(tap, sound_regions(&r) && !r.percpu_offset,
	       "they make sense: %u, and no per-CPU offset", r.n);
}

/* errno of both calls, through an open device, without capabilities */
static int unprivileged_errno(int fd, bool regions)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[2] = { 0 };
	struct ptiscope_audit audit = request(0, 1, list);
	struct ptiscope_regions r;
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		if (syscall(SYS_capset, &head, none))
			_exit(255);
		_exit(regions ? regions_errno(fd, PTISCOPE_ABI_VERSION,
					      sizeof(r), 0, &r) :
				ioctl_errno(fd, PTISCOPE_IOC_AUDIT, &audit));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static void churn(void)
{
	struct user_desc desc = { .limit = 1, .seg_32bit = 1 };

	for (int i = 0; i < 10; i++) {
		desc.entry_number = (unsigned int)i * 400;
		syscall(SYS_modify_ldt, 1, &desc, sizeof(desc));
		munmap(mmap(NULL, 1 << 21, PROT_READ,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0),
		       1 << 21);
	}
	_exit(0);
}

/* Walk processes that make LDTs, map and end meanwhile */
static void test_races(struct tap *tap, int fd)
{
	int walked = 0, gone = 0, bad = 0;

	for (int i = 0; i < RACES; i++) {
		pid_t pid = fork();
		int err = 0;

		if (!pid)
			churn();
		while (!err) {
			struct ptiscope_audit audit =
				request((__u32)pid, 64, list);

			err = ioctl_errno(fd, PTISCOPE_IOC_AUDIT, &audit);
			walked += !err;
			bad += !err && audit.n < 8;
		}
		gone += err == ESRCH;
		waitpid(pid, NULL, 0);
	}
	tap_ok(tap, walked > RACES && gone == RACES && !bad,
	       "%d walks of %d processes that change, until they have ended",
	       walked, gone);
}

static void *walk_on(void *arg)
{
	int fd = *(int *)arg;

	for (int i = 0; i < 3; i++)
		if (walk(fd, 0, PTISCOPE_AUDIT_MAX, list) < 0)
			return NULL;
	return arg;
}

/* delete_module(2): EWOULDBLOCK is "in use" */
static void test_unload(struct tap *tap, int fd)
{
	pthread_t thread;
	void *result;
	int busy = 0, tries = 0;

	pthread_create(&thread, NULL, walk_on, &fd);
	while (pthread_tryjoin_np(thread, &result)) {
		busy += syscall(SYS_delete_module, "ptiscope", O_NONBLOCK) &&
			errno == EWOULDBLOCK;
		tries++;
	}
	tap_ok(tap, tries && busy == tries && result,
	       "of %d times to unload during walks all are refused", tries);
}

int main(void)
{
	struct ptiscope_info info = { .version = PTISCOPE_ABI_VERSION,
				      .size = sizeof(info) };
	struct ptiscope_audit audit = request(0, 1, list);
	struct tap tap = { 0 };
	int works, fd = open(DEV, O_RDONLY);

	if (fd < 0) {
		printf("1..0 # SKIP no %s: the module is not loaded\n", DEV);
		return TAP_EXIT_SKIP;
	}
	ioctl(fd, PTISCOPE_IOC_INFO, &info);
	works = info.features & PTISCOPE_HAS_PTI ? 0 : EOPNOTSUPP;
	expect(&tap, ioctl_errno(fd, PTISCOPE_IOC_AUDIT, &audit), works,
	       works ? "AUDIT without page-table isolation" : "AUDIT");
	expect(&tap, unprivileged_errno(fd, false), EPERM,
	       "AUDIT without capabilities");
	expect(&tap, unprivileged_errno(fd, true), EPERM,
	       "REGIONS without capabilities");
	test_bad_audit(&tap, fd, works);
	test_regions(&tap, fd);
	if (!works) {
		test_walk(&tap, fd);
		test_races(&tap, fd);
		test_unload(&tap, fd);
	}
	close(fd);
	return tap_done(&tap);
}
