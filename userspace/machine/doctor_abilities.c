// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope doctor: what can be measured here, and why the rest can't. */
#include <stdio.h>
#include <string.h>

#include "machine/doctor.h"

/* @why is NULL when it can be measured */
static void add(struct diagnosis *d, const char *key, const char *what,
		const char *why)
{
	struct ability *a = &d->abilities[d->n_abilities++];

	a->key = key;
	a->what = what;
	snprintf(a->why, sizeof(a->why), "%s", why ? why : "");
}

static const char *no_module(const struct machine *m)
{
	if (!m->tried)
		return "whether the module can be used was not tried: run "
		       "doctor on that machine, without --root";
	return m->no_module;
}

/* The module does more for root than it does for CAP_PERFMON */
static const char *no_root_module(const struct machine *m)
{
	const char *why = no_module(m);

	if (why)
		return why;
	return m->sys_admin ? NULL : "it needs CAP_SYS_ADMIN: run as root";
}

static const char *no_compare(const struct env *env)
{
	if (!env->patched)
		return "the kernel switches early only: boot a kernel with the "
		       "ptiscope patches";
	if (!env->pti)
		return "page-table isolation is off: boot with pti=on";
	return NULL;
}

static const char *no_trace(const struct machine *m)
{
	const char *why = env_no_marks_reason(&m->env);

	if (why)
		return why;
	if (!m->env.btf)
		return "the kernel has no BTF: build it with "
		       "CONFIG_DEBUG_INFO_BTF=y";
	if (!m->tried)
		return "whether this process may load BPF was not tried: run "
		       "doctor on that machine, without --root";
	return m->sys_admin ? NULL : "loading BPF needs privilege: run as root";
}

static const char *no_audit(const struct machine *m)
{
	if (!m->env.pti)
		return "page-table isolation is off, so there is no user page "
		       "table: boot with pti=on";
	return no_root_module(m);
}

static const char *no_nmi(const struct machine *m)
{
	const char *why = no_root_module(m);

	if (why)
		return why;
	return m->cpus > 1 ? NULL :
			     "there is no other CPU to send them: bring one "
			     "online, or use run --nmi ib700";
}

static const char *no_cycles(const struct machine *m)
{
	if (m->env.lane == LANE_TCG)
		return "an emulator's TSC counts no cycles: use a machine or a "
		       "KVM guest";
	if (!m->env.tsc_constant || !m->env.tsc_nonstop)
		return "the TSC's rate depends on the state of the CPU: use "
		       "another machine";
	return NULL;
}

static const char *no_flush_share(const struct env *env)
{
	if (!env->pti)
		return "page-table isolation is off, so CR3 is not switched: "
		       "boot with pti=on";
	if (!env->pcid)
		return "without PCID every CR3 write flushes: use a CPU with "
		       "PCID, and no nopcid";
	return env_no_marks_reason(env);
}

static const char *no_tlb_events(const struct machine *m)
{
	if (!m->env.pmu)
		return "no performance counters: use a machine, or a guest "
		       "that is given them";
	if (!m->tried)
		return "whether they count was not tried: run doctor on that "
		       "machine, without --root";
	return m->tlb_error ? "the counter of dTLB misses can't be used: see "
			      "what is said of it above" :
			      NULL;
}

static const char *no_order(const struct machine *m)
{
	if (m->tried && !m->tsc.apart && m->tsc.cpus)
		return NULL;
	return "their TSCs are apart, or could not be compared: see the TSC "
	       "offset above";
}

/**
 * doctor_abilities() - tell what can be measured on this machine
 * @d: abilities are filled in
 * @m: what was found out
 */
void doctor_abilities(struct diagnosis *d, const struct machine *m)
{
	const struct env *env = &m->env;
	const char *why = env_no_marks_reason(env);

	add(d, "round_trip", "round trip of each workload (run)", NULL);
	add(d, "late_against_early", "late against early switch (run, report)",
	    no_compare(env));
	add(d, "windows", "window and switch of each entry (run)",
	    why ? why : no_module(m));
	add(d, "histograms", "histograms per path (trace)", no_trace(m));
	add(d, "probes", "CR3 writes and TLB flushes in the kernel (probe)",
	    no_root_module(m));
	add(d, "audit", "what the user page table maps (audit)", no_audit(m));
	add(d, "nmi", "NMIs on demand (nmi, run)", no_nmi(m));
	add(d, "cycles", "cycles", no_cycles(m));
	add(d, "flush_share", "share of CR3 writes that flush",
	    no_flush_share(env));
	add(d, "tlb_events", "TLB events", no_tlb_events(m));
	add(d, "order_of_cpus", "order of events on several CPUs", no_order(m));
}
