// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was seen on the way: a line for each entry and exit, every CR3 write that
 * can be reached, and what is wrong.
 */
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "window/window.h"

#define PAGE_OF(addr) ((addr) & ~0xfffUL)

/* An instruction of a group */
struct line {
	uint64_t addr;
	const struct entry_insn *i;
	unsigned int touches;
};

/* An entry, or an exit by the function that writes CR3 */
struct group {
	enum window_kind kind;
	char name[ENTRY_NAME_MAX];
	struct line *lines;
	size_t count;
	size_t capacity;
	size_t faults;
	unsigned int leaves;
};

struct fault {
	uint64_t addr;
	char *text;
};

struct cr3_write {
	uint64_t addr;
	bool to_user;
	bool to_kernel;
};

struct window_report {
	const struct entry_model *m;
	bool list;
	bool failed;
	struct group *groups;
	size_t group_count;
	struct group *current;
	struct fault *faults;
	size_t fault_count;
	struct cr3_write *writes;
	size_t write_count;
};

/** window_report_new() - an empty report; NULL without memory */
struct window_report *window_report_new(const struct entry_model *m, bool list)
{
	struct window_report *r = calloc(1, sizeof(*r));

	if (r) {
		r->m = m;
		r->list = list;
	}
	return r;
}

/** window_report_free() - free a report */
void window_report_free(struct window_report *r)
{
	if (!r)
		return;
	for (size_t n = 0; n < r->group_count; n++)
		free(r->groups[n].lines);
	for (size_t n = 0; n < r->fault_count; n++)
		free(r->faults[n].text);
	free(r->groups);
	free(r->faults);
	free(r->writes);
	free(r);
}

/**
 * window_report_group() - what follows belongs to this entry or exit
 * Return: 0 or -ENOMEM
 */
