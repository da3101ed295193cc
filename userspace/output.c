// SPDX-License-Identifier: GPL-2.0-only
/* A full disk or a closed pipe must not look like success. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "output.h"

/**
 * output_end() - make sure that all of stdout was written
 *
 * Return: EXIT_OK, or EXIT_RUNTIME after an error message.
 */
int output_end(void)
{
	int err;

	errno = 0;
	err = fflush(stdout);
	if (!err && !ferror(stdout))
		return EXIT_OK;
	err = errno ? errno : EIO;
	log_error("can't write the output: %s", strerror(err));
	return EXIT_RUNTIME;
}
