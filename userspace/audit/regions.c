// SPDX-License-Identifier: GPL-2.0-only
/* Which region of the kernel's address space a mapping belongs to. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "base/log.h"

#define IMAGE_PAGE_SIZE (2UL << 20)

static const char *const symbol_names[SYMBOL_COUNT] = {
	[SYMBOL_ENTRY_TEXT_START] = "__entry_text_start",
	[SYMBOL_ENTRY_TEXT_END] = "__entry_text_end",
	[SYMBOL_TEXT_START] = "_text",
	[SYMBOL_TEXT_END] = "_etext",
	[SYMBOL_RODATA_START] = "__start_rodata",
	[SYMBOL_RODATA_END] = "__end_rodata",
	[SYMBOL_CPU_TSS_RW] = "cpu_tss_rw",
	[SYMBOL_PTI_MARKS] = "pti_marks",
};

static const struct {
	const char *name;
	enum audit_scope scope;
} region_kinds[PTISCOPE_REGION_COUNT] = {
	[PTISCOPE_REGION_IDT] = { "IDT", AUDIT_PAGES },
	[PTISCOPE_REGION_ESPFIX] = { "ESPFIX stacks", AUDIT_PAGES },
	[PTISCOPE_REGION_LDT] = { "LDT", AUDIT_PAGES },
	[PTISCOPE_REGION_VSYSCALL] = { "vsyscall", AUDIT_PAGES },
	[PTISCOPE_REGION_GDT] = { "GDT", AUDIT_PAGES },
	[PTISCOPE_REGION_ENTRY_STACK] = { "entry stack", AUDIT_PAGES },
	[PTISCOPE_REGION_TSS] = { "TSS", AUDIT_PAGES },
	[PTISCOPE_REGION_STACK_GUARD] = { "stack guard", AUDIT_GUARD },
	[PTISCOPE_REGION_DF_STACK] = { "#DF stack", AUDIT_PAGES },
	[PTISCOPE_REGION_NMI_STACK] = { "NMI stack", AUDIT_PAGES },
	[PTISCOPE_REGION_DB_STACK] = { "#DB stack", AUDIT_PAGES },
	[PTISCOPE_REGION_MCE_STACK] = { "#MC stack", AUDIT_PAGES },
	[PTISCOPE_REGION_VC_STACK] = { "#VC stack", AUDIT_PAGES },
	[PTISCOPE_REGION_VC2_STACK] = { "#VC fallback stack", AUDIT_PAGES },
	[PTISCOPE_REGION_DEBUG_STORE] = { "debug store", AUDIT_PAGES },
	[PTISCOPE_REGION_DEBUG_BUFFERS] = { "debug store buffers",
					    AUDIT_PAGES },
	[PTISCOPE_REGION_CPU_ENTRY_AREA] = { "CPU entry area", AUDIT_AREA },
	[PTISCOPE_REGION_FIXMAP] = { "fixmap", AUDIT_AREA },
	[PTISCOPE_REGION_DIRECT_MAP] = { "direct map", AUDIT_AREA },
	[PTISCOPE_REGION_VMALLOC] = { "vmalloc area", AUDIT_AREA },
	[PTISCOPE_REGION_IMAGE] = { "kernel image", AUDIT_AREA },
	[PTISCOPE_REGION_MODULES] = { "modules", AUDIT_AREA },
};

static bool take_symbol(struct audit_symbols *symbols, uint64_t value,
			const char *name)
{
	for (int i = 0; i < SYMBOL_COUNT; i++) {
		if (symbols->found[i] || strcmp(symbol_names[i], name))
			continue;
		symbols->value[i] = value;
		symbols->found[i] = true;
		return true;
	}
	return false;
}

/**
 * audit_symbols_read() - read what is needed of a symbol table
 * @symbols: out
 * @f: in the format of /proc/kallsyms
 *
 * Symbols of modules are passed over: a module could take any name.
 *
 * Return: 0, -ENOENT where the entry text is not in it, -EACCES where its
 * addresses are hidden; nothing is said on stderr
 */
int audit_symbols_read(struct audit_symbols *symbols, FILE *f)
{
	int missing = SYMBOL_COUNT;
	char line[1024], *name;
	uint64_t value;

	*symbols = (struct audit_symbols){ 0 };
	/* By hand, since sscanf(3) takes long over a whole kernel */
	while (missing && fgets(line, sizeof(line), f)) {
		value = strtoull(line, &name, 16);
		if (name == line || strlen(name) < 4 || strchr(name, '['))
			continue;
		name[strcspn(name, "\n")] = 0;
		missing -= take_symbol(symbols, value, name + strlen(" T "));
	}
	for (int i = SYMBOL_ENTRY_TEXT_START; i <= SYMBOL_RODATA_END; i++) {
		if (!symbols->found[i])
			return -ENOENT;
		if (!symbols->value[i])
			return -EACCES;
	}
	return 0;
}

/* Know one more region; one of 0 bytes is none. */
static int add_region(struct audit_regions *regions, const char *name, int cpu,
		      uint64_t address, uint64_t size, enum audit_scope scope)
{
	struct audit_region *region;

	if (!size)
		return 0;
	/* Doubled at each power of two */
	if (!(regions->n & (regions->n - 1))) {
		region = reallocarray(regions->region,
				      regions->n ? 2 * regions->n : 1,
				      sizeof(*region));
		if (!region) {
			log_error("out of memory");
			return -ENOMEM;
		}
		regions->region = region;
	}
	region = &regions->region[regions->n++];
	*region = (struct audit_region){
		.cpu = cpu,
		.first = address,
		.last = address + (size - 1),
		.scope = scope,
	};
	snprintf(region->name, sizeof(region->name), "%s", name);
	return 0;
}

