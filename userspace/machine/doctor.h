/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MACHINE_DOCTOR_H
#define PTISCOPE_MACHINE_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"
#include "machine/env.h"

/** DOCTOR_VERSION - version of the JSON, see docs/doctor.md */
#define DOCTOR_VERSION 2

/** enum answer - of a question that a kernel may not answer */
enum answer {
	ANSWER_UNKNOWN,
	ANSWER_NO,
	ANSWER_YES,
};

/**
 * struct mitigation - what the kernel says about one vulnerability
 * @name: of the file in /sys/devices/system/cpu/vulnerabilities
 * @text: its line
 */
struct mitigation {
	char name[48];
	char text[512];
};

#define MITIGATIONS_MAX 64

/**
 * struct tsc_offset - how far the CPUs' TSCs are apart
 * @cpus: CPUs that were compared with the first, which counts, too
 * @cpu: the one whose TSC is furthest off
 * @ticks: how much it is ahead of the first one's
 * @bound: the true figure is at most so many ticks away from @ticks
 * @apart: some CPU's TSC is off by more than its bound
 */
struct tsc_offset {
	unsigned int cpus;
	unsigned int cpu;
	int64_t ticks;
	uint64_t bound;
	bool apart;
};

/**
 * struct survey - everything that doctor finds out
 * @env: what all commands ask for
 * @clocksource: that the kernel keeps time with, "" where it does not say
 * @tsc_distrusted: the kernel could keep time with the TSC, and does not dare to
 * @governor: of cpufreq, of all CPUs; "mixed" or "" for none
 * @isolated: list of CPUs without other programs, "" for none
 * @lockdown: none, integrity or confidentiality; "" where it can't be told
 * @turbo: the CPU may run faster than its nominal rate
 * @smt: two threads share a core
 * @paranoid: kernel.perf_event_paranoid, valid if @has_paranoid
 * @cpus: CPUs online
 * @mitigations: @n_mitigations, in order of their names
 * @tried: this is the machine that runs, so what follows is known
 * @user_ns: this process is in a user namespace: its capabilities are good there alone,
 *	so that it counts as having none
 * @seccomp: a filter decides which system calls it may make
 * @perfmon: this process has CAP_PERFMON, or CAP_SYS_ADMIN, which includes it
 * @bpf: the same with CAP_BPF
 * @sys_admin: this process has CAP_SYS_ADMIN
 * @no_module: why the module can't be used
 * @pmu_error: errno of opening a counter of cycles, 0 if it counts, ENODATA if
 *	it opens and counts nothing
 * @tlb_error: the same of the counter of dTLB misses
 * @tsc: valid if tsc.cpus is not 0
 */
struct survey {
	struct env env;
	char clocksource[32];
	bool tsc_distrusted;
	char governor[32];
	char isolated[128];
	char lockdown[32];
	enum answer turbo;
	enum answer smt;
	bool has_paranoid;
	long paranoid;
	unsigned int cpus;
	struct mitigation mitigations[MITIGATIONS_MAX];
	size_t n_mitigations;
	bool tried;
	bool user_ns;
	bool seccomp;
	bool perfmon;
	bool bpf;
	bool sys_admin;
	struct why no_module;
	int pmu_error;
	int tlb_error;
	struct tsc_offset tsc;
};

/** enum fact_type - how a fact's value is told */
enum fact_type {
	FACT_TEXT,
	FACT_BOOL,
	FACT_NUMBER,
};

/**
 * struct fact - something about this machine
 * @section: heading of the table it stands under
 * @key: its name in JSON
 * @label: its name in the table
 * @type: of its value
 * @known: it could be found out
 * @yes: value of %FACT_BOOL
 * @number: value of %FACT_NUMBER
 * @text: value of %FACT_TEXT, and what the table says of any type
 * @why: what stands in the way of measuring
 */
struct fact {
	const char *section;
	const char *key;
	const char *label;
	enum fact_type type;
	bool known;
	bool yes;
	double number;
	char text[160];
	struct why why;
};

/**
 * struct ability - something that ptiscope can measure on some machines
 * @key: its name in JSON
 * @what: that, in words
 * @why: why it can't be measured here
 */
struct ability {
	const char *key;
	const char *what;
	struct why why;
};

#define FACTS_MAX 48
#define ABILITIES_MAX 24

/** struct diagnosis - everything that doctor says */
struct diagnosis {
	struct fact facts[FACTS_MAX];
	size_t n_facts;
	struct ability abilities[ABILITIES_MAX];
	size_t n_abilities;
	const struct survey *survey;
};

/* doctor_read.c */
void doctor_read(struct survey *s, const char *root);

/* doctor_try.c */
void doctor_try(struct survey *s);
void doctor_try_rights(struct survey *s);

/* doctor_facts.c */
struct why doctor_needs(const struct survey *s, const char *reason);
struct why doctor_tsc_distrusted(const struct survey *s);
void doctor_facts(struct diagnosis *d, const struct survey *s);

/* doctor_abilities.c */
void doctor_abilities(struct diagnosis *d, const struct survey *s);

/* doctor_print.c */
void doctor_print(const struct diagnosis *d);
int doctor_print_json(const struct diagnosis *d);

#endif /* PTISCOPE_MACHINE_DOCTOR_H */
