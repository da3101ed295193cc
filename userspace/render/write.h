/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_WRITE_H
#define PTISCOPE_RENDER_WRITE_H

#include <stdio.h>

#include "analyse/model.h"

/** enum report_format - what a report is printed as */
enum report_format {
	FORMAT_TABLE,
	FORMAT_CSV,
	FORMAT_JSON,
	FORMAT_MARKDOWN,
	FORMAT_COUNT
};

/* NULL-terminated, indexed by the enum: fit for struct opt.choices */
extern const char *const report_format_names[];

int report_write(const struct report *report, enum report_format format,
		 FILE *f);

#endif /* PTISCOPE_RENDER_WRITE_H */
