// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "log.h"
#include "report_text.h"

static bool has_marks(const struct machine *machine)
{
	for (size_t i = 0; i < machine->n; i++)
		if (group_manifest(&machine->group[i])->marks)
			return true;
	return false;
}

static int print_machine(const struct machine *machine, FILE *f)
{
	int err;

	fprintf(f, "\n== Lane %s ",
		lane_names[group_manifest(machine->group)->lane]);
	for (int i = 9 +
		     strlen(lane_names[group_manifest(machine->group)->lane]);
	     i < TEXT_COLUMNS; i++)
		fputc('=', f);
	fputc('\n', f);
	report_environment(machine, f);
	err = report_round_trip(machine, f);
	if (!err && has_marks(machine)) {
		err = report_windows(machine, f);
		if (!err)
			err = report_mark_cost(machine, f);
	}
	report_calibration(machine, f);
	if (has_marks(machine))
		report_records(machine, f);
	report_gaps(machine, f);
	return err ? err : report_warnings(machine, f);
}

/**
 * report_print() - the report as text, one part for every lane and machine
 * Return: 0, or -errno after one line on stderr
 */
int report_print(const struct groups *groups, FILE *f)
{
	int err = 0;

	fputs("ptiscope report: CR3 switched late against early, under page-table isolation\n",
	      f);
	for (size_t i = 0, end; !err && i < groups->n; i = end) {
		struct machine machine = { .group = &groups->group[i] };

		end = group_machine_end(groups, i);
		machine.n = end - i;
		err = print_machine(&machine, f);
	}
	fputs("\nIntervals and p-values (Mann-Whitney) are at 5 %; a verdict needs both.\n",
	      f);
	if (err)
		log_error("can't write the report: %s", strerror(-err));
	return err;
}
