// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "base/nearest.h"

/* No name is longer. */
#define LONGEST 32

/* More mistakes than these, or in half of the word, are another word. */
#define MISTAKES 2

static size_t least(size_t a, size_t b, size_t c)
{
	size_t d = a < b ? a : b;

	return d < c ? d : c;
}

/* Letters to insert, drop or change, by Levenshtein */
static size_t distance(const char *a, const char *b)
{
	size_t row[LONGEST + 1], n = strlen(b);

	if (n > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			size_t change = corner + (a[i] != b[j]);

			corner = row[j + 1];
			row[j + 1] = least(change, row[j] + 1, row[j + 1] + 1);
		}
	}
	return row[n];
}

/**
 * nearest_offer() - could this be what was meant?
 * @nearest: with @word; @name is set where it could
 */
void nearest_offer(struct nearest *nearest, const char *name)
{
	size_t d = distance(nearest->word, name);

	if (d > MISTAKES || 2 * d >= strlen(name) ||
	    (nearest->name && d >= nearest->distance))
		return;
	nearest->name = name;
	nearest->distance = d;
}
