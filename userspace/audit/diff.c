// SPDX-License-Identifier: GPL-2.0-only
/*
 * One audit minus another.  Addresses differ from boot to boot, so that mappings
 * are matched by what they are: region, CPU, access and page size.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "base/json_out.h"
#include "base/log.h"

static bool same_kind(const struct audit_row *a, const struct audit_row *b)
{
	return a->cpu == b->cpu && a->access == b->access &&
	       a->page_size == b->page_size && !strcmp(a->name, b->name);
}

/* The change that @row belongs to, added at the end where it is the first */
static struct audit_change *find_change(struct audit_diff *diff,
					const struct audit_row *row)
{
	for (size_t i = 0; i < diff->n; i++)
		if (same_kind(diff->change[i].row, row))
			return &diff->change[i];
	diff->change[diff->n].row = row;
	return &diff->change[diff->n++];
}

/**
 * audit_compare() - what the second audit has more or less than the first
 * @diff: out: refers to both audits; ends with audit_diff_deinit()
 * Return: 0 or -ENOMEM after one line on stderr
 */
int audit_compare(struct audit_diff *diff, const struct audit *before,
		  const struct audit *after)
{
	size_t n = 0;

	*diff = (struct audit_diff){ 0 };
	diff->change = calloc(before->n + after->n + 1, sizeof(*diff->change));
	if (!diff->change) {
		log_error("out of memory");
		return -ENOMEM;
	}
	for (size_t i = 0; i < before->n; i++)
		find_change(diff, &before->row[i])->before +=
			before->row[i].pages;
	for (size_t i = 0; i < after->n; i++)
		find_change(diff, &after->row[i])->after += after->row[i].pages;
	for (size_t i = 0; i < diff->n; i++) {
		const struct audit_change *c = &diff->change[i];

		if (c->after > c->before)
			diff->exposed += c->after - c->before;
		else
			diff->gone += c->before - c->after;
		if (c->after != c->before)
			diff->change[n++] = *c;
	}
	diff->n = n;
	return 0;
}

/** audit_diff_deinit() - free what audit_compare() made */
void audit_diff_deinit(struct audit_diff *diff)
{
	free(diff->change);
	*diff = (struct audit_diff){ 0 };
}

static void print_side(const char *name, const struct audit *audit, FILE *f)
{
	fprintf(f, "%s: %s, CR3 switch %s, marks %s, %" PRIu64 " CPUs\n", name,
		audit->kernel, switch_names[audit->switch_mode],
		audit->marks ? "on" : "off", audit->cpus);
}

static void print_change(const char *what, uint64_t before, uint64_t after,
			 FILE *f)
{
	int64_t pages = (int64_t)(after - before);

	fprintf(f, "%-46s %+8" PRId64 "  %+12" PRId64 "\n", what, pages,
		pages * AUDIT_PAGE_SIZE);
}

/**
 * audit_diff_print() - print it, at most 100 columns wide
 * @diff: of these two
 * @before: the first audit
 * @after: the second
 * @f: where
 */
void audit_diff_print(const struct audit_diff *diff, const struct audit *before,
		      const struct audit *after, FILE *f)
{
	char what[AUDIT_NAME_SIZE + 32], cpu[16], access[6];

	fputs("What user page tables map of the kernel, second minus first\n",
	      f);
	print_side("first ", before, f);
	print_side("second", after, f);
	fprintf(f, "\n%-46s %8s  %12s\n", "", "pages", "bytes");
	for (size_t i = 0; i < diff->n; i++) {
		const struct audit_change *c = &diff->change[i];

		cpu[0] = 0;
		if (c->row->cpu != AUDIT_NO_CPU)
			snprintf(cpu, sizeof(cpu), ", CPU %d", c->row->cpu);
		audit_access_text(access, c->row->access);
		snprintf(what, sizeof(what), "  %s  %s%s", access, c->row->name,
			 cpu);
		print_change(what, c->before, c->after, f);
	}
	print_change("Newly exposed", 0, diff->exposed, f);
	print_change("Gone", diff->gone, 0, f);
	print_change("Distinct pages in all", before->pages, after->pages, f);
	print_change("Page tables, of the process alone", before->task_tables,
		     after->task_tables, f);
	print_change("Page tables, of the machine", before->machine_tables,
		     after->machine_tables, f);
}

static json_t *change_to_json(const struct audit_change *c)
{
	char access[6];

	audit_access_text(access, c->row->access);
	return json_pack("{s:s, s:i, s:s, s:I, s:I, s:I}", "region",
			 c->row->name, "cpu", c->row->cpu, "access", access,
			 "page_size", (json_int_t)c->row->page_size, "before",
			 (json_int_t)c->before, "after", (json_int_t)c->after);
}

/**
 * audit_diff_save() - write it as JSON
 * Return: 0 or -errno after one line on stderr
 */
int audit_diff_save(const struct audit_diff *diff, const struct audit *before,
		    const struct audit *after, FILE *f)
{
	json_t *changes = json_array(), *root;
	int err = 0;

	for (size_t i = 0; i < diff->n; i++)
		err |= json_array_append_new(changes,
					     change_to_json(&diff->change[i]));
	root = json_pack(
		"{s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:o}", "format",
		"ptiscope-audit-diff", "version", 1, "exposed_pages",
		(json_int_t)diff->exposed, "gone_pages", (json_int_t)diff->gone,
		"pages", (json_int_t)(after->pages - before->pages),
		"task_tables",
		(json_int_t)(after->task_tables - before->task_tables),
		"machine_tables",
		(json_int_t)(after->machine_tables - before->machine_tables),
		"changes", changes);
	if (err) {
		json_decref(root);
		root = NULL;
	}
	return json_out(root, JSON_OUT_FLAGS, "the difference", f);
}
