// SPDX-License-Identifier: GPL-2.0-only
/* How sure a median is while samples are still being taken. */
#include <errno.h>
#include <stdlib.h>

#include "stats/precision.h"
#include "stats/stats.h"

/**
 * precision_parse() - read a precision from the command line
 * @text: percent, above 0 and at most 100; a "%" behind it is allowed
 * @share: set to it, as a share of 1
 *
 * Return: 0, or -EINVAL.
 */
int precision_parse(const char *text, double *share)
{
	char *end;
	double percent = strtod(text, &end);

	if (*end == '%')
		end++;
	if (end == text || *end || !(percent > 0 && percent <= 100))
		return -EINVAL;
	*share = percent / 100;
	return 0;
}

/**
 * precision_of_median() - half of the median's 95 % interval, as a share of it
 * @sorted: ascending, at least one value of at least 0
 * @n: how many
 *
 * Return: share; 0 where the interval is a point, infinity where the median is 0
 * and the interval is not a point.
 */
double precision_of_median(const double *sorted, size_t n)
{
	struct interval ci = stats_median_ci(sorted, n);
	double width = ci.high - ci.low;

	return width > 0 ? width / 2 / stats_quantile(sorted, n, 0.5) : 0;
}

/**
 * precision_reached() - are these samples enough?
 * @ticks: samples, in any order
 * @n: how many
 * @share: precision wanted, as a share of the median
 * @reached: set to the answer; never with fewer than PRECISION_SAMPLES
 *
 * Return: 0 or -ENOMEM.
 */
int precision_reached(const uint64_t *ticks, size_t n, double share,
		      bool *reached)
{
	double *sorted;
	size_t i;

	*reached = false;
	if (n < PRECISION_SAMPLES)
		return 0;
	sorted = malloc(n * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		sorted[i] = (double)ticks[i];
	stats_sort(sorted, n);
	*reached = precision_of_median(sorted, n) <= share;
	free(sorted);
	return 0;
}
