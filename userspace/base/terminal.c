// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/terminal.h"

/** terminal_columns() - width of the terminal that a file is, never below 80 */
size_t terminal_columns(FILE *f)
{
	struct winsize size;
	int saved = errno;
	size_t columns = TERMINAL_COLUMNS;

	if (!ioctl(fileno(f), TIOCGWINSZ, &size) && size.ws_col > columns)
		columns = size.ws_col;
	errno = saved;
	return columns;
}

/** terminal_has_escapes() - is a file a terminal that takes escape sequences? */
bool terminal_has_escapes(FILE *f)
{
	const char *term = getenv("TERM");
	int saved = errno;
	bool is_terminal = isatty(fileno(f));

	errno = saved;
	return is_terminal && term && *term && strcmp(term, "dumb");
}

/** terminal_has_colour() - and does its user want colours? (no-color.org) */
bool terminal_has_colour(FILE *f)
{
	const char *no = getenv("NO_COLOR");

	return terminal_has_escapes(f) && (!no || !*no);
}
