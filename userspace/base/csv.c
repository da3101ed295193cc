// SPDX-License-Identifier: GPL-2.0-only
/*
 * RFC 4180 with '\n' line ends and '.' as decimal point in every locale:
 * ptiscope never calls setlocale().
 */
#include <inttypes.h>
#include <string.h>

#include "base/csv.h"

static void csv_separate(struct csv *csv)
{
	if (csv->in_row)
		fputc(',', csv->f);
	csv->in_row = true;
}

/** csv_text() - write a field, quoted where it has to be */
void csv_text(struct csv *csv, const char *text)
{
	csv_separate(csv);
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, csv->f);
		return;
	}
	fputc('"', csv->f);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', csv->f);
		fputc(*text, csv->f);
	}
	fputc('"', csv->f);
}

/** csv_u64() - write a field that is a count */
void csv_u64(struct csv *csv, uint64_t value)
{
	csv_separate(csv);
	fprintf(csv->f, "%" PRIu64, value);
}

/** csv_real() - write a field that is a measured value, to ten digits */
void csv_real(struct csv *csv, double value)
{
	csv_separate(csv);
	/* -0 and 0 are the same figure and shall be the same text. */
	fprintf(csv->f, "%.10g", value ? value : 0.0);
}

/** csv_end() - end the row */
void csv_end(struct csv *csv)
{
	fputc('\n', csv->f);
	csv->in_row = false;
}
