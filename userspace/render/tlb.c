// SPDX-License-Identifier: GPL-2.0-only
/* What the TLB model counted: walks by part of the way, a line for each variant. */
#include <errno.h>

#include "render/doc.h"
#include "render/text.h"
#include "render/tlb.h"

const char tlb_legend[] =
	"Counts of a model of TLBs, fed by the emulator: no times. Walks of page tables in an "
	"iteration, medians of the samples without interrupts: in the kernel with the user CR3 "
	"before the switch (entry), with the kernel CR3, with the user CR3 again (exit), in user "
	"mode afterwards. refs: entries of page tables that they read. L1: misses of the first "
	"level; those that are no walks are found in the second one. What has no line misses "
	"nothing in any variant.";

/** tlb_measured() - does any run have counts of the TLB model? */
bool tlb_measured(const struct part *part)
{
	for (size_t i = 0; i < part->n_keys; i++)
		if (part->keys[i].metric >= METRIC_TLB_COUNTS)
			return true;
	return false;
}

/** tlb_line_walks() - walks of all parts */
double tlb_line_walks(const struct tlb_line *line)
{
	double sum = 0;

	for (int part = 0; part < TLB_PARTS; part++)
		sum += line->walks[part];
	return sum;
}

/* load() - the median of a count in one part of the way; what is not there is 0 */
static int load(struct tlb_line *line, unsigned int geometry,
		enum tlb_part part, enum tlb_count count, double *value)
{
	struct key key = *line->key;
	struct cell cell;
	int err;

	key.metric = metric_tlb_count(geometry, part, count);
	err = cell_load(line->group, &key, &cell);
	*value = 0;
	if (err)
		return err == -ENOENT ? 0 : err;
	*value = cell.v.estimate;
	line->n = cell.v.n;
	cell_deinit(&cell);
	return 0;
}

static int fill(struct tlb_line *line, unsigned int geometry)
{
	double data, code, refs;
	int err = 0;

	for (int part = 0; part < TLB_PARTS && !err; part++) {
		err = load(line, geometry, part, TLB_WALK, &line->walks[part]);
		if (!err)
			err = load(line, geometry, part, TLB_WALK_REF, &refs);
		if (!err)
			err = load(line, geometry, part, TLB_DATA_MISS, &data);
		if (!err)
			err = load(line, geometry, part, TLB_CODE_MISS, &code);
		if (!err) {
			line->refs += refs;
			line->misses += data + code;
		}
	}
	return err;
}

/* emit_key() - the variants of a workload, if any of them misses anything */
static int emit_key(const struct part *part, const struct key *key,
		    unsigned int geometry, tlb_line_fn emit, void *to)
{
	const struct machine *machine = &part->machine;
	bool any = false;

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < machine->n; i++) {
			struct tlb_line line = {
				.key = key,
				.geometry = metric_tlb_geometry_name(geometry),
				.group = &machine->group[i],
			};
			int err = fill(&line, geometry);

			if (err)
				return err;
			any = any || line.misses > 0;
			if (round && line.n)
				emit(to, &line);
		}
		if (!any)
			break;
	}
	return 0;
}

/**
 * tlb_lines_each() - every line: workload by workload, geometry by geometry
 * Return: 0 or -ENOMEM
 */
int tlb_lines_each(const struct part *part, tlb_line_fn emit, void *to)
{
	int err = 0;

	for (size_t i = 0; i < part->n_keys && !err; i++)
		for (unsigned int g = 0; g < METRIC_TLB_GEOMETRIES && !err; g++)
			if (part->keys[i].metric ==
			    metric_tlb_count(g, TLB_PART_KERNEL, TLB_WALK))
				err = emit_key(part, &part->keys[i], g, emit,
					       to);
	return err;
}

struct printing {
	FILE *f;
	const struct key *key;
};

static void print_line(void *to, const struct tlb_line *line)
{
	struct printing *p = to;
	char text[NUMBER_SIZE];

	if (p->key != line->key)
		fprintf(p->f, "  %s (%s), %s\n", line->key->workload,
			pti_path_name(line->key->path), line->geometry);
	p->key = line->key;
	fprintf(p->f, "    %-22s", group_label(line->group));
	for (int part = 0; part < TLB_PARTS; part++)
		fprintf(p->f, "%9s", format_number(text, line->walks[part]));
	fprintf(p->f, "%9s", format_number(text, tlb_line_walks(line)));
	fprintf(p->f, "%9s", format_number(text, line->refs));
	fprintf(p->f, "%9s%6zu\n", format_number(text, line->misses), line->n);
}

/** report_tlb() - the section on the TLB */
int report_tlb(const struct part *part, FILE *f)
{
	struct printing p = { .f = f };

	text_heading(f, "TLB");
	if (!tlb_measured(part)) {
		text_wrap(
			f, "    ", "      ", "not measured: %s",
			tlb_reason(group_manifest(part->machine.group)->lane));
		return 0;
	}
	text_wrap(f, "    ", "    ", "%s", tlb_legend);
	fprintf(f, "    %-22s%9s%9s%9s%9s%9s%9s%9s%6s\n", "walks", "entry",
		"kernel", "exit", "user", "all", "refs", "L1", "n");
	return tlb_lines_each(part, print_line, &p);
}

struct writing {
	FILE *f;
	const struct doc_format *format;
};

static void write_line(void *to, const struct tlb_line *line)
{
	const struct writing *w = to;
	char walks[TLB_PARTS + 1][NUMBER_SIZE], refs[NUMBER_SIZE],
		misses[NUMBER_SIZE], n[NUMBER_SIZE];

	for (int part = 0; part < TLB_PARTS; part++)
		format_number(walks[part], line->walks[part]);
	format_number(walks[TLB_PARTS], tlb_line_walks(line));
	snprintf(n, sizeof(n), "%zu", line->n);
	w->format->row(w->f,
		       (const char *const[]){
			       line->key->workload,
			       pti_path_name(line->key->path), line->geometry,
			       group_label(line->group), walks[TLB_PART_ENTRY],
			       walks[TLB_PART_KERNEL], walks[TLB_PART_EXIT],
			       walks[TLB_PART_USER], walks[TLB_PARTS],
			       format_number(refs, line->refs),
			       format_number(misses, line->misses), n },
		       12);
}

/** doc_tlb() - the section on the TLB of a document */
int doc_tlb(const struct part *part, const struct doc_format *format, FILE *f)
{
	static const char *const names[] = {
		"workload",  "path",   "geometry",  "variant",
		"entry",     "kernel", "exit",	    "user",
		"all walks", "refs",   "L1 misses", "n"
	};
	struct writing w = { f, format };
	int err;

	format->heading(f, 3, "TLB");
	if (!tlb_measured(part)) {
		doc_paragraph(
			f, format, "not measured: %s",
			tlb_reason(group_manifest(part->machine.group)->lane));
		return 0;
	}
	format->text(f, tlb_legend);
	format->table(f, names, sizeof(names) / sizeof(names[0]));
	err = tlb_lines_each(part, write_line, &w);
	format->table_end(f);
	return err;
}
