// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report as JSON.  Functions return a new reference, or NULL without memory;
 * jansson passes NULL on, so that one check at the end is enough.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>

#include "analyse/format.h"
#include "analyse/windows.h"
#include "base/json_out.h"
#include "render/json.h"
#include "render/notes.h"
#include "render/tlb.h"

/* Digits of the CSV files */
#define DIGITS 10

static json_t *real(double value)
{
	return isfinite(value) ? json_real(value ? value : 0.0) : json_null();
}

static json_t *interval(const struct interval *ci)
{
	return json_pack("[o, o]", real(ci->low), real(ci->high));
}

/* Adds to an array; an array that lacks something becomes NULL. */
static void push(json_t **array, json_t *value)
{
	if (!*array || !value || json_array_append_new(*array, value)) {
		json_decref(*array);
		*array = NULL;
	}
}

static json_t *real_if(bool is_there, double value)
{
	return is_there ? real(value) : json_null();
}

static json_t *difference(const struct row *row, const struct equivalence *eq)
{
	const struct diff *d = &row->diff;
	bool chance = d->basis == BASIS_BOOTS;
	char verdict[VERDICT_SIZE];

	return json_pack(
		"{s:o, s:o, s:o, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:s}",
		"diff", real(d->diff), "ratio",
		real_if(row->first_value, d->ratio), "ci",
		diff_has_interval(d) ? interval(&d->ci) : json_null(), "basis",
		basis_name(d->basis), "boots_first", (json_int_t)d->boots_first,
		"boots_second", (json_int_t)d->boots_second, "range_first",
		interval(&d->first), "range_second", interval(&d->second),
		"p_value", real_if(chance, d->p_value), "p_adjusted",
		real_if(chance, d->p_adjusted), "family",
		chance ? json_integer((json_int_t)d->family) : json_null(),
		"detectable", real_if(d->family, d->detectable), "verdict",
		verdict_text(verdict, d->verdict, eq, row->unit));
}

static json_t *comparison(const struct row *row, const struct equivalence *eq)
{
	json_t *object = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o}",
		"comparison", row->what->label, "first",
		group_label(row->first), "second", group_label(row->second),
		"path", pti_path_name(row->key.path), "workload",
		row->key.workload, "metric", metric_name(row->key.metric),
		"unit", unit_name(row->unit), "n_first",
		(json_int_t)row->n_first, "n_second", (json_int_t)row->n_second,
		"first_value", real(row->first_value), "second_value",
		real(row->second_value));

	if (object && json_object_update_new(object, difference(row, eq))) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* All comparisons of a table, or those about a key */
static json_t *comparisons(const struct report *report, const struct part *part,
			   enum table table, const struct key *key)
{
	json_t *array = json_array();
	const struct row *row = NULL;

	while ((row = part_row(part, row, table, key)))
		push(&array, comparison(row, &report->eq));
	return array;
}

static json_t *joined(json_t *array, json_t *more)
{
	if (!array || !more || json_array_extend(array, more)) {
		json_decref(array);
		array = NULL;
	}
	json_decref(more);
	return array;
}

/* What a group measured of a key; null when nothing. */
static json_t *cell(const struct group *group, const struct key *key)
{
	struct cell c;
	const struct values *v = &c.v;
	int err = cell_load(group, key, &c);
	json_t *object;

	if (err)
		return err == -ENOENT ? json_null() : NULL;
	object = json_pack("{s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o, s:b}",
			   "variant", group_label(group), "estimate",
			   real(v->estimate), "ci", interval(&v->ci), "p05",
			   real(stats_quantile(v->x, v->n, 0.05)), "p95",
			   real(stats_quantile(v->x, v->n, 0.95)), "n",
			   (json_int_t)v->n, "lost", (json_int_t)v->lost,
			   "boots", (json_int_t)c.boots, "range",
			   json_pack("[o, o]", real(c.figures[0]),
				     real(c.figures[c.boots - 1])),
			   "exact", c.exact);
	cell_deinit(&c);
	return object;
}

