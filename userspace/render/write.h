/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_WRITE_H
#define PTISCOPE_RENDER_WRITE_H

#include <stdio.h>

#include "render/answer.h"

/** enum report_format - what a report is written as */
enum report_format {
	FORMAT_TABLE,
	FORMAT_CSV,
	FORMAT_JSON,
	FORMAT_MARKDOWN,
	FORMAT_COUNT,
	FORMAT_HTML = FORMAT_COUNT
};

/* NULL-terminated, indexed by the enum: fit for struct opt.choices */
extern const char *const report_format_names[];

/**
 * struct report_style - how a report is written
 * @format: as what
 * @full: of a table: everything, not the answer alone
 * @columns: of a table: no line is longer, names of files aside
 * @colour: of a table: with the escapes of a terminal
 * @facts: what the answer says beside the samples
 */
struct report_style {
	enum report_format format;
	bool full;
	size_t columns;
	bool colour;
	struct answer_facts facts;
};

int report_write(const struct report *report, const struct report_style *style,
		 FILE *f);

#endif /* PTISCOPE_RENDER_WRITE_H */
