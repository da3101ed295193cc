// SPDX-License-Identifier: GPL-2.0-only
/*
 * auditcmp CSV TLB MEM: whether an audit's CSV file is what QEMU's monitor says
 * of the kernel half of the same page table: "info tlb" has address, frame, page
 * size, NX and global bit of each page, "info mem" the access that all levels of
 * the table together allow.  Runs on the host.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 20

struct page {
	uint64_t address;
	uint64_t size;
	uint64_t frame;
	bool write;
	bool exec;
	bool user;
	bool global;
};

struct list {
	struct page *page;
	size_t n;
};

static unsigned int differences;

static void __attribute__((format(printf, 1, 2))) differ(const char *fmt, ...)
{
	va_list args;

	if (++differences > SHOWN)
		return;
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

static void add(struct list *list, struct page page)
{
	if (!(list->n & (list->n - 1)))
		list->page = reallocarray(list->page, list->n ? 2 * list->n : 1,
					  sizeof(page));
	if (!list->page)
		exit(2);
	list->page[list->n++] = page;
}

/* address,page_size,frame,access,... */
static bool csv_line(const char *line, struct page *page)
{
	char access[6];

	if (sscanf(line, "%" SCNx64 ",%" SCNu64 ",%" SCNu64 ",%5[rwxug-],",
		   &page->address, &page->size, &page->frame, access) != 4 ||
	    strlen(access) != 5)
		return false;
	page->write = access[1] == 'w';
	page->exec = access[2] == 'x';
	page->user = access[3] == 'u';
	page->global = access[4] == 'g';
	return true;
}

/* "address: physical XGPDACTUW": X is NX, and P a page of 2 MiB */
static bool tlb_line(const char *line, struct page *page)
{
	uint64_t physical;
	char flags[10];

	if (sscanf(line, "%" SCNx64 ": %" SCNx64 " %9[A-Z-]", &page->address,
		   &physical, flags) != 3 ||
	    strlen(flags) != 9)
		return false;
	page->frame = physical >> 12;
	page->exec = flags[0] == '-';
	page->global = flags[1] == 'G';
	page->size = flags[2] == 'P' ? 1 << 21 : 1 << 12;
	page->user = flags[7] == 'U';
	page->write = flags[8] == 'W';
	return true;
}

/* "first-after size urw": a range */
static bool mem_line(const char *line, struct page *page)
{
	uint64_t after;
	char access[4];

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %" SCNx64 " %3[urw-]",
		   &page->address, &after, &page->size, access) != 4 ||
	    strlen(access) != 3)
		return false;
	page->user = access[0] == 'u';
	page->write = access[2] == 'w';
	return true;
}

static struct list read_list(const char *name, int skip,
			     bool (*parse)(const char *, struct page *))
{
	FILE *f = fopen(name, "r");
	struct list list = { 0 };
	char line[512];

	if (!f) {
		perror(name);
		exit(2);
	}
	while (fgets(line, sizeof(line), f)) {
		struct page page = { 0 };

		if (skip-- > 0)
			continue;
		if (!parse(line, &page))
			differ("%s: what is this: %s", name, line);
		else if (page.address >> 63)
			add(&list, page);
	}
	fclose(f);
	return list;
}

static void compare_page(const struct page *a, const struct page *q)
{
	if (a->size != q->size || a->frame != q->frame || a->exec != q->exec ||
	    a->global != q->global)
		differ("0x%" PRIx64 ": audit: size %#" PRIx64 " frame %#" PRIx64
		       " x%d g%d, QEMU: size %#" PRIx64 " frame %#" PRIx64
		       " x%d g%d",
		       a->address, a->size, a->frame, a->exec, a->global,
		       q->size, q->frame, q->exec, q->global);
}

static void compare_pages(const struct list *audit, const struct list *qemu)
{
	size_t i = 0, j = 0;

	while (i < audit->n || j < qemu->n) {
		const struct page *a = &audit->page[i], *q = &qemu->page[j];

		if (j == qemu->n || (i < audit->n && a->address < q->address)) {
			differ("0x%" PRIx64 ": only the audit has it",
			       a->address);
			i++;
		} else if (i == audit->n || q->address < a->address) {
			differ("0x%" PRIx64 ": only QEMU has it", q->address);
			j++;
		} else {
			compare_page(a, q);
			i++;
			j++;
		}
	}
}

/* Every page lies in a range of the same access, and fills the ranges up. */
static void compare_ranges(const struct list *audit, const struct list *mem)
{
	uint64_t pages = 0, ranges = 0;
	size_t j = 0;

	for (size_t i = 0; i < audit->n; i++) {
		const struct page *a = &audit->page[i], *m;

		while (j < mem->n &&
		       mem->page[j].address + mem->page[j].size <= a->address)
			j++;
		m = &mem->page[j];
		pages += a->size;
		if (j == mem->n || a->address < m->address ||
		    a->address + a->size > m->address + m->size)
			differ("0x%" PRIx64 ": not in info mem", a->address);
		else if (a->write != m->write || a->user != m->user)
			differ("0x%" PRIx64
			       ": audit: w%d u%d, info mem: w%d u%d",
			       a->address, a->write, a->user, m->write,
			       m->user);
	}
	for (j = 0; j < mem->n; j++)
		ranges += mem->page[j].size;
	if (pages != ranges)
		differ("audit: %" PRIu64 " bytes, info mem: %" PRIu64, pages,
		       ranges);
}

int main(int argc, char **argv)
{
	struct list audit, tlb, mem;

	if (argc != 4) {
		fputs("usage: auditcmp CSV TLB MEM\n", stderr);
		return 2;
	}
	audit = read_list(argv[1], 1, csv_line);
	tlb = read_list(argv[2], 0, tlb_line);
	mem = read_list(argv[3], 0, mem_line);
	compare_pages(&audit, &tlb);
	compare_ranges(&audit, &mem);
	printf("%zu mappings of the audit, %zu of QEMU in %zu ranges, %u differences\n",
	       audit.n, tlb.n, mem.n, differences);
	return differences || !audit.n;
}
