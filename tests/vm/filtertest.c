// SPDX-License-Identifier: GPL-2.0-only
/*
 * PTISCOPE_IOC_FILTER: only what was asked for is recorded and counted.
 * Needs a patched kernel with pti=on pti_marks=on, root, the module loaded.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "records.h"
#include "tap.h"

#define BIT(n) (1ULL << (n))
#define PAGES 200

static int set_filter(int fd, __u64 paths, __u32 cpu, __u32 tgid)
{
	struct ptiscope_filter arg = { .version = PTISCOPE_ABI_VERSION,
				       .size = sizeof(arg),
				       .paths = paths,
				       .cpu = cpu,
				       .tgid = tgid };

	return ioctl(fd, PTISCOPE_IOC_FILTER, &arg) ? errno : 0;
}

/* A thread that is not the first of its process: waits, then calls getppid */
struct second {
	pthread_t thread;
	atomic_int tid;
	atomic_int go;
	unsigned int n;
};

static void *second_thread(void *arg)
{
	struct second *s = arg;

	s->tid = gettid();
	while (!s->go)
		sched_yield();
	getppids(s->n);
	return NULL;
}

static void start_second(struct second *s, unsigned int n)
{
	s->tid = 0;
	s->go = 0;
	s->n = n;
	pthread_create(&s->thread, NULL, second_thread, s);
	while (!s->tid)
		sched_yield();
}

static void test_bad(struct tap *tap, int fd)
{
	struct ptiscope_filter arg = { .version = PTISCOPE_ABI_VERSION + 1,
				       .size = sizeof(arg),
				       .paths = PTISCOPE_PATHS_ALL,
				       .cpu = PTISCOPE_NO_CPU };
	struct second s;

	tap_ok(tap, ioctl(fd, PTISCOPE_IOC_FILTER, &arg) && errno == EINVAL,
	       "other version: EINVAL");
	arg.version = PTISCOPE_ABI_VERSION;
	arg.size--;
	tap_ok(tap, ioctl(fd, PTISCOPE_IOC_FILTER, &arg) && errno == EINVAL,
	       "other size: EINVAL");
	tap_ok(tap, ioctl(fd, PTISCOPE_IOC_FILTER, 8L) && errno == EFAULT,
	       "bad address: EFAULT");
	tap_ok(tap, set_filter(fd, 0, PTISCOPE_NO_CPU, 0) == EINVAL,
	       "no path: EINVAL");
	tap_ok(tap, set_filter(fd, 1, PTISCOPE_NO_CPU, 0) == EINVAL,
	       "path none: EINVAL");
	tap_ok(tap,
	       set_filter(fd, BIT(PTI_PATH_COUNT), PTISCOPE_NO_CPU, 0) ==
		       EINVAL,
	       "a path that there is not: EINVAL");
	tap_ok(tap, set_filter(fd, PTISCOPE_PATHS_ALL, 100000, 0) == ENXIO,
	       "a CPU that there is not: ENXIO");
	tap_ok(tap,
	       set_filter(fd, PTISCOPE_PATHS_ALL, PTISCOPE_NO_CPU,
			  0x7ffffff0) == ESRCH,
	       "a process that there is not: ESRCH");
	start_second(&s, 1);
	tap_ok(tap,
	       set_filter(fd, PTISCOPE_PATHS_ALL, PTISCOPE_NO_CPU,
			  (__u32)s.tid) == ESRCH,
	       "a thread that is no process: ESRCH");
	s.go = 1;
	pthread_join(s.thread, NULL);
	start(fd, 0);
	tap_ok(tap,
	       set_filter(fd, PTISCOPE_PATHS_ALL, PTISCOPE_NO_CPU, 0) == EBUSY,
	       "while recording: EBUSY");
	stop(fd);
	drain(fd, 65536, 0);
}

static void touch(char *memory)
{
	for (int i = 0; i < PAGES; i++)
		*(volatile char *)(memory + 4096 * i) = 1;
}

/* getppid and page faults of this thread, recorded with a filter of paths */
static struct tally *record_both(int fd, __u64 paths, unsigned int n)
{
	char *memory = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(memory, PAGES * 4096, MADV_NOHUGEPAGE);
	set_filter(fd, paths, PTISCOPE_NO_CPU, 0);
	start(fd, gettid());
	getppids(n);
	touch(memory);
	stop(fd);
	munmap(memory, PAGES * 4096);
	return drain(fd, 65536, gettid());
}

