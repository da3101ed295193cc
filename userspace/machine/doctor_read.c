// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope doctor: what files of /proc and /sys say. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/doctor.h"
#include "base/sysfile.h"

#define CPU_DIR "/sys/devices/system/cpu"
#define VULN_DIR CPU_DIR "/vulnerabilities"

static void read_mitigations(struct machine *m, const char *root)
{
	char dir[PATH_MAX], path[PATH_MAX];
	struct mitigation *found;
	struct dirent **list;
	int i, n = -1;

	if (snprintf(dir, sizeof(dir), "%s" VULN_DIR, root) < (int)sizeof(dir))
		n = scandir(dir, &list, NULL, alphasort);
	for (i = 0; i < n; i++) {
		found = &m->mitigations[m->n_mitigations];
		snprintf(path, sizeof(path), VULN_DIR "/%s", list[i]->d_name);
		if (list[i]->d_name[0] != '.' &&
		    m->n_mitigations < MITIGATIONS_MAX &&
		    sysfile_line(root, path, found->text,
				 sizeof(found->text))) {
			snprintf(found->name, sizeof(found->name), "%.47s",
				 list[i]->d_name);
			m->n_mitigations++;
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

/* Number of CPUs in a list such as 0-3,8 */
static unsigned int count_cpus(const char *list)
{
	unsigned int n = 0, first, last;
	int used;

	while (sscanf(list, "%u%n", &first, &used) == 1) {
		list += used;
		last = first;
		if (*list == '-' && sscanf(list, "-%u%n", &last, &used) == 1)
			list += used;
		n += last >= first ? last - first + 1 : 0;
		if (*list++ != ',')
			break;
	}
	return n;
}

static void read_governor(struct machine *m, const char *root)
{
	char path[128], text[sizeof(m->governor)];
	unsigned int cpu;

	/* Numbers of CPUs that are online may have gaps. */
	for (cpu = 0; cpu < 2 * m->cpus; cpu++) {
		snprintf(path, sizeof(path),
			 CPU_DIR "/cpu%u/cpufreq/scaling_governor", cpu);
		if (!sysfile_line(root, path, text, sizeof(text)))
			continue;
		if (m->governor[0] && strcmp(m->governor, text))
			strcpy(text, "mixed");
		strcpy(m->governor, text);
	}
}

static enum answer answer(const char *root, const char *path, long yes)
{
	long number;

	if (!sysfile_number(root, path, &number))
		return ANSWER_UNKNOWN;
	return number == yes ? ANSWER_YES : ANSWER_NO;
}

/* The mode in force is the word in brackets: "[none] integrity" */
static void read_lockdown(struct machine *m, const char *root)
{
	char text[128], *word;

	if (!sysfile_line(root, "/sys/kernel/security/lockdown", text,
			  sizeof(text)))
		return;
	word = strchr(text, '[');
	if (!word)
		return;
	word[strcspn(word, "]")] = '\0';
	snprintf(m->lockdown, sizeof(m->lockdown), "%.31s", word + 1);
}

/**
 * doctor_read() - find out what files tell
 * @m: its env is probed; the members before @tried are filled in
 * @root: directory with copies of /proc and /sys, "" for those of this machine
 */
void doctor_read(struct machine *m, const char *root)
{
	char online[256];

	if (sysfile_line(root, CPU_DIR "/online", online, sizeof(online)))
		m->cpus = count_cpus(online);
	sysfile_line(root,
		     "/sys/devices/system/clocksource/clocksource0/"
		     "current_clocksource",
		     m->clocksource, sizeof(m->clocksource));
	read_governor(m, root);
	sysfile_line(root, CPU_DIR "/isolated", m->isolated,
		     sizeof(m->isolated));
	read_lockdown(m, root);
	m->turbo = answer(root, CPU_DIR "/intel_pstate/no_turbo", 0);
	if (m->turbo == ANSWER_UNKNOWN)
		m->turbo = answer(root, CPU_DIR "/cpufreq/boost", 1);
	m->smt = answer(root, CPU_DIR "/smt/active", 1);
	m->has_paranoid = sysfile_number(
		root, "/proc/sys/kernel/perf_event_paranoid", &m->paranoid);
	read_mitigations(m, root);
}
