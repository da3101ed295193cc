// SPDX-License-Identifier: GPL-2.0-only
/* Misses of samples, by the page that they were for */
#include "pages.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/run/paths.h"

#define FIRST_ROOM 4096

/* Room for all per-CPU data of a guest, and a stack of the kernel */
#define PERCPU_SIZE (1u << 20)
#define STACK_SIZE (16u << 10)
/* Bits from 40 on of the addresses where those stacks are */
#define VMALLOC_40 0xffffc9u

int tlb_pages_init(struct tlb_pages *pages)
{
	memset(pages, 0, sizeof(*pages));
	pages->room = FIRST_ROOM;
	pages->page = calloc(pages->room, sizeof(*pages->page));
	return pages->page ? 0 : -1;
}

void tlb_pages_free(struct tlb_pages *pages)
{
	free(pages->page);
	free(pages->label);
	memset(pages, 0, sizeof(*pages));
}

static bool is_used(const struct tlb_page *p)
{
	return p->now[TLB_PAGE_MISS] || p->kept[TLB_PAGE_MISS];
}

static bool same(const struct tlb_page_key *a, const struct tlb_page_key *b)
{
	return a->page == b->page && a->label == b->label &&
	       a->geometry == b->geometry && a->path == b->path &&
	       a->part == b->part && a->size == b->size && a->code == b->code;
}

/* slot_of() - where that key is, or would be */
static struct tlb_page *slot_of(struct tlb_page *table, size_t room,
				const struct tlb_page_key *key)
{
	uint64_t hash = key->page * 0x9e3779b97f4a7c15ull;

	hash ^= ((uint64_t)key->label << 32 | key->geometry << 24 |
		 key->path << 16 | key->part << 8 | key->size << 4 |
		 key->code) *
		0xd6e8feb86659fd93ull;
	for (size_t i = hash >> 20;; i++) {
		struct tlb_page *p = &table[i & (room - 1)];

		if (!is_used(p) || same(&p->key, key))
			return p;
	}
}

static int grow(struct tlb_pages *pages)
{
	size_t room = pages->room * 2;
	struct tlb_page *table = calloc(room, sizeof(*table));

	if (!table)
		return -1;
	for (size_t i = 0; i < pages->room; i++)
		if (is_used(&pages->page[i]))
			*slot_of(table, room, &pages->page[i].key) =
				pages->page[i];
	free(pages->page);
	pages->page = table;
	pages->room = room;
	return 0;
}

int tlb_pages_begin(struct tlb_pages *pages, const char *name)
{
	struct tlb_label *label;

	for (unsigned int i = 0; i < pages->labels; i++) {
		pages->current = i;
		if (!strcmp(pages->label[i].name, name))
			return 0;
	}
	label = realloc(pages->label, (pages->labels + 1) * sizeof(*label));
	if (!label)
		return -1;
	pages->label = label;
	pages->current = pages->labels++;
	label += pages->current;
	memset(label, 0, sizeof(*label));
	snprintf(label->name, sizeof(label->name), "%s", name);
	return 0;
}

int tlb_pages_miss(struct tlb_pages *pages, struct tlb_page miss)
{
	struct tlb_page *p;

	miss.key.label = pages->current;
	if (2 * (pages->n + 1) > pages->room && grow(pages))
		return -1;
	p = slot_of(pages->page, pages->room, &miss.key);
	if (is_used(p)) {
		for (int i = 0; i < TLB_PAGE_COUNTS; i++)
			p->now[i] += miss.now[i];
		return 0;
	}
	pages->n++;
	memset(miss.kept, 0, sizeof(miss.kept));
	*p = miss;
	return 0;
}

static bool is_interrupted(const struct tlb_reply *reply)
{
	uint64_t n = reply->nested;

	for (unsigned int i = PTI_PATH_IRQ; i <= PTI_PATH_NMI_KERNEL; i++)
		n += reply->entries[i];
	return n;
}

/* settle() - the sample's counts become those kept, or go; the table anew, since
 * what has no counts any more leaves it
 */
static int settle(struct tlb_pages *pages, bool keep, unsigned int first)
{
	struct tlb_page *table = calloc(pages->room, sizeof(*table)), *to, p;

	if (!table)
		return -1;
	pages->n = 0;
	for (size_t i = 0; i < pages->room; i++) {
		p = pages->page[i];
		if (p.key.path == PTI_PATH_NONE)
			p.key.path = first;
		for (int c = 0; c < TLB_PAGE_COUNTS; c++) {
			p.kept[c] += keep ? p.now[c] : 0;
			p.now[c] = 0;
		}
		if (!is_used(&p))
			continue;
		to = slot_of(table, pages->room, &p.key);
		if (!is_used(to)) {
			*to = p;
			pages->n++;
			continue;
		}
		for (int c = 0; c < TLB_PAGE_COUNTS; c++)
			to->kept[c] += p.kept[c];
	}
	free(pages->page);
	pages->page = table;
	return 0;
}

int tlb_pages_end(struct tlb_pages *pages, const struct tlb_reply *reply,
		  unsigned int first)
{
	struct tlb_label *label = &pages->label[pages->current];
	bool keep = !is_interrupted(reply);

	label->samples += keep;
	label->dropped += !keep;
	for (int i = 0; keep && i < PTI_PATH_COUNT; i++)
		label->entries[i] += reply->entries[i];
	return settle(pages, keep, first);
}

/* write_where() - per-CPU data by its offset; the kernel's stack, which has no symbol */
static void write_where(const struct tlb_pages *pages, const struct tlb_page *p,
			FILE *file)
{
	if (pages->percpu && p->address - pages->percpu < PERCPU_SIZE)
		fprintf(file, "%016jx",
			(uintmax_t)(p->address - pages->percpu));
	else if (p->address >> 40 == VMALLOC_40 &&
		 p->address / STACK_SIZE == (p->stack - 1) / STACK_SIZE)
		fputs("stack", file);
	else
		fprintf(file, "%016jx", (uintmax_t)p->address);
}

void tlb_pages_write(const struct tlb_pages *pages,
		     const struct tlb_reply *reply, FILE *file)
{
	static const char *const parts[] = { "entry", "kernel", "exit",
					     "user" };
	static const char *const page_sizes[] = { "4k", "2m", "1g" };

	fputs("sample,path,part,geometry,use,page_size,page,address,instruction,where,samples,entries,misses,l2_hits,walks,walk_refs\n",
	      file);
	for (size_t i = 0; i < pages->room; i++) {
		const struct tlb_page *p = &pages->page[i];
		const struct tlb_label *label = &pages->label[p->key.label];

		if (!p->kept[TLB_PAGE_MISS])
			continue;
		fprintf(file, "%s,%s,%s,%s,%s,%s,%016jx,%016jx,%016jx,",
			label->name, pti_path_name(p->key.path),
			parts[p->key.part], reply->name[p->key.geometry],
			p->key.code ? "code" : "data", page_sizes[p->key.size],
			(uintmax_t)(p->key.page << tlb_size_shift(p->key.size)),
			(uintmax_t)p->address, (uintmax_t)p->by);
		write_where(pages, p, file);
		fprintf(file, ",%ju,%ju", (uintmax_t)label->samples,
			(uintmax_t)label->entries[p->key.path]);
		for (int c = 0; c < TLB_PAGE_COUNTS; c++)
			fprintf(file, ",%ju", (uintmax_t)p->kept[c]);
		fputc('\n', file);
	}
}