static json_t *cells(const struct machine *machine, const struct key *key)
{
	json_t *array = json_array();

	for (size_t i = 0; i < machine->n; i++) {
		json_t *object = cell(&machine->group[i], key);

		if (!json_is_null(object))
			push(&array, object);
	}
	return array;
}

static json_t *pti_cost(const struct part *part, const struct key *key)
{
	struct pti_cost cost;

	if (!part_pti_cost(part, key, &cost))
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "early",
			 cost.early ? real(cost.early->diff.diff) : json_null(),
			 "late",
			 cost.late ? real(cost.late->diff.diff) : json_null(),
			 "late_switch_share",
			 cost.has_share ? real(cost.share) : json_null());
}

static json_t *round_trips(const struct report *report, const struct part *part)
{
	json_t *array = json_array();

	for (size_t i = 0; i < part->n_keys; i++) {
		const struct key *key = &part->keys[i];

		if (key->metric != METRIC_ROUND_TRIP)
			continue;
		push(&array,
		     json_pack("{s:s, s:s, s:o, s:o, s:o}", "workload",
			       key->workload, "path", pti_path_name(key->path),
			       "variants", cells(&part->machine, key),
			       "comparisons",
			       joined(comparisons(report, part, TABLE_LATE, key),
				      joined(comparisons(report, part,
							 TABLE_BASELINE, key),
					     comparisons(report, part,
							 TABLE_SKIP, key))),
			       "pti_cost", pti_cost(part, key)));
	}
	return array;
}

/* Windows and switches, incidental ones too: a reader can leave them out. */
static json_t *windows(const struct report *report, const struct part *part)
{
	json_t *array = json_array();

	for (size_t i = 0; i < part->n_keys; i++) {
		struct key key = part->keys[i], sw = key, flush = key;

		if (!metric_is_window(key.metric))
			continue;
		sw.metric = metric_switch(key.metric);
		flush.metric = METRIC_FLUSH_SHARE;
		push(&array,
		     json_pack(
			     "{s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o}", "path",
			     pti_path_name(key.path), "kind",
			     key.metric == METRIC_EXIT_WINDOW ? "exit" :
								"entry",
			     "workload", key.workload, "incidental",
			     !window_is_shown(&part->machine, part->keys,
					      part->n_keys, &key),
			     "window", cells(&part->machine, &key), "switch",
			     cells(&part->machine, &sw), "flush_share",
			     cells(&part->machine, &flush), "comparisons",
			     joined(comparisons(report, part, TABLE_LATE, &key),
				    comparisons(report, part, TABLE_LATE,
						&sw))));
	}
	return array;
}

static json_t *calibrated(const struct manifest *m,
			  const struct calibration_value *value)
{
	if (!value->n)
		return json_null();
	return json_pack("{s:o, s:I}", "median",
			 real(value->median / m->ticks_per_unit), "n",
			 (json_int_t)value->n);
}

static json_t *seen(const struct manifest_workload *w)
{
	json_t *object = json_object();

	for (unsigned int path = 0; path < PTI_PATH_COUNT; path++)
		if (w->seen[path] &&
		    json_object_set_new(object, pti_path_name(path),
					json_integer(w->seen[path]))) {
			json_decref(object);
			return NULL;
		}
	return object;
}

static json_t *records(const struct manifest *m)
{
	json_t *workloads = json_array();

	if (m->capture_source == CAPTURE_NONE) {
		json_decref(workloads);
		return json_null();
	}
	for (size_t i = 0; i < m->n_workloads; i++)
		push(&workloads,
		     json_pack("{s:s, s:o, s:I, s:s}", "workload",
			       m->workloads[i].name, "seen_entries",
			       seen(&m->workloads[i]), "skipped",
			       (json_int_t)m->workloads[i].skipped, "verified",
			       verified_names[m->workloads[i].verified]));
	return json_pack("{s:I, s:I, s:I, s:o}", "written",
			 (json_int_t)m->capture_written, "read",
			 (json_int_t)m->capture_read, "lost",
			 (json_int_t)m->capture_lost, "workloads", workloads);
}

