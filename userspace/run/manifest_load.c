// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads manifest.json and believes none of it: every key is there, has its type
 * and a value that makes sense, or the key at fault is named.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/infile.h"
#include "base/log.h"
#include "run/manifest.h"

/* Far above any manifest */
#define MAX_BYTES (64U << 20)

/* Ticks in a unit: far beyond any clock, and figures stay finite. */
#define TICKS_LEAST 1e-9
#define TICKS_MOST 1e9

/*
 * The object that is being read.  After the first fault, which is reported, the
 * readers do nothing, so that a sequence of them needs one check at its end.
 */
struct source {
	const char *file;
	const char *where;
	json_t *object;
	int err;
};

static void fault(struct source *s, const char *key, const char *what)
{
	if (!s->err)
		log_error("%s: key '%s%s' %s", s->file, s->where, key, what);
	s->err = -EINVAL;
}

static json_t *get(struct source *s, const char *key)
{
	json_t *value = s->err ? NULL : json_object_get(s->object, key);

	if (!value)
		fault(s, key, "is missing");
	return value;
}

static const char *get_text(struct source *s, const char *key)
{
	json_t *value = get(s, key);

	if (value && !json_is_string(value))
		fault(s, key, "is not a string");
	return s->err ? "" : json_string_value(value);
}

static void get_string(struct source *s, const char *key, char **field)
{
	const char *text = get_text(s, key);

	if (!s->err && manifest_set(field, text))
		fault(s, key, "does not fit into memory");
}

/* Runs of version 0.1.0 lack it. */
static void get_if_there(struct source *s, const char *key, char **field)
{
	if (json_object_get(s->object, key))
		get_string(s, key, field);
}

static bool get_bool(struct source *s, const char *key)
{
	json_t *value = get(s, key);

	if (value && !json_is_boolean(value))
		fault(s, key, "is neither true nor false");
	return json_is_true(value);
}

static uint64_t get_count(struct source *s, const char *key)
{
	json_t *value = get(s, key);

	if (value && (!json_is_integer(value) || json_integer_value(value) < 0))
		fault(s, key, "is not a whole number of at least 0");
	return json_integer_value(value);
}

static double get_real(struct source *s, const char *key)
{
	json_t *value = get(s, key);

	if (value &&
	    (!json_is_number(value) || !isfinite(json_number_value(value))))
		fault(s, key, "is not a number");
	return json_number_value(value);
}

static int get_choice(struct source *s, const char *key,
		      const char *const *names)
{
	const char *text = get_text(s, key);

	for (int i = 0; names[i]; i++)
		if (!strcmp(names[i], text))
			return i;
	fault(s, key, "has a value that is not known");
	return 0;
}

static unsigned int get_path(struct source *s, const char *key)
{
	int path = pti_path_from_name(get_text(s, key));

	if (path < 0)
		fault(s, key, "names no path");
	return path < 0 ? PTI_PATH_NONE : path;
}

/* An object or an array within the one that is being read, with a fault of its own. */
static struct source get_inner(struct source *s, const char *key,
			       const char *where, json_type type)
{
	struct source inner = { s->file, where, get(s, key), s->err };

	if (!s->err && json_typeof(inner.object) != type) {
		fault(s, key,
		      type == JSON_ARRAY ? "is not an array" :
					   "is not an object");
		inner.err = s->err;
	}
	return inner;
}

static void get_calibration_value(struct source *s, const char *key,
				  struct calibration_value *value)
{
	struct source inner = get_inner(s, key, "calibration.*.", JSON_OBJECT);

	value->median = get_real(&inner, "median");
	value->n = get_count(&inner, "n");
	s->err = inner.err;
}

static void get_calibration(struct source *s, struct manifest *m)
{
	struct source inner =
		get_inner(s, "calibration", "calibration.", JSON_OBJECT);

	get_calibration_value(&inner, "loop_overhead", &m->loop_overhead);
	get_calibration_value(&inner, "rdtsc_pair", &m->rdtsc_pair);
	m->has_mark_pair = !json_is_null(get(&inner, "mark_pair"));
	if (m->has_mark_pair)
		get_calibration_value(&inner, "mark_pair", &m->mark_pair);
	m->calibration_source =
		get_choice(&inner, "source", calibration_source_names);
	s->err = inner.err;
}

