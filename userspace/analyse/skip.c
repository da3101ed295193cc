// SPDX-License-Identifier: GPL-2.0-only
/* What calls that skip the switch take, and what all others pay for the test. */
#include <errno.h>
#include <math.h>

#include "analyse/skip.h"

/** skip_group() - the runs of a side, marks off; NULL where there are none */
const struct group *skip_group(const struct part *part, enum skip_side side)
{
	static const struct side sides[SKIP_SIDES] = {
		[SKIP_OFF] = { VARIANT_PATCHED, SWITCH_OFF, false, false },
		[SKIP_EARLY] = { VARIANT_PATCHED, SWITCH_EARLY, false, false },
		[SKIP_LATE] = { VARIANT_PATCHED, SWITCH_LATE, false, false },
		[SKIP_SKIP] = { VARIANT_PATCHED, SWITCH_LATE, false, true },
	};

	return group_find(part->machine.group, part->machine.n, &sides[side]);
}

static int estimate(const struct group *group, const struct key *key,
		    double *value)
{
	struct cell cell;
	int err = group ? cell_load(group, key, &cell) : -ENOENT;

	*value = NAN;
	if (err)
		return err == -ENOENT ? 0 : err;
	*value = cell.v.estimate;
	cell_deinit(&cell);
	return 0;
}

/* Only marks tell: so that is of the runs with marks on. */
static int load_skipped(const struct part *part, struct skip_line *line)
{
	static const struct side side = { VARIANT_PATCHED, SWITCH_LATE, true,
					  true };
	struct key key = line->row->key;

	key.metric = METRIC_SKIPPED;
	return estimate(group_find(part->machine.group, part->machine.n, &side),
			&key, &line->skipped);
}

static int load_line(const struct part *part, struct skip_line *line)
{
	const struct diff *diff = &line->row->diff;
	int err = load_skipped(part, line);

	for (int side = 0; !err && side < SKIP_SIDES; side++)
		err = estimate(skip_group(part, side), &line->row->key,
			       &line->value[side]);
	line->faster = diff->verdict == VERDICT_FASTER ||
		       (diff->basis == BASIS_COUNTS &&
			diff->verdict == VERDICT_ONE_BOOT && diff->diff < 0);
	/* Where marks tell that none of its calls was skipped, something else is. */
	if (line->skipped <= 0)
		line->faster = false;
	return err;
}

/**
 * skip_lines_each() - every workload that was measured with calls that skip the switch
 * @each: called with @to and a line; not 0 ends it
 * Return: 0, what @each returned, or -ENOMEM
 */
int skip_lines_each(const struct part *part,
		    int (*each)(void *to, const struct skip_line *line),
		    void *to)
{
	const struct row *row = NULL;
	int err = 0;

	while (!err && (row = part_row(part, row, TABLE_SKIP, NULL))) {
		struct skip_line line = { .row = row };

		err = load_line(part, &line);
		if (!err)
			err = each(to, &line);
	}
	return err;
}
