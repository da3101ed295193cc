// SPDX-License-Identifier: GPL-2.0-only
/* Calls that skip the switch: a line of the answer, and a section of the report. */
#include <errno.h>
#include <math.h>

#include "analyse/format.h"
#include "analyse/skip.h"
#include "render/skip.h"

static const char *number(char text[NUMBER_SIZE], double value)
{
	return isnan(value) ? "" : format_number(text, value);
}

/* Begins the table with its first row. */
static int write_line(void *to, const struct skip_line *line)
{
	char value[SKIP_SIDES][NUMBER_SIZE], change[NUMBER_SIZE],
		ratio[NUMBER_SIZE], ci[NUMBER_SIZE], skipped[NUMBER_SIZE];
	const struct diff *diff = &line->row->diff;
	struct doc *doc = to;

	DOC_ROW(doc, line->row->key.workload,
		number(value[SKIP_OFF], line->value[SKIP_OFF]),
		number(value[SKIP_EARLY], line->value[SKIP_EARLY]),
		number(value[SKIP_LATE], line->value[SKIP_LATE]),
		number(value[SKIP_SKIP], line->value[SKIP_SKIP]),
		format_change(change, diff->diff),
		format_ratio(ratio, diff->ratio), format_grounds(ci, diff),
		verdict_word(diff->verdict), number(skipped, line->skipped));
	return 0;
}

/**
 * skip_write() - every workload, with calls that skip the switch and without
 * Return: 0 or -ENOMEM; nothing is written where nothing was measured
 */
int skip_write(struct doc *doc, const struct part *part)
{
	int err;

	if (!part_row(part, NULL, TABLE_SKIP, NULL))
		return 0;
	doc->format->fold(doc, "Calls that skip the switch");
	doc->format->text(
		doc,
		"With pti_skip=on the late switch answers some calls on the user page table. All "
		"others pay for the test of it. Skipped: calls of an iteration that were, as marks tell.");
	DOC_TABLE(doc, "workload", "PTI off", "early", "late", "late, skip",
		  "skip - late", "change", "rests on", "verdict", "skipped");
	err = skip_lines_each(part, write_line, doc);
	doc->format->table_end(doc);
	doc->format->fold_end(doc);
	return err;
}

/* The first line that is faster, how many more are, and the range of all others */
struct sum {
	struct skip_line first;
	size_t faster;
	size_t others;
	double low;
	double high;
};

static int add_line(void *to, const struct skip_line *line)
{
	struct sum *sum = to;
	double diff = line->row->diff.diff;

	if (line->faster) {
		if (!sum->faster++)
			sum->first = *line;
		return 0;
	}
	sum->low = sum->others ? fmin(sum->low, diff) : diff;
	sum->high = sum->others ? fmax(sum->high, diff) : diff;
	sum->others++;
	return 0;
}

/**
 * skip_answer() - a line of the answer
 * Return: 0 or -ENOMEM; nothing is written where nothing was measured
 */
int skip_answer(struct doc *doc, const struct part *part)
{
	char value[SKIP_SIDES][NUMBER_SIZE], low[NUMBER_SIZE],
		high[NUMBER_SIZE], others[4 * NUMBER_SIZE] = "",
					      more[2 * NUMBER_SIZE] = "";
	const struct skip_line *line;
	struct sum sum = { 0 };
	int err = skip_lines_each(part, add_line, &sum);

	if (err || !(sum.faster + sum.others))
		return err;
	if (sum.others)
		snprintf(others, sizeof(others), "%s%s%s on %zu others",
			 format_change(low, sum.low),
			 sum.low < sum.high ? " to " : "",
			 sum.low < sum.high ? format_change(high, sum.high) :
					      "",
			 sum.others);
	if (!sum.faster) {
		doc_item_of(doc,
			    "Calls that skip the switch: none is faster; %s",
			    others);
		return 0;
	}
	if (sum.faster > 1)
		snprintf(more, sizeof(more), ", %zu more are faster",
			 sum.faster - 1);
	line = &sum.first;
	for (int side = 0; side < SKIP_SIDES; side++)
		if (isnan(line->value[side]))
			snprintf(value[side], NUMBER_SIZE, "not measured");
		else
			format_number(value[side], line->value[side]);
	doc_item_of(
		doc,
		"Calls that skip the switch: %s takes %s (PTI off %s, early %s, late %s)%s%s%s",
		line->row->key.workload, value[SKIP_SKIP], value[SKIP_OFF],
		value[SKIP_EARLY], value[SKIP_LATE], more, *others ? "; " : "",
		others);
	return 0;
}
