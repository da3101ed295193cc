/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_AUDIT_AUDIT_H
#define PTISCOPE_AUDIT_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "module/uapi/ptiscope.h"
#include "run/manifest.h"

/** AUDIT_NAME_SIZE - room for the name of a region */
#define AUDIT_NAME_SIZE 40

/** AUDIT_PAGE_SIZE - unit of everything that is counted in pages */
#define AUDIT_PAGE_SIZE 4096

/** AUDIT_NO_CPU - cpu of what belongs to no CPU */
#define AUDIT_NO_CPU (-1)

/**
 * enum audit_scope - which mappings a region gives its name to
 * @AUDIT_PAGES: those within its 4 KiB pages
 * @AUDIT_IMAGE: those within its 2 MiB pages: the kernel image is mapped so
 * @AUDIT_GUARD: none: nothing may be mapped there
 * @AUDIT_AREA: none, it only tells where a mapping is that nothing explains
 */
enum audit_scope {
	AUDIT_PAGES,
	AUDIT_IMAGE,
	AUDIT_GUARD,
	AUDIT_AREA,
};

/**
 * struct audit_region - a range of kernel addresses
 * @name: what it holds
 * @cpu: whose it is, or %AUDIT_NO_CPU
 * @first: first address
 * @last: last address
 */
struct audit_region {
	char name[AUDIT_NAME_SIZE];
	int cpu;
	uint64_t first;
	uint64_t last;
	enum audit_scope scope;
};

/** struct audit_regions - those of this kernel; where several fit, the first counts */
struct audit_regions {
	struct audit_region *region;
	size_t n;
};

/* Symbols that regions are made of; the names are in regions.c */
enum audit_symbol {
	SYMBOL_ENTRY_TEXT_START,
	SYMBOL_ENTRY_TEXT_END,
	SYMBOL_TEXT_START,
	SYMBOL_TEXT_END,
	SYMBOL_RODATA_START,
	SYMBOL_RODATA_END,
	SYMBOL_CPU_TSS_RW,
	SYMBOL_PTI_MARKS,
	SYMBOL_COUNT
};

/** struct audit_symbols - values from the kernel's symbol table */
struct audit_symbols {
	uint64_t value[SYMBOL_COUNT];
	bool found[SYMBOL_COUNT];
};

/**
 * struct audit_list - a user page table as the module walked it
 * @entry: in ascending order
 */
struct audit_list {
	struct ptiscope_audit_entry *entry;
	size_t n;
};

/**
 * enum audit_fault - why a mapping should not be there; the worst counts
 */
enum audit_fault {
	AUDIT_FINE,
	AUDIT_UNKNOWN,
	AUDIT_IN_GUARD,
	AUDIT_USER_ACCESS,
	AUDIT_WRITE_EXEC,
};

/**
 * struct audit_row - neighbours of equal attributes, in all places where the same
 *	pages are mapped one after another
 * @name: of their region; for a mapping that none explains, of where it is
 * @cpu: whose region it is, or %AUDIT_NO_CPU
 * @address: of the first one
 * @page_size: in bytes
 * @mappings: number of page-table entries, in all places
 * @places: times that the same pages are mapped
 * @pages: distinct pages of 4 KiB
 * @access: PTISCOPE_MAP_*
 * @fault: what is wrong with it
 */
struct audit_row {
	char name[AUDIT_NAME_SIZE];
	int cpu;
	uint64_t address;
	uint64_t page_size;
	uint64_t mappings;
	uint64_t places;
	uint64_t pages;
	uint32_t access;
	enum audit_fault fault;
};

/**
 * struct audit - what a user page table maps of the kernel
 * @kernel: release
 * @switch_mode: early or late
 * @marks: the kernel was booted with pti_marks=on
 * @cpus: possible CPUs
 * @pid: whose table it is
 * @threads: of that process
 * @pages: distinct pages of 4 KiB that are mapped
 * @task_tables: pages of the user table that no other table has: this process's
 * @machine_tables: pages of the user table that all processes have in common
 */
struct audit {
	char kernel[128];
	enum switch_mode switch_mode;
	bool marks;
	uint64_t cpus;
	uint64_t pid;
	uint64_t threads;
	uint64_t pages;
	uint64_t task_tables;
	uint64_t machine_tables;
	struct audit_row *row;
	size_t n;
};

/* regions.c; int is 0 or -errno after one line on stderr */
int audit_symbols_read(struct audit_symbols *symbols, FILE *f);
int audit_regions_add_image(struct audit_regions *regions,
			    const struct audit_symbols *symbols);
int audit_regions_add_module(struct audit_regions *regions,
			     const struct audit_symbols *symbols,
			     const struct ptiscope_regions *from);
void audit_regions_deinit(struct audit_regions *regions);
enum audit_fault audit_name(const struct audit_regions *regions,
			    const struct ptiscope_audit_entry *entry,
			    const struct audit_region **region);

/* rows.c */
uint64_t audit_page_size(const struct ptiscope_audit_entry *entry);
int audit_build(struct audit *audit, const struct audit_list *list,
		const struct audit_regions *regions);
void audit_deinit(struct audit *audit);
unsigned int audit_report_faults(const struct audit *audit);

/* print.c */
void audit_access_text(char text[6], uint32_t access);
void audit_print(const struct audit *audit, FILE *f);
void audit_csv(const struct audit_list *list,
	       const struct audit_regions *regions, FILE *f);

/* json.c */
int audit_save(const struct audit *audit, FILE *f);
int audit_load(struct audit *audit, const char *file);

/**
 * struct audit_change - what a region maps with some access, in two audits
 * @row: of either; its name, cpu, page size and access
 * @before: distinct pages in the first audit
 * @after: in the second
 */
struct audit_change {
	const struct audit_row *row;
	uint64_t before;
	uint64_t after;
};

/**
 * struct audit_diff - the second audit minus the first
 * @change: what differs, in the order of the addresses
 * @exposed: pages that only the second has
 * @gone: pages that only the first has
 */
struct audit_diff {
	struct audit_change *change;
	size_t n;
	uint64_t exposed;
	uint64_t gone;
};

/* diff.c */
int audit_compare(struct audit_diff *diff, const struct audit *before,
		  const struct audit *after);
void audit_diff_deinit(struct audit_diff *diff);
void audit_diff_print(const struct audit_diff *diff, const struct audit *before,
		      const struct audit *after, FILE *f);
int audit_diff_save(const struct audit_diff *diff, const struct audit *before,
		    const struct audit *after, FILE *f);

#endif /* PTISCOPE_AUDIT_AUDIT_H */
