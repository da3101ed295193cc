// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"
#include "run/warn.h"

/**
 * run_warn() - warn the user now, and the reader of the manifest later
 * @m: manifest
 * @fmt: as for printf(3)
 *
 * Return: 0 or -ENOMEM.
 */
int run_warn(struct manifest *m, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	log_warn("%s", text);
	return manifest_add_warning(m, "%s", text);
}
