// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope doctor: what files of /proc and /sys say. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/doctor.h"
#include "base/sysfile.h"
#include "base/words.h"

#define CPU_DIR "/sys/devices/system/cpu"
#define VULN_DIR CPU_DIR "/vulnerabilities"
#define CLOCK_DIR "/sys/devices/system/clocksource/clocksource0"

static void read_mitigations(struct survey *s, const char *root)
{
	char dir[PATH_MAX], path[PATH_MAX];
	struct mitigation *found;
	struct dirent **list;
	int i, n = -1;

	if (snprintf(dir, sizeof(dir), "%s" VULN_DIR, root) < (int)sizeof(dir))
		n = scandir(dir, &list, NULL, alphasort);
	for (i = 0; i < n; i++) {
		found = &s->mitigations[s->n_mitigations];
		snprintf(path, sizeof(path), VULN_DIR "/%s", list[i]->d_name);
		if (list[i]->d_name[0] != '.' &&
		    s->n_mitigations < MITIGATIONS_MAX &&
		    sysfile_line(root, path, found->text,
				 sizeof(found->text))) {
			snprintf(found->name, sizeof(found->name), "%.47s",
				 list[i]->d_name);
			s->n_mitigations++;
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

static void read_governor(struct survey *s, const char *root)
{
	char path[128], text[sizeof(s->governor)];
	unsigned int cpu;

	/* Numbers of CPUs that are online may have gaps. */
	for (cpu = 0; cpu < 2 * s->cpus; cpu++) {
		snprintf(path, sizeof(path),
			 CPU_DIR "/cpu%u/cpufreq/scaling_governor", cpu);
		if (!sysfile_line(root, path, text, sizeof(text)))
			continue;
		if (s->governor[0] && strcmp(s->governor, text))
			strcpy(text, "mixed");
		strcpy(s->governor, text);
	}
}

static enum answer answer(const char *root, const char *path, long yes)
{
	long number;

	if (!sysfile_number(root, path, &number))
		return ANSWER_UNKNOWN;
	return number == yes ? ANSWER_YES : ANSWER_NO;
}

/*
 * Clocks that are made of the TSC do as well as itself.  Who chooses another one while
 * the TSC could be had does not distrust it.
 */
static void read_clocksource(struct survey *s, const char *root)
{
	static const char *const by_tsc[] = { "tsc", "kvm-clock", "xen",
					      "hyperv_clocksource_tsc_page" };
	char others[256] = "";
	size_t i;

	sysfile_line(root, CLOCK_DIR "/current_clocksource", s->clocksource,
		     sizeof(s->clocksource));
	sysfile_line(root, CLOCK_DIR "/available_clocksource", others,
		     sizeof(others));
	s->tsc_distrusted = s->clocksource[0];
	for (i = 0; i < sizeof(by_tsc) / sizeof(by_tsc[0]); i++)
		if (!strcmp(s->clocksource, by_tsc[i]) ||
		    line_has_word(others, by_tsc[i]))
			s->tsc_distrusted = false;
	s->tsc_distrusted |= line_has_word(s->env.cmdline, "tsc=unstable");
}

/* The mode in force is the word in brackets: "[none] integrity" */
static void read_lockdown(struct survey *s, const char *root)
{
	char text[128], *word;

	if (!sysfile_line(root, "/sys/kernel/security/lockdown", text,
			  sizeof(text)))
		return;
	word = strchr(text, '[');
	if (!word)
		return;
	word[strcspn(word, "]")] = '\0';
	snprintf(s->lockdown, sizeof(s->lockdown), "%.31s", word + 1);
}

/**
 * doctor_read() - find out what files tell
 * @s: its env is probed; the members before @tried are filled in
 * @root: directory with copies of /proc and /sys, "" for those of this machine
 */
void doctor_read(struct survey *s, const char *root)
{
	char online[256];

	if (sysfile_line(root, CPU_DIR "/online", online, sizeof(online)))
		s->cpus = count_cpus(online);
	read_clocksource(s, root);
	read_governor(s, root);
	sysfile_line(root, CPU_DIR "/isolated", s->isolated,
		     sizeof(s->isolated));
	read_lockdown(s, root);
	s->turbo = answer(root, CPU_DIR "/intel_pstate/no_turbo", 0);
	if (s->turbo == ANSWER_UNKNOWN)
		s->turbo = answer(root, CPU_DIR "/cpufreq/boost", 1);
	s->smt = answer(root, CPU_DIR "/smt/active", 1);
	s->has_paranoid = sysfile_number(
		root, "/proc/sys/kernel/perf_event_paranoid", &s->paranoid);
	read_mitigations(s, root);
}
