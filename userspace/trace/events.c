// SPDX-License-Identifier: GPL-2.0-only
/* What performance counters counted behind each path, as text and as JSON. */
#include <stdio.h>

#include "base/json_out.h"
#include "trace/trace.h"

/* Where a half of an event counts, for people and for programs. */
struct place {
	const char *text;
	const char *name;
};

static struct place place(const struct event *event, bool user)
{
	if (event->all)
		return (struct place){ "until the next entry", "all" };
	return user ? (struct place){ "in user mode behind it", "user" } :
		      (struct place){ "in the kernel behind it", "kernel" };
}

/* The sums of an event that belong to a path, or NULL for none. */
static const struct pti_bpf_event *sums(const struct trace *t, size_t event,
					unsigned int path, bool user)
{
	if (pti_path_is_exit(path) != user || !t->counts.stats[path].count)
		return NULL;
	return &t->counts.events[path].half[2 * event + user];
}

static void print_path(const struct trace *t, size_t event, unsigned int path,
		       bool user)
{
	const struct pti_bpf_event *s = sums(t, event, path, user);

	if (!s)
		return;
	if (s->n)
		printf("%-18s %12.3f %s, n %llu\n", pti_path_name(path),
		       (double)s->sum / (double)s->n,
		       place(&t->events.event[event], user).text,
		       (unsigned long long)s->n);
	else
		printf("%-18s not measured: no counter was free for it\n",
		       pti_path_name(path));
}

static void print_event(const struct trace *t, size_t event)
{
	const struct event *e = &t->events.event[event];
	unsigned int path, user;

	if (e->why) {
		printf("\n%s: not measured: %s\n", e->name, e->why);
		return;
	}
	printf("\n%s, mean\n", e->name);
	for (user = 0; user < 2; user++)
		for (path = 1; e->half[user] && path < PTI_PATH_COUNT; path++)
			print_path(t, event, path, user);
}

/**
 * trace_print_events() - print the mean of each event, by path
 * @t: trace
 */
void trace_print_events(const struct trace *t)
{
	size_t i;

	for (i = 0; i < t->events.n; i++)
		print_event(t, i);
}

static json_t *json_paths(const struct trace *t, size_t event)
{
	const struct event *e = &t->events.event[event];
	const struct pti_bpf_event *s;
	json_t *paths = json_array();
	unsigned int path, user;

	for (user = 0; user < 2; user++) {
		for (path = 1; e->half[user] && path < PTI_PATH_COUNT; path++) {
			s = sums(t, event, path, user);
			if (!s)
				continue;
			paths = json_appended(
				paths, json_pack("{s:s, s:s, s:I, s:I}", "path",
						 pti_path_name(path), "where",
						 place(e, user).name, "sum",
						 (json_int_t)s->sum, "n",
						 (json_int_t)s->n));
		}
	}
	return paths;
}

/**
 * trace_json_events() - sum and number of each event, by path
 * @t: trace
 *
 * Return: an array, or NULL where memory ran out
 */
json_t *trace_json_events(const struct trace *t)
{
	json_t *events = json_array(), *event;
	const struct event *e;
	size_t i;

	for (i = 0; i < t->events.n; i++) {
		e = &t->events.event[i];
		if (e->why)
			event = json_pack("{s:s, s:s}", "event", e->name,
					  "not_measured", e->why);
		else
			event = json_pack("{s:s, s:o}", "event", e->name,
					  "paths", json_paths(t, i));
		events = json_appended(events, event);
	}
	return events;
}
