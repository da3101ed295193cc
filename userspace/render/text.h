/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RENDER_TEXT_H
#define PTISCOPE_RENDER_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "analyse/format.h"
#include "analyse/model.h"
#include "analyse/windows.h"

/** TEXT_COLUMNS - no line of the report is longer, names of files aside */
#define TEXT_COLUMNS 100

/** LEGEND_SIZE - room for report_legend() */
#define LEGEND_SIZE 1024

int report_print(const struct report *report, FILE *f);
int report_print_pair(const struct report *report, FILE *f);
void report_legend(const struct report *report, char *text, size_t size);

/* The sections of one machine, in the order of the report; int is 0 or -ENOMEM. */
void report_environment(const struct machine *machine, FILE *f);
int report_round_trip(const struct part *part, FILE *f);
int report_windows(const struct part *part, FILE *f);
int report_tlb(const struct part *part, FILE *f);
void report_mark_cost(const struct part *part, FILE *f);
void report_calibration(const struct machine *machine, FILE *f);
void report_records(const struct machine *machine, FILE *f);
void report_gaps(const struct machine *machine, FILE *f);
int report_warnings(const struct part *part, FILE *f);
void report_pair(const struct part *part, const struct equivalence *eq,
		 FILE *f);

/* notes.c: the same notes for every format; emit() gets one after the other. */
struct note_sink {
	void (*emit)(void *to, const char *who, const char *text);
	void *to;
};

const char *tlb_reason(enum lane lane);
void gaps_each(const struct machine *machine, const struct note_sink *sink);
int warnings_each(const struct part *part, const struct note_sink *sink);

/* wrap.c: lines */
void text_heading(FILE *f, const char *title);
void text_wrap(FILE *f, const char *first, const char *rest, const char *fmt,
	       ...) __attribute__((format(printf, 4, 5)));

#endif /* PTISCOPE_RENDER_TEXT_H */
