// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the paths begin: system call entries, IDT stubs, and the places of the
 * entry text that other kernel code calls or jumps to.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/entry/entry.h"

/* struct idt_data of the kernel */
struct idt_data {
	uint32_t vector;
	uint32_t segment;
	uint16_t bits;
	uint8_t pad[6];
	uint64_t addr;
};

#define IDT_IST(bits) ((bits)&7)
#define VECTOR_DF 8
#define BIT(n) (1U << (n))

static int add(struct entry_paths *paths, const struct entry_path *path,
	       uint64_t start)
{
	struct entry_path *p = NULL;
	uint64_t *starts;

	for (size_t n = 0; n < paths->count && !p; n++)
		if (!strcmp(paths->all[n].name, path->name) &&
		    !paths->all[n].inside && !path->inside)
			p = &paths->all[n];
	if (!p) {
		p = reallocarray(paths->all, paths->count + 1, sizeof(*p));
		if (!p)
			return -ENOMEM;
		paths->all = p;
		p += paths->count++;
		*p = *path;
		p->starts = NULL;
		p->count = 0;
	}
	starts = reallocarray(p->starts, p->count + 1, sizeof(*starts));
	if (!starts)
		return -ENOMEM;
	p->starts = starts;
	starts[p->count++] = start;
	return 0;
}

static int add_syscalls(struct entry_paths *paths, const struct entry_kernel *k)
{
	/* SYSENTER loads RSP from an MSR, SYSCALL leaves it alone. */
	static const struct entry_path entries[] = {
		{ .name = "entry_SYSCALL_64", .stack = V_USER },
		{ .name = "entry_SYSCALL_compat", .stack = V_USER },
		{ .name = "entry_SYSCALL32_ignore", .stack = V_USER },
		{ .name = "entry_SYSENTER_compat", .stack = V_STACK_ENTRY },
	};
	int ret = 0;

	for (size_t n = 0; n < sizeof(entries) / sizeof(*entries); n++) {
		const struct entry_symbol *symbol =
			entry_find(&k->text, entries[n].name);
		struct entry_path path = entries[n];

		path.origins = BIT(ORIGIN_USER);
		/* Without 32-bit system calls there is only the first. */
		if (symbol)
			ret = ret ?: add(paths, &path, symbol->addr);
		else if (n == 0)
			return -ENOENT;
	}
	return ret;
}

static struct entry_path stub(const char *name, bool ist)
{
	if (ist)
		return (struct entry_path){
			.name = name,
			.stack = V_STACK_IST,
			.origins = BIT(ORIGIN_USER) | BIT(ORIGIN_PARANOID),
		};
	return (struct entry_path){
		.name = name,
		.stack = V_STACK_ENTRY,
		.origins = BIT(ORIGIN_USER) | BIT(ORIGIN_KERNEL) |
			   BIT(ORIGIN_IRET),
	};
}

/* The kernel's own tables tell which stubs there are and which have an IST. */
static int add_idt_tables(struct entry_paths *paths,
			  const struct entry_kernel *k)
{
	static const char *const tables[] = { "def_idts", "apic_idts",
					      "ia32_idt" };
	int ret = 0;

	for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++) {
		const struct entry_symbol *table =
			entry_find(&k->text, tables[t]);
		const uint8_t *bytes =
			table ? entry_file_bytes(k, table->addr, table->size) :
				NULL;
		size_t count = bytes ? table->size / sizeof(struct idt_data) :
				       0;

		if (t == 0 && !count)
			return -ENOENT;
		for (size_t n = 0; n < count; n++) {
			const struct entry_symbol *symbol;
			struct idt_data gate;
			struct entry_path path;

			memcpy(&gate, bytes + n * sizeof(gate), sizeof(gate));
			if (!entry_text_has(k, gate.addr))
				continue;
			symbol = entry_at(&k->text, gate.addr);
			if (symbol->addr != gate.addr)
				return -EINVAL;
			path = stub(symbol->name, IDT_IST(gate.bits));
			/* It never goes back to user mode, and asks not where from. */
			if (gate.vector == VECTOR_DF)
				path.origins = BIT(ORIGIN_PARANOID);
			ret = ret ?: add(paths, &path, gate.addr);
		}
	}
	return ret;
}

/* Where the IRET of an NMI leads if another one came meanwhile */
static int add_repeated_nmi(struct entry_paths *paths,
			    const struct entry_kernel *k)
{
	const struct entry_symbol *symbol = entry_find(&k->text, "repeat_nmi");
	struct entry_path path = stub("repeat_nmi", true);

	path.origins = BIT(ORIGIN_PARANOID);
	return symbol ? add(paths, &path, symbol->addr) : 0;
}

/* Gates that code installs, without a table: any other stub between the marks */
static int add_other_stubs(struct entry_paths *paths,
			   const struct entry_kernel *k, uint64_t start,
			   uint64_t end)
{
	int ret = 0;

	for (size_t n = 0; n < k->text.count; n++) {
		const struct entry_symbol *symbol = &k->text.all[n];
		struct entry_path path = stub(symbol->name, false);
		bool seen = false;

		if (symbol->addr < start || symbol->addr >= end ||
		    strncmp(symbol->name, "asm_", 4) != 0)
			continue;
		for (size_t p = 0; p < paths->count && !seen; p++)
			seen = paths->all[p].starts[0] == symbol->addr;
		if (!seen)
			ret = ret ?: add(paths, &path, symbol->addr);
	}
	return ret;
}

