// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is missing from a report, and what to beware of: the same notes for every
 * format.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/alike.h"
#include "analyse/format.h"
#include "analyse/sensitivity.h"
#include "render/notes.h"

/* Has an earlier run of this machine said the same? */
static bool said_before(const struct machine *machine,
			const struct manifest *run,
			const struct manifest_gap *gap)
{
	for_each_run(machine, group, i)
	{
		const struct manifest *m = &group->runs[i]->manifest;

		if (m == run)
			return false;
		for (size_t k = 0; k < m->n_gaps; k++)
			if (!strcmp(m->gaps[k].what, gap->what) &&
			    !strcmp(m->gaps[k].why, gap->why))
				return true;
	}
	return false;
}

/** gaps_each() - everything that was not measured, once a machine and reason */
void gaps_each(const struct machine *machine, const struct note_sink *sink)
{
	for_each_run(machine, group, i)
	{
		const struct manifest *m = &group->runs[i]->manifest;

		for (size_t k = 0; k < m->n_gaps; k++) {
			const struct manifest_gap *gap = &m->gaps[k];
			char *text;

			if (said_before(machine, m, gap))
				continue;
			if (asprintf(&text, "%s: %s", gap->what, gap->why) < 0)
				continue;
			sink->emit(sink->to, m->run, text);
			free(text);
		}
	}
}

/** tlb_reason() - why a report says nothing of the TLB */
const char *tlb_reason(enum lane lane)
{
	static const char *const reasons[LANE_COUNT] = {
		[LANE_HARDWARE] = "no run counts TLB misses yet",
		[LANE_ICOUNT] =
			"this lane has no TLB whose misses cost anything",
		[LANE_TCG] =
			"the emulator's TLB is not a CPU's: it is emptied at every CR3 write",
		[LANE_BOCHS] =
			"the emulator flushes at every CR3 write, whether the kernel asks for it or not, and no model of a TLB followed these runs (vm/run --tlb)",
		[LANE_KVM] = "no run counts TLB misses yet",
	};

	return reasons[lane];
}

static void warn(const struct note_sink *sink, const char *who, const char *fmt,
		 ...) __attribute__((format(printf, 3, 4)));

static void warn(const struct note_sink *sink, const char *who, const char *fmt,
		 ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, fmt);
	length = vasprintf(&text, fmt, args);
	va_end(args);
	if (length < 0)
		return;
	sink->emit(sink->to, who, text);
	free(text);
}

static void warn_of_run(const struct run *run, const struct note_sink *sink)
{
	const struct manifest *m = &run->manifest;

	for (size_t k = 0; k < m->n_warnings; k++)
		warn(sink, m->run, "%s", m->warnings[k]);
	if (m->capture_lost)
		warn(sink, m->run, "%llu records were lost",
		     (unsigned long long)m->capture_lost);
	for (size_t k = 0; k < m->n_workloads; k++)
		if (m->workloads[k].verified == VERIFIED_NO)
			warn(sink, m->run,
			     "%s did not make the kernel entries that it declares",
			     m->workloads[k].name);
}

/* Only --force lets such runs in: the first run that this one differs from */
static void warn_of_difference(const struct machine *machine,
			       const struct manifest *m,
			       const struct note_sink *sink)
{
	char what[DIFFERENCE_SIZE];

	for_each_run(machine, group, i)
	{
		const struct manifest *other = &group->runs[i]->manifest;

		if (other == m)
			return;
		if (!runs_differ(other, m, what))
			continue;
		warn(sink, m->run,
		     "differs from %s in %s, and is compared all the same",
		     other->run, what);
		return;
	}
}

/*
 * Modes are compared across boots, since each needs its own.  With too few of
 * them the figures stand, but what they say is about these boots.
 */
static void warn_of_boots(const struct part *part, const struct note_sink *sink)
{
	for (size_t i = 0; i < part->n_rows; i++) {
		const struct row *row = &part->rows[i];
		const struct diff *d = &row->diff;
		enum lane lane = group_manifest(row->first)->lane;

		if (d->verdict != VERDICT_FEW_BOOTS &&
		    d->verdict != VERDICT_ONE_BOOT)
			continue;
		warn(sink, lane_names[lane],
		     "boots can't be compared: there %s %zu of %s and %zu of %s (%s). A boot may differ "
		     "from the next by more than the modes do. Measure at least %d boots of each mode and "
		     "give all their runs.",
		     d->boots_first == 1 ? "is" : "are", d->boots_first,
		     group_label(row->first), d->boots_second,
		     group_label(row->second), row->key.workload,
		     d->verdict == VERDICT_ONE_BOOT && lane_is_exact(lane) ?
			     2 :
			     STATS_BOOTS_LEAST);
		return;
	}
}

/* No difference shown is not no difference: which one would have been? */
static void warn_of_sensitivity(const struct part *part,
				const struct note_sink *sink)
{
	char text[SENSITIVITY_SIZE];

	if (sensitivity_tell(part, text))
		warn(sink,
		     lane_names[group_manifest(part->machine.group)->lane],
		     "%s", text);
}

static void warn_of_boot_ids(const struct group *group,
			     const struct note_sink *sink)
{
	size_t unknown = 0;

	for (size_t i = 0; i < group->n; i++)
		unknown += !*group->runs[i]->manifest.boot;
	if (group->n > 1 && unknown)
		warn(sink, group_label(group),
		     "%zu of %zu runs don't say which boot they are of; each is taken for a boot of its own",
		     unknown, group->n);
}

/** warnings_each() - everything to beware of; returns 0 or -ENOMEM */
int warnings_each(const struct part *part, const struct note_sink *sink)
{
	const struct machine *machine = &part->machine;

	warn_of_boots(part, sink);
	warn_of_sensitivity(part, sink);
	for (size_t i = 0; i < machine->n; i++)
		warn_of_boot_ids(&machine->group[i], sink);
	for_each_run(machine, group, i)
	{
		const struct run *run = group->runs[i];

		warn_of_difference(machine, &run->manifest, sink);
		warn_of_run(run, sink);
	}
	return 0;
}