static void get_capture(struct source *s, struct manifest *m)
{
	struct source inner = get_inner(s, "capture", "capture.", JSON_OBJECT);

	m->capture_source = get_choice(&inner, "source", capture_source_names);
	m->capture_written = get_count(&inner, "written");
	m->capture_read = get_count(&inner, "read");
	m->capture_lost = get_count(&inner, "lost");
	get_string(&inner, "why", &m->capture_why);
	s->err = inner.err;
}

static void get_entries(struct source *s, const char *key, uint64_t *by_path)
{
	struct source inner =
		get_inner(s, key, "workloads.*_entries.", JSON_OBJECT);
	const char *name;
	json_t *value;

	if (inner.err) {
		s->err = inner.err;
		return;
	}
	json_object_foreach(inner.object, name, value) {
		int path = pti_path_from_name(name);

		if (path < 0)
			fault(&inner, name, "names no path");
		else
			by_path[path] = get_count(&inner, name);
	}
	s->err = inner.err;
}

/* Runs of version 0.1.0 lack it. */
static void get_noise(struct source *s, struct manifest_workload *w)
{
	json_t *object = json_object_get(s->object, "interference");
	struct source inner;

	if (!object || json_is_null(object))
		return;
	inner = get_inner(s, "interference", "workloads.*.interference.",
			  JSON_OBJECT);
	w->has_noise = true;
	w->noise.interrupts = get_count(&inner, "interrupts");
	w->noise.preemptions = get_count(&inner, "preemptions");
	w->noise.migrations = get_count(&inner, "migrations");
	w->noise.spin_ratio = get_real(&inner, "spin_ratio");
	s->err = inner.err;
}

/* Runs of version 0.1.0 lack it. */
static void get_skipped(struct source *s, struct manifest_workload *w)
{
	json_t *value = json_object_get(s->object, "skipped");

	if (value && !json_is_null(value))
		w->skipped = get_count(s, "skipped");
}

static void get_workload(struct source *s, struct manifest *m)
{
	const char *name = get_text(s, "name");
	unsigned int path = get_path(s, "path");
	struct manifest_workload *w;

	if (s->err)
		return;
	w = manifest_add_workload(m, name, path);
	if (!w) {
		fault(s, "name", "does not fit into memory");
		return;
	}
	w->iterations = get_count(s, "iterations");
	w->samples = get_count(s, "samples");
	w->batch = get_bool(s, "batch");
	get_entries(s, "declared_entries", w->declared);
	w->has_seen = !json_is_null(get(s, "seen_entries"));
	if (w->has_seen)
		get_entries(s, "seen_entries", w->seen);
	get_skipped(s, w);
	w->verified = get_choice(s, "verified", verified_names);
	get_noise(s, w);
	get_string(s, "note", &w->note);
}

static void get_gap(struct source *s, struct manifest *m)
{
	const char *what = get_text(s, "what"), *why = get_text(s, "why");

	if (!s->err && manifest_add_gap(m, what, "%s", why))
		fault(s, "what", "does not fit into memory");
}

/* Every member of an array of objects, through one of the functions above. */
static void get_each(struct source *s, const char *key, const char *where,
		     struct manifest *m,
		     void (*get_one)(struct source *s, struct manifest *m))
{
	struct source list = get_inner(s, key, "", JSON_ARRAY);
	json_t *value;
	size_t i;

	if (list.err) {
		s->err = list.err;
		return;
	}
	json_array_foreach(list.object, i, value) {
		struct source inner = { s->file, where, value, s->err };

		if (!json_is_object(value))
			fault(s, key, "holds something that is not an object");
		else
			get_one(&inner, m);
		s->err |= inner.err;
	}
}

static void get_warnings(struct source *s, struct manifest *m)
{
	struct source list = get_inner(s, "warnings", "", JSON_ARRAY);
	json_t *value;
	size_t i;

	if (list.err) {
		s->err = list.err;
		return;
	}
	json_array_foreach(list.object, i, value) {
		if (!json_is_string(value))
			fault(s, "warnings",
			      "holds something that is not a string");
		else if (manifest_add_warning(m, "%s",
					      json_string_value(value)))
			fault(s, "warnings", "does not fit into memory");
	}
}

