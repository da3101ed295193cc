// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope doctor: what can be measured here, and why the rest can't. */
#include <stdio.h>
#include <string.h>

#include "machine/doctor.h"

static void add(struct diagnosis *d, const char *key, const char *what,
		struct why why)
{
	struct ability *a = &d->abilities[d->n_abilities++];

	a->key = key;
	a->what = what;
	a->why = why;
}

static struct why no_module(const struct survey *s)
{
	if (!s->tried)
		return (struct why){
			"whether the module can be used was not tried",
			"run doctor on that machine, without --root"
		};
	return s->no_module;
}

/* The module does more for root than it does for CAP_PERFMON */
static struct why no_root_module(const struct survey *s)
{
	struct why why = no_module(s);

	if (why_not(&why))
		return why;
	if (!s->sys_admin)
		return doctor_needs(s, "it needs CAP_SYS_ADMIN");
	return (struct why){ 0 };
}

static struct why no_compare(const struct env *env)
{
	if (!env->patched)
		return (struct why){ "the kernel switches early only",
				     "boot a kernel with the ptiscope patches" };
	if (!env->pti)
		return (struct why){ "page-table isolation is off",
				     "boot with pti=on" };
	return (struct why){ 0 };
}

static struct why no_trace(const struct survey *s)
{
	struct why why = env_no_marks(&s->env);

	if (why_not(&why))
		return why;
	if (!s->env.btf)
		return (struct why){ "the kernel has no BTF",
				     "build it with CONFIG_DEBUG_INFO_BTF=y" };
	if (!s->tried)
		return (struct why){
			"whether this process may load BPF was not tried",
			"run doctor on that machine, without --root"
		};
	if (!s->bpf || !s->perfmon)
		return doctor_needs(s, "BPF needs CAP_BPF and CAP_PERFMON");
	return (struct why){ 0 };
}

static struct why no_audit(const struct survey *s)
{
	if (!s->env.pti)
		return (struct why){
			"page-table isolation is off, so there is no user page table",
			"boot with pti=on"
		};
	return no_root_module(s);
}

static struct why no_nmi(const struct survey *s)
{
	struct why why = no_root_module(s);

	if (why_not(&why))
		return why;
	if (s->cpus < 2)
		return (struct why){
			"there is no other CPU to send them",
			"bring one online, or use run --nmi ib700"
		};
	return (struct why){ 0 };
}

static struct why no_ticks(const struct survey *s)
{
	if (s->env.lane == LANE_TCG)
		return (struct why){ "an emulator's TSC is no clock of a CPU",
				     "use a machine or a KVM guest" };
	if (s->tsc_distrusted)
		return doctor_tsc_distrusted(s);
	if (!s->env.tsc_constant || !s->env.tsc_nonstop)
		return (struct why){
			"the TSC's rate depends on the state of the CPU",
			"use another machine"
		};
	return (struct why){ 0 };
}

static struct why no_flush_share(const struct env *env)
{
	if (!env->pti)
		return (struct why){
			"page-table isolation is off, so CR3 is not switched",
			"boot with pti=on"
		};
	if (!env->pcid)
		return (struct why){ "without PCID every CR3 write flushes",
				     "use a CPU with PCID, and no nopcid" };
	return env_no_marks(env);
}

static struct why no_tlb(const struct survey *s)
{
	if (s->env.lane == LANE_TCG)
		return (struct why){ "an emulator's TLB is not that of a CPU",
				     "use a machine or a KVM guest" };
	return (struct why){ 0 };
}

static struct why no_tlb_events(const struct survey *s)
{
	if (!s->env.pmu)
		return (struct why){
			"no performance counters",
			"use a machine, or a guest that is given them"
		};
	if (!s->tried)
		return (struct why){
			"whether they count was not tried",
			"run doctor on that machine, without --root"
		};
	if (s->tlb_error)
		return (struct why){ "the counter of dTLB misses can't be used",
				     "see what is said of it above" };
	return (struct why){ 0 };
}

static struct why no_order(const struct survey *s)
{
	if (s->tried && !s->tsc.apart && s->tsc.cpus)
		return (struct why){ 0 };
	return (struct why){ "their TSCs are apart, or could not be compared",
			     "see the TSC offset above" };
}

/**
 * doctor_abilities() - tell what can be measured on this machine
 * @d: abilities are filled in
 * @s: what was found out
 */
void doctor_abilities(struct diagnosis *d, const struct survey *s)
{
	const struct env *env = &s->env;
	struct why why = env_no_marks(env);

	add(d, "round_trip", "round trip of each workload (run)",
	    (struct why){ 0 });
	add(d, "tlb", "what an entry leaves of the TLB (tlb)", no_tlb(s));
	add(d, "late_against_early", "late against early switch (run, report)",
	    no_compare(env));
	add(d, "windows", "window and switch of each entry (run)",
	    why_not(&why) ? why : no_module(s));
	add(d, "histograms", "histograms per path (trace)", no_trace(s));
	add(d, "probes", "CR3 writes and TLB flushes in the kernel (probe)",
	    no_root_module(s));
	add(d, "audit", "what the user page table maps (audit)", no_audit(s));
	add(d, "nmi", "NMIs on demand (nmi, run)", no_nmi(s));
	add(d, "tsc_ticks", "time in TSC ticks", no_ticks(s));
	add(d, "flush_share", "share of CR3 writes that flush",
	    no_flush_share(env));
	add(d, "tlb_events", "TLB events", no_tlb_events(s));
	add(d, "order_of_cpus", "order of events on several CPUs", no_order(s));
}
