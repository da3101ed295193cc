/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MACHINE_ENV_H
#define PTISCOPE_MACHINE_ENV_H

#include <stdbool.h>

#include "base/why.h"
#include "machine/kconfig.h"
#include "run/manifest.h"

/**
 * struct env - what is known about this machine and kernel without measuring
 *
 * Every command probes it.  describe_machine() puts of it into a manifest what a run has
 * to keep; doctor goes further, and asks and tries what else it can (struct survey),
 * which it then tells as facts.
 *
 * @kernel: release, as in uname -r
 * @cpu: model name from /proc/cpuinfo
 * @meltdown: the kernel's statement on Meltdown, or "unknown"
 * @cmdline: kernel command line
 * @microcode: revision of the first CPU, "" where the kernel does not say
 * @config: kconfig_sum() of the kernel
 * @boot: id of this boot, "" when the kernel gives none
 * @hypervisor: signature of CPUID leaf 0x40000000, "" where there is none
 * @lane: what the CPUID says; %LANE_ICOUNT and %LANE_BOCHS can't be told
 * @lane_sure: @lane is not a guess
 * @guest: the CPU says that it is a virtual one
 * @tracepoint: the kernel has pti:pti_switch
 * @patched: the kernel has the late switch and the tracepoint
 * @pti: page-table isolation is on
 * @pcid: the CPU offers PCID and the kernel did not turn it off
 * @invpcid: the same for INVPCID
 * @switch_mode: when CR3 is switched
 * @marks: the kernel records marks
 * @can_skip: the kernel could answer some calls without a switch; known with PTI on
 * @skip: the kernel answers some calls without a switch
 * @module: /dev/ptiscope exists
 * @btf: the kernel describes its types
 * @pmu: the CPU's performance counters can be used
 * @tsc_constant: the TSC runs at one rate whatever the CPU's frequency is
 * @tsc_nonstop: it also runs on while the CPU sleeps
 * @root: this process runs as root
 */
struct env {
	char kernel[128];
	char cpu[128];
	char meltdown[128];
	char cmdline[4096];
	char microcode[32];
	char config[KCONFIG_SUM_SIZE];
	char boot[64];
	char hypervisor[16];
	enum lane lane;
	bool lane_sure;
	bool guest;
	bool tracepoint;
	bool patched;
	bool pti;
	bool pcid;
	bool invpcid;
	enum switch_mode switch_mode;
	bool marks;
	bool can_skip;
	bool skip;
	bool module;
	bool btf;
	bool pmu;
	bool tsc_constant;
	bool tsc_nonstop;
	bool root;
};

int env_probe(struct env *env);
int env_probe_files(struct env *env, const char *root);
int env_copy(const char *dir);
struct why env_no_marks(const struct env *env);
struct why env_no_skip(const struct env *env);

#endif /* PTISCOPE_MACHINE_ENV_H */
