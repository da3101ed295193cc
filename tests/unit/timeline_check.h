/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a file of trace events back: the slices of each track lie in one another or
 * beside one another, and their ticks add up to what the caller compares.
 */
#ifndef PTISCOPE_TIMELINE_CHECK_H
#define PTISCOPE_TIMELINE_CHECK_H

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMELINE_NAMES 256
#define TIMELINE_DEPTH 8

/** struct timeline_slice - what of a slice matters */
struct timeline_slice {
	int track;
	double begin;
	double end;
	size_t place;
};

/** struct timeline_sum - slices of one name, or of one name and path: "NAME PATH" */
struct timeline_sum {
	char name[64];
	unsigned long long n;
	unsigned long long ticks;
};

struct timeline_seen {
	struct timeline_sum sum[TIMELINE_NAMES];
	size_t n;
	unsigned long long lost;
	int tracks;
	char wrong[256];
};

static inline struct timeline_sum *timeline_sum(struct timeline_seen *seen,
						const char *name)
{
	size_t i = 0;

	while (i < seen->n && strcmp(seen->sum[i].name, name))
		i++;
	if (i == seen->n && i < TIMELINE_NAMES) {
		snprintf(seen->sum[i].name, sizeof(seen->sum[i].name), "%s",
			 name);
		seen->n++;
	}
	return &seen->sum[i < TIMELINE_NAMES ? i : 0];
}

/* By track, then what begins first; of two that begin at once, the longer one */
static inline int timeline_order(const void *left, const void *right)
{
	const struct timeline_slice *a = left, *b = right;

	if (a->track != b->track)
		return a->track < b->track ? -1 : 1;
	if (a->begin != b->begin)
		return a->begin < b->begin ? -1 : 1;
	if (a->end != b->end)
		return a->end > b->end ? -1 : 1;
	return a->place < b->place ? -1 : 1;
}

/* @slack: microseconds that rounding may add */
static inline void timeline_nested(struct timeline_seen *seen,
				   struct timeline_slice *slice, size_t n,
				   double slack)
{
	const struct timeline_slice *open[TIMELINE_DEPTH];
	size_t depth = 0;

	qsort(slice, n, sizeof(*slice), timeline_order);
	for (size_t i = 0; i < n; i++) {
		if (i && slice[i].track != slice[i - 1].track)
			depth = 0;
		while (depth && open[depth - 1]->end <= slice[i].begin + slack)
			depth--;
		if (depth && slice[i].end > open[depth - 1]->end + slack)
			snprintf(seen->wrong, sizeof(seen->wrong),
				 "track %d: %.4f to %.4f leaves %.4f to %.4f",
				 slice[i].track, slice[i].begin, slice[i].end,
				 open[depth - 1]->begin, open[depth - 1]->end);
		if (depth == TIMELINE_DEPTH) {
			snprintf(seen->wrong, sizeof(seen->wrong),
				 "deeper than %d", TIMELINE_DEPTH);
			return;
		}
		open[depth++] = &slice[i];
	}
}

static inline void timeline_event(struct timeline_seen *seen, json_t *event,
				  struct timeline_slice *slice, size_t *n)
{
	json_t *args = json_object_get(event, "args");
	const char *ph = json_string_value(json_object_get(event, "ph"));
	const char *name = json_string_value(json_object_get(event, "name"));
	const char *path = json_string_value(json_object_get(args, "path"));
	int track = (int)json_integer_value(json_object_get(event, "tid"));
	json_t *ts = json_object_get(event, "ts");
	json_t *dur = json_object_get(event, "dur");
	struct timeline_sum *sum;
	char both[64];

	if (!ph || !name || !args) {
		snprintf(seen->wrong, sizeof(seen->wrong), "no name or phase");
		return;
	}
	seen->tracks += !strcmp(name, "thread_name");
	if (*ph == 'i')
		seen->lost += (unsigned long long)json_integer_value(
			json_object_get(args, "n"));
	if (*ph != 'X')
		return;
	if (!json_is_number(ts) || !json_is_number(dur) ||
	    json_number_value(ts) < 0 || json_number_value(dur) < 0)
		snprintf(seen->wrong, sizeof(seen->wrong), "no time of %s",
			 name);
	snprintf(both, sizeof(both), "%.30s%s%.30s", name, path ? " " : "",
		 path ? path : "");
	sum = timeline_sum(seen, both);
	sum->n++;
	sum->ticks += (unsigned long long)json_integer_value(
		json_object_get(args, "ticks"));
	slice[*n] = (struct timeline_slice){ track, json_number_value(ts),
					     json_number_value(ts) +
						     json_number_value(dur),
					     *n };
	++*n;
}

/* Returns false, with a word in @seen->wrong, where it is no sound timeline. */
static inline bool timeline_check(json_t *root, double slack,
				  struct timeline_seen *seen)
{
	json_t *events = json_object_get(root, "traceEvents");
	struct timeline_slice *slice =
		calloc(json_array_size(events) + 1, sizeof(*slice));
	size_t n = 0;

	memset(seen, 0, sizeof(*seen));
	if (!slice || !json_is_array(events) ||
	    !json_is_object(json_object_get(root, "otherData")))
		snprintf(seen->wrong, sizeof(seen->wrong), "no events");
	for (size_t i = 0; slice && i < json_array_size(events); i++)
		timeline_event(seen, json_array_get(events, i), slice, &n);
	if (slice)
		timeline_nested(seen, slice, n, slack);
	free(slice);
	return !seen->wrong[0];
}

#endif /* PTISCOPE_TIMELINE_CHECK_H */
