// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raw samples in memory.  samples_file.c keeps them in a file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/samples.h"

static const char *const metric_names[METRIC_TLB_EVENTS] = {
	[METRIC_ROUND_TRIP] = "round_trip",
	[METRIC_ENTRY_WINDOW] = "entry_window",
	[METRIC_ENTRY_SWITCH] = "entry_switch",
	[METRIC_EXIT_WINDOW] = "exit_window",
	[METRIC_EXIT_SWITCH] = "exit_switch",
	[METRIC_MARK_COST] = "mark_cost",
	[METRIC_FLUSH_SHARE] = "flush_share",
	[METRIC_ENTRIES] = "entries",
	[METRIC_RETOUCH] = "retouch",
	[METRIC_RETOUCH_IDLE] = "retouch_idle",
	[METRIC_SKIPPED] = "skipped",
};

static const char *const unit_names[UNIT_END] = {
	[UNIT_TICKS] = "TSC ticks",
	[UNIT_INSTRUCTIONS] = "instructions",
	[UNIT_NS] = "ns",
	[UNIT_COUNT] = "count",
};

static const char *const tlb_parts[TLB_PARTS] = { "entry", "kernel", "exit",
						  "user" };

static const char *const tlb_events[TLB_EVENTS] = {
	[TLB_INSTRUCTION] = "instructions",
	[TLB_ACCESS] = "accesses",
	[TLB_CR3_FLUSH] = "cr3_flush",
	[TLB_CR3_NOFLUSH] = "cr3_noflush",
	[TLB_INVLPG] = "invlpg",
	[TLB_INVPCID_ADDRESS] = "invpcid_address",
	[TLB_INVPCID_PCID] = "invpcid_pcid",
	[TLB_INVPCID_ALL] = "invpcid_all",
	[TLB_INVPCID_NONGLOBAL] = "invpcid_nonglobal",
};

static const char *const tlb_counts[TLB_COUNTS] = {
	[TLB_DATA_MISS] = "data_miss", [TLB_CODE_MISS] = "code_miss",
	[TLB_SECOND_HIT] = "l2_hit",   [TLB_WALK] = "walks",
	[TLB_WALK_REF] = "walk_refs",
};

static const char *const tlb_geometries[METRIC_TLB_GEOMETRIES] = {
	"haswell", "skylake", "ivybridge", "file"
};

/** metric_tlb_event() - an event that all geometries share, in one part of the way */
enum metric metric_tlb_event(enum tlb_part part, enum tlb_event event)
{
	return METRIC_TLB_EVENTS + part * TLB_EVENTS + event;
}

/** metric_tlb_count() - a count of one geometry, see metric_tlb_geometry() */
enum metric metric_tlb_count(unsigned int geometry, enum tlb_part part,
			     enum tlb_count count)
{
	return METRIC_TLB_COUNTS + (geometry * TLB_PARTS + part) * TLB_COUNTS +
	       count;
}

/** metric_tlb_geometry() - its number; any but those that are known is "file" */
unsigned int metric_tlb_geometry(const char *name)
{
	unsigned int i = 0;

	while (i < METRIC_TLB_GEOMETRIES - 1 && strcmp(tlb_geometries[i], name))
		i++;
	return i;
}

/** metric_tlb_geometry_name() - the name in metrics, or NULL where there is none */
const char *metric_tlb_geometry_name(unsigned int geometry)
{
	return geometry < METRIC_TLB_GEOMETRIES ? tlb_geometries[geometry] :
						  NULL;
}

/* tlb_EVENT_PART or tlb_COUNT_PART_GEOMETRY, made when first asked for */
static const char *tlb_name(unsigned int metric)
{
	static char names[METRIC_COUNT - METRIC_TLB_EVENTS][48];
	char *name = names[metric - METRIC_TLB_EVENTS];
	unsigned int i;

	if (name[0])
		return name;
	if (metric < METRIC_TLB_COUNTS) {
		i = metric - METRIC_TLB_EVENTS;
		snprintf(name, sizeof(names[0]), "tlb_%s_%s",
			 tlb_events[i % TLB_EVENTS], tlb_parts[i / TLB_EVENTS]);
	} else {
		i = metric - METRIC_TLB_COUNTS;
		snprintf(name, sizeof(names[0]), "tlb_%s_%s_%s",
			 tlb_counts[i % TLB_COUNTS],
			 tlb_parts[i / TLB_COUNTS % TLB_PARTS],
			 tlb_geometries[i / TLB_COUNTS / TLB_PARTS]);
	}
	return name;
}

/**
 * metric_name() - the name of a metric in CSV files
 * Return: the name, or NULL when there is no such metric
 */
