// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands around the numbers: where they come from, whether the records are
 * complete, what is missing, what to beware of.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report_text.h"

/* Every run of a machine, by group. */
#define for_each_run(machine, i, j)               \
	for (size_t i = 0; i < (machine)->n; i++) \
		for (size_t j = 0; j < (machine)->group[i].n; j++)

static const struct run *run_at(const struct machine *machine, size_t i,
				size_t j)
{
	return machine->group[i].runs[j];
}

/** report_environment() - lane, machine and runs */
void report_environment(const struct machine *machine, FILE *f)
{
	const struct manifest *m = group_manifest(machine->group);

	fprintf(f, "  %s\n", lane_claim(m->lane));
	fprintf(f, "  CPU %s, PCID %s, unit: %s\n", m->cpu,
		m->pcid ? "on" : "off", unit_name(m->unit));
	if (m->ticks_per_unit != 1)
		text_wrap(f, "  ", "  ",
			  "%.6g TSC ticks make 1 %s (TSC %llu kHz: %s)",
			  m->ticks_per_unit, unit_name(m->unit),
			  (unsigned long long)m->tsc_khz, m->tsc_khz_source);
	fprintf(f, "\n    %-22s%-32s %-24s %s\n", "variant", "run", "kernel",
		"CPU  created");
	for_each_run(machine, i, j)
	{
		const struct manifest *run = &run_at(machine, i, j)->manifest;

		fprintf(f, "    %-22s%-32s %-24s %3llu  %.10s\n",
			group_label(&machine->group[i]), run->run, run->kernel,
			(unsigned long long)run->pinned_cpu, run->created);
	}
}

static void print_seen(const struct manifest_workload *w, FILE *f)
{
	char line[512] = "";
	size_t at = 0;

	for (unsigned int path = 0; path < PTI_PATH_COUNT && at < sizeof(line);
	     path++)
		if (w->seen[path])
			at += snprintf(
				line + at, sizeof(line) - at, "%s%s %llu%s",
				at ? ", " : "", pti_path_name(path),
				(unsigned long long)w->seen[path],
				w->declared[path] ? "" : " (not declared)");
	text_wrap(f, "      ", "        ",
		  "%s: %s; declared entries seen: %s%s%s", w->name,
		  at ? line : "no entries", verified_names[w->verified],
		  *w->note ? "; " : "", w->note);
}

static const char *format_calibration(char text[NUMBER_SIZE],
				      const struct manifest *m,
				      const struct calibration_value *value)
{
	if (!value->n)
		return "-";
	return format_number(text, value->median / m->ticks_per_unit);
}

/** report_calibration() - the section on what measuring itself costs, by run */
void report_calibration(const struct machine *machine, FILE *f)
{
	static const struct calibration_value none;

	fprintf(f, "\nCost of measuring, %s, medians\n",
		unit_name(group_manifest(machine->group)->unit));
	fprintf(f, "    %-22s%9s %7s%12s %7s%12s %7s\n", "", "TSC pair", "n",
		"empty loop", "n", "mark pair", "n");
	for_each_run(machine, i, j)
	{
		const struct manifest *m = &run_at(machine, i, j)->manifest;
		const struct calibration_value *mark =
			m->has_mark_pair ? &m->mark_pair : &none;
		char pair[NUMBER_SIZE], loop[NUMBER_SIZE], marks[NUMBER_SIZE];

		fprintf(f, "    %-22s%9s %7llu%12s %7llu%12s %7llu\n",
			group_label(&machine->group[i]),
			format_calibration(pair, m, &m->rdtsc_pair),
			(unsigned long long)m->rdtsc_pair.n,
			format_calibration(loop, m, &m->loop_overhead),
			(unsigned long long)m->loop_overhead.n,
			format_calibration(marks, m, mark),
			(unsigned long long)mark->n);
	}
	text_wrap(
		f, "    ", "    ",
		"A workload's own empty loop is subtracted from its round trips. A mark pair, two "
		"marks with nothing between, is the least that a window or a switch can read.");
}

/** report_records() - the section on records read, lost and verified */
void report_records(const struct machine *machine, FILE *f)
{
	text_heading(f, "Records of the marks");
	for_each_run(machine, i, j)
	{
		const struct manifest *m = &run_at(machine, i, j)->manifest;

		if (m->capture_source == CAPTURE_NONE)
			continue;
		fprintf(f, "    %s (%s): written %llu, read %llu, lost %llu\n",
			m->run, group_label(&machine->group[i]),
			(unsigned long long)m->capture_written,
			(unsigned long long)m->capture_read,
			(unsigned long long)m->capture_lost);
		for (size_t k = 0; k < m->n_workloads; k++)
			if (m->workloads[k].has_seen)
				print_seen(&m->workloads[k], f);
	}
}

