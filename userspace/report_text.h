/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_REPORT_TEXT_H
#define PTISCOPE_REPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "report_compare.h"
#include "report_groups.h"

/** TEXT_COLUMNS - no line of the report is longer, names of files aside */
#define TEXT_COLUMNS 100

/** NUMBER_SIZE - room for a number or an interval as text */
#define NUMBER_SIZE 64

/** struct machine - the groups of one lane, CPU, PCID state and unit */
struct machine {
	const struct group *group;
	size_t n;
};

/** struct comparison - "late - early": two variants of a machine, by name */
struct comparison {
	const char *label;
	enum variant first_variant;
	enum switch_mode first_mode;
	bool first_marks;
	enum variant second_variant;
	enum switch_mode second_mode;
	bool second_marks;
};

int report_print(const struct groups *groups, FILE *f);

/* The sections of one machine, in the order of the report; int is 0 or -ENOMEM. */
void report_environment(const struct machine *machine, FILE *f);
int report_round_trip(const struct machine *machine, FILE *f);
int report_windows(const struct machine *machine, FILE *f);
bool report_is_window(const struct machine *machine, const struct key *keys,
		      size_t n, const struct key *key);
int report_mark_cost(const struct machine *machine, FILE *f);
void report_calibration(const struct machine *machine, FILE *f);
void report_records(const struct machine *machine, FILE *f);
void report_gaps(const struct machine *machine, FILE *f);
int report_warnings(const struct machine *machine, FILE *f);

/* report_format.c: how a figure looks */
const char *lane_claim(enum lane lane);
const char *format_number(char text[NUMBER_SIZE], double value);
const char *format_change(char text[NUMBER_SIZE], double value);
const char *format_interval(char text[NUMBER_SIZE], const struct interval *ci);
const char *format_change_interval(char text[NUMBER_SIZE],
				   const struct interval *ci);
const char *format_p(char text[NUMBER_SIZE], double p);
void text_heading(FILE *f, const char *title);
void text_wrap(FILE *f, const char *first, const char *rest, const char *fmt,
	       ...) __attribute__((format(printf, 4, 5)));
int text_comparison(const struct machine *machine, const struct key *key,
		    const struct comparison *c, struct diff *diff);

#endif /* PTISCOPE_REPORT_TEXT_H */
