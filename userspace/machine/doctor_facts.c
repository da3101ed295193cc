// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptiscope doctor: what was found out, and what of it stands in the way of
 * measuring.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "machine/doctor.h"
#include "stats/power.h"

#define OUTSIDE "run as root of the machine, outside of this user namespace"

static struct fact *add(struct diagnosis *d, const char *section,
			const char *key, const char *label, enum fact_type type)
{
	struct fact *fact = &d->facts[d->n_facts++];

	*fact = (struct fact){
		.section = section,
		.key = key,
		.label = label,
		.type = type,
		.known = true,
	};
	return fact;
}

static void set_why(struct fact *fact, const char *reason, const char *remedy)
{
	snprintf(fact->why.reason, sizeof(fact->why.reason), "%s", reason);
	fact->why.remedy = remedy;
}

/* @text "" is for what can't be told */
static struct fact *add_text(struct diagnosis *d, const char *section,
			     const char *key, const char *label,
			     const char *text)
{
	struct fact *fact = add(d, section, key, label, FACT_TEXT);

	fact->known = text[0];
	snprintf(fact->text, sizeof(fact->text), "%.159s",
		 text[0] ? text : "unknown");
	return fact;
}

/* @why is kept if the answer is no */
static struct fact *add_bool(struct diagnosis *d, const char *section,
			     const char *key, const char *label, bool yes,
			     struct why why)
{
	struct fact *fact = add(d, section, key, label, FACT_BOOL);

	fact->yes = yes;
	strcpy(fact->text, yes ? "yes" : "no");
	if (!yes)
		fact->why = why;
	return fact;
}

static struct fact *add_answer(struct diagnosis *d, const char *section,
			       const char *key, const char *label,
			       enum answer value)
{
	struct fact *fact = add_bool(d, section, key, label,
				     value == ANSWER_YES, (struct why){ 0 });

	fact->known = value != ANSWER_UNKNOWN;
	if (!fact->known)
		strcpy(fact->text, "unknown");
	return fact;
}

static void machine_facts(struct diagnosis *d, const struct survey *s)
{
	static const char section[] = "Machine";
	const struct env *env = &s->env;
	struct fact *fact;

	add_text(d, section, "kernel", "kernel", env->kernel);
	add_text(d, section, "cpu", "CPU", env->cpu);
	fact = add(d, section, "cpus", "CPUs online", FACT_NUMBER);
	fact->number = s->cpus;
	snprintf(fact->text, sizeof(fact->text), "%u", s->cpus);
	fact = add_text(d, section, "microcode", "microcode", env->microcode);
	if (!fact->known)
		set_why(fact,
			"the kernel does not say, so mitigations that it brings may be missing",
			"build it with CONFIG_MICROCODE=y");
	add_text(d, section, "hypervisor", "hypervisor",
		 env->hypervisor[0] ? env->hypervisor :
		 !env->guest	    ? "none" :
		 s->tried	    ? "without a name" :
				      "");
	fact = add_text(d, section, "lane", "lane", lane_names[env->lane]);
	if (!env->lane_sure)
		set_why(fact, "a guess, from the CPU's flags alone",
			"name it with run --lane");
}

static void isolation_facts(struct diagnosis *d, const struct survey *s)
{
	static const char section[] = "Page-table isolation";
	static const struct why unpatched = {
		"this kernel has not got the ptiscope patches",
		"build one with patches/6.12"
	};
	const struct env *env = &s->env;

	add_text(d, section, "meltdown", "meltdown", env->meltdown);
	add_bool(d, section, "pti", "page-table isolation", env->pti,
		 (struct why){ "CR3 is not switched at all",
			       "boot with pti=on" });
	add_bool(
		d, section, "pcid", "PCID", env->pcid,
		(struct why){
			"each write to CR3 flushes the TLB",
			"use a CPU (or a guest's CPU model) with PCID, and boot without nopcid" });
	add_bool(
		d, section, "invpcid", "INVPCID", env->invpcid,
		(struct why){
			"single contexts can't be flushed by it",
			"use a CPU (or a guest's CPU model) with INVPCID, and boot without noinvpcid" });
	add_bool(d, section, "patched", "ptiscope patches", env->patched,
		 unpatched);
	add_text(d, section, "switch", "CR3 switch",
		 switch_names[env->switch_mode]);
	add_bool(
		d, section, "tracepoint", "tracepoint pti:pti_switch",
		env->tracepoint,
		env->patched ?
			(struct why){
				"neither a symbol nor a file of tracefs shows it",
				"mount tracefs on /sys/kernel/tracing, and run as root" } :
			unpatched);
	add_bool(d, section, "marks", "marks", env->marks, env_no_marks(env));
	add_bool(d, section, "skip", "calls that skip the switch", env->skip,
		 env_no_skip(env));
}

/**
 * doctor_needs() - what helps who lacks a capability
 * @s: what was found out
 * @reason: what it would be for
 * Return: reason and remedy
 */
