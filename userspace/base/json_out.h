/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_JSON_OUT_H
#define PTISCOPE_BASE_JSON_OUT_H

#include <jansson.h>
#include <stdio.h>

/** JSON_OUT_FLAGS - what is the same every time, and can be read by people */
#define JSON_OUT_FLAGS (JSON_INDENT(1) | JSON_SORT_KEYS)

json_t *json_appended(json_t *list, json_t *value);
json_t *json_with_member(json_t *object, const char *name, json_t *value);
int json_out(json_t *root, size_t flags, const char *what, FILE *f);

#endif /* PTISCOPE_BASE_JSON_OUT_H */
