// SPDX-License-Identifier: GPL-2.0-only
/* The module's side of an audit: the walk of a user page table. */
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "audit/reader.h"

/* The kernel knows fewer: an end for the search for CPUs with high numbers */
#define CPU_NUMBERS 65536

/**
 * reader_audit_list() - walk the user page table of a thread
 * @r: reader
 * @tid: the thread, 0 for the caller
 * @list: out: what was found; the caller frees its entries, also after an error
 * Return: 0 or a negative errno
 */
int reader_audit_list(const struct module_reader *r, pid_t tid,
		      struct audit_list *list)
{
	struct ptiscope_audit audit = { 0 };
	struct ptiscope_audit_entry *entry;

	*list = (struct audit_list){ 0 };
	do {
		entry = reallocarray(list->entry, list->n + PTISCOPE_AUDIT_MAX,
				     sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		list->entry = entry;
		audit.version = PTISCOPE_ABI_VERSION;
		audit.size = sizeof(audit);
		audit.tid = (uint32_t)tid;
		audit.n = PTISCOPE_AUDIT_MAX;
		audit.entries = (uintptr_t)(entry + list->n);
		if (ioctl(r->fd, PTISCOPE_IOC_AUDIT, &audit))
			return -errno;
		list->n += audit.n;
	} while (audit.cursor);
	return 0;
}

static int add_regions(const struct module_reader *r, uint32_t cpu,
		       const struct audit_symbols *symbols,
		       struct audit_regions *regions)
{
	struct ptiscope_regions from = {
		.version = PTISCOPE_ABI_VERSION,
		.size = sizeof(from),
		.cpu = cpu,
	};

	if (ioctl(r->fd, PTISCOPE_IOC_REGIONS, &from))
		return -errno;
	return audit_regions_add_module(regions, symbols, &from);
}

/**
 * reader_audit_regions() - ask where the kernel keeps what
 * @r: reader
 * @symbols: of the kernel
 * @regions: what is found is added
 * Return: 0 or a negative errno
 */
int reader_audit_regions(const struct module_reader *r,
			 const struct audit_symbols *symbols,
			 struct audit_regions *regions)
{
	int err = add_regions(r, PTISCOPE_NO_CPU, symbols, regions);
	uint32_t found = 0;

	if (err)
		return err;
	for (uint32_t cpu = 0; cpu < CPU_NUMBERS && found < r->info.cpus;
	     cpu++) {
		err = add_regions(r, cpu, symbols, regions);
		if (err && err != -ENXIO)
			return err;
		found += !err;
	}
	return 0;
}