/* Has an earlier run of this machine said the same? */
static bool said_before(const struct machine *machine, size_t run_i,
			size_t run_j, const struct manifest_gap *gap)
{
	for_each_run(machine, i, j)
	{
		const struct manifest *m = &run_at(machine, i, j)->manifest;

		if (i > run_i || (i == run_i && j >= run_j))
			return false;
		for (size_t k = 0; k < m->n_gaps; k++)
			if (!strcmp(m->gaps[k].what, gap->what) &&
			    !strcmp(m->gaps[k].why, gap->why))
				return true;
	}
	return false;
}

/** report_gaps() - the section on what was not measured; none when there is nothing to say */
void report_gaps(const struct machine *machine, FILE *f)
{
	bool headed = false;

	for_each_run(machine, i, j)
	{
		const struct manifest *m = &run_at(machine, i, j)->manifest;

		for (size_t k = 0; k < m->n_gaps; k++) {
			const struct manifest_gap *gap = &m->gaps[k];

			if (said_before(machine, i, j, gap))
				continue;
			if (!headed)
				text_heading(f, "Not measured");
			headed = true;
			text_wrap(f, "    ", "      ", "%s: %s (%s)", gap->what,
				  gap->why, m->run);
		}
	}
}

static void warn(FILE *f, bool *headed, const char *run, const char *text)
{
	if (!*headed)
		text_heading(f, "Warnings");
	*headed = true;
	text_wrap(f, "    ", "      ", "%s: %s", run, text);
}

static void warn_of_run(const struct run *run, FILE *f, bool *headed)
{
	const struct manifest *m = &run->manifest;
	char text[160];

	for (size_t k = 0; k < m->n_warnings; k++)
		warn(f, headed, m->run, m->warnings[k]);
	if (m->capture_lost) {
		snprintf(text, sizeof(text), "%llu records were lost",
			 (unsigned long long)m->capture_lost);
		warn(f, headed, m->run, text);
	}
	for (size_t k = 0; k < m->n_workloads; k++) {
		if (m->workloads[k].verified != VERIFIED_NO)
			continue;
		snprintf(
			text, sizeof(text),
			"%.32s did not make the kernel entries that it declares",
			m->workloads[k].name);
		warn(f, headed, m->run, text);
	}
}

/* Runs of an exact lane that disagree were not measured under the same conditions. */
static int warn_of_spread(const struct group *group, FILE *f, bool *headed)
{
	enum lane lane = group_manifest(group)->lane;
	struct key *keys;
	size_t n;
	int err;

	if (group->n < 2 || (lane != LANE_ICOUNT && lane != LANE_BOCHS))
		return 0;
	err = keys_collect(group, 1, &keys, &n);
	if (err)
		return err;
	for (size_t i = 0; i < n; i++) {
		char text[160], spread[NUMBER_SIZE];
		struct cell cell;

		if (keys[i].metric != METRIC_ROUND_TRIP)
			continue;
		err = cell_load(group, &keys[i], &cell);
		if (err)
			break;
		snprintf(
			text, sizeof(text),
			"the medians of %zu runs differ by %s for %s, and this lane is exact",
			cell.runs, format_number(spread, cell.spread),
			keys[i].workload);
		if (cell.spread > 0)
			warn(f, headed, group_label(group), text);
		cell_deinit(&cell);
	}
	free(keys);
	return err;
}

/*
 * A variant from two kernels: only the first is compared.  Early from one kernel
 * and late from another: the kernels may differ in more than the switch.
 */
static void warn_of_kernels(const struct machine *machine, size_t i, FILE *f,
			    bool *headed)
{
	const struct group *group = &machine->group[i], *first, *early;
	const struct manifest *m = group_manifest(group);
	char text[200];

	first = group_find(machine->group, machine->n, m->variant,
			   m->switch_mode, m->marks);
	early = group_find(machine->group, machine->n, m->variant, SWITCH_EARLY,
			   m->marks);
	if (first != group) {
		snprintf(text, sizeof(text),
			 "not compared: '%s' is represented by kernel %.100s",
			 group_label(group), group_manifest(first)->kernel);
		warn(f, headed, m->run, text);
	} else if (early && strcmp(group_manifest(early)->kernel, m->kernel)) {
		snprintf(text, sizeof(text),
			 "kernel %.60s is compared with %s of kernel %.60s",
			 m->kernel, group_label(early),
			 group_manifest(early)->kernel);
		warn(f, headed, m->run, text);
	}
}

/** report_warnings() - the section on what to beware of; none when there is nothing to say */
int report_warnings(const struct machine *machine, FILE *f)
{
	bool headed = false;

	for (size_t i = 0; i < machine->n; i++) {
		int err = warn_of_spread(&machine->group[i], f, &headed);

		if (err)
			return err;
		warn_of_kernels(machine, i, f, &headed);
	}
	for_each_run(machine, i, j)
		warn_of_run(run_at(machine, i, j), f, &headed);
	return 0;
}
