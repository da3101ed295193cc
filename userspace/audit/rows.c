// SPDX-License-Identifier: GPL-2.0-only
/* The module's list becomes rows that people read, and sums. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "base/log.h"

#define ACCESS                                                        \
	(PTISCOPE_MAP_WRITE | PTISCOPE_MAP_EXEC | PTISCOPE_MAP_USER | \
	 PTISCOPE_MAP_GLOBAL)

/** FAULTS_SHOWN - each gets a line, the rest together one more */
#define FAULTS_SHOWN 20

/* Neighbours of equal attributes in the list, before places are put together */
struct span {
	size_t first;
	size_t n;
	const struct audit_region *region;
	enum audit_fault fault;
};

/* Physical pages, in units of 4 KiB */
struct frames {
	uint64_t first;
	uint64_t after;
};

static int compare_frames(const void *left, const void *right)
{
	const struct frames *a = left, *b = right;

	return a->first < b->first ? -1 : a->first > b->first;
}

/* Pages in the union of what @entry[0] to @entry[n - 1] map, or -ENOMEM */
static int64_t distinct_pages(const struct ptiscope_audit_entry *entry,
			      size_t n)
{
	struct frames *frames = calloc(n + 1, sizeof(*frames));
	uint64_t after = 0, pages = 0;

	if (!frames)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		frames[i].first = entry[i].frame;
		frames[i].after = entry[i].frame +
				  audit_page_size(&entry[i]) / AUDIT_PAGE_SIZE;
	}
	qsort(frames, n, sizeof(*frames), compare_frames);
	for (size_t i = 0; i < n; i++) {
		if (frames[i].after <= after)
			continue;
		pages += frames[i].after -
			 (frames[i].first > after ? frames[i].first : after);
		after = frames[i].after;
	}
	free(frames);
	return (int64_t)pages;
}

/*
 * Tables of the user table alone: the process's are the top and what the user
 * half has below it, the others are the same for all processes.
 */
static int count_tables(struct audit *audit, const struct audit_list *list)
{
	struct ptiscope_audit_entry *own;
	size_t n = 0;
	int64_t tables;

	own = calloc(list->n + 1, sizeof(*own));
	if (!own)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++) {
		const struct ptiscope_audit_entry *e = &list->entry[i];

		if (!(e->flags & PTISCOPE_MAP_TABLE) ||
		    (e->flags & PTISCOPE_MAP_SHARED))
			continue;
		if (!(e->address >> 63)) {
			audit->task_tables++;
			continue;
		}
		/* A table is one page, whatever it maps */
		own[n] = *e;
		own[n++].level = 1;
	}
	tables = distinct_pages(own, n);
	audit->machine_tables = tables < 0 ? 0 : (uint64_t)tables;
	free(own);
	return tables < 0 ? (int)tables : 0;
}

static bool continues(const struct span *span,
		      const struct ptiscope_audit_entry *next,
		      const struct audit_region *region, enum audit_fault fault)
{
	const struct ptiscope_audit_entry *last = next - 1;

	return span->n && span->region == region && span->fault == fault &&
	       last->level == next->level && last->flags == next->flags &&
	       last->address + audit_page_size(last) == next->address;
}

static size_t make_spans(struct span *spans, const struct audit_list *list,
			 const struct audit_regions *regions)
{
	struct span span = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct ptiscope_audit_entry *e = &list->entry[i];
		const struct audit_region *region;
		enum audit_fault fault;

		fault = audit_name(regions, e, &region);
		if (continues(&span, e, region, fault)) {
			span.n++;
			continue;
		}
		if (span.n)
			spans[n++] = span;
		span = (struct span){ i, 1, region, fault };
	}
	if (span.n)
		spans[n++] = span;
	return n;
}

