/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_CSV_H
#define PTISCOPE_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct csv - a CSV file that is being written; write errors stay in its FILE
 * @f: write here
 * @in_row: the next field needs a comma before it
 */
struct csv {
	FILE *f;
	bool in_row;
};

void csv_text(struct csv *csv, const char *text);
void csv_u64(struct csv *csv, uint64_t value);
void csv_real(struct csv *csv, double value);
void csv_end(struct csv *csv);

#endif /* PTISCOPE_BASE_CSV_H */
