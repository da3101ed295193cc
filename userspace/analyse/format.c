// SPDX-License-Identifier: GPL-2.0-only
/* How a figure looks as text. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyse/format.h"

/** lane_claim() - what the numbers of a lane are, and what they are not */
const char *lane_claim(enum lane lane)
{
	static const char *const claims[LANE_COUNT] = {
		[LANE_HARDWARE] =
			"ticks of this CPU's TSC: time, not cycles of its core",
		[LANE_ICOUNT] =
			"instruction counts of one emulated CPU; no time, no TLB",
		[LANE_TCG] =
			"an emulator's time: shows that it works, not which mode a CPU would run faster",
		[LANE_BOCHS] =
			"instruction counts of an emulated CPU; no time; a TLB is a model",
		[LANE_KVM] =
			"ticks of the TSC inside a virtual machine: time, not cycles",
	};

	return claims[lane];
}

/* Digits that matter: whole numbers as they are, small ones to three digits. */
static const char *format_real(char text[NUMBER_SIZE], double value,
			       const char *plus)
{
	double size = fabs(value);
	int digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
	char *end;

	if (value == rint(value))
		digits = 0;
	snprintf(text, NUMBER_SIZE, "%s%.*f", value > 0 ? plus : "", digits,
		 value);
	if (digits) {
		end = text + strlen(text) - 1;
		while (*end == '0')
			*end-- = 0;
		if (*end == '.')
			*end = 0;
	}
	if (!strcmp(text, "-0") || !strcmp(text, "+0"))
		strcpy(text, "0");
	return text;
}

/** format_number() - a measured value */
const char *format_number(char text[NUMBER_SIZE], double value)
{
	return format_real(text, value, "");
}

/** format_change() - a difference, with its sign */
const char *format_change(char text[NUMBER_SIZE], double value)
{
	return format_real(text, value, "+");
}

static const char *
format_bounds(char text[NUMBER_SIZE], const struct interval *ci,
	      const char *(*format)(char text[NUMBER_SIZE], double value))
{
	char low[NUMBER_SIZE], high[NUMBER_SIZE];

	snprintf(text, NUMBER_SIZE, "[%.24s, %.24s]", format(low, ci->low),
		 format(high, ci->high));
	return text;
}

/** format_interval() - the interval of a measured value */
const char *format_interval(char text[NUMBER_SIZE], const struct interval *ci)
{
	return format_bounds(text, ci, format_number);
}

/** format_change_interval() - the interval of a difference */
const char *format_change_interval(char text[NUMBER_SIZE],
				   const struct interval *ci)
{
	return format_bounds(text, ci, format_change);
}

/**
 * format_grounds() - what a difference rests on
 *
 * Boots' interval; the range of counts that differ between boots; how many boots have
 * the same counts; or that there is one boot only.
 */
const char *format_grounds(char text[NUMBER_SIZE], const struct diff *diff)
{
	size_t first = diff->boots_first, second = diff->boots_second;

	if (first == 1 && second == 1)
		return strcpy(text, "one boot of each");
	if (!diff_has_interval(diff))
		snprintf(text, NUMBER_SIZE, "%zu and %zu boots", first, second);
	else if (diff->basis == BASIS_BOOTS || diff->ci.low != diff->ci.high)
		format_change_interval(text, &diff->ci);
	else if (first == second)
		snprintf(text, NUMBER_SIZE, "in %zu boots of %zu", first,
			 second);
	else
		snprintf(text, NUMBER_SIZE, "in all %zu and %zu boots", first,
			 second);
	return text;
}

/** format_ratio() - a ratio as a change in percent; "" where there is none */
const char *format_ratio(char text[NUMBER_SIZE], double ratio)
{
	if (ratio == 1)
		strcpy(text, "0 %");
	else if (ratio)
		snprintf(text, NUMBER_SIZE, "%+.2f %%", 100 * (ratio - 1));
	else
		strcpy(text, "");
	return text;
}

/** format_p() - a p-value with its relation sign */
const char *format_p(char text[NUMBER_SIZE], double p)
{
	if (p < 0.0001)
		strcpy(text, "p < 0.0001");
	else
		snprintf(text, NUMBER_SIZE, "p = %.4f", p);
	return text;
}

/**
 * format_flush_share() - share of CR3 writes that flush the TLB
 * @text: filled in
 * @pcid: there is a bit by which a write asks for no flush; else each flushes
 * @share: from 0 to 1
 */
const char *format_flush_share(char text[NUMBER_SIZE], bool pcid, double share)
{
	if (pcid)
		snprintf(text, NUMBER_SIZE, "%.3g %%", 100 * share);
	else
		strcpy(text, "no PCID");
	return text;
}
