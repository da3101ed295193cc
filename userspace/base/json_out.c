// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "base/json_out.h"
#include "base/log.h"

/**
 * json_appended() - an array with one more value; takes over both
 * @list: array, or NULL
 * @value: value, or NULL
 * Return: @list, or NULL where memory ran out: no part may go missing unseen
 */
json_t *json_appended(json_t *list, json_t *value)
{
	if (!json_array_append_new(list, value))
		return list;
	json_decref(list);
	return NULL;
}

/**
 * json_with_member() - an object with one more member; takes over both
 * @object: object, or NULL
 * @name: of the member
 * @value: value, or NULL
 * Return: @object, or NULL where memory ran out
 */
json_t *json_with_member(json_t *object, const char *name, json_t *value)
{
	if (!json_object_set_new(object, name, value))
		return object;
	json_decref(object);
	return NULL;
}

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
	int err, why;

	if (!root) {
		log_error("can't write %s: no memory left, or text that is not "
			  "UTF-8",
			  what);
		return -ENOMEM;
	}
	errno = 0;
	err = json_dumpf(root, f, flags) || fputc('\n', f) == EOF;
	why = errno ? errno : EIO;
	json_decref(root);
	if (!err)
		return 0;
	log_error("can't write %s: %s", what, strerror(why));
	return -why;
}
