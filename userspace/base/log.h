/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_LOG_H
#define PTISCOPE_BASE_LOG_H

#include <stdbool.h>

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
