// SPDX-License-Identifier: GPL-2.0-only
/* The BPF program's side of a trace: load, attach, read the per-CPU sums. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "ptiscope.skel.h"
#include "reader_bpf.h"

_Static_assert((int)PTI_PATH_COUNT <= PTI_BPF_PATHS,
	       "the BPF map has a slot for every path");

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

/* Does the running kernel describe the tracepoint's arguments? */
static int find_tracepoint(const char **why)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id;

	if (!btf) {
		*why = "the kernel has no BTF: "
		       "build it with CONFIG_DEBUG_INFO_BTF=y";
		return -EOPNOTSUPP;
	}
	id = btf__find_by_name_kind(btf, "btf_trace_pti_switch",
				    BTF_KIND_TYPEDEF);
	btf__free(btf);
	if (id < 0) {
		*why = "the kernel has no tracepoint pti:pti_switch: "
		       "boot a kernel with the ptiscope patches";
		return -EOPNOTSUPP;
	}
	return 0;
}

/**
 * bpf_reader_open() - load and attach the program; it counts nothing yet
 * @r: reader; empty after an error
 * @tgid: process to count, 0 for all
 * @pcid: the kernel uses PCID, so bit 63 of CR3 means something
 * @why: set to a sentence after an error
 *
 * Return: 0; -EOPNOTSUPP where this kernel lacks something, else a negative
 * errno.
 */
int bpf_reader_open(struct bpf_reader *r, pid_t tgid, bool pcid,
		    const char **why)
{
	int err;

	libbpf_set_print(print_libbpf);
	r->skel = NULL;
	err = find_tracepoint(why);
	if (err)
		return err;
	r->skel = ptiscope_bpf__open();
	if (!r->skel) {
		*why = "the BPF object can't be opened";
		return -errno;
	}
	r->skel->rodata->filter_tgid = (uint32_t)tgid;
	r->skel->rodata->has_pcid = pcid;
	err = ptiscope_bpf__load(r->skel);
	if (err)
		*why = "the kernel refused the BPF program "
		       "(--verbose says more)";
	if (!err) {
		err = ptiscope_bpf__attach(r->skel);
		if (err)
			*why = "the BPF program can't be attached";
	}
	if (err)
		bpf_reader_close(r);
	return err;
}

/**
 * bpf_reader_close() - detach the program and free it
 * @r: reader, open or not
 */
void bpf_reader_close(struct bpf_reader *r)
{
	ptiscope_bpf__destroy(r->skel);
	r->skel = NULL;
}

/**
 * bpf_reader_enable() - begin or end to count, without entering the kernel
 * @r: reader
 * @on: count from here on
 */
void bpf_reader_enable(struct bpf_reader *r, bool on)
{
	/* The program reads it on the next entry: not moved past system calls. */
	*(volatile bool *)&r->skel->bss->enabled = on;
}

static void add_stat(struct pti_bpf_stat *sum, const struct pti_bpf_stat *cpu)
{
	int i;

	sum->count += cpu->count;
	sum->flushes += cpu->flushes;
	sum->window_sum += cpu->window_sum;
	sum->switch_sum += cpu->switch_sum;
	for (i = 0; i < PTI_BPF_SLOTS; i++) {
		sum->window_slots[i] += cpu->window_slots[i];
		sum->switch_slots[i] += cpu->switch_slots[i];
	}
}

/**
 * bpf_reader_read() - what was counted so far, summed over CPUs
 * @r: reader
 * @stats: filled in, by enum pti_path
 *
 * Return: 0 or a negative errno.
 */
int bpf_reader_read(const struct bpf_reader *r,
		    struct pti_bpf_stat stats[PTI_PATH_COUNT])
{
	int fd = bpf_map__fd(r->skel->maps.stats), cpu, err = 0;
	int cpus = libbpf_num_possible_cpus();
	struct pti_bpf_stat *values;
	uint32_t path;

	if (cpus < 0)
		return cpus;
	values = calloc((size_t)cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	memset(stats, 0, PTI_PATH_COUNT * sizeof(*stats));
	for (path = 0; path < PTI_PATH_COUNT && !err; path++) {
		err = bpf_map_lookup_elem(fd, &path, values) ? -errno : 0;
		for (cpu = 0; cpu < cpus && !err; cpu++)
			add_stat(&stats[path], &values[cpu]);
	}
	free(values);
	return err;
}

/**
 * bpf_reader_missed() - entries that the program was not run for
 * @r: reader
 * @missed: set to their number: entries that interrupted the program itself
 *
 * Return: 0 or a negative errno.
 */
int bpf_reader_missed(const struct bpf_reader *r, uint64_t *missed)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);
	int fd = bpf_program__fd(r->skel->progs.pti_switch);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	*missed = info.recursion_misses;
	return 0;
}
