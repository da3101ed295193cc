// SPDX-License-Identifier: GPL-2.0-only
/* An audit as JSON, and back: what is read is believed in nothing. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/audit.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/text.h"

#define FORMAT "ptiscope-audit"
#define VERSION 1
/* More is no audit of this world, and would take long to compare */
#define ROWS_MAX 65536
/* Frames are numbers of 40 bits, and so are sums of pages that make sense */
#define PAGES_MAX (UINT64_C(1) << 40)

static json_t *row_to_json(const struct audit_row *row)
{
	char address[24], access[6];

	snprintf(address, sizeof(address), "0x%016" PRIx64, row->address);
	audit_access_text(access, row->access);
	return json_pack("{s:s, s:i, s:s, s:I, s:I, s:I, s:I, s:s, s:b}",
			 "region", row->name, "cpu", row->cpu, "address",
			 address, "page_size", (json_int_t)row->page_size,
			 "mappings", (json_int_t)row->mappings, "places",
			 (json_int_t)row->places, "pages",
			 (json_int_t)row->pages, "access", access, "fault",
			 row->fault != AUDIT_FINE);
}

/**
 * audit_save() - write an audit as JSON
 * Return: 0 or -errno after one line on stderr
 */
int audit_save(const struct audit *audit, FILE *f)
{
	json_t *rows = json_array(), *root;
	int err = 0;

	for (size_t i = 0; i < audit->n; i++)
		err |= json_array_append_new(rows, row_to_json(&audit->row[i]));
	root = json_pack(
		"{s:s, s:i, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:o}",
		"format", FORMAT, "version", VERSION, "kernel", audit->kernel,
		"switch", switch_names[audit->switch_mode], "marks",
		audit->marks, "cpus", (json_int_t)audit->cpus, "pid",
		(json_int_t)audit->pid, "threads", (json_int_t)audit->threads,
		"pages", (json_int_t)audit->pages, "task_tables",
		(json_int_t)audit->task_tables, "machine_tables",
		(json_int_t)audit->machine_tables, "rows", rows);
	if (err) {
		json_decref(root);
		root = NULL;
	}
	return json_out(root, JSON_OUT_FLAGS, "the audit", f);
}

static bool count(uint64_t *to, json_int_t from)
{
	*to = (uint64_t)from;
	return from >= 0 && (uint64_t)from <= PAGES_MAX;
}

static bool parse_address(uint64_t *address, const char *text)
{
	char *end;

	errno = 0;
	*address = strtoull(text, &end, 16);
	return !errno && !strncmp(text, "0x", 2) && end > text + 2 && !*end;
}

/* The inverse of audit_access_text(), by trial: it has 16 values */
static bool parse_access(uint32_t *access, const char *text)
{
	char try[6];

	for (*access = 0; *access < 16; ++*access) {
		audit_access_text(try, *access);
		if (!strcmp(try, text))
			return true;
	}
	return false;
}

/* NULL, or what is wrong with a row */
static const char *row_from_json(struct audit_row *row, json_t *json,
				 json_error_t *error)
{
	const char *name, *address, *access;
	json_int_t page_size, mappings, places, pages;
	int fault;

	if (json_unpack_ex(json, error, JSON_STRICT,
			   "{s:s, s:i, s:s, s:I, s:I, s:I, s:I, s:s, s:b}",
			   "region", &name, "cpu", &row->cpu, "address",
			   &address, "page_size", &page_size, "mappings",
			   &mappings, "places", &places, "pages", &pages,
			   "access", &access, "fault", &fault))
		return error->text;
	if (strlen(name) >= sizeof(row->name) || !*name)
		return "the name of a region is empty or too long";
	strcpy(row->name, name);
	text_clean(row->name);
	if (row->cpu < AUDIT_NO_CPU)
		return "a CPU has a negative number";
	if (!parse_address(&row->address, address))
		return "an address is no address";
	if (page_size != 1 << 12 && page_size != 1 << 21 &&
	    page_size != 1 << 30)
		return "there are no pages of such a size";
	row->page_size = (uint64_t)page_size;
	if (!count(&row->mappings, mappings) || !count(&row->places, places) ||
	    !count(&row->pages, pages) || !mappings || !places || !pages)
		return "a number of pages makes no sense";
	if (!parse_access(&row->access, access))
		return "what access there is can't be read";
	row->fault = fault ? AUDIT_UNKNOWN : AUDIT_FINE;
	return NULL;
}

static const char *rows_from_json(struct audit *audit, json_t *rows,
				  json_error_t *error)
{
	const char *wrong = NULL;
	size_t n = json_array_size(rows);

	if (!json_is_array(rows) || n > ROWS_MAX)
		return "the rows are no array, or too many";
	audit->row = calloc(n + 1, sizeof(*audit->row));
	if (!audit->row)
		return "it does not fit into memory";
	for (size_t i = 0; !wrong && i < n; i++)
		wrong = row_from_json(&audit->row[i], json_array_get(rows, i),
				      error);
	audit->n = n;
	return wrong;
}

/* NULL, or what is wrong with an audit */
static const char *from_json(struct audit *audit, json_t *root,
			     json_error_t *error)
{
	const char *format, *kernel, *mode;
	json_int_t cpus, pid, threads, pages, task, machine;
	int version, marks;
	json_t *rows;

	if (json_unpack_ex(root, error, 0, "{s:s, s:i}", "format", &format,
			   "version", &version) ||
	    strcmp(format, FORMAT))
		return "it is no audit";
	if (version != VERSION)
		return "it is of another version of ptiscope";
	if (json_unpack_ex(
		    root, error, JSON_STRICT,
		    "{s:s, s:i, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:o}",
		    "format", &format, "version", &version, "kernel", &kernel,
		    "switch", &mode, "marks", &marks, "cpus", &cpus, "pid",
		    &pid, "threads", &threads, "pages", &pages, "task_tables",
		    &task, "machine_tables", &machine, "rows", &rows))
		return error->text;
	if (strlen(kernel) >= sizeof(audit->kernel))
		return "the name of the kernel is too long";
	strcpy(audit->kernel, kernel);
	text_clean(audit->kernel);
	while (audit->switch_mode < SWITCH_COUNT &&
	       strcmp(switch_names[audit->switch_mode], mode))
		audit->switch_mode++;
	if (audit->switch_mode == SWITCH_COUNT)
		return "the switch is not known";
	audit->marks = marks;
	if (!count(&audit->cpus, cpus) || !count(&audit->pid, pid) ||
	    !count(&audit->threads, threads) || !count(&audit->pages, pages) ||
	    !count(&audit->task_tables, task) ||
	    !count(&audit->machine_tables, machine))
		return "a number makes no sense";
	return rows_from_json(audit, rows, error);
}

/**
 * audit_load() - read what audit_save() wrote
 * @audit: out: ends with audit_deinit()
 * @file: name of the file
 * Return: 0 or -EINVAL after one line on stderr
 */
int audit_load(struct audit *audit, const char *file)
{
	const char *wrong = NULL;
	json_error_t error;
	json_t *root;
	struct stat st;

	*audit = (struct audit){ 0 };
	root = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
	wrong = root ? from_json(audit, root, &error) : error.text;
	if (!root && !stat(file, &st) && S_ISDIR(st.st_mode))
		wrong = "it is a directory";
	json_decref(root);
	if (!wrong)
		return 0;
	log_error("can't read the audit %s: %s", file, wrong);
	audit_deinit(audit);
	return -EINVAL;
}