static bool same_pages(const struct audit_list *list, const struct span *a,
		       const struct span *b)
{
	const struct ptiscope_audit_entry *x = &list->entry[a->first];
	const struct ptiscope_audit_entry *y = &list->entry[b->first];

	if (a->region != b->region || a->fault != b->fault || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (x[i].frame != y[i].frame || x[i].level != y[i].level ||
		    x[i].flags != y[i].flags)
			return false;
	return true;
}

static int set_row(struct audit_row *row, const struct audit_list *list,
		   const struct span *span)
{
	const struct ptiscope_audit_entry *e = &list->entry[span->first];
	int64_t pages = distinct_pages(e, span->n);

	if (pages < 0)
		return (int)pages;
	*row = (struct audit_row){
		.cpu = span->region ? span->region->cpu : AUDIT_NO_CPU,
		.address = e->address,
		.page_size = audit_page_size(e),
		.mappings = span->n,
		.places = 1,
		.pages = (uint64_t)pages,
		.access = e->flags & ACCESS,
		.fault = span->fault,
	};
	snprintf(row->name, sizeof(row->name), "%s",
		 span->region ? span->region->name : "no known area");
	return 0;
}

static int make_rows(struct audit *audit, const struct audit_list *list,
		     const struct span *spans, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct audit_row *last = audit->row + audit->n;

		if (i && same_pages(list, &spans[i - 1], &spans[i])) {
			last[-1].places++;
			last[-1].mappings += spans[i].n;
			continue;
		}
		if (set_row(last, list, &spans[i]))
			return -ENOMEM;
		audit->n++;
	}
	return 0;
}

/* The list without the tables */
static int copy_pages(struct audit_list *pages, const struct audit_list *list)
{
	pages->entry = calloc(list->n + 1, sizeof(*pages->entry));
	if (!pages->entry)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		if (!(list->entry[i].flags & PTISCOPE_MAP_TABLE))
			pages->entry[pages->n++] = list->entry[i];
	return 0;
}

/**
 * audit_build() - make rows and sums of a list
 * @audit: all 0 but what is known of kernel and process; ends with audit_deinit()
 * @list: what the module found
 * @regions: what names it
 * Return: 0 or -ENOMEM after one line on stderr
 */
int audit_build(struct audit *audit, const struct audit_list *list,
		const struct audit_regions *regions)
{
	struct audit_list pages = { 0 };
	struct span *spans = calloc(list->n + 1, sizeof(*spans));
	int64_t distinct;
	int err = -ENOMEM;
	size_t n;

	if (spans && !copy_pages(&pages, list)) {
		distinct = distinct_pages(pages.entry, pages.n);
		n = make_spans(spans, &pages, regions);
		audit->row = calloc(n + 1, sizeof(*audit->row));
		audit->n = 0;
		audit->pages = distinct < 0 ? 0 : (uint64_t)distinct;
		if (distinct >= 0 && audit->row)
			err = make_rows(audit, &pages, spans, n);
		if (!err)
			err = count_tables(audit, list);
	}
	free(pages.entry);
	free(spans);
	if (err)
		log_error("out of memory");
	return err;
}

/** audit_deinit() - free the rows */
void audit_deinit(struct audit *audit)
{
	free(audit->row);
	audit->row = NULL;
	audit->n = 0;
}

static const char *fault_text(enum audit_fault fault)
{
	switch (fault) {
	case AUDIT_UNKNOWN:
		return "nothing explains this mapping";
	case AUDIT_IN_GUARD:
		return "a guard page is mapped";
	case AUDIT_USER_ACCESS:
		return "user mode has access to it";
	case AUDIT_WRITE_EXEC:
		return "it is both writable and executable";
	case AUDIT_FINE:
		break;
	}
	return "nothing";
}

/**
 * audit_report_faults() - one line on stderr for each row that should not be
 * Return: number of them
 */
unsigned int audit_report_faults(const struct audit *audit)
{
	unsigned int faults = 0;
	char cpu[32];

	for (size_t i = 0; i < audit->n; i++) {
		const struct audit_row *row = &audit->row[i];

		if (row->fault == AUDIT_FINE || ++faults > FAULTS_SHOWN)
			continue;
		cpu[0] = 0;
		if (row->cpu != AUDIT_NO_CPU)
			snprintf(cpu, sizeof(cpu), " of CPU %d", row->cpu);
		log_error("0x%" PRIx64 ", %" PRIu64 " pages, %s%s: %s",
			  row->address, row->pages, row->name, cpu,
			  fault_text(row->fault));
	}
	if (faults > FAULTS_SHOWN)
		log_error("and %u more", faults - FAULTS_SHOWN);
	return faults;
}
