// SPDX-License-Identifier: GPL-2.0-only
/*
 * What came of it: as a table, as CSV, as TAP.
 */
#include <inttypes.h>
#include <stdbool.h>

#include "inject/inject.h"

static bool good(const struct result *r)
{
	return r->points && !r->missed && r->survived == r->points;
}

/** report_table() - for people */
void report_table(FILE *f, const char *mode, const struct result *result,
		  size_t count)
{
	struct result sum = { 0 };

	fprintf(f, "%-6s %-19s %-7s %7s %9s %7s %9s %7s\n", "mode", "path",
		"event", "points", "addresses", "window", "survived", "missed");
	for (size_t i = 0; i < count; i++) {
		const struct result *r = &result[i];

		fprintf(f, "%-6s %-19s %-7s %7u %9u %7u %9u %7u%s\n", mode,
			r->path->name, event_names[r->event], r->points,
			r->addresses, r->window, r->survived, r->missed,
			good(r) ? "" : "  <-");
		sum.points += r->points;
		sum.window += r->window;
		sum.survived += r->survived;
		sum.missed += r->missed;
	}
	fprintf(f, "%-6s %-19s %-7s %7u %9s %7u %9u %7u\n", mode, "all", "",
		sum.points, "", sum.window, sum.survived, sum.missed);
}

/** report_tap() - for tests */
void report_tap(FILE *f, const struct session *s, const struct result *result,
		size_t count)
{
	fprintf(f,
		"# mode: %s\n# NMIs injected: %" PRIu64
		", to be handled: %" PRIu64
		"\n# in kernel mode on the user page table: nmi_kernel %" PRIu64
		", mce %" PRIu64 "\n",
		s->mode, s->nmis, s->nmis - s->merged, s->window_nmis,
		s->window_mces);
	for (size_t i = 0; i < count; i++) {
		const struct result *r = &result[i];

		fprintf(f,
			"%sok %zu - %s, %s: %u of %u points survived, %u instructions, %u in the window, %u missed\n",
			good(r) ? "" : "not ", i + 1, r->path->name,
			event_names[r->event], r->survived, r->points,
			r->addresses, r->window, r->missed);
	}
	fprintf(f, "1..%zu\n", count);
}

/** report_csv() - for programs; tidy, one path and event a row */
void report_csv(FILE *f, const char *mode, const struct result *result,
		size_t count)
{
	fputs("mode,path,event,points,addresses,window,survived,missed\n", f);
	for (size_t i = 0; i < count; i++) {
		const struct result *r = &result[i];

		fprintf(f, "%s,%s,%s,%u,%u,%u,%u,%u\n", mode, r->path->name,
			event_names[r->event], r->points, r->addresses,
			r->window, r->survived, r->missed);
	}
}
