// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "json_out.h"
#include "log.h"

/**
 * json_out() - write JSON and a newline, and release it
 * @root: what to write; NULL where it could not be made
 * @flags: of json_dumpf()
 * @what: it is, for messages
 * @f: file
 * Return: 0, or -errno after one line on stderr
 */
int json_out(json_t *root, size_t flags, const char *what, FILE *f)
{
	int err;

	if (!root) {
		log_error("can't write %s: no memory left, or text that is not "
			  "UTF-8",
			  what);
		return -ENOMEM;
	}
	err = json_dumpf(root, f, flags);
	fputc('\n', f);
	json_decref(root);
	if (!err && !ferror(f))
		return 0;
	log_error("can't write %s: %s", what, strerror(EIO));
	return -EIO;
}