struct why doctor_needs(const struct survey *s, const char *reason)
{
	struct why why = { .remedy = s->user_ns ? OUTSIDE : "run as root" };

	snprintf(why.reason, sizeof(why.reason), "%s", reason);
	return why;
}

/* The paranoid kernel says EACCES; EPERM comes from a filter or a security module. */
static void refused_why(struct fact *fact, const struct survey *s, int err)
{
	if (err == EACCES && !s->perfmon && s->has_paranoid) {
		snprintf(fact->why.reason, sizeof(fact->why.reason),
			 "kernel.perf_event_paranoid is %ld", s->paranoid);
		fact->why.remedy = s->user_ns ?
					   OUTSIDE :
					   "run as root, or with CAP_PERFMON";
	} else if (s->seccomp) {
		set_why(fact, "a seccomp filter forbids perf_event_open()",
			"run outside of this container, or have it allow that system call");
	} else {
		set_why(fact, "a security module forbids perf_event_open()",
			"see the policy of the security module, and dmesg");
	}
}

/* Why a performance counter can't be used, by errno of opening it */
static void counter_why(struct fact *fact, const struct survey *s, int err,
			const char *what)
{
	switch (err) {
	case EACCES:
	case EPERM:
		refused_why(fact, s, err);
		return;
	case ENODATA:
		snprintf(fact->why.reason, sizeof(fact->why.reason),
			 "%s can be opened and count nothing", what);
		fact->why.remedy =
			"use a machine, or a guest that is given its counters";
		return;
	case ENOSYS:
		set_why(fact, "this kernel has no perf_event_open()",
			"build it with CONFIG_PERF_EVENTS=y");
		return;
	default:
		snprintf(fact->why.reason, sizeof(fact->why.reason),
			 "the kernel knows no counter of %s (%s)", what,
			 strerror(err));
		fact->why.remedy =
			"use a machine, or a guest that is given its counters";
	}
}

static void tool_facts(struct diagnosis *d, const struct survey *s)
{
	static const char section[] = "What ptiscope uses";
	const struct env *env = &s->env;
	struct fact *fact;

	if (s->tried) {
		add_bool(d, section, "module", "module",
			 !why_not(&s->no_module), s->no_module);
		add_bool(
			d, section, "perfmon", "CAP_PERFMON", s->perfmon,
			doctor_needs(
				s,
				"recording and counters of other programs want it"));
		add_bool(
			d, section, "bpf", "CAP_BPF", s->bpf,
			doctor_needs(
				s,
				"BPF programs (trace) want it, and CAP_PERFMON"));
		add_bool(d, section, "sys_admin", "CAP_SYS_ADMIN", s->sys_admin,
			 doctor_needs(s, "probes, NMIs and the audit want it"));
	}
	add_bool(d, section, "btf", "BTF", env->btf,
		 (struct why){ "BPF programs can't be fitted to this kernel",
			       "build it with CONFIG_DEBUG_INFO_BTF=y" });
	fact = add_text(d, section, "lockdown", "lockdown", s->lockdown);
	if (!s->lockdown[0])
		set_why(fact, "the kernel does not say",
			"mount securityfs on /sys/kernel/security; without such a file there it has no lockdown");
	else if (!strcmp(s->lockdown, "confidentiality"))
		set_why(fact,
			"the kernel must not be read, so the module can't be opened",
			"boot without lockdown=confidentiality");
	else if (!strcmp(s->lockdown, "integrity"))
		set_why(fact,
			"modules must be signed by a key that the kernel trusts",
			"sign ptiscope.ko, or boot without lockdown=integrity");
	add_bool(
		d, section, "pmu", "PMU", env->pmu,
		(struct why){ "no performance counters",
			      "use a machine, or a guest that is given them" });
	fact = add(d, section, "perf_event_paranoid", "perf_event_paranoid",
		   FACT_NUMBER);
	fact->known = s->has_paranoid;
	fact->number = (double)s->paranoid;
	snprintf(fact->text, sizeof(fact->text),
		 s->has_paranoid ? "%ld" : "unknown", s->paranoid);
	if (!s->tried)
		return;
	fact = add_bool(d, section, "pmu_cycles", "counter of cycles",
			!s->pmu_error, (struct why){ 0 });
	if (s->pmu_error)
		counter_why(fact, s, s->pmu_error, "cycles");
	fact = add_bool(d, section, "pmu_tlb", "counter of dTLB misses",
			!s->tlb_error, (struct why){ 0 });
	if (s->tlb_error)
		counter_why(fact, s, s->tlb_error, "dTLB misses");
}

