// SPDX-License-Identifier: GPL-2.0-only
/* What this machine and kernel are, and copies of where they say so. */
#include <cpuid.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "machine/env.h"
#include "base/log.h"
#include "base/outfile.h"
#include "base/sysfile.h"
#include "base/text.h"
#include "base/words.h"

#define PTI_DIR "/sys/kernel/pti"
#define EVENT "/events/pti/pti_switch"
#define VULN_DIR "/sys/devices/system/cpu/vulnerabilities"
#define CPUID_HYPERVISOR (1u << 31) /* leaf 1, ECX */
#define CPUID_HV_LEAF 0x40000000u
#define KLOG_READ_ALL 3
#define KLOG_SIZE 10

static void probe_lane(struct env *env)
{
	uint32_t eax, ebx, ecx, edx;

	env->lane = LANE_HARDWARE;
	env->lane_sure = true;
	env->hypervisor[0] = '\0';
	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) ||
	    !(ecx & CPUID_HYPERVISOR))
		return;

	__cpuid(CPUID_HV_LEAF, eax, ebx, ecx, edx);
	memcpy(env->hypervisor, &ebx, 4);
	memcpy(env->hypervisor + 4, &ecx, 4);
	memcpy(env->hypervisor + 8, &edx, 4);
	env->hypervisor[12] = '\0';
	if (!strcmp(env->hypervisor, "TCGTCGTCGTCG")) {
		env->lane = LANE_TCG;
	} else {
		env->lane = LANE_KVM;
		env->lane_sure = !strcmp(env->hypervisor, "KVMKVMKVM");
	}
}

/* Model and flags of the first CPU; @pti is what the flag of that name says. */
static int probe_cpuinfo(struct env *env, const char *root)
{
	FILE *f = sysfile_open(root, "/proc/cpuinfo");
	char *line = NULL, *value;
	size_t size = 0;

	if (!f)
		return -errno;
	while (getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		text_clean(strchrnul(line, ':'));
		value = strchr(line, ':');
		if (!value)
			break;
		value += value[1] == ' ' ? 2 : 1;
		if (!strncmp(line, "model name", 10)) {
			snprintf(env->cpu, sizeof(env->cpu), "%s", value);
		} else if (!strncmp(line, "microcode", 9)) {
			snprintf(env->microcode, sizeof(env->microcode), "%s",
				 value);
		} else if (!strncmp(line, "flags", 5)) {
			env->pti = line_has_word(value, "pti");
			env->pcid = line_has_word(value, "pcid");
			env->invpcid = line_has_word(value, "invpcid");
			env->tsc_constant =
				line_has_word(value, "constant_tsc");
			env->tsc_nonstop = line_has_word(value, "nonstop_tsc");
			env->guest = line_has_word(value, "hypervisor");
		}
	}
	free(line);
	fclose(f);
	return 0;
}

/* Functions are symbols of every kernel with CONFIG_KALLSYMS, data of some alone. */
static bool has_symbol(const char *root)
{
	FILE *f = sysfile_open(root, "/proc/kallsyms");
	char line[512];
	bool found = false;

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, " __traceiter_pti_switch\n") ||
			strstr(line, " __tracepoint_pti_switch\n");
	fclose(f);
	return found;
}

/* The tracepoint is what makes a kernel a patched one, PTI on or not. */
static bool has_tracepoint(const char *root)
{
	return sysfile_exists(root, "/sys/kernel/tracing" EVENT) ||
	       sysfile_exists(root, "/sys/kernel/debug/tracing" EVENT) ||
	       has_symbol(root);
}

static bool is_on(const char *root, const char *file)
{
	char text[32];

	return sysfile_line(root, file, text, sizeof(text)) &&
	       !strcmp(text, "on");
}

static void probe_switch(struct env *env, const char *root)
{
	char text[32];

	env->tracepoint = has_tracepoint(root);
	env->patched = env->tracepoint || sysfile_exists(root, PTI_DIR);
	env->switch_mode = env->pti ? SWITCH_EARLY : SWITCH_OFF;
	if (!env->pti)
		return;
	if (sysfile_line(root, PTI_DIR "/switch", text, sizeof(text)) &&
	    !strcmp(text, "late"))
		env->switch_mode = SWITCH_LATE;
	env->marks = is_on(root, PTI_DIR "/marks");
	env->can_skip = sysfile_exists(root, PTI_DIR "/skip");
	env->skip = is_on(root, PTI_DIR "/skip");
}

/* What files below @root say; a copy of /proc and /sys will do. */
static int probe_files(struct env *env, const char *root)
{
	static const char *const pmus[] = { "cpu", "cpu_core" };
	char path[128];
	size_t i;
	int err;

	snprintf(env->cpu, sizeof(env->cpu), "unknown");
	err = probe_cpuinfo(env, root);
	if (err)
		return err;
	sysfile_line(root, "/proc/sys/kernel/osrelease", env->kernel,
		     sizeof(env->kernel));
	kconfig_sum(root, env->kernel, env->config);
	if (!sysfile_line(root, VULN_DIR "/meltdown", env->meltdown,
			  sizeof(env->meltdown)))
		snprintf(env->meltdown, sizeof(env->meltdown), "unknown");
	sysfile_line(root, "/proc/cmdline", env->cmdline, sizeof(env->cmdline));
	sysfile_line(root, "/proc/sys/kernel/random/boot_id", env->boot,
		     sizeof(env->boot));
	probe_switch(env, root);
	env->btf = sysfile_exists(root, "/sys/kernel/btf/vmlinux");
	for (i = 0; i < sizeof(pmus) / sizeof(pmus[0]); i++) {
		snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s",
			 pmus[i]);
		env->pmu |= sysfile_exists(root, path);
	}
	return 0;
}

