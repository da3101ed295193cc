// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>

#include "base/json_out.h"
#include "base/outfile.h"
#include "run/manifest.h"

/*
 * json_*() constructors return NULL without memory and json_*_set_new() accept
 * NULL and fail, so only the setters are checked.
 */
static int set(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value);
}

static json_t *count(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *calibration_value(const struct calibration_value *value)
{
	return json_pack("{s:f, s:o}", "median", value->median, "n",
			 count(value->n));
}

static json_t *calibration(const struct manifest *m)
{
	return json_pack("{s:o, s:o, s:o, s:s}", "loop_overhead",
			 calibration_value(&m->loop_overhead), "rdtsc_pair",
			 calibration_value(&m->rdtsc_pair), "mark_pair",
			 m->has_mark_pair ? calibration_value(&m->mark_pair) :
					    json_null(),
			 "source",
			 calibration_source_names[m->calibration_source]);
}

static json_t *capture(const struct manifest *m)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:s}", "source",
			 capture_source_names[m->capture_source], "written",
			 count(m->capture_written), "read",
			 count(m->capture_read), "lost", count(m->capture_lost),
			 "why", m->capture_why);
}

/* Only paths that occur, by name. */
static json_t *entries(const uint64_t *by_path)
{
	json_t *object = json_object();
	int err = 0;

	for (unsigned int path = 0; path < PTI_PATH_COUNT; path++)
		if (by_path[path])
			err |= set(object, pti_path_name(path),
				   count(by_path[path]));
	if (!err)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *noise(const struct manifest_noise *n)
{
	return json_pack("{s:o, s:o, s:o, s:f}", "interrupts",
			 count(n->interrupts), "preemptions",
			 count(n->preemptions), "migrations",
			 count(n->migrations), "spin_ratio", n->spin_ratio);
}

static json_t *workload(const struct manifest_workload *w)
{
	return json_pack(
		"{s:s, s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:s, s:s, s:o}",
		"name", w->name, "path", pti_path_name(w->path), "iterations",
		count(w->iterations), "samples", count(w->samples), "batch",
		w->batch, "declared_entries", entries(w->declared),
		"seen_entries", w->has_seen ? entries(w->seen) : json_null(),
		"skipped", w->has_seen ? count(w->skipped) : json_null(),
		"verified", verified_names[w->verified], "note", w->note,
		"interference", w->has_noise ? noise(&w->noise) : json_null());
}

static int set_lists(json_t *root, const struct manifest *m)
{
	json_t *workloads = json_array(), *gaps = json_array(),
	       *warnings = json_array();
	int err = 0;

	for (size_t i = 0; i < m->n_workloads; i++)
		err |= json_array_append_new(workloads,
					     workload(&m->workloads[i]));
	for (size_t i = 0; i < m->n_gaps; i++)
		err |= json_array_append_new(
			gaps, json_pack("{s:s, s:s}", "what", m->gaps[i].what,
					"why", m->gaps[i].why));
	for (size_t i = 0; i < m->n_warnings; i++)
		err |= json_array_append_new(warnings,
					     json_string(m->warnings[i]));
	err |= set(root, "workloads", workloads);
	err |= set(root, "not_measured", gaps);
	err |= set(root, "warnings", warnings);
	return err;
}

static int set_kernel(json_t *root, const struct manifest *m)
{
	return set(root, "kernel", json_string(m->kernel)) |
	       set(root, "variant", json_string(variant_names[m->variant])) |
	       set(root, "lane", json_string(lane_names[m->lane])) |
	       set(root, "switch", json_string(switch_names[m->switch_mode])) |
	       set(root, "marks", json_boolean(m->marks)) |
	       set(root, "skip", json_boolean(m->skip)) |
	       set(root, "pti", json_boolean(m->pti)) |
	       set(root, "pcid", json_boolean(m->pcid)) |
	       set(root, "cpu", json_string(m->cpu)) |
	       set(root, "cmdline", json_string(m->cmdline)) |
	       set(root, "boot", json_string(m->boot)) |
	       set(root, "microcode", json_string(m->microcode)) |
	       set(root, "config", json_string(m->config));
}

static int set_measurement(json_t *root, const struct manifest *m)
{
	return set(root, "tsc_khz",
		   m->tsc_khz ? count(m->tsc_khz) : json_null()) |
	       set(root, "tsc_khz_source", json_string(m->tsc_khz_source)) |
	       set(root, "unit", json_string(unit_name(m->unit))) |
	       set(root, "ticks_per_unit", json_real(m->ticks_per_unit)) |
	       set(root, "pinned_cpu", count(m->pinned_cpu)) |
	       set(root, "calibration", calibration(m)) |
	       set(root, "capture", capture(m));
}

static json_t *samples(const struct manifest *m)
{
	char crc[16];

	snprintf(crc, sizeof(crc), "%08x", m->samples_crc);
	return json_pack("{s:s, s:s, s:o}", "file", m->samples_file, "crc32",
			 crc, "bytes", count(m->samples_bytes));
}

static json_t *manifest_json(const struct manifest *m)
{
	json_t *root = json_object();
	int err = set(root, "format", json_string("ptiscope-run")) |
		  set(root, "version", json_integer(1)) |
		  set(root, "run", json_string(m->run)) |
		  set(root, "created", json_string(m->created)) |
		  set(root, "tool", json_string(m->tool)) |
		  set_kernel(root, m) | set_measurement(root, m) |
		  set_lists(root, m) | set(root, "samples", samples(m));

	if (!err)
		return root;
	json_decref(root);
	return NULL;
}

/**
 * manifest_save() - write manifest.json
 * @file: is created or overwritten
 * Return: 0, or -errno after one line on stderr
 */
int manifest_save(const struct manifest *m, const char *file)
{
	struct outfile out;
	int err = outfile_open(&out, NULL, file);

	if (err)
		return err;
	err = json_out(manifest_json(m), JSON_INDENT(1) | JSON_SORT_KEYS, file,
		       out.f);
	if (!err)
		return outfile_commit(&out);
	outfile_abort(&out);
	return err;
}
