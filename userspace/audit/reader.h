/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_AUDIT_READER_H
#define PTISCOPE_AUDIT_READER_H

#include "audit/audit.h"
#include "kernel/module.h"

int reader_audit_list(const struct module_reader *r, pid_t tid,
		      struct audit_list *list);
int reader_audit_regions(const struct module_reader *r,
			 const struct audit_symbols *symbols,
			 struct audit_regions *regions);

#endif /* PTISCOPE_AUDIT_READER_H */
