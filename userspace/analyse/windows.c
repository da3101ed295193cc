// SPDX-License-Identifier: GPL-2.0-only
/* Windows and switches: which keys belong together, which report and plot show. */
#include <string.h>

#include "analyse/windows.h"

/* Rows with fewer records than this share of their workload's are for summary.csv. */
#define SHOWN_SHARE 0.1

/** block_of() - the keys that belong to a window */
struct block block_of(const struct key *window)
{
	struct block block = { *window, *window, *window };

	block.sw.metric = metric_switch(window->metric);
	block.flush.metric = METRIC_FLUSH_SHARE;
	return block;
}

static uint64_t count_records(const struct machine *machine,
			      const struct key *key)
{
	uint64_t most = 0;

	for (size_t i = 0; i < machine->n; i++) {
		const struct group *group = &machine->group[i];
		uint64_t n = 0;

		for (size_t j = 0; j < group->n; j++) {
			const struct series *s = sample_set_find(
				&group->runs[j]->samples, key->path,
				key->metric, key->workload);
			n += s ? s->n : 0;
		}
		most = n > most ? n : most;
	}
	return most;
}

/* An interrupt that happened to hit a workload is not what the workload is about. */
static bool is_incidental(const struct machine *machine, const struct key *keys,
			  size_t n, const struct key *key)
{
	uint64_t most = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t records;

		if (keys[i].metric != key->metric ||
		    strcmp(keys[i].workload, key->workload))
			continue;
		records = count_records(machine, &keys[i]);
		most = records > most ? records : most;
	}
	return count_records(machine, key) < SHOWN_SHARE * most;
}

/**
 * window_is_shown() - is this key a window that report and plot show?
 * @keys: all keys of the machine
 *
 * A path that only happened to hit a workload is left to summary.csv.
 */
bool window_is_shown(const struct machine *machine, const struct key *keys,
		     size_t n, const struct key *key)
{
	return metric_is_window(key->metric) &&
	       !is_incidental(machine, keys, n, key);
}
