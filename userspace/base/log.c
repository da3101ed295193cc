// SPDX-License-Identifier: GPL-2.0-only
/* The one place that writes to stderr. */
#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"

/* Set once, by --verbose */
static bool verbose;

/*
 * Takes the place of a progress line, which ends without a newline.  A message
 * may quote a file or a name: it is one line even when that holds more.
 */
static void log_line(const char *kind, const char *end, const char *fmt,
		     va_list args)
{
	char text[1024];

	/* First, while errno is what %m stands for. */
	vsnprintf(text, sizeof(text), fmt, args);
	if (terminal_has_escapes(stderr))
		fputs("\r\033[K", stderr);
	text_clean(text);
	fprintf(stderr, "ptiscope: %s%s%s", kind, text, end);
	fflush(stderr);
}

/** log_error() - why the command fails */
void log_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line("", "\n", fmt, args);
	va_end(args);
}

/** log_warn() - something the user should know; the command goes on */
void log_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line("warning: ", "\n", fmt, args);
	va_end(args);
}

/** log_info() - what is being done, for --verbose */
void log_info(const char *fmt, ...)
{
	va_list args;

	if (!log_is_verbose())
		return;
	va_start(args, fmt);
	log_line("", "\n", fmt, args);
	va_end(args);
}

/** log_progress() - how far a long step is, for a person at a terminal where a line can be erased */
void log_progress(const char *fmt, ...)
{
	va_list args;

	if (!terminal_has_escapes(stderr))
		return;
	va_start(args, fmt);
	log_line("", "", fmt, args);
	va_end(args);
}

/** log_set_verbose() - let log_info() speak */
void log_set_verbose(void)
{
	verbose = true;
}

/** log_is_verbose() - does log_info() speak? */
bool log_is_verbose(void)
{
	return verbose;
}
