// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "render/compare_csv.h"
#include "render/json.h"
#include "render/sections.h"
#include "render/write.h"

const char *const report_format_names[] = {
	[FORMAT_TABLE] = "table", [FORMAT_CSV] = "csv",
	[FORMAT_JSON] = "json",	  [FORMAT_MARKDOWN] = "markdown",
	[FORMAT_COUNT] = NULL,
};

static int write_doc(const struct report *report,
		     const struct report_style *style, struct doc *doc)
{
	int err, end;

	doc->format->begin(doc, "ptiscope report");
	err = answer_write(doc, report, &style->facts);
	if (!err && (style->full || style->format != FORMAT_TABLE))
		err = sections_write(doc, report);
	end = doc->format->end(doc);
	if (!err)
		err = end;
	if (err == -ENOMEM)
		log_error("can't write the report: %s", strerror(-err));
	return err;
}

/**
 * report_write() - write a report in one of its formats
 * Return: 0, or -errno after one line on stderr
 */
int report_write(const struct report *report, const struct report_style *style,
		 FILE *f)
{
	struct doc doc = {
		.format = style->format == FORMAT_HTML	   ? &doc_html :
			  style->format == FORMAT_MARKDOWN ? &doc_markdown :
							     &doc_text,
		.f = f,
		.columns = style->columns ? style->columns : DOC_COLUMNS,
		.colour = style->colour,
		.strong = DOC_NONE,
	};

	if (style->format == FORMAT_CSV)
		return comparisons_write(report, f);
	if (style->format == FORMAT_JSON)
		return json_write(report, f);
	return write_doc(report, style, &doc);
}
