// SPDX-License-Identifier: GPL-2.0-only
/* The BPF programs' side of a trace: load, attach, read the per-CPU sums. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "ptiscope.skel.h"
#include "kernel/bpf.h"

#define INITIAL_PID_NS 0xEFFFFFFCU /* PROC_PID_INIT_INO of linux/proc_ns.h */
#define NO_BTF                    \
	"the kernel has no BTF: " \
	"build it with CONFIG_DEBUG_INFO_BTF=y"

_Static_assert((int)PTI_PATH_COUNT <= PTI_BPF_PATHS,
	       "the BPF map has a slot for every path");
_Static_assert((int)PTI_PATH_NONE == PTI_BPF_PATH_NONE &&
		       (int)PTI_PATH_SYSCALL64 == PTI_BPF_PATH_SYSCALL64 &&
		       (int)PTI_PATH_INT80 == PTI_BPF_PATH_INT80 &&
		       (int)PTI_PATH_PAGE_FAULT == PTI_BPF_PATH_PAGE_FAULT,
	       "BPF programs and kernel number the paths alike");

/* libbpf explains itself at length: wanted with --verbose only. */
static int print_libbpf(enum libbpf_print_level level, const char *fmt,
			va_list args)
{
	char line[512];

	if (level == LIBBPF_DEBUG || !log_is_verbose())
		return 0;
	vsnprintf(line, sizeof(line), fmt, args);
	line[strcspn(line, "\n")] = '\0';
	log_info("%s", line);
	return 0;
}

static bool describes(const struct btf *btf, const char *tracepoint)
{
	return btf__find_by_name_kind(btf, tracepoint, BTF_KIND_TYPEDEF) > 0;
}

/* Load the programs that are wanted and have something to attach to. */
static int choose_programs(struct ptiscope_bpf *skel,
			   const struct bpf_filter *filter, const char **why)
{
	bool marks = filter->marks, events = marks && filter->events;
	struct btf *btf = btf__load_vmlinux_btf();
	bool faults, flushes, source;

	if (!btf) {
		*why = NO_BTF;
		return -EOPNOTSUPP;
	}
	source = describes(btf, marks ? "btf_trace_pti_switch" :
					"btf_trace_sys_enter");
	faults = !marks && describes(btf, "btf_trace_page_fault_user");
	flushes = describes(btf, "btf_trace_tlb_flush");
	btf__free(btf);
	if (!source) {
		*why = marks ? "the kernel has no tracepoint pti:pti_switch: "
			       "boot a kernel with the ptiscope patches" :
			       "the kernel has no tracepoint "
			       "raw_syscalls:sys_enter: build it with "
			       "CONFIG_FTRACE_SYSCALLS=y";
		return -EOPNOTSUPP;
	}
	bpf_program__set_autoload(skel->progs.pti_switch, marks && !events);
	bpf_program__set_autoload(skel->progs.pti_switch_events, events);
	bpf_program__set_autoload(skel->progs.sys_enter, !marks);
	bpf_program__set_autoload(skel->progs.page_fault_user, faults);
	bpf_program__set_autoload(skel->progs.tlb_flush, flushes);
	return 0;
}

/* Inode of our PID namespace, 0 for the initial one, where no number is to be translated */
static int own_pid_ns(uint32_t *inode)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st))
		return -EOPNOTSUPP;
	*inode = st.st_ino == INITIAL_PID_NS ? 0 : (uint32_t)st.st_ino;
	return 0;
}

/* Inode of a namespace of a process, by which the kernel's programs know it */
static int find_ns(pid_t pid, const char *kind, uint32_t *inode)
{
	char name[64];
	struct stat st;

	snprintf(name, sizeof(name), "/proc/%d/ns/%s", (int)pid, kind);
	if (stat(name, &st))
		return -errno;
	*inode = (uint32_t)st.st_ino;
	return 0;
}

static int set_container(struct ptiscope_bpf *skel, pid_t pid, const char **why)
{
	uint32_t in_pid = 0, in_mnt = 0;
	int err = pid ? find_ns(pid, "pid", &in_pid) : 0;

	if (!err && pid)
		err = find_ns(pid, "mnt", &in_mnt);
	if (err) {
		*why = "can't tell the namespaces of the process of --container";
		return err;
	}
	skel->rodata->filter_in_pid_ns = in_pid;
	skel->rodata->filter_in_mnt_ns = in_mnt;
	return 0;
}