static void get_kernel(struct source *s, struct manifest *m)
{
	get_string(s, "kernel", &m->kernel);
	m->variant = get_choice(s, "variant", variant_names);
	m->lane = get_choice(s, "lane", lane_names);
	m->switch_mode = get_choice(s, "switch", switch_names);
	m->marks = get_bool(s, "marks");
	/* Runs of version 0.1.0 lack it. */
	if (json_object_get(s->object, "skip"))
		m->skip = get_bool(s, "skip");
	m->pti = get_bool(s, "pti");
	m->pcid = get_bool(s, "pcid");
	get_string(s, "cpu", &m->cpu);
	get_string(s, "cmdline", &m->cmdline);
	get_if_there(s, "boot", &m->boot);
	get_if_there(s, "microcode", &m->microcode);
	get_if_there(s, "config", &m->config);
	if (!s->err && m->pti == (m->switch_mode == SWITCH_OFF))
		fault(s, "switch", "contradicts 'pti'");
	if (!s->err && m->skip && m->switch_mode != SWITCH_LATE)
		fault(s, "skip", "contradicts 'switch'");
}

static void get_measurement(struct source *s, struct manifest *m)
{
	int unit = unit_from_name(get_text(s, "unit"));

	if (unit < 0 || unit == UNIT_COUNT)
		fault(s, "unit",
		      "is neither TSC ticks nor instructions nor ns");
	if (unit >= 0 && (enum unit)unit != lane_unit(m->lane))
		fault(s, "unit", "is not that of the lane");
	m->unit = unit < 0 ? UNIT_TICKS : unit;
	m->tsc_khz = json_is_null(get(s, "tsc_khz")) ? 0 :
						       get_count(s, "tsc_khz");
	get_string(s, "tsc_khz_source", &m->tsc_khz_source);
	m->ticks_per_unit = get_real(s, "ticks_per_unit");
	if (!s->err && !(m->ticks_per_unit >= TICKS_LEAST &&
			 m->ticks_per_unit <= TICKS_MOST))
		fault(s, "ticks_per_unit", "is that of no clock");
	m->pinned_cpu = get_count(s, "pinned_cpu");
	get_calibration(s, m);
	get_capture(s, m);
}

static void get_samples(struct source *s, struct manifest *m)
{
	struct source inner = get_inner(s, "samples", "samples.", JSON_OBJECT);
	const char *crc = get_text(&inner, "crc32");

	m->samples_crc = strtoul(crc, NULL, 16);
	if (strlen(crc) != 8 || strspn(crc, "0123456789abcdef") != 8)
		fault(&inner, "crc32", "is not 8 hexadecimal digits");
	m->samples_bytes = get_count(&inner, "bytes");
	get_string(&inner, "file", &m->samples_file);
	if (!inner.err && strchr(m->samples_file, '/'))
		fault(&inner, "file", "leads out of the run directory");
	s->err = inner.err;
}

static void get_format(struct source *s)
{
	if (strcmp(get_text(s, "format"), "ptiscope-run"))
		fault(s, "format", "is not ptiscope-run");
	if (get_count(s, "version") != 1)
		fault(s, "version", "is not 1; a newer ptiscope wrote it");
}

static void get_manifest(struct source *s, struct manifest *m)
{
	get_format(s);
	get_string(s, "run", &m->run);
	get_string(s, "created", &m->created);
	get_string(s, "tool", &m->tool);
	get_kernel(s, m);
	get_measurement(s, m);
	get_each(s, "workloads", "workloads.", m, get_workload);
	get_each(s, "not_measured", "not_measured.", m, get_gap);
	get_warnings(s, m);
	get_samples(s, m);
}

/**
 * manifest_load() - read and check manifest.json
 * @m: out: needs manifest_deinit() on success only
 * Return: 0, or -errno after one line on stderr
 */
int manifest_load(const char *file, struct manifest *m)
{
	struct source s = { .file = file, .where = "" };
	json_error_t error;
	int fd = infile_open(file, MAX_BYTES);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd < 0)
		return fd;
	if (!f) {
		close(fd);
		log_error("%s: out of memory", file);
		return -ENOMEM;
	}
	/* Not json_loadfd(), which reads byte by byte */
	s.object = json_loadf(f, JSON_REJECT_DUPLICATES, &error);
	fclose(f);
	if (!s.object) {
		log_error("%s: line %d: %s", file, error.line, error.text);
		return -EINVAL;
	}
	if (manifest_init(m)) {
		log_error("%s: out of memory", file);
		s.err = -ENOMEM;
	}
	if (!json_is_object(s.object))
		fault(&s, "format", "is missing");
	get_manifest(&s, m);
	json_decref(s.object);
	if (s.err)
		manifest_deinit(m);
	return s.err;
}