int window_report_group(struct window_report *r, enum window_kind kind,
			const char *name)
{
	struct group *groups;

	for (size_t n = 0; n < r->group_count; n++) {
		r->current = &r->groups[n];
		if (r->current->kind == kind && !strcmp(r->current->name, name))
			return 0;
	}
	groups = reallocarray(r->groups, r->group_count + 1, sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	r->groups = groups;
	r->current = &groups[r->group_count++];
	*r->current = (struct group){ .kind = kind };
	snprintf(r->current->name, sizeof(r->current->name), "%s", name);
	return 0;
}

static struct line *find_line(struct group *g, const struct entry_insn *i)
{
	for (size_t n = 0; n < g->count; n++)
		if (g->lines[n].i == i)
			return &g->lines[n];
	return NULL;
}

static int add_line(struct group *g, const struct entry_insn *i,
		    unsigned int touches)
{
	struct line *line = find_line(g, i);

	if (line) {
		line->touches |= touches;
		return 0;
	}
	if (g->count == g->capacity) {
		size_t capacity = g->capacity ? 2 * g->capacity : 64;
		struct line *lines =
			reallocarray(g->lines, capacity, sizeof(*lines));

		if (!lines)
			return -ENOMEM;
		g->lines = lines;
		g->capacity = capacity;
	}
	g->lines[g->count++] = (struct line){ i->place.addr, i, touches };
	return 0;
}

/* Is it in one of the C functions that are to write CR3 in late mode? */
static bool in_late_function(const struct window_report *r, uint64_t addr)
{
	const struct entry_symbol *symbol = entry_at(&r->m->k->text, addr);

	return symbol && (!strncmp(symbol->name, "pti_enter_", 10) ||
			  !strncmp(symbol->name, "pti_exit_", 9));
}

static int add_cr3(struct window_report *r, const struct entry_insn *i,
		   const struct entry_state *s)
{
	int reg = general_reg(i->cs->detail->x86.operands[1].reg, NULL, NULL);
	uint8_t value = reg == REG_NONE ? V_ANY : s->reg[reg];
	struct cr3_write *write = NULL;

	for (size_t n = 0; n < r->write_count && !write; n++)
		if (r->writes[n].addr == i->place.addr)
			write = &r->writes[n];
	if (!write) {
		write = reallocarray(r->writes, r->write_count + 1,
				     sizeof(*write));
		if (!write)
			return -ENOMEM;
		r->writes = write;
		write += r->write_count++;
		*write = (struct cr3_write){ .addr = i->place.addr };
	}
	write->to_user |= value == V_CR3_USER;
	write->to_kernel |= value == V_CR3_KERNEL;
	if (in_late_function(r, i->place.addr) == r->m->config.late)
		return 0;
	if (r->m->config.late)
		window_report_fault(
			r, i, "writes CR3 in assembly, reachable in late mode");
	else
		window_report_fault(r, i,
				    "writes CR3 late, reachable in early mode");
	return 0;
}

/**
 * window_report_insn() - an instruction that can be reached, and in which state
 * @touches: bits of enum window_touch
 * Return: 0 or -ENOMEM
 */
int window_report_insn(struct window_report *r, const struct entry_insn *i,
		       const struct entry_state *s, unsigned int touches)
{
	int ret = 0;

	if (s->table != TABLE_KERNEL)
		ret = add_line(r->current, i, touches);
	if (!ret && entry_writes_cr3(i))
		ret = add_cr3(r, i, s);
	if (i->flow == FLOW_SYSRET)
		r->current->leaves |= 1;
	else if (i->flow == FLOW_IRET)
		r->current->leaves |= 2;
	return ret;
}

/** window_report_fault() - something that breaks a rule, once for each address */
void window_report_fault(struct window_report *r, const struct entry_insn *i,
			 const char *format, ...)
{
	struct fault *faults;
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0) {
		r->failed = true;
		return;
	}
	for (size_t n = 0; n < r->fault_count; n++) {
		if (r->faults[n].addr == i->place.addr &&
		    !strcmp(r->faults[n].text, text)) {
			free(text);
			return;
		}
	}
	faults = reallocarray(r->faults, r->fault_count + 1, sizeof(*faults));
	if (!faults) {
		free(text);
		r->failed = true;
		return;
	}
	r->faults = faults;
	faults[r->fault_count++] = (struct fault){ i->place.addr, text };
	if (r->current)
		r->current->faults++;
}

static int by_line(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->i->place.variant - y->i->place.variant;
}