static json_t *environment(const struct machine *machine)
{
	json_t *array = json_array();

	for (size_t i = 0; i < machine->n; i++) {
		const struct group *group = &machine->group[i];

		for (size_t j = 0; j < group->n; j++) {
			const struct manifest *m = &group->runs[j]->manifest;

			push(&array,
			     json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:o,"
				       " s:o, s:o, s:o}",
				       "variant", group_label(group), "run",
				       m->run, "kernel", m->kernel, "cmdline",
				       m->cmdline, "boot", m->boot, "created",
				       m->created, "pinned_cpu",
				       (json_int_t)m->pinned_cpu, "tsc_pair",
				       calibrated(m, &m->rdtsc_pair),
				       "empty_loop",
				       calibrated(m, &m->loop_overhead),
				       "mark_pair",
				       m->has_mark_pair ?
					       calibrated(m, &m->mark_pair) :
					       json_null(),
				       "records", records(m)));
		}
	}
	return array;
}

static void push_note(void *to, const char *who, const char *text)
{
	push(to, json_pack("{s:s, s:s}", "about", who, "text", text));
}

static json_t *gaps(const struct machine *machine)
{
	json_t *array = json_array();
	const struct note_sink sink = { push_note, &array };

	gaps_each(machine, &sink);
	return array;
}

static json_t *warnings(const struct part *part)
{
	json_t *array = json_array();
	const struct note_sink sink = { push_note, &array };

	if (!warnings_each(part, &sink))
		return array;
	json_decref(array);
	return NULL;
}

static void push_tlb_line(void *to, const struct tlb_line *line)
{
	push(to,
	     json_pack(
		     "{s:s, s:s, s:s, s:s, s:{s:o, s:o, s:o, s:o}, s:o, s:o, s:I}",
		     "workload", line->key->workload, "path",
		     pti_path_name(line->key->path), "geometry", line->geometry,
		     "variant", group_label(line->group), "walks", "entry",
		     real(line->walks[TLB_PART_ENTRY]), "kernel",
		     real(line->walks[TLB_PART_KERNEL]), "exit",
		     real(line->walks[TLB_PART_EXIT]), "user",
		     real(line->walks[TLB_PART_USER]), "walk_refs",
		     real(line->refs), "first_level_misses", real(line->misses),
		     "n", (json_int_t)line->n));
}

static json_t *tlb_json(const struct part *part)
{
	json_t *lines = json_array();

	if (!tlb_measured(part)) {
		json_decref(lines);
		return json_pack(
			"{s:b, s:s}", "measured", false, "why",
			tlb_reason(group_manifest(part->machine.group)->lane));
	}
	if (tlb_lines_each(part, push_tlb_line, &lines)) {
		json_decref(lines);
		return NULL;
	}
	return json_pack("{s:b, s:o}", "measured", true, "an_iteration", lines);
}

static json_t *part_json(const struct report *report, const struct part *part)
{
	const struct machine *machine = &part->machine;
	const struct manifest *m = group_manifest(machine->group);

	return json_pack(
		"{s:s, s:s, s:s, s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"lane", lane_names[m->lane], "claim", lane_claim(m->lane),
		"cpu", m->cpu, "pcid", m->pcid, "unit", unit_name(m->unit),
		"environment", environment(machine), "round_trip",
		round_trips(report, part), "windows", windows(report, part),
		"tlb", tlb_json(part), "marks_cost",
		comparisons(report, part, TABLE_MARKS, NULL),
		"second_against_first",
		comparisons(report, part, TABLE_RUNS, NULL), "not_measured",
		gaps(machine), "warnings", warnings(part));
}

/**
 * json_write() - write a report as JSON
 * Return: 0, or -errno after one line on stderr
 */
int json_write(const struct report *report, FILE *f)
{
	json_t *parts = json_array(), *root;

	for (size_t i = 0; i < report->n; i++)
		push(&parts, part_json(report, &report->part[i]));
	root = json_pack("{s:s, s:i, s:{s:f, s:s}, s:o}", "format",
			 "ptiscope-report", "version", 1, "equivalent",
			 "margin", report->eq.margin, "of",
			 report->eq.percent ? "percent" : "unit", "machines",
			 parts);
	return json_out(root, JSON_INDENT(1) | JSON_REAL_PRECISION(DIGITS),
			"the report", f);
}
