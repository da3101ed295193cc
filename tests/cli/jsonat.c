// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a JSON file holds at some places, one line each:
 *
 *	jsonat FILE PLACE...
 *
 * A place is names and numbers with slashes between, "a/0/b"; "#" is how many
 * there are.  A file that is not JSON, or lacks a place, is exit code 1.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const json_t *step(const json_t *value, const char *name)
{
	return json_is_array(value) ? json_array_get(value, atoi(name)) :
				      json_object_get(value, name);
}

static int print(const json_t *value, char *place)
{
	for (char *name = strtok(place, "/"); name; name = strtok(NULL, "/")) {
		if (!strcmp(name, "#"))
			return printf("%zu\n", json_is_array(value) ?
						       json_array_size(value) :
						       json_object_size(value));
		value = step(value, name);
		if (!value)
			return -1;
	}
	if (json_is_string(value))
		return puts(json_string_value(value));
	json_dumpf(value, stdout,
		   JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS |
			   JSON_REAL_PRECISION(10));
	return puts("");
}

int main(int argc, char **argv)
{
	json_error_t error;
	json_t *root =
		argc < 2 ?
			NULL :
			json_load_file(argv[1], JSON_REJECT_DUPLICATES, &error);

	if (!root) {
		fprintf(stderr, "jsonat: %s\n",
			argc < 2 ? "no file" : error.text);
		return 1;
	}
	for (int i = 2; i < argc; i++) {
		if (print(root, argv[i]) < 0) {
			fprintf(stderr, "jsonat: nothing at '%s'\n", argv[i]);
			return 1;
		}
	}
	json_decref(root);
	return 0;
}
