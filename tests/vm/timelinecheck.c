// SPDX-License-Identifier: GPL-2.0-only
/*
 * timelinecheck FILE [NAME]: is it a sound file of trace events?  Prints a line for each
 * path, as `ptiscope trace --timeline` does of the records: name, count, ticks of the
 * windows, ticks of the writes.  With a name, the number of slices that have it.
 */
#include "../unit/timeline_check.h"

static unsigned long long ticks(struct timeline_seen *seen, const char *what,
				const char *path)
{
	char name[64];

	snprintf(name, sizeof(name), "%s %.30s", what, path);
	return timeline_sum(seen, name)->ticks;
}

static void print(struct timeline_seen *seen)
{
	for (size_t i = 0; i < seen->n; i++) {
		const struct timeline_sum *sum = &seen->sum[i];
		const char *window = strstr(sum->name, " window ");
		const char *path = window ? window + strlen(" window ") : NULL;

		if (path)
			printf("%s %llu %llu %llu\n", path, sum->n, sum->ticks,
			       ticks(seen, "CR3 write", path) +
				       ticks(seen, "CR3 write, flush", path));
	}
}

int main(int argc, char **argv)
{
	static struct timeline_seen seen;
	json_error_t error;
	json_t *root;

	if (argc < 2 || argc > 3)
		return 2;
	root = json_load_file(argv[1], JSON_REJECT_DUPLICATES, &error);
	if (!root) {
		fprintf(stderr, "%s: line %d: %s\n", argv[1], error.line,
			error.text);
		return 1;
	}
	if (!timeline_check(root, 1e-3, &seen)) {
		fprintf(stderr, "%s: %s\n", argv[1], seen.wrong);
		return 1;
	}
	if (argc == 3)
		printf("%llu\n", timeline_sum(&seen, argv[2])->n);
	else
		print(&seen);
	json_decref(root);
	return 0;
}