const char *metric_name(unsigned int metric)
{
	if (metric >= METRIC_TLB_EVENTS)
		return metric < METRIC_COUNT ? tlb_name(metric) : NULL;
	return metric_names[metric];
}

/** metric_is_window() - is it the window of entries or of exits? */
bool metric_is_window(unsigned int metric)
{
	return metric == METRIC_ENTRY_WINDOW || metric == METRIC_EXIT_WINDOW;
}

/** metric_window() - the window of an entry or exit @path (enum pti_path) */
enum metric metric_window(unsigned int path)
{
	return pti_path_is_exit(path) ? METRIC_EXIT_WINDOW :
					METRIC_ENTRY_WINDOW;
}

/** metric_switch() - the CR3 write that ends a window */
enum metric metric_switch(enum metric window)
{
	return window == METRIC_EXIT_WINDOW ? METRIC_EXIT_SWITCH :
					      METRIC_ENTRY_SWITCH;
}

/**
 * unit_name() - the name of a unit in CSV files and manifests
 * Return: the name, or NULL when there is no such unit
 */
const char *unit_name(unsigned int unit)
{
	return unit < UNIT_END ? unit_names[unit] : NULL;
}

/**
 * unit_from_name() - the reverse of unit_name()
 *
 * Version 0.1.0 called TSC ticks "cycles".
 *
 * Return: enum unit, or -1 when no unit has that name
 */
int unit_from_name(const char *name)
{
	for (int unit = UNIT_TICKS; unit < UNIT_END; unit++)
		if (!strcmp(unit_names[unit], name))
			return unit;
	return strcmp(name, "cycles") ? -1 : UNIT_TICKS;
}

/** sample_set_init() - an empty set */
void sample_set_init(struct sample_set *set)
{
	memset(set, 0, sizeof(*set));
}

/** sample_set_deinit() - free every series; the set is empty again */
void sample_set_deinit(struct sample_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		free(set->series[i]->values);
		free(set->series[i]);
	}
	free(set->series);
	sample_set_init(set);
}

/* Room for @n more */
static int sample_set_grow(struct sample_set *set, size_t n)
{
	size_t cap = 2 * set->cap + 16;
	struct series **grown;

	if (set->n + n <= set->cap)
		return 0;
	if (cap < set->n + n)
		cap = set->n + n;
	grown = realloc(set->series, cap * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	set->series = grown;
	set->cap = cap;
	return 0;
}

/**
 * sample_set_add() - append an empty series
 * @path: enum pti_path
 * @workload: shorter than SAMPLES_NAME_MAX; cut off otherwise
 * @divisor: iterations that one sample covers, at least 1
 * Return: the series, owned by @set, or NULL without memory
 */
struct series *sample_set_add(struct sample_set *set, unsigned int path,
			      enum metric metric, enum unit unit,
			      const char *workload, uint32_t divisor)
{
	struct series *series;

	if (sample_set_grow(set, 1))
		return NULL;
	series = calloc(1, sizeof(*series));
	if (!series)
		return NULL;
	series->path = path;
	series->metric = metric;
	series->unit = unit;
	series->divisor = divisor;
	strncpy(series->workload, workload, sizeof(series->workload) - 1);
	set->series[set->n++] = series;
	return series;
}

/**
 * sample_set_move() - append the series of another set
 * @from: is empty then
 * Return: 0 or -ENOMEM, which leaves both as they were
 */
int sample_set_move(struct sample_set *to, struct sample_set *from)
{
	if (sample_set_grow(to, from->n))
		return -ENOMEM;
	for (size_t i = 0; i < from->n; i++)
		to->series[to->n++] = from->series[i];
	free(from->series);
	sample_set_init(from);
	return 0;
}

/**
 * sample_set_find() - the series of that path, metric and workload
 * Return: the series, or NULL when there is none
 */
struct series *sample_set_find(const struct sample_set *set, unsigned int path,
			       enum metric metric, const char *workload)
{
	for (size_t i = 0; i < set->n; i++) {
		struct series *series = set->series[i];

		if (series->path == path && series->metric == metric &&
		    !strcmp(series->workload, workload))
			return series;
	}
	return NULL;
}

/**
 * series_push() - append one raw value
 * Return: 0 or -ENOMEM, which leaves the series as it was
 */
int series_push(struct series *series, uint64_t value)
{
	if (series->n == series->cap) {
		uint64_t cap = series->cap ? 2 * series->cap : 256;
		uint64_t *grown = realloc(series->values, cap * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		series->values = grown;
		series->cap = cap;
	}
	series->values[series->n++] = value;
	return 0;
}
