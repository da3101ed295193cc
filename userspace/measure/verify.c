// SPDX-License-Identifier: GPL-2.0-only
/* Fourth stage: are the entries those that the workload declares? */
#include <stdio.h>

#include "measure/verify.h"

/* Append "; PATH: n entries, m declared" for a path that was not as declared. */
static char *tell_difference(char *p, char *end, unsigned int path,
			     uint64_t seen, uint64_t want)
{
	/* What the program waits for, it may have mistaken. */
	const char *why = pti_path_is_asynchronous(path) ?
				  " (the others were no interrupts: "
				  "an emulator or a host took the time)" :
				  "";

	if (p < end)
		p += snprintf(p, (size_t)(end - p),
			      "; %s: %llu entries, %llu declared%s",
			      pti_path_name(path), (unsigned long long)seen,
			      (unsigned long long)want, why);
	return p;
}

/* A call that skips the switch is no entry, but it is a call. */
static uint64_t entries_of(const struct recording *rec, unsigned int path)
{
	return rec->seen[path] +
	       (path == PTI_PATH_SYSCALL64 ? rec->skipped : 0);
}

/* Is what was seen of a path in all recordings what was declared? */
static bool is_declared(const struct bench_entries *e, unsigned int path,
			const struct recording *rec, uint64_t *want)
{
	const uint64_t seen = entries_of(rec, path);

	while (e->path && e->path != path)
		e++;
	*want = e->path ? e->count * rec->samples * rec->iterations : 0;
	if (seen >= *want && pti_path_is_asynchronous(path))
		return true;
	/* Copy on write and the like may add some. */
	return seen >= *want &&
	       seen <= *want + (e->path ? e->spare * rec->samples : 0);
}

/* Interrupts may be more than those that are declared. */
static struct verdict verify_records(const struct workload *w,
				     const struct recording *rec)
{
	struct verdict verdict = { .verified = VERIFIED_NOT_MEASURED };
	char text[256], *end = text + sizeof(text), *p = text;
	bool good = !rec->lost && !rec->odd;
	unsigned int path;
	uint64_t want;

	/* Nobody knows what a command should do. */
	if (!w->entries[0].path)
		return verdict;
	text[0] = '\0';
	for (path = 0; path < PTI_PATH_COUNT; path++) {
		if (is_declared(w->entries, path, rec, &want))
			continue;
		good = false;
		p = tell_difference(p, end, path, entries_of(rec, path), want);
	}
	verdict.verified = good ? VERIFIED_YES : VERIFIED_NO;
	if (!good)
		snprintf(verdict.wrong, sizeof(verdict.wrong),
			 "%s: records are not as they should be: %llu lost, "
			 "%llu contradict themselves%s",
			 w->name, (unsigned long long)rec->lost,
			 (unsigned long long)rec->odd, text);
	return verdict;
}

/**
 * verify_entries() - compare what was recorded or counted with what is declared
 * @w: workload
 * @timing: its samples, whose entries it may have counted itself
 * @rec: recordings of it, or NULL
 */
struct verdict verify_entries(const struct workload *w,
			      const struct timing *timing,
			      const struct recording *rec)
{
	struct verdict verdict = { .verified = VERIFIED_NOT_MEASURED };

	if (rec)
		return verify_records(w, rec);
	if (w->counts)
		verdict.verified =
			timing->counted == timing->n * timing->iterations ?
				VERIFIED_YES :
				VERIFIED_NO;
	return verdict;
}
