// SPDX-License-Identifier: GPL-2.0-only
/* Conditions that a comparison may have to meet, for machines that decide by exit code. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyse/gate.h"

/**
 * gate_parse() - read the value of --fail-if
 * @text: METRIC > LIMIT or METRIC < LIMIT; with % the limit is a share of the first figure
 * Return: 0 or -EINVAL
 */
int gate_parse(const char *text, struct gate *gate)
{
	char name[32], sign[2], percent[2];
	int end = 0, n;

	n = sscanf(text, "%31[a-z_] %1[<>] %lf%n %1[%%]%n", name, sign,
		   &gate->limit, &end, percent, &end);
	if (n < 3 || text[end] || !isfinite(gate->limit))
		return -EINVAL;
	gate->above = *sign == '>';
	gate->percent = n == 4;
	for (unsigned int m = METRIC_ROUND_TRIP; m < METRIC_COUNT; m++) {
		const char *known = metric_name(m);

		if (!known || strcmp(known, name))
			continue;
		gate->metric = m;
		return 0;
	}
	return -EINVAL;
}

/* How far beyond the limit; not above 0 where it is kept */
static double beyond(const struct gate *gate, const struct row *row)
{
	double diff = row->diff.diff;

	if (gate->percent) {
		if (!row->first_value)
			return 0;
		diff *= 100 / row->first_value;
	}
	return gate->above ? diff - gate->limit : gate->limit - diff;
}

/**
 * gate_count() - comparisons of two runs that are beyond the limit
 * @worst: out: the one that is furthest beyond it, if any is
 */
size_t gate_count(const struct gate *gate, const struct part *part,
		  const struct row **worst)
{
	const struct row *row = NULL;
	double most = 0;
	size_t n = 0;

	while ((row = part_row(part, row, TABLE_RUNS, NULL))) {
		double by = beyond(gate, row);

		if (row->key.metric != gate->metric || by <= 0)
			continue;
		if (!n++ || by > most) {
			most = by;
			*worst = row;
		}
	}
	return n;
}
