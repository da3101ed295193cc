/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_CMD_FACTS_H
#define PTISCOPE_CMD_FACTS_H

#include "analyse/model.h"

/** FACTS_SIZE - room for a fact */
#define FACTS_SIZE 256

/** FACTS_AUDIT - file of a run directory: what ptiscope audit -o wrote in its boot */
#define FACTS_AUDIT "audit.json"

/**
 * struct facts - what the audits of an early and a late boot say
 * @exposure: of the user page tables, or ""
 * @memory: that they need, or ""
 */
struct facts {
	char exposure[FACTS_SIZE];
	char memory[FACTS_SIZE];
};

int facts_find(struct facts *facts, const struct report *report);

#endif /* PTISCOPE_CMD_FACTS_H */
