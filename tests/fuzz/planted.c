// SPDX-License-Identifier: GPL-2.0-only
/* A reader that believes the length that its file claims: what fuzzing must find. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (size < 2 || data[0] != 'P')
		return 0;
	copy = malloc(data[1] + 1);
	memcpy(copy, data, size);
	/* Used, or the compiler leaves it all out. */
	__asm__ volatile("" : : "r"(copy) : "memory");
	free(copy);
	return 0;
}