/*
 * One stub for each vector of a device, all alike, up to the next symbol that
 * is not of the same kind: 8 bytes each, 16 where they begin with ENDBR64.
 */
static int add_vectors(struct entry_paths *paths, const struct entry_kernel *k,
		       const char *name)
{
	static const uint8_t endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	const struct entry_symbol *first = entry_find(&k->text, name);
	struct entry_path path = stub(name, false);
	const struct entry_symbol *next;
	const uint8_t *bytes;
	uint64_t step;
	int ret = 0;

	if (!first)
		return -ENOENT;
	for (next = first;
	     next < k->text.all + k->text.count && next->addr == first->addr;)
		next++;
	bytes = entry_file_bytes(k, first->addr, 16);
	if (!bytes || next == k->text.all + k->text.count)
		return -EINVAL;
	step = memcmp(bytes, endbr, sizeof(endbr)) ? 8 : 16;
	for (uint64_t at = first->addr; at < next->addr && !ret; at += step) {
		bytes = entry_file_bytes(
			k, at + (step == 16 ? sizeof(endbr) : 0), 1);
		/* PUSH, or what fills the space up to the next symbol */
		if (bytes && (*bytes == 0x6a || *bytes == 0x68))
			ret = add(paths, &path, at);
	}
	return ret;
}

/*
 * The place of the entry text that a branch leads to.  Bytes that may be none
 * (@sure) count only if there is a name where they lead.
 */
static int add_inside(struct entry_paths *paths, const struct entry_kernel *k,
		      uint64_t addr, uint64_t site, bool sure)
{
	const struct entry_symbol *symbol;
	struct entry_path path = { .inside = true, .branch = addr, .at = site };
	uint64_t target;

	if (!entry_branches_in(k, addr, &target))
		return 0;
	symbol = entry_at(&k->text, target);
	path.name = symbol->name;
	path.from = entry_function(&k->text, site)->name;
	for (size_t p = 0; p < paths->count; p++)
		if (paths->all[p].inside && paths->all[p].starts[0] == target &&
		    !strcmp(paths->all[p].from, path.from))
			return 0;
	return sure || symbol->addr == target ? add(paths, &path, target) : 0;
}

/*
 * What of the entry text the rest of the kernel calls or jumps to.  Any bytes
 * that look like a branch to a symbol count: too many starts do no harm.
 */
static int add_chunk(struct entry_paths *paths, const struct entry_kernel *k,
		     const struct entry_alts *alts,
		     const struct entry_chunk *chunk)
{
	int ret = 0;

	for (uint64_t n = 0; n < chunk->size && !ret; n++) {
		uint8_t byte = chunk->bytes[n];

		/* What is no branch at all need not be looked at closer. */
		if ((byte == 0xe8 || byte == 0xe9 || byte == 0x0f) &&
		    entry_alts_site(alts, chunk->addr + n) < 0)
			ret = add_inside(paths, k, chunk->addr + n,
					 chunk->addr + n, false);
	}
	return ret;
}

/* The same where an alternative decides */
static int add_alternatives(struct entry_paths *paths,
			    const struct entry_kernel *k,
			    const struct entry_alts *alts)
{
	int ret = 0;

	for (size_t n = 0; n < alts->count; n++) {
		const struct entry_site *site = &alts->sites[n];

		if (entry_text_has(k, site->addr))
			continue;
		for (unsigned int v = 0; v < site->count; v++) {
			const struct entry_variant *var = &site->variant[v];

			for (unsigned int at = 0; at < var->len && !ret; at++)
				ret = add_inside(paths, k, var->src + at,
						 site->addr, at == 0);
		}
	}
	return ret;
}

/**
 * entry_paths_find() - every place where control gets into the entry text
 * Return: EXIT_OK; EXIT_UNSUPPORTED or EXIT_RUNTIME after one line on stderr
 */
int entry_paths_find(struct entry_paths *paths, const struct entry_kernel *k,
		     const struct entry_alts *alts)
{
	const struct entry_symbol *start =
		entry_find(&k->text, "__irqentry_text_start");
	const struct entry_symbol *end =
		entry_find(&k->text, "__irqentry_text_end");
	int ret = start && end ? 0 : -ENOENT;

	*paths = (struct entry_paths){ 0 };
	ret = ret ?: add_syscalls(paths, k);
	ret = ret ?: add_idt_tables(paths, k);
	ret = ret ?: add_repeated_nmi(paths, k);
	ret = ret ?: add_other_stubs(paths, k, start->addr, end->addr);
	ret = ret ?: add_vectors(paths, k, "irq_entries_start");
	ret = ret ?: add_vectors(paths, k, "spurious_entries_start");
	for (size_t n = 0; n < k->chunk_count && !ret; n++)
		if (k->chunks[n].code && !k->chunks[n].replacement)
			ret = add_chunk(paths, k, alts, &k->chunks[n]);
	ret = ret ?: add_alternatives(paths, k, alts);
	if (!ret)
		return EXIT_OK;
	warnx("the entry points are not to be found: %s", strerror(-ret));
	return ret == -ENOMEM ? EXIT_RUNTIME : EXIT_UNSUPPORTED;
}

/** entry_paths_free() - free what entry_paths_find() took */
void entry_paths_free(struct entry_paths *paths)
{
	for (size_t n = 0; n < paths->count; n++)
		free(paths->all[n].starts);
	free(paths->all);
}
