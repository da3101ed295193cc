// SPDX-License-Identifier: GPL-2.0-only
/*
 * The manifest in memory.  manifest_save.c and manifest_load.c keep it in
 * manifest.json.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run/manifest.h"
#include "base/command.h"
#include "base/text.h"

const char *const lane_names[] = {
	[LANE_HARDWARE] = "hardware", [LANE_ICOUNT] = "icount",
	[LANE_TCG] = "tcg",	      [LANE_BOCHS] = "bochs",
	[LANE_KVM] = "kvm",	      [LANE_COUNT] = NULL,
};

const char *const variant_names[] = {
	[VARIANT_STOCK] = "stock",
	[VARIANT_PATCHED] = "patched",
	[VARIANT_COUNT] = NULL,
};

const char *const switch_names[] = {
	[SWITCH_EARLY] = "early",
	[SWITCH_LATE] = "late",
	[SWITCH_OFF] = "off",
	[SWITCH_COUNT] = NULL,
};

const char *const verified_names[] = {
	[VERIFIED_YES] = "yes",
	[VERIFIED_NO] = "no",
	[VERIFIED_NOT_MEASURED] = "not measured",
	[VERIFIED_COUNT] = NULL,
};

const char *const calibration_source_names[] = {
	[CALIBRATION_MODULE] = "module",
	[CALIBRATION_USER] = "user",
	[CALIBRATION_COUNT] = NULL,
};

const char *const capture_source_names[] = {
	[CAPTURE_MODULE] = "module",
	[CAPTURE_NONE] = "none",
	[CAPTURE_BPF] = "bpf",
	[CAPTURE_COUNT] = NULL,
};

/* Strings that are "" until they are set, so that no reader meets NULL. */
static int set_empty_strings(struct manifest *m)
{
	char **fields[] = { &m->run,	     &m->kernel, &m->cpu,
			    &m->cmdline,     &m->boot,	 &m->tsc_khz_source,
			    &m->microcode,   &m->config, &m->capture_why,
			    &m->samples_file };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (manifest_set(fields[i], ""))
			return -ENOMEM;
	return 0;
}

/**
 * manifest_init() - a manifest of this version of the tool, created now
 * Return: 0 or -ENOMEM; manifest_deinit() is due either way
 */
int manifest_init(struct manifest *m)
{
	time_t now = time(NULL);
	char created[32];
	struct tm utc;

	memset(m, 0, sizeof(*m));
	m->unit = UNIT_TICKS;
	m->ticks_per_unit = 1;
	m->capture_source = CAPTURE_NONE;
	m->calibration_source = CALIBRATION_USER;
	gmtime_r(&now, &utc);
	strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%SZ", &utc);
	if (set_empty_strings(m) || manifest_set(&m->created, created))
		return -ENOMEM;
	return manifest_set(&m->tool, PTISCOPE_VERSION);
}

/** manifest_deinit() - free what the manifest owns */
void manifest_deinit(struct manifest *m)
{
	free(m->run);
	free(m->created);
	free(m->tool);
	free(m->kernel);
	free(m->cpu);
	free(m->cmdline);
	free(m->boot);
	free(m->microcode);
	free(m->config);
	free(m->tsc_khz_source);
	free(m->capture_why);
	free(m->samples_file);
	for (size_t i = 0; i < m->n_workloads; i++) {
		free(m->workloads[i].name);
		free(m->workloads[i].note);
	}
	free(m->workloads);
	for (size_t i = 0; i < m->n_gaps; i++) {
		free(m->gaps[i].what);
		free(m->gaps[i].why);
	}
	free(m->gaps);
	for (size_t i = 0; i < m->n_warnings; i++)
		free(m->warnings[i]);
	free(m->warnings);
	memset(m, 0, sizeof(*m));
}

/**
 * manifest_set() - give a string field a copy of that text
 * @field: &m->field, or the note of a workload; what it held is freed
 * @text: control characters become blanks
 * Return: 0 or -ENOMEM, which leaves the field as it was
 */
int manifest_set(char **field, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	text_clean(copy);
	free(*field);
	*field = copy;
	return 0;
}

/**
 * manifest_add_workload() - append a workload, not measured yet
 * @path: enum pti_path that it is about
 * Return: the workload, valid until the next one is added, or NULL without memory
 */
struct manifest_workload *
manifest_add_workload(struct manifest *m, const char *name, unsigned int path)
{
	struct manifest_workload *grown, *workload;

	grown = realloc(m->workloads, (m->n_workloads + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	m->workloads = grown;
	workload = &grown[m->n_workloads];
	memset(workload, 0, sizeof(*workload));
	workload->path = path;
	workload->verified = VERIFIED_NOT_MEASURED;
	if (manifest_set(&workload->name, name) ||
	    manifest_set(&workload->note, "")) {
		free(workload->name);
		return NULL;
	}
	m->n_workloads++;
	return workload;
}

/**
 * manifest_add_gap() - say that something was not measured
 * @what: the thing, as the report names it: "entry_window", "timer"
 * @fmt: why
 * Return: 0 or -ENOMEM
 */
int manifest_add_gap(struct manifest *m, const char *what, const char *fmt, ...)
{
	struct manifest_gap *grown, *gap;
	va_list args;
	int length;

	grown = realloc(m->gaps, (m->n_gaps + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	m->gaps = grown;
	gap = &grown[m->n_gaps];
	gap->what = strdup(what);
	if (!gap->what)
		return -ENOMEM;
	va_start(args, fmt);
	length = vasprintf(&gap->why, fmt, args);
	va_end(args);
	if (length < 0) {
		free(gap->what);
		return -ENOMEM;
	}
	text_clean(gap->what);
	text_clean(gap->why);
	m->n_gaps++;
	return 0;
}

/**
 * manifest_add_warning() - say what a reader of the numbers has to know
 * Return: 0 or -ENOMEM
 */
int manifest_add_warning(struct manifest *m, const char *fmt, ...)
{
	va_list args;
	char **grown;
	int length;

	grown = realloc(m->warnings, (m->n_warnings + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	m->warnings = grown;
	va_start(args, fmt);
	length = vasprintf(&grown[m->n_warnings], fmt, args);
	va_end(args);
	if (length < 0)
		return -ENOMEM;
	text_clean(grown[m->n_warnings]);
	m->n_warnings++;
	return 0;
}

/** lane_is_exact() - does this lane count instructions? */
bool lane_is_exact(enum lane lane)
{
	return lane == LANE_ICOUNT || lane == LANE_BOCHS;
}

/**
 * lane_unit() - unit that a TSC tick of a lane is reported in
 * @lane: lane
 *
 * Return: enum unit.
 */
enum unit lane_unit(enum lane lane)
{
	switch (lane) {
	case LANE_ICOUNT:
	case LANE_BOCHS:
		return UNIT_INSTRUCTIONS;
	case LANE_TCG:
		return UNIT_NS;
	default:
		return UNIT_TICKS;
	}
}