static void set_filter(struct ptiscope_bpf *skel, const struct bpf_filter *f)
{
	char comm[PTI_BPF_COMM] = "";

	skel->rodata->filter_tgid = (uint32_t)f->tgid;
	if (f->comm) {
		snprintf(comm, sizeof(comm), "%s", f->comm);
		skel->rodata->filter_by_comm = true;
		memcpy((void *)skel->rodata->filter_comm, comm, sizeof(comm));
	}
	skel->rodata->filter_by_cgroup = f->cgroup >= 0;
	skel->rodata->filter_paths = f->paths;
	skel->rodata->filter_syscall = f->syscall;
	skel->rodata->by_syscall = f->by_syscall ||
				   f->syscall < PTI_BPF_SYSCALLS;
	skel->rodata->has_pcid = f->pcid;
}

/* Which events there are is constant for the programs; room for their counters. */
static void choose_events(struct ptiscope_bpf *skel, const struct events *e)
{
	uint32_t halves = 2 * (uint32_t)e->n, half;

	skel->rodata->n_cpus = (uint32_t)e->cpus;
	for (half = 0; half < halves; half++)
		if (events_half_open(e, half))
			skel->rodata->event_halves |= 1U << half;
	bpf_map__set_max_entries(skel->maps.counters,
				 halves * (uint32_t)e->cpus);
}

static int give_counters(struct ptiscope_bpf *skel, const struct events *e)
{
	int map = bpf_map__fd(skel->maps.counters);
	uint32_t i;

	for (i = 0; i < 2 * e->n * (size_t)e->cpus; i++)
		if (e->fds[i] >= 0 &&
		    bpf_map_update_elem(map, &i, &e->fds[i], BPF_ANY))
			return -errno;
	return 0;
}

static int load(struct ptiscope_bpf *skel, const struct bpf_filter *f,
		const char **why)
{
	uint32_t first = 0;
	int err;

	err = choose_programs(skel, f, why);
	if (err)
		return err;
	err = f->tgid ? own_pid_ns(&skel->rodata->filter_pid_ns) : 0;
	if (err) {
		*why = "/proc is of another PID namespace, so no process can be told: mount one of this";
		return err;
	}
	err = set_container(skel, f->container, why);
	if (err)
		return err;
	set_filter(skel, f);
	if (f->events)
		choose_events(skel, f->events);
	err = ptiscope_bpf__load(skel);
	if (err) {
		*why = "the kernel refused the BPF programs "
		       "(--verbose says more)";
		return err;
	}
	if (f->cgroup >= 0 &&
	    bpf_map_update_elem(bpf_map__fd(skel->maps.cgroup), &first,
				&f->cgroup, BPF_ANY)) {
		err = -errno;
		*why = "that is no cgroup of version 2";
		return err;
	}
	err = f->events ? give_counters(skel, f->events) : 0;
	if (err) {
		*why = "BPF can't read the counters";
		return err;
	}
	err = ptiscope_bpf__attach(skel);
	if (err)
		*why = "the BPF programs can't be attached";
	return err;
}

/**
 * bpf_reader_open() - load and attach the programs; they count nothing yet
 * @r: reader; empty after an error
 * @filter: what they count
 * @why: set to a sentence after an error
 *
 * Return: 0; -EOPNOTSUPP where this kernel lacks something, else a negative
 * errno.
 */
int bpf_reader_open(struct bpf_reader *r, const struct bpf_filter *filter,
		    const char **why)
{
	int err;

	libbpf_set_print(print_libbpf);
	memset(r, 0, sizeof(*r));
	r->skel = ptiscope_bpf__open();
	if (!r->skel) {
		*why = "the BPF object can't be opened";
		return -errno;
	}
	r->cpus = libbpf_num_possible_cpus();
	if (r->cpus > 0)
		r->values = calloc((size_t)r->cpus, sizeof(struct bpf_counts));
	r->keys = calloc(PTI_BPF_SYSCALLS, sizeof(*r->keys));
	*why = "no memory left";
	err = r->values && r->keys ? load(r->skel, filter, why) : -ENOMEM;
	if (err)
		bpf_reader_close(r);
	return err;
}

/**
 * bpf_reader_close() - detach the programs and free them
 * @r: reader, open or not
 */
