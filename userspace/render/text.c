// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "render/text.h"

static void print_title(const struct part *part, FILE *f)
{
	const char *lane =
		lane_names[group_manifest(part->machine.group)->lane];

	fprintf(f, "\n== Lane %s ", lane);
	for (int i = 9 + strlen(lane); i < TEXT_COLUMNS; i++)
		fputc('=', f);
	fputc('\n', f);
}

static int print_part(const struct part *part, FILE *f)
{
	const struct machine *machine = &part->machine;
	int err;

	print_title(part, f);
	report_environment(machine, f);
	err = report_round_trip(part, f);
	if (!err && part_has_marks(part)) {
		err = report_windows(part, f);
		if (!err)
			report_mark_cost(part, f);
	}
	if (!err)
		err = report_tlb(part, f);
	report_calibration(machine, f);
	if (part_has_marks(part))
		report_records(machine, f);
	report_gaps(machine, f);
	return err ? err : report_warnings(part, f);
}

/** report_legend() - what intervals, p-values and verdicts mean; @size: LEGEND_SIZE */
void report_legend(const struct report *report, char *text, size_t size)
{
	snprintf(
		text, size,
		"The boot is the unit. icount and bochs count: a difference is the same in all boots, or "
		"has a range, from the least to the greatest between a boot of one and a boot of the "
		"other; so have the figures of a variant. Elsewhere the interval of a figure is at 95 %%, and "
		"those of the differences hold with 95 %% for all rows of one question at once; p is "
		"Student's, times these rows. The verdict follows from the interval: 'slower', 'faster': it is "
		"without 0; 'equivalent': within %.6g %s either way; 'not shown': neither. 'few boots' and "
		"'one boot': too few to say.",
		report->eq.margin,
		report->eq.percent ? "% of the first figure" : "in their unit");
}

static void print_legend(const struct report *report, FILE *f)
{
	char text[LEGEND_SIZE];

	report_legend(report, text, sizeof(text));
	fputc('\n', f);
	text_wrap(f, "", "", "%s", text);
}

static int end(int err)
{
	if (err)
		log_error("can't write the report: %s", strerror(-err));
	return err;
}

/**
 * report_print() - the report as text, one part for every lane and machine
 * Return: 0, or -errno after one line on stderr
 */
int report_print(const struct report *report, FILE *f)
{
	int err = 0;

	fputs("ptiscope report: CR3 switched late against early, under page-table isolation\n",
	      f);
	for (size_t i = 0; !err && i < report->n; i++)
		err = print_part(&report->part[i], f);
	print_legend(report, f);
	return end(err);
}

/**
 * report_print_pair() - one run against another as text
 * Return: 0, or -errno after one line on stderr
 */
int report_print_pair(const struct report *report, FILE *f)
{
	const struct part *part = &report->part[0];
	int err;

	fputs("ptiscope compare: the second run against the first\n", f);
	print_title(part, f);
	report_environment(&part->machine, f);
	fputc('\n', f);
	report_pair(part, &report->eq, f);
	report_gaps(&part->machine, f);
	err = report_warnings(part, f);
	print_legend(report, f);
	return end(err);
}
