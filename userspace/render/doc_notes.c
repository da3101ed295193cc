// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands around the figures of a document: runs, calibration, what is
 * missing, what to beware of.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "render/doc.h"
#include "render/text.h"

#define N_CELLS 5

/* Every run of a machine, by group. */
#define for_each_run(machine, group, run)                      \
	for (const struct group *group = (machine)->group;     \
	     group < (machine)->group + (machine)->n; group++) \
		for (size_t run = 0; run < group->n; run++)

/** doc_environment() - lane, machine and runs */
void doc_environment(const struct machine *machine,
		     const struct doc_format *format, FILE *f)
{
	static const char *const names[N_CELLS] = { "variant", "run", "kernel",
						    "CPU", "created" };
	const struct manifest *m = group_manifest(machine->group);
	char text[512];

	snprintf(text, sizeof(text), "%s. CPU %.200s, PCID %s, unit: %s.",
		 lane_claim(m->lane), m->cpu, m->pcid ? "on" : "off",
		 unit_name(m->unit));
	format->text(f, text);
	format->heading(f, 3, "Environment");
	format->table(f, names, N_CELLS);
	for_each_run(machine, group, i)
	{
		const struct manifest *run = &group->runs[i]->manifest;
		char cpu[NUMBER_SIZE];
		const char *const cells[N_CELLS] = { group_label(group),
						     run->run, run->kernel, cpu,
						     run->created };

		snprintf(cpu, sizeof(cpu), "%llu",
			 (unsigned long long)run->pinned_cpu);
		format->row(f, cells, N_CELLS);
	}
	format->table_end(f);
}

static const char *calibrated(char text[NUMBER_SIZE], const struct manifest *m,
			      const struct calibration_value *value)
{
	return value->n ?
		       format_number(text, value->median / m->ticks_per_unit) :
		       "-";
}

/** doc_calibration() - what measuring itself costs, by run */
void doc_calibration(const struct machine *machine,
		     const struct doc_format *format, FILE *f)
{
	static const char *const names[N_CELLS] = { "variant", "run",
						    "TSC pair", "empty loop",
						    "mark pair" };

	format->heading(f, 3, "Cost of measuring");
	format->table(f, names, N_CELLS);
	for_each_run(machine, group, i)
	{
		const struct manifest *m = &group->runs[i]->manifest;
		char pair[NUMBER_SIZE], loop[NUMBER_SIZE], mark[NUMBER_SIZE];
		const char *const cells[N_CELLS] = {
			group_label(group), m->run,
			calibrated(pair, m, &m->rdtsc_pair),
			calibrated(loop, m, &m->loop_overhead),
			m->has_mark_pair ? calibrated(mark, m, &m->mark_pair) :
					   "-"
		};

		format->row(f, cells, N_CELLS);
	}
	format->table_end(f);
}

/** doc_paragraph() - a paragraph, made by printf() */
void doc_paragraph(FILE *f, const struct doc_format *format, const char *fmt,
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
	format->text(f, text);
	free(text);
}

/* A list whose heading comes with the first item. */
struct notes {
	const char *heading;
	const struct doc_format *format;
	bool begun;
	FILE *f;
};

static void add_note(void *to, const char *who, const char *text)
{
	struct notes *notes = to;
	char *item;

	if (asprintf(&item, "%s: %s", who, text) < 0)
		return;
	if (!notes->begun) {
		notes->format->heading(notes->f, 3, notes->heading);
		notes->format->list(notes->f);
	}
	notes->begun = true;
	notes->format->item(notes->f, item);
	free(item);
}

static void end_notes(const struct notes *notes)
{
	if (notes->begun)
		notes->format->list_end(notes->f);
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
		for (size_t k = 0; k < m->n_workloads; k++) {
			snprintf(text, sizeof(text),
				 "%.40s: declared entries seen: %s",
				 m->workloads[k].name,
				 verified_names[m->workloads[k].verified]);
			add_note(notes, m->run, text);
		}
	}
}

/** doc_notes() - records, what was not measured, warnings; 0 or -ENOMEM */
int doc_notes(const struct part *part, const struct doc_format *format, FILE *f)
{
	struct notes records = { "Records of the marks", format, false, f };
	struct notes gaps = { "Not measured", format, false, f };
	struct notes warnings = { "Warnings", format, false, f };
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
