// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands around the figures: runs, calibration, records, what is missing,
 * what to beware of.
 */
#include <stdlib.h>
#include <string.h>

#include "analyse/format.h"
#include "render/notes.h"
#include "render/around.h"

/** around_environment() - lane, machine and runs */
void around_environment(struct doc *doc, const struct machine *machine)
{
	const struct manifest *m = group_manifest(machine->group);

	doc_text_of(doc, "%s. CPU %.200s, PCID %s, unit: %s.",
		    lane_claim(m->lane), m->cpu, m->pcid ? "on" : "off",
		    unit_name(m->unit));
	if (m->ticks_per_unit != 1)
		doc_text_of(doc, "%.6g TSC ticks make 1 %s (TSC %llu kHz: %s).",
			    m->ticks_per_unit, unit_name(m->unit),
			    (unsigned long long)m->tsc_khz, m->tsc_khz_source);
	doc->format->fold(doc, "Environment");
	DOC_TABLE(doc, "variant", "run", "kernel", "CPU", "created");
	for_each_run(machine, group, i)
	{
		const struct manifest *run = &group->runs[i]->manifest;
		char cpu[NUMBER_SIZE];

		snprintf(cpu, sizeof(cpu), "%llu",
			 (unsigned long long)run->pinned_cpu);
		DOC_ROW(doc, group_label(group), run->run, run->kernel, cpu,
			run->created);
	}
	doc->format->table_end(doc);
	doc->format->fold_end(doc);
}

static const char *calibrated(char text[NUMBER_SIZE], const struct manifest *m,
			      const struct calibration_value *value)
{
	return value->n ?
		       format_number(text, value->median / m->ticks_per_unit) :
		       "-";
}

static const char *counted(char text[NUMBER_SIZE], uint64_t n)
{
	snprintf(text, NUMBER_SIZE, "%llu", (unsigned long long)n);
	return text;
}

/** around_calibration() - what measuring itself costs, by run */
void around_calibration(struct doc *doc, const struct machine *machine)
{
	static const struct calibration_value none;

	doc->format->fold(doc, "Cost of measuring");
	DOC_TABLE(doc, "variant", "run", "TSC pair", "n", "empty loop", "n",
		  "mark pair", "n");
	for_each_run(machine, group, i)
	{
		const struct manifest *m = &group->runs[i]->manifest;
		const struct calibration_value *mark =
			m->has_mark_pair ? &m->mark_pair : &none;
		char pair[NUMBER_SIZE], loop[NUMBER_SIZE], marks[NUMBER_SIZE],
			n[3][NUMBER_SIZE];

		DOC_ROW(doc, group_label(group), m->run,
			calibrated(pair, m, &m->rdtsc_pair),
			counted(n[0], m->rdtsc_pair.n),
			calibrated(loop, m, &m->loop_overhead),
			counted(n[1], m->loop_overhead.n),
			calibrated(marks, m, mark), counted(n[2], mark->n));
	}
	doc->format->table_end(doc);
	doc->format->text(
		doc,
		"A workload's own empty loop is subtracted from its round trips. A mark pair, two "
		"marks with nothing between, is the least that a window or a switch can read.");
	doc->format->fold_end(doc);
}

/* A section that comes with its first note. */
struct notes {
	const char *title;
	struct doc *doc;
	bool begun;
};

static void add_note(void *to, const char *who, const char *text)
{
	struct notes *notes = to;

	if (!notes->begun) {
		notes->doc->format->fold(notes->doc, notes->title);
		notes->doc->format->list(notes->doc);
	}
	notes->begun = true;
	doc_item_of(notes->doc, "%s: %s", who, text);
}

static void end_notes(const struct notes *notes)
{
	if (!notes->begun)
		return;
	notes->doc->format->list_end(notes->doc);
	notes->doc->format->fold_end(notes->doc);
}

static void add_seen(struct notes *notes, const struct manifest *m,
		     const struct manifest_workload *w)
{
	char *text;
	size_t size, n = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return;
	fprintf(f, "%s: ", w->name);
	for (unsigned int path = 0; path < PTI_PATH_COUNT; path++)
		if (w->seen[path])
			fprintf(f, "%s%s %llu%s", n++ ? ", " : "",
				pti_path_name(path),
				(unsigned long long)w->seen[path],
				w->declared[path] ? "" : " (not declared)");
	fprintf(f, "%s; declared entries seen: %s%s%s", n ? "" : "no entries",
		verified_names[w->verified], *w->note ? "; " : "", w->note);
	fclose(f);
	add_note(notes, m->run, text);
	free(text);
}

static void write_records(const struct machine *machine, struct notes *notes)
{
	for_each_run(machine, group, i)
	{
		const struct manifest *m = &group->runs[i]->manifest;
		char text[128];

		if (m->capture_source == CAPTURE_NONE)
			continue;
		snprintf(text, sizeof(text),
			 "written %llu, read %llu, lost %llu",
			 (unsigned long long)m->capture_written,
			 (unsigned long long)m->capture_read,
			 (unsigned long long)m->capture_lost);
		add_note(notes, m->run, text);
		for (size_t k = 0; k < m->n_workloads; k++)
			if (m->workloads[k].has_seen)
				add_seen(notes, m, &m->workloads[k]);
	}
}

/** around_notes() - records, what was not measured, warnings; 0 or -ENOMEM */
int around_notes(struct doc *doc, const struct part *part)
{
	struct notes records = { "Records of the marks", doc, false };
	struct notes gaps = { "Not measured", doc, false };
	struct notes warnings = { "Warnings", doc, false };
	const struct note_sink gap_sink = { add_note, &gaps };
	const struct note_sink warning_sink = { add_note, &warnings };
	int err;

	write_records(&part->machine, &records);
	end_notes(&records);
	gaps_each(&part->machine, &gap_sink);
	end_notes(&gaps);
	err = warnings_each(part, &warning_sink);
	end_notes(&warnings);
	return err;
}