/**
 * env_probe() - find out what this machine and kernel are
 * @env: filled in
 *
 * Return: 0, or -errno after one line on stderr
 */
int env_probe(struct env *env)
{
	struct utsname name;
	int err;

	memset(env, 0, sizeof(*env));
	probe_lane(env);
	err = probe_files(env, "");
	if (!err && uname(&name))
		err = -errno;
	if (err) {
		log_error("can't read /proc: %s", strerror(-err));
		return err;
	}
	snprintf(env->kernel, sizeof(env->kernel), "%s", name.release);
	env->module = !access("/dev/ptiscope", F_OK);
	env->root = !geteuid();
	return 0;
}

/**
 * env_probe_files() - what the copied files of a machine tell of it
 * @env: filled in; what only that machine itself can tell is false
 * @root: directory with copies of /proc and /sys
 *
 * Return: 0 or a negative errno where even /proc/cpuinfo is missing.
 */
int env_probe_files(struct env *env, const char *root)
{
	int err;

	memset(env, 0, sizeof(*env));
	err = probe_files(env, root);
	env->lane = env->guest ? LANE_KVM : LANE_HARDWARE;
	return err;
}

/**
 * env_no_marks() - why the kernel gives no marks
 * @env: probed
 *
 * Return: reason and remedy, none when marks are recorded.
 */
struct why env_no_marks(const struct env *env)
{
	if (!env->patched)
		return (struct why){
			"the kernel has no tracepoint pti:pti_switch",
			"boot a kernel with the ptiscope patches"
		};
	if (!env->pti)
		return (struct why){
			"page-table isolation is off, so CR3 is not switched",
			"boot with pti=on"
		};
	if (!env->marks)
		return (struct why){ "the kernel records no marks",
				     "boot with pti_marks=on" };
	return (struct why){ 0 };
}

/**
 * env_no_skip() - why no call skips the switch
 * @env: probed
 *
 * Return: reason and remedy, none where some do.
 */
struct why env_no_skip(const struct env *env)
{
	if (!env->patched)
		return (struct why){ "the kernel does not know how",
				     "boot a kernel with the ptiscope patches" };
	if (env->pti && !env->can_skip)
		return (struct why){ "the patches of this kernel cannot",
				     "boot one that has /sys/kernel/pti/skip" };
	if (env->switch_mode != SWITCH_LATE)
		return (struct why){ "only a late switch can be skipped",
				     "boot with pti_switch=late pti_skip=on" };
	if (!env->skip)
		return (struct why){ "every call switches",
				     "boot with pti_skip=on" };
	return (struct why){ 0 };
}

static void copy_file(const char *from, FILE *to)
{
	char buffer[4096];
	FILE *f = fopen(from, "re");
	size_t n;

	if (!f) {
		fprintf(to, "%s: %s\n", from, strerror(errno));
		return;
	}
	while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		fwrite(buffer, 1, n, to);
	fclose(f);
}

static void copy_proc(const char *name, FILE *to)
{
	char from[64];

	snprintf(from, sizeof(from), "/proc/%s", name);
	copy_file(from, to);
}

/* One line "name: statement" for each known vulnerability. */
static void copy_vulnerabilities(const char *name, FILE *to)
{
	struct dirent **list;
	char path[512], text[512];
	int i, n = scandir(VULN_DIR, &list, NULL, alphasort);

	(void)name;
	if (n < 0)
		fprintf(to, "%s: %s\n", VULN_DIR, strerror(errno));
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", VULN_DIR,
			 list[i]->d_name);
		if (list[i]->d_name[0] != '.' &&
		    sysfile_line("", path, text, sizeof(text)))
			fprintf(to, "%s: %s\n", list[i]->d_name, text);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void copy_dmesg(const char *name, FILE *to)
{
	int size = klogctl(KLOG_SIZE, NULL, 0);
	char *text = size < 0 ? NULL : malloc((size_t)size + 1);
	int n = text ? klogctl(KLOG_READ_ALL, text, size) : -1;

	(void)name;
	if (n < 0)
		fprintf(to, "dmesg: %s\n", strerror(errno));
	else
		fwrite(text, 1, (size_t)n, to);
	free(text);
}

static const struct copy {
	const char *name;
	bool private;
	void (*write)(const char *name, FILE *to);
} copies[] = {
	{ "cmdline", false, copy_proc },
	{ "cpuinfo", false, copy_proc },
	{ "dmesg", true, copy_dmesg },
	{ "version", false, copy_proc },
	{ "vulnerabilities", false, copy_vulnerabilities },
};

static int copy_one(const char *dir, const struct copy *copy)
{
	struct outfile out;
	int err = copy->private ? outfile_open_private(&out, dir, copy->name) :
				  outfile_open(&out, dir, copy->name);

	if (err)
		return err;
	copy->write(copy->name, out.f);
	return outfile_commit(&out);
}

/**
 * env_copy() - keep what the kernel says about itself
 * @dir: directory that is made and filled: cmdline, cpuinfo, dmesg, version,
 *	vulnerabilities; dmesg is for its owner alone; a file that can't be read is replaced by the reason
 *
 * Return: 0, or -errno after one line on stderr
 */
int env_copy(const char *dir)
{
	size_t i;
	int err;

	err = outdir_make(dir);
	for (i = 0; !err && i < sizeof(copies) / sizeof(copies[0]); i++)
		err = copy_one(dir, &copies[i]);
	return err;
}