static int add_between(struct audit_regions *regions, const char *name,
		       const struct audit_symbols *symbols,
		       enum audit_symbol start, enum audit_symbol end)
{
	uint64_t first = symbols->value[start], after = symbols->value[end];

	if (after < first) {
		log_error("the kernel's symbol %s lies before %s",
			  symbol_names[end], symbol_names[start]);
		return -EINVAL;
	}
	return add_region(regions, name, AUDIT_NO_CPU, first, after - first,
			  AUDIT_IMAGE);
}

/**
 * audit_regions_add_image() - know the parts of the kernel image that a user
 *	table may map: all without PCID under pti=auto, the entry text otherwise
 * Return: 0 or -errno
 */
int audit_regions_add_image(struct audit_regions *regions,
			    const struct audit_symbols *symbols)
{
	int err;

	err = add_between(regions, "entry text", symbols,
			  SYMBOL_ENTRY_TEXT_START, SYMBOL_ENTRY_TEXT_END);
	if (!err)
		err = add_between(regions, "kernel text", symbols,
				  SYMBOL_TEXT_START, SYMBOL_TEXT_END);
	if (!err)
		err = add_between(regions, "kernel rodata", symbols,
				  SYMBOL_RODATA_START, SYMBOL_RODATA_END);
	return err;
}

/* The first page of a per-CPU symbol: no more of it is mapped. */
static int add_percpu(struct audit_regions *regions,
		      const struct audit_symbols *symbols,
		      enum audit_symbol symbol,
		      const struct ptiscope_regions *from)
{
	if (!symbols->found[symbol])
		return 0;
	return add_region(regions, symbol_names[symbol], (int)from->cpu,
			  from->percpu_offset + symbols->value[symbol],
			  AUDIT_PAGE_SIZE, AUDIT_PAGES);
}

/**
 * audit_regions_add_module() - know what the module says of a CPU or of none
 * @from: as PTISCOPE_IOC_REGIONS returned it
 *
 * Return: 0 or -errno
 */
int audit_regions_add_module(struct audit_regions *regions,
			     const struct audit_symbols *symbols,
			     const struct ptiscope_regions *from)
{
	bool of_cpu = from->cpu != PTISCOPE_NO_CPU;
	int err = 0;

	for (uint32_t i = 0; !err && i < from->n; i++) {
		const struct ptiscope_region *r = &from->region[i];

		if (i >= PTISCOPE_REGIONS_MAX ||
		    r->kind >= PTISCOPE_REGION_COUNT)
			break;
		err = add_region(regions, region_kinds[r->kind].name,
				 of_cpu ? (int)from->cpu : AUDIT_NO_CPU,
				 r->address, r->size,
				 region_kinds[r->kind].scope);
	}
	if (!err && of_cpu)
		err = add_percpu(regions, symbols, SYMBOL_CPU_TSS_RW, from);
	if (!err && of_cpu)
		err = add_percpu(regions, symbols, SYMBOL_PTI_MARKS, from);
	return err;
}

/** audit_regions_deinit() - forget them all */
void audit_regions_deinit(struct audit_regions *regions)
{
	free(regions->region);
	*regions = (struct audit_regions){ 0 };
}

/* A large page that only overlaps a region exposes more than that. */
static bool holds(const struct audit_region *region, uint64_t first,
		  uint64_t last)
{
	uint64_t unit = region->scope == AUDIT_IMAGE ? IMAGE_PAGE_SIZE :
						       AUDIT_PAGE_SIZE;

	return first >= (region->first & ~(unit - 1)) &&
	       last <= (region->last | (unit - 1));
}

/* The first region that names a mapping, or in which nothing may be, or else the area */
static const struct audit_region *
find_region(const struct audit_regions *regions, uint64_t first, uint64_t last)
{
	const struct audit_region *area = NULL;

	for (size_t i = 0; i < regions->n; i++) {
		const struct audit_region *r = &regions->region[i];

		if (first > r->last || last < r->first)
			continue;
		if (r->scope == AUDIT_GUARD ||
		    (r->scope != AUDIT_AREA && holds(r, first, last)))
			return r;
		if (r->scope == AUDIT_AREA && !area)
			area = r;
	}
	return area;
}

/** audit_page_size() - bytes that an entry of this level maps */
uint64_t audit_page_size(const struct ptiscope_audit_entry *entry)
{
	return UINT64_C(1) << (12 + 9 * (entry->level - 1));
}

/**
 * audit_name() - what a mapping maps, and whether it may
 * @entry: a mapping, no table
 * @region: out: its region, or the area where it is, or NULL for neither
 * Return: %AUDIT_FINE or what is wrong with it
 */
enum audit_fault audit_name(const struct audit_regions *regions,
			    const struct ptiscope_audit_entry *entry,
			    const struct audit_region **region)
{
	const uint32_t write_exec = PTISCOPE_MAP_WRITE | PTISCOPE_MAP_EXEC;
	uint64_t first = entry->address;
	uint64_t last = first + (audit_page_size(entry) - 1);
	const struct audit_region *found = find_region(regions, first, last);
	enum audit_fault fault = AUDIT_FINE;

	*region = found;
	if (!found || found->scope == AUDIT_AREA)
		fault = AUDIT_UNKNOWN;
	else if (found->scope == AUDIT_GUARD)
		fault = AUDIT_IN_GUARD;
	if ((entry->flags & PTISCOPE_MAP_USER) &&
	    (!found ||
	     strcmp(found->name, region_kinds[PTISCOPE_REGION_VSYSCALL].name)))
		fault = AUDIT_USER_ACCESS;
	if ((entry->flags & write_exec) == write_exec)
		fault = AUDIT_WRITE_EXEC;
	return fault;
}
