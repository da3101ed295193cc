/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_WINDOW_H
#define PTISCOPE_TOOLS_WINDOW_H

#include "lib/entry/entry.h"

/*
 * The checker of the window: kernel code that runs while the user page table is
 * loaded.  kernel -> alternatives -> instructions -> walk (state, rules) ->
 * report.  docs/window.md tells what it proves and what it takes for granted.
 */

/* ---- rules.c: what the window must keep to ---- */

struct window_report;

/* What an instruction of the window uses besides its own code page */
enum window_touch {
	TOUCH_TSS = 1,
	TOUCH_MARKS = 2,
	TOUCH_ENTRY_STACK = 4,
	TOUCH_IST_STACK = 8,
	TOUCH_ESPFIX = 16,
	TOUCH_TEXT = 32,
	TOUCH_COUNT = 6,
};

unsigned int window_rules(const struct entry_model *m, struct window_report *r,
			  const struct entry_state *s,
			  const struct entry_insn *i);

/* ---- compare.c: the booted image and vmlinux ---- */

bool window_agrees(struct entry_decoder *model, const struct entry_insn *i,
		   uint64_t slide);

/* ---- report.c ---- */

enum window_kind {
	KIND_ENTRY,
	KIND_EXIT,
	KIND_INSIDE
};

struct window_report *window_report_new(const struct entry_model *m, bool list);
void window_report_free(struct window_report *r);
int window_report_group(struct window_report *r, enum window_kind kind,
			const char *name);
int window_report_insn(struct window_report *r, const struct entry_insn *i,
		       const struct entry_state *s, unsigned int touches);
void window_report_fault(struct window_report *r, const struct entry_insn *i,
			 const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int window_report_print(struct window_report *r);

#endif /* PTISCOPE_TOOLS_WINDOW_H */
