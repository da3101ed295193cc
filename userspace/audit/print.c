// SPDX-License-Identifier: GPL-2.0-only
/* An audit as a table, and every mapping of it as CSV. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "audit/audit.h"
#include "base/csv.h"
#include "base/log.h"

/** audit_access_text() - "rwxug", with "-" for what is not allowed */
void audit_access_text(char text[6], uint32_t access)
{
	static const struct {
		uint32_t flag;
		char letter;
	} letters[] = {
		{ PTISCOPE_MAP_WRITE, 'w' },
		{ PTISCOPE_MAP_EXEC, 'x' },
		{ PTISCOPE_MAP_USER, 'u' },
		{ PTISCOPE_MAP_GLOBAL, 'g' },
	};

	*text++ = 'r';
	for (int i = 0; i < 4; i++)
		*text++ = access & letters[i].flag ? letters[i].letter : '-';
	*text = 0;
}

static const char *page_size_text(uint64_t size)
{
	if (size >> 30)
		return "1 GiB";
	return size >> 21 ? "2 MiB" : "4 KiB";
}

static void print_row(const struct audit_row *row, FILE *f)
{
	char cpu[16] = "", access[6];

	if (row->cpu != AUDIT_NO_CPU)
		snprintf(cpu, sizeof(cpu), "%d", row->cpu);
	audit_access_text(access, row->access);
	fprintf(f, "0x%016" PRIx64 "  %s  %7" PRIu64 "  %s  %4s  %s%s",
		row->address, page_size_text(row->page_size), row->pages,
		access, cpu, row->name, row->fault ? "  (see below)" : "");
	if (row->places > 1)
		fprintf(f, ", mapped in %" PRIu64 " places", row->places);
	fputc('\n', f);
}

/* Sum of the rows of one CPU, or of those that belong to none */
static uint64_t pages_of(const struct audit *audit, int cpu)
{
	uint64_t pages = 0;

	for (size_t i = 0; i < audit->n; i++)
		if (audit->row[i].cpu == cpu)
			pages += audit->row[i].pages;
	return pages;
}

static int last_cpu(const struct audit *audit)
{
	int last = AUDIT_NO_CPU;

	for (size_t i = 0; i < audit->n; i++)
		if (audit->row[i].cpu > last)
			last = audit->row[i].cpu;
	return last;
}

static void print_sum(const char *what, uint64_t pages, FILE *f)
{
	fprintf(f, "  %-44s %8" PRIu64 "  %12" PRIu64 "\n", what, pages,
		pages * AUDIT_PAGE_SIZE);
}

static void print_cpus(const struct audit *audit, FILE *f)
{
	uint64_t first = pages_of(audit, 0);
	int last = last_cpu(audit), cpu = 0;
	char what[64];

	while (cpu <= last && pages_of(audit, cpu) == first)
		cpu++;
	if (cpu > last) {
		snprintf(what, sizeof(what), "of each of %d CPUs", last + 1);
		print_sum(what, first, f);
		return;
	}
	for (cpu = 0; cpu <= last; cpu++) {
		snprintf(what, sizeof(what), "of CPU %d", cpu);
		print_sum(what, pages_of(audit, cpu), f);
	}
}

/**
 * audit_print() - print an audit, at most 100 columns wide
 * @audit: the audit
 * @f: where
 */
void audit_print(const struct audit *audit, FILE *f)
{
	fprintf(f,
		"What the user page table of process %" PRIu64
		" maps of the kernel\n"
		"%s, CR3 switch %s, marks %s, %" PRIu64 " CPUs, %" PRIu64
		" threads in the process\n\n",
		audit->pid, audit->kernel, switch_names[audit->switch_mode],
		audit->marks ? "on" : "off", audit->cpus, audit->threads);
	fprintf(f, "%-18s  %-5s  %7s  %-5s  %4s  %s\n", "address", "each",
		"pages", "rwxug", "CPU", "what");
	for (size_t i = 0; i < audit->n; i++)
		print_row(&audit->row[i], f);
	fprintf(f, "\n%-46s %8s  %12s\n", "Exposed", "pages", "bytes");
	print_sum("of no CPU", pages_of(audit, AUDIT_NO_CPU), f);
	if (last_cpu(audit) != AUDIT_NO_CPU)
		print_cpus(audit, f);
	print_sum("distinct pages in all", audit->pages, f);
	fprintf(f, "\n%-46s %8s  %12s\n", "Page tables of the user table alone",
		"pages", "bytes");
	print_sum("of this process, whatever its threads", audit->task_tables,
		  f);
	print_sum("of the machine", audit->machine_tables, f);
	fputs("\nPages are of 4 KiB.  r: readable, w: writable, x: executable, u: by user mode too,\n"
	      "g: global.  A page that is mapped as two things counts for both, in all but once.\n",
	      f);
}

/**
 * audit_csv() - write every mapping, one a line
 * @list: as the module found it
 * @regions: what names it
 * @f: where
 */
void audit_csv(const struct audit_list *list,
	       const struct audit_regions *regions, FILE *f)
{
	const struct audit_region *region;
	struct csv csv = { .f = f };
	char text[32];

	fputs("address,page_size,frame,access,cpu,region\n", f);
	for (size_t i = 0; i < list->n; i++) {
		const struct ptiscope_audit_entry *e = &list->entry[i];

		if (e->flags & PTISCOPE_MAP_TABLE)
			continue;
		audit_name(regions, e, &region);
		snprintf(text, sizeof(text), "0x%016" PRIx64,
			 (uint64_t)e->address);
		csv_text(&csv, text);
		csv_u64(&csv, audit_page_size(e));
		csv_u64(&csv, e->frame);
		audit_access_text(text, e->flags);
		csv_text(&csv, text);
		if (region && region->cpu != AUDIT_NO_CPU)
			csv_u64(&csv, (uint64_t)region->cpu);
		else
			csv_text(&csv, "");
		csv_text(&csv, region ? region->name : "");
		csv_end(&csv);
	}
}
