/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_CSV_H
#define PTISCOPE_CSV_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "rundir.h"

/* One row is a sequence of csv_*() calls and a csv_end(); errors stay in the FILE. */
void csv_text(FILE *f, const char *text);
void csv_u64(FILE *f, uint64_t value);
void csv_real(FILE *f, double value);
void csv_end(FILE *f);

int summary_write(const struct run *run, FILE *f);
int summary_write_all(const struct run *const *runs, size_t n, FILE *f);
int summary_save(const struct run *run, const char *file);

#endif /* PTISCOPE_CSV_H */