void bpf_reader_close(struct bpf_reader *r)
{
	ptiscope_bpf__destroy(r->skel);
	free(r->values);
	free(r->keys);
	memset(r, 0, sizeof(*r));
}

/**
 * bpf_reader_enable() - begin or end to count, without an entry to the kernel that counts
 * @r: reader
 * @on: count from here on
 */
void bpf_reader_enable(struct bpf_reader *r, bool on)
{
	/* The programs read them on the next entry: not moved past system calls. */
	volatile bool *enabled = &r->skel->bss->enabled;
	volatile bool *skips = &r->skel->bss->skips_enabled;

	/* Calls that skipped the switch are told of by the entry after them. */
	if (!on)
		*enabled = false;
	syscall(SYS_getppid);
	*skips = on;
	if (on)
		*enabled = true;
}

/*
 * The values of a map are structures of nothing but 64-bit sums: add those of
 * all CPUs to each of @n values of @size bytes.  One system call for all of
 * them: the reader's own entries are counted, too.
 */
static int read_map(const struct bpf_reader *r, const struct bpf_map *map,
		    uint32_t n, size_t size, void *sums)
{
	const uint64_t *value = r->values;
	size_t words = size / sizeof(*value), i;
	uint32_t last, got = n, key;
	uint64_t *sum = sums;
	int cpu;

	/* ENOENT: these were all that the map has. */
	if (bpf_map_lookup_batch(bpf_map__fd(map), NULL, &last, r->keys,
				 r->values, &got, NULL) &&
	    errno != ENOENT)
		return -errno;
	if (got != n)
		return -EIO;
	memset(sums, 0, n * size);
	for (key = 0; key < n; key++, sum += words)
		for (cpu = 0; cpu < r->cpus; cpu++)
			for (i = 0; i < words; i++)
				sum[i] += *value++;
	return 0;
}

/* The kernel counts runs that it left out: the program was running already. */
static int read_missed(const struct bpf_reader *r, uint64_t *missed)
{
	struct bpf_program *program;
	struct bpf_prog_info info;
	uint32_t size;
	int fd;

	*missed = 0;
	bpf_object__for_each_program(program, r->skel->obj)
	{
		if (!bpf_program__autoload(program))
			continue;
		memset(&info, 0, sizeof(info));
		size = sizeof(info);
		fd = bpf_program__fd(program);
		if (bpf_obj_get_info_by_fd(fd, &info, &size))
			return -errno;
		*missed += info.recursion_misses;
	}
	return 0;
}

/**
 * bpf_reader_read() - what was counted so far, summed over CPUs
 * @r: reader
 * @counts: filled in
 *
 * Return: 0 or a negative errno.
 */
int bpf_reader_read(const struct bpf_reader *r, struct bpf_counts *counts)
{
	const struct ptiscope_bpf *skel = r->skel;
	int err;

	err = read_map(r, skel->maps.stats, PTI_PATH_COUNT,
		       sizeof(counts->stats[0]), counts->stats);
	memset(counts->syscalls, 0, sizeof(counts->syscalls));
	if (!err && (skel->rodata->by_syscall ||
		     bpf_program__autoload(skel->progs.sys_enter)))
		err = read_map(r, skel->maps.syscalls, PTI_BPF_SYSCALLS,
			       sizeof(counts->syscalls[0]), counts->syscalls);
	if (!err)
		err = read_map(r, skel->maps.flushes, PTI_BPF_REASONS,
			       sizeof(counts->flushes[0]), counts->flushes);
	if (!err)
		err = read_map(r, skel->maps.events, PTI_PATH_COUNT,
			       sizeof(counts->events[0]), counts->events);
	return err ? err : read_missed(r, &counts->missed);
}

/**
 * bpf_counts_subtract() - what was counted between two readings
 * @now: the later one; becomes the difference
 * @before: the earlier one
 */
void bpf_counts_subtract(struct bpf_counts *now,
			 const struct bpf_counts *before)
{
	const uint64_t *from = (const uint64_t *)before;
	uint64_t *to = (uint64_t *)now;
	size_t i;

	_Static_assert(sizeof(*now) % sizeof(*to) == 0, "nothing but sums");
	for (i = 0; i < sizeof(*now) / sizeof(*to); i++)
		to[i] -= from[i];
}
