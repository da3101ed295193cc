/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_ANSWER_H
#define PTISCOPE_RENDER_ANSWER_H

#include "render/doc.h"

/**
 * struct answer_facts - what an answer says that is not in the samples; each may be NULL
 * @exposure: what late maps in user page tables that early does not
 * @memory: what it needs
 * @rest: where everything else is
 */
struct answer_facts {
	const char *exposure;
	const char *memory;
	const char *rest;
};

int answer_write(struct doc *doc, const struct report *report,
		 const struct answer_facts *facts);

#endif /* PTISCOPE_RENDER_ANSWER_H */
