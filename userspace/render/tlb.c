// SPDX-License-Identifier: GPL-2.0-only
/* What the TLB model counted: walks by part of the way, a line for each variant. */
#include <errno.h>

#include "analyse/format.h"
#include "render/notes.h"
#include "render/tlb.h"

static const char tlb_legend[] =
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

/* Walks of all parts */
static double tlb_line_walks(const struct tlb_line *line)
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

/* Where rows go, and what the one before was about */
struct writing {
	struct doc *doc;
	const struct key *key;
	const char *geometry;
};

static void write_line(void *to, const struct tlb_line *line)
{
	struct writing *w = to;
	char cell[TLB_PARTS + 3][NUMBER_SIZE], n[NUMBER_SIZE],
		text[3 * NUMBER_SIZE];

	if (w->key != line->key || w->geometry != line->geometry) {
		snprintf(text, sizeof(text), "%s (%s), %s", line->key->workload,
			 pti_path_name(line->key->path), line->geometry);
		w->doc->format->group(w->doc, text);
	}
	w->key = line->key;
	w->geometry = line->geometry;
	for (int part = 0; part < TLB_PARTS; part++)
		format_number(cell[part], line->walks[part]);
	snprintf(n, sizeof(n), "%zu", line->n);
	DOC_ROW(w->doc, group_label(line->group), cell[TLB_PART_ENTRY],
		cell[TLB_PART_KERNEL], cell[TLB_PART_EXIT], cell[TLB_PART_USER],
		format_number(cell[TLB_PARTS], tlb_line_walks(line)),
		format_number(cell[TLB_PARTS + 1], line->refs),
		format_number(cell[TLB_PARTS + 2], line->misses), n);
}

/**
 * tlb_write() - the section on the TLB
 * Return: 0 or -ENOMEM
 */
int tlb_write(struct doc *doc, const struct part *part)
{
	struct writing w = { .doc = doc };
	int err = 0;

	doc->format->fold(doc, "TLB");
	if (tlb_measured(part)) {
		doc->format->text(doc, tlb_legend);
		DOC_TABLE(doc, "walks", "entry", "kernel", "exit", "user",
			  "all", "refs", "L1", "n");
		err = tlb_lines_each(part, write_line, &w);
		doc->format->table_end(doc);
	} else {
		doc_text_of(
			doc, "not measured: %s",
			tlb_reason(group_manifest(part->machine.group)->lane));
	}
	doc->format->fold_end(doc);
	return err;
}

/* Walks of PTI off, early and late for the workload that has most of them early */
struct most {
	const struct key *key;
	const char *geometry;
	bool measured[SWITCH_COUNT];
	double walks[SWITCH_COUNT];
	struct most *best;
};

static void keep_most(void *to, const struct tlb_line *line)
{
	const struct manifest *m = group_manifest(line->group);
	struct most *now = to;

	if (m->marks || m->skip || m->variant == VARIANT_STOCK)
		return;
	if (now->key != line->key || now->geometry != line->geometry) {
		struct most *best = now->best;

		*now = (struct most){ .key = line->key,
				      .geometry = line->geometry,
				      .best = best };
	}
	now->measured[m->switch_mode] = true;
	now->walks[m->switch_mode] = tlb_line_walks(line);
	if (!now->best->key ||
	    now->walks[SWITCH_EARLY] >= now->best->walks[SWITCH_EARLY])
		*now->best = *now;
}

static const char *most_walks(char text[NUMBER_SIZE], const struct most *most,
			      enum switch_mode mode)
{
	return most->measured[mode] ? format_number(text, most->walks[mode]) :
				      "not measured";
}

/**
 * tlb_answer() - a line of the answer: walks of the workload that has most
 * Return: 0 or -ENOMEM; nothing is written where nothing was measured
 */
int tlb_answer(struct doc *doc, const struct part *part)
{
	struct most best = { 0 }, now = { .best = &best };
	char off[NUMBER_SIZE], early[NUMBER_SIZE], late[NUMBER_SIZE];
	int err = tlb_lines_each(part, keep_most, &now);

	if (err || !best.key)
		return err;
	doc_item_of(
		doc,
		"TLB of a %s, PCID %s, walks: %s: PTI off %s, early %s, late %s",
		best.geometry,
		group_manifest(part->machine.group)->pcid ? "on" : "off",
		best.key->workload, most_walks(off, &best, SWITCH_OFF),
		most_walks(early, &best, SWITCH_EARLY),
		most_walks(late, &best, SWITCH_LATE));
	return 0;
}
