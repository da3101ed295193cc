// SPDX-License-Identifier: GPL-2.0-only
#include "render/compare_csv.h"
#include "render/doc.h"
#include "render/json.h"
#include "render/text.h"
#include "render/write.h"

const char *const report_format_names[] = {
	[FORMAT_TABLE] = "table", [FORMAT_CSV] = "csv",
	[FORMAT_JSON] = "json",	  [FORMAT_MARKDOWN] = "markdown",
	[FORMAT_COUNT] = NULL,
};

static int write_table(const struct report *report, FILE *f)
{
	bool pair = report->n &&
		    part_row(&report->part[0], NULL, TABLE_RUNS, NULL);

	return pair ? report_print_pair(report, f) : report_print(report, f);
}

/**
 * report_write() - write a report in one of its formats
 * Return: 0, or -errno after one line on stderr
 */
int report_write(const struct report *report, enum report_format format,
		 FILE *f)
{
	switch (format) {
	case FORMAT_CSV:
		return comparisons_write(report, f);
	case FORMAT_JSON:
		return json_write(report, f);
	case FORMAT_MARKDOWN:
		return doc_write(report, &doc_markdown, f);
	default:
		return write_table(report, f);
	}
}