static void offset_facts(struct diagnosis *d, const struct tsc_offset *tsc)
{
	struct fact *fact =
		add(d, "Time", "tsc_offset", "TSC offset of CPUs", FACT_NUMBER);

	fact->known = tsc->cpus > 1;
	fact->number = (double)tsc->ticks;
	if (!tsc->cpus) {
		strcpy(fact->text, "unknown");
		set_why(fact, "two CPUs did not get to run at one time",
			"try again when the machine does less");
		return;
	}
	if (tsc->cpus == 1) {
		strcpy(fact->text, "none, one CPU");
		return;
	}
	snprintf(fact->text, sizeof(fact->text),
		 "%lld +- %llu ticks (CPU %u, the worst of %u)",
		 (long long)tsc->ticks, (unsigned long long)tsc->bound,
		 tsc->cpu, tsc->cpus);
	if (tsc->apart)
		set_why(fact, "times of several CPUs can't be compared",
			"stay on one CPU, as run does");
	fact = add(d, "Time", "tsc_offset_bound", "", FACT_NUMBER);
	fact->number = (double)tsc->bound;
}

/**
 * doctor_tsc_distrusted() - why the kernel keeps time by another clock than the TSC
 * @s: with tsc_distrusted
 * Return: reason and remedy
 */
struct why doctor_tsc_distrusted(const struct survey *s)
{
	if (line_has_word(s->env.cmdline, "tsc=unstable"))
		return (struct why){
			"tsc=unstable tells the kernel not to trust the TSC",
			"boot without it"
		};
	return (struct why){
		"the kernel does not trust the TSC",
		"see what the kernel log says of the TSC; use another machine"
	};
}

static void time_facts(struct diagnosis *d, const struct survey *s)
{
	static const char section[] = "Time";
	const struct env *env = &s->env;
	struct fact *fact;

	add_bool(
		d, section, "tsc_constant", "TSC constant", env->tsc_constant,
		(struct why){
			"its rate follows that of the CPU",
			"use another machine, or tell the guest's CPU model to have an invariant TSC" });
	add_bool(
		d, section, "tsc_nonstop", "TSC nonstop", env->tsc_nonstop,
		(struct why){
			"it stands still while the CPU sleeps deeply",
			"boot with idle=poll, or tell the guest's CPU model to have an invariant TSC" });
	fact = add_text(d, section, "clocksource", "clock source",
			s->clocksource);
	if (s->tsc_distrusted)
		fact->why = doctor_tsc_distrusted(s);
	if (s->tried)
		offset_facts(d, &s->tsc);
	fact = add_text(d, section, "governor", "frequency governor",
			s->governor[0] ? s->governor : "none");
	fact->known = s->governor[0];
	if (!s->governor[0])
		set_why(fact, "the kernel does not control the frequency",
			"look at the firmware's settings, or a guest's host");
	else if (strcmp(s->governor, "performance"))
		set_why(fact, "the frequency changes while measuring",
			"cpupower frequency-set -g performance");
	fact = add_answer(d, section, "turbo", "turbo", s->turbo);
	if (s->turbo == ANSWER_UNKNOWN)
		set_why(fact, "the kernel does not control it",
			"look at the firmware's settings, or a guest's host");
	else if (s->turbo == ANSWER_YES)
		set_why(fact, "the frequency depends on load and heat",
			"write 1 to /sys/devices/system/cpu/intel_pstate/no_turbo, or 0 to /sys/devices/system/cpu/cpufreq/boost");
	fact = add_answer(d, section, "smt", "SMT", s->smt);
	if (s->smt == ANSWER_UNKNOWN)
		set_why(fact, "the kernel does not say",
			"look at the firmware's settings, or a guest's host");
	else if (s->smt == ANSWER_YES)
		set_why(fact, "two threads share the core's TLB and caches",
			"write off to /sys/devices/system/cpu/smt/control, or boot with nosmt");
	fact = add_text(d, section, "isolated_cpus", "isolated CPUs",
			s->isolated[0] ? s->isolated : "none");
	if (!s->isolated[0] && s->cpus > 1)
		set_why(fact, "other programs may run beside the measured one",
			"boot with isolcpus=N, and run --cpu N");
}

/* Of this machine nothing is known yet: what a quiet one takes. */
static void campaign_facts(struct diagnosis *d)
{
	struct fact *fact = add(d, "Campaigns", "boots_for_1_percent",
				"boots of each mode", FACT_NUMBER);

	fact->number =
		(double)power_boots_needed(0.01 / POWER_NOISE, POWER_FAMILY);
	snprintf(
		fact->text, sizeof(fact->text),
		"%.0f show 1 %% of one of %d workloads in 9 campaigns of 10, where boots differ by %.2g %%",
		fact->number, POWER_FAMILY, 100 * POWER_NOISE);
}

/**
 * doctor_facts() - tell what was found out, in the order of the table
 * @d: facts are filled in
 * @s: what was found out
 */
void doctor_facts(struct diagnosis *d, const struct survey *s)
{
	d->survey = s;
	machine_facts(d, s);
	isolation_facts(d, s);
	time_facts(d, s);
	tool_facts(d, s);
	campaign_facts(d);
}
