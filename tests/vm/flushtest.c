// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the exits write to CR3 where PCID is in use: NOFLUSH, unless a flush of the
 * user's ASID is pending; then not, and only once.  By the marks of each exit.
 * Needs PCID, pti_marks=on, the module, and noinvpcid, so that every flush of
 * user addresses waits for the exit.
 */
#include <errno.h>
#include <fcntl.h>
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

#define PAGE 4096ul
/* More than the kernel flushes one by one (tlb_single_page_flush_ceiling) */
#define MANY 64
#define REPEATS 100

/* Bits of CR3: asm/processor-flags.h, arch/x86/mm/tlb.c */
#define NOFLUSH (1ull << 63)
#define USER_TABLE (1ull << 12)
#define USER_PCID (1ull << 11)
#define ASID 0x7ffull
/* TLB_NR_DYN_ASIDS; the PCID is the ASID plus one */
#define MAX_PCID 6

struct pages {
	volatile char *fresh;
	volatile char *many;
	volatile char *shared;
};

struct op {
	const char *name;
	__u8 entry;
	__u8 exit;
	bool flushes;
	void (*prepare)(struct pages *p, unsigned int i);
	void (*run)(struct pages *p, unsigned int i);
};

static void nothing(struct pages *p, unsigned int i)
{
	(void)p;
	(void)i;
}

static void run_getppid(struct pages *p, unsigned int i)
{
	(void)p;
	(void)i;
	syscall(SYS_getppid);
}

static void touch_many(struct pages *p, unsigned int i)
{
	for (unsigned int k = 0; k < MANY; k++)
		p->many[k * PAGE] = i;
}

static void run_madvise(struct pages *p, unsigned int i)
{
	(void)i;
	madvise((void *)p->many, MANY * PAGE, MADV_DONTNEED);
}

static void run_fault(struct pages *p, unsigned int i)
{
	p->fresh[i * PAGE] = 1;
}

/* A child has these pages too, so that each write copies one. */
static void run_copy(struct pages *p, unsigned int i)
{
	p->shared[i * PAGE] = 1;
}

static const struct op ops[] = {
	{ "getppid", PTI_PATH_SYSCALL64, PTI_PATH_SYSRET, false, nothing,
	  run_getppid },
	{ "madvise(MADV_DONTNEED)", PTI_PATH_SYSCALL64, PTI_PATH_SYSRET, true,
	  touch_many, run_madvise },
	{ "first touch of a page", PTI_PATH_PAGE_FAULT, PTI_PATH_IRET, false,
	  nothing, run_fault },
	{ "copy on write", PTI_PATH_PAGE_FAULT, PTI_PATH_IRET, true, nothing,
	  run_copy },
};

struct tally {
	unsigned int seen;
	unsigned int flushed;
	unsigned int flushed_again;
	unsigned int odd_exit;
	unsigned int odd_entry;
};

/* Bits that have nothing to do with flushing */
static bool odd_exit(__u64 cr3)
{
	return !(cr3 & USER_TABLE) || !(cr3 & USER_PCID) ||
	       !(cr3 & ASID & ~USER_PCID) ||
	       (cr3 & ASID & ~USER_PCID) > MAX_PCID;
}

static bool odd_entry(const struct ptiscope_record *r)
{
	/* The same table but for its user half, and nothing is flushed */
	return r->new_cr3 !=
	       ((r->old_cr3 & ~(USER_TABLE | USER_PCID)) | NOFLUSH);
}

/* The exit that follows the entry of @op, and the one that follows that */
static void judge(const struct op *op, const struct ptiscope_record *r,
		  size_t n, struct tally *t)
{
	size_t i = 0;

	for (size_t k = 0; k < n; k++) {
		if (r[k].exit_path != PTI_PATH_NONE)
			t->odd_exit += odd_exit(r[k].exit_cr3);
		t->odd_entry += odd_entry(r + k);
	}
	while (i < n && r[i].entry_path != op->entry)
		i++;
	if (i + 2 >= n || r[i + 1].exit_path != op->exit)
		return;
	t->seen++;
	t->flushed += !(r[i + 1].exit_cr3 & NOFLUSH);
	t->flushed_again += !(r[i + 2].exit_cr3 & NOFLUSH);
}

static int measure(int fd, const struct op *op, struct pages *p, unsigned int i,
		   struct tally *t)
{
	struct ptiscope_start start = { .version = PTISCOPE_ABI_VERSION,
					.size = sizeof(start),
					.tid = gettid() };
	struct ptiscope_record r[64];
	ssize_t n;

	op->prepare(p, i);
	if (ioctl(fd, PTISCOPE_IOC_START, &start))
		return -errno;
	op->run(p, i);
	syscall(SYS_getppid);
	ioctl(fd, PTISCOPE_IOC_STOP);
	n = read(fd, r, sizeof(r));
	if (n < 0)
		return -errno;
	judge(op, r, n / sizeof(r[0]), t);
	return 0;
}

static void test(struct tap *tap, int fd, const struct op *op, struct pages *p)
{
	struct tally t = { 0 };
	unsigned int want = op->flushes ? REPEATS : 0;
	int err = 0;

	for (unsigned int i = 0; i < REPEATS && !err; i++)
		err = measure(fd, op, p, i, &t);
	tap_ok(tap, !err && t.seen == REPEATS,
	       "%s: %u of %d exits are in the records", op->name, t.seen,
	       REPEATS);
	tap_ok(tap, t.flushed == want, "%s: %u exits flush, as %u must",
	       op->name, t.flushed, want);
	tap_ok(tap, !t.flushed_again,
	       "%s: %u exits after that flush again, as none must", op->name,
	       t.flushed_again);
	tap_ok(tap, !t.odd_exit && !t.odd_entry,
	       "%s: all other bits of CR3 are right", op->name);
}

static volatile char *map(unsigned int pages)
{
	void *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	madvise(p, pages * PAGE, MADV_NOHUGEPAGE);
	return p;
}

int main(void)
{
	struct ptiscope_info info = { .version = PTISCOPE_ABI_VERSION,
				      .size = sizeof(info) };
	struct tap tap = { 0 };
	struct pages p = { map(REPEATS), map(MANY), map(REPEATS) };
	int fd = open("/dev/ptiscope", O_RDWR);
	pid_t child;

	if (fd < 0 || ioctl(fd, PTISCOPE_IOC_INFO, &info)) {
		perror("/dev/ptiscope");
		return 2;
	}
	if (!(info.features & PTISCOPE_HAS_PCID) ||
	    !(info.features & PTISCOPE_HAS_MARKS)) {
		printf("1..0 # SKIP no PCID, or no marks\n");
		return TAP_EXIT_SKIP;
	}
	for (unsigned int i = 0; i < REPEATS; i++)
		p.shared[i * PAGE] = 2;
	child = fork();
	if (!child) {
		pause();
		_exit(0);
	}
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		test(&tap, fd, ops + i, &p);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return tap_done(&tap);
}