static void test_paths(struct tap *tap, int fd)
{
	const unsigned int n = 500;
	struct ptiscope_stats s;
	struct tally *t;

	t = record_both(fd, PTISCOPE_PATHS_ALL, n);
	tap_ok(tap, t->syscall64 == n + 1 && t->n >= n + PAGES,
	       "all paths: %llu records, %llu syscall64", t->n, t->syscall64);
	t = record_both(fd, BIT(PTI_PATH_SYSCALL64), n);
	s = stats(fd);
	tap_ok(tap,
	       t->n == n + 1 && t->syscall64 == t->n && s.written == t->n &&
		       s.read == t->n && !s.lost && !t->gaps,
	       "entries by SYSCALL alone: %llu records, %llu counted", t->n,
	       s.written);
	t = record_both(fd, BIT(PTI_PATH_PAGE_FAULT), n);
	s = stats(fd);
	tap_ok(tap, t->n == PAGES && !t->syscall64 && s.written == t->n,
	       "entries by page fault alone: %llu records, %llu counted", t->n,
	       s.written);
	/* A page fault's return is the exit half of the record after it. */
	t = record_both(fd, BIT(PTI_PATH_IRET), n);
	tap_ok(tap, t->n >= PAGES && t->n < PAGES + n,
	       "exits by IRET alone: %llu records", t->n);
	t = record_both(fd, BIT(PTI_PATH_ESPFIX) | BIT(PTI_PATH_MCE), n);
	tap_ok(tap, !t->n && !stats(fd).written,
	       "paths not taken: %llu records", t->n);
	start(fd, gettid());
	stop(fd);
	tap_ok(tap, !drain(fd, 65536, 0)->n, "the filter outlives a START");
}

/* Records of everything of @cpu and @tgid, for some time where that is @empty */
static unsigned long long record_some(int fd, __u32 cpu, __u32 tgid, bool empty,
				      unsigned long long *wrong)
{
	static struct ptiscope_record buf[512];
	unsigned long long n = 0;
	ssize_t got;

	*wrong = set_filter(fd, PTISCOPE_PATHS_ALL, cpu, tgid) != 0;
	start(fd, 0);
	if (empty)
		usleep(300000);
	else
		wait_written(fd, 100);
	stop(fd);
	while ((got = read(fd, buf, sizeof(buf))) > 0) {
		for (size_t i = 0; i < (size_t)got / RECORD; i++, n++) {
			*wrong += cpu != PTISCOPE_NO_CPU && buf[i].cpu != cpu;
			*wrong += tgid && buf[i].tgid != tgid;
		}
	}
	*wrong += stats(fd).read != n ||
		  stats(fd).written != n + stats(fd).lost;
	return n;
}

static void test_cpu_and_process(struct tap *tap, int fd)
{
	const int last = sysconf(_SC_NPROCESSORS_ONLN) - 1;
	pid_t a = hammer(0), b = hammer(last);
	unsigned long long n, wrong;

	n = record_some(fd, (__u32)last, 0, false, &wrong);
	tap_ok(tap, n && !wrong, "CPU %d alone: %llu records, %llu wrong", last,
	       n, wrong);
	n = record_some(fd, PTISCOPE_NO_CPU, (__u32)a, false, &wrong);
	tap_ok(tap, n && !wrong, "one process alone: %llu records, %llu wrong",
	       n, wrong);
	if (last) {
		n = record_some(fd, (__u32)last, (__u32)a, true, &wrong);
		tap_ok(tap, !n && !wrong,
		       "where that process is not: %llu records", n);
	}
	reap(a);
	reap(b);
}

static void test_threads(struct tap *tap, int fd)
{
	static struct ptiscope_record buf[512];
	unsigned int mine = 0, second = 0, n = 300;
	struct second s;
	ssize_t got;

	start_second(&s, n);
	set_filter(fd, BIT(PTI_PATH_SYSCALL64), PTISCOPE_NO_CPU,
		   (__u32)getpid());
	start(fd, 0);
	s.go = 1;
	getppids(n);
	pthread_join(s.thread, NULL);
	stop(fd);
	while ((got = read(fd, buf, sizeof(buf))) > 0) {
		for (size_t i = 0; i < (size_t)got / RECORD; i++) {
			mine += buf[i].tid == (__u32)gettid();
			second += buf[i].tid == (__u32)s.tid;
		}
	}
	tap_ok(tap, mine > n && second >= n,
	       "a process is all its threads: %u and %u records", mine, second);
}

int main(void)
{
	struct tap tap = { 0 };
	int fd = record_open();

	if (fd < 0)
		return TAP_EXIT_SKIP;
	test_bad(&tap, fd);
	test_paths(&tap, fd);
	test_cpu_and_process(&tap, fd);
	test_threads(&tap, fd);
	close(fd);
	fd = record_open();
	tap_ok(&tap, !start(fd, gettid()),
	       "a closed device forgets the filter");
	getppids(10);
	stop(fd);
	tap_ok(&tap, drain(fd, 65536, 0)->n >= 11, "and records all");
	close(fd);
	return tap_done(&tap);
}
