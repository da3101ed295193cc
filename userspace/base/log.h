/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_LOG_H
#define PTISCOPE_BASE_LOG_H

#include <stdbool.h>

/**
 * enum exit_code - what every command of ptiscope exits with
 * @EXIT_OK: it did what was asked
 * @EXIT_RUNTIME: it was asked something sensible and failed
 * @EXIT_USAGE: the command line makes no sense
 * @EXIT_UNSUPPORTED: this kernel, CPU or machine lacks what is needed
 */
enum exit_code {
	EXIT_OK = 0,
	EXIT_RUNTIME = 1,
	EXIT_USAGE = 2,
	EXIT_UNSUPPORTED = 3,
};

#define LOG_PRINTF __attribute__((format(printf, 1, 2)))

/*
 * All of these write one line "ptiscope: ..." to stderr and add the newline.
 * log_info() is silent unless log_set_verbose() was called, log_progress()
 * unless stderr is a terminal; its line is overwritten by the next line.
 */
void log_error(const char *fmt, ...) LOG_PRINTF;
void log_warn(const char *fmt, ...) LOG_PRINTF;
void log_info(const char *fmt, ...) LOG_PRINTF;
void log_progress(const char *fmt, ...) LOG_PRINTF;

void log_set_verbose(void);
bool log_is_verbose(void);

#endif /* PTISCOPE_BASE_LOG_H */