static int by_fault(const void *a, const void *b)
{
	const struct fault *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static int by_write(const void *a, const void *b)
{
	const struct cr3_write *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static void print_touches(const char *before, unsigned int touches)
{
	static const char *const names[TOUCH_COUNT] = {
		"cpu_tss_rw", "pti_marks", "entry stack",
		"IST stack",  "ESPFIX",	   "entry text"
	};

	for (unsigned int n = 0; n < TOUCH_COUNT; n++) {
		if (!(touches & 1U << n))
			continue;
		printf("%s%s", before, names[n]);
		before = ", ";
	}
}

/* " at NAME", if the instruction itself says where its data is */
static const char *fixed_place(const struct window_report *r,
			       const struct entry_insn *i,
			       char text[ENTRY_NAME_MAX])
{
	char name[ENTRY_NAME_MAX];

	*text = '\0';
	for (unsigned int n = 0; n < i->mems; n++) {
		const struct entry_mem *mem = &i->mem[n];

		if (mem->kind == MEM_PERCPU)
			entry_name(&r->m->k->percpu, mem->addr, name);
		else if (mem->kind == MEM_FIXED)
			entry_name(&r->m->k->text, mem->addr, name);
		else
			continue;
		snprintf(text, ENTRY_NAME_MAX, " at %.150s", name);
	}
	return text;
}

static void print_line(const struct window_report *r, const struct line *line)
{
	const struct entry_insn *i = line->i;
	char name[ENTRY_NAME_MAX];

	printf("    %016lx %-36s page %016lx  %s", (unsigned long)line->addr,
	       entry_name(&r->m->k->text, line->addr, name),
	       (unsigned long)PAGE_OF(line->addr), i->text);
	if (i->place.variant > 0)
		printf("  [alternative %d]", i->place.variant);
	print_touches("  [data: ", line->touches);
	if (line->touches)
		printf("%s]", fixed_place(r, i, name));
	if (i->flow == FLOW_JMP || i->flow == FLOW_JCC || i->flow == FLOW_CALL)
		printf("  [to %s: %s]",
		       entry_name(&r->m->k->text, i->target, name),
		       entry_text_has(r->m->k, i->target) ? "entry text" :
							    "elsewhere");
	putchar('\n');
}

static void print_group(struct window_report *r, struct group *g)
{
	unsigned int touches = 0;
	uint64_t last = 0;
	size_t pages = 0;

	if (g->kind == KIND_INSIDE || !g->count)
		return;
	qsort(g->lines, g->count, sizeof(*g->lines), by_line);
	for (size_t n = 0; n < g->count; n++) {
		touches |= g->lines[n].touches;
		pages += !n || PAGE_OF(g->lines[n].addr) != last;
		last = PAGE_OF(g->lines[n].addr);
	}
	printf("%-5s  %-40s %4zu instructions, %zu code page%s, %zu violation%s",
	       g->kind == KIND_ENTRY ? "entry" : "exit", g->name, g->count,
	       pages, pages == 1 ? "" : "s", g->faults,
	       g->faults == 1 ? "" : "s");
	print_touches("; data: ", touches);
	if (g->leaves)
		printf("; leaves by %s%s%s", g->leaves & 1 ? "SYSRET" : "",
		       g->leaves == 3 ? ", " : "", g->leaves & 2 ? "IRET" : "");
	putchar('\n');
	for (size_t n = 0; r->list && n < g->count; n++)
		print_line(r, &g->lines[n]);
}

/**
 * window_report_print() - the whole report, to stdout
 * Return: EXIT_OK, EXIT_RUNTIME if something is wrong or does not print
 */
int window_report_print(struct window_report *r)
{
	static const enum window_kind kinds[] = { KIND_ENTRY, KIND_EXIT };
	char name[ENTRY_NAME_MAX];

	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		for (size_t n = 0; n < r->group_count; n++)
			if (r->groups[n].kind == kinds[k])
				print_group(r, &r->groups[n]);
	if (r->write_count)
		qsort(r->writes, r->write_count, sizeof(*r->writes), by_write);
	for (size_t n = 0; n < r->write_count; n++) {
		const struct cr3_write *w = &r->writes[n];

		printf("cr3    %016lx %s: %s\n", (unsigned long)w->addr,
		       entry_name(&r->m->k->text, w->addr, name),
		       w->to_user && w->to_kernel ? "to either table" :
		       w->to_user		  ? "to the user table" :
		       w->to_kernel		  ? "to the kernel table" :
						    "to an unknown table");
	}
	if (r->fault_count)
		qsort(r->faults, r->fault_count, sizeof(*r->faults), by_fault);
	for (size_t n = 0; n < r->fault_count; n++)
		printf("%016lx %s: %s\n", (unsigned long)r->faults[n].addr,
		       entry_name(&r->m->k->text, r->faults[n].addr, name),
		       r->faults[n].text);
	printf("%s, marks %s: %zu CR3 writes reachable, %zu violation%s\n",
	       r->m->config.late ? "late" : "early",
	       r->m->config.marks ? "on" : "off", r->write_count,
	       r->fault_count, r->fault_count == 1 ? "" : "s");
	if (r->failed || fflush(stdout) || ferror(stdout)) {
		warnx("the report is not complete");
		return EXIT_RUNTIME;
	}
	return r->fault_count ? EXIT_RUNTIME : EXIT_OK;
}
