// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope probe: what the module times, statistics of it, table and JSON. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "machine/env.h"
#include "base/json_out.h"
#include "cmd/probe_rows.h"
#include "stats/stats.h"
#include "base/why.h"

#define NO_PCID                                 \
	"this CPU or kernel does not use PCID", \
		"use a CPU (or a guest's CPU model) with PCID, and boot without nopcid"
#define NO_INVPCID                                 \
	"this CPU or kernel does not use INVPCID", \
		"use a CPU (or a guest's CPU model) with INVPCID, and boot without noinvpcid"

/*
 * What a module can't time: the user page table does not map modules, so no
 * code of one could run on it and switch back.
 */
#define USER_TABLE_NAME "user_table"
#define USER_TABLE_WHAT "kernel to user page table and back"
static const struct why user_table_why = {
	"the user page table maps no module, so none can switch to it and back",
	"boot with pti_marks=on and add entry_switch and exit_switch of ptiscope run"
};

static const struct probe_kind kinds[PTISCOPE_PROBE_COUNT] = {
	[PTISCOPE_PROBE_TSC_PAIR] = { .name = "tsc_pair",
				      .what = "nothing: two TSC reads, in all others" },
	[PTISCOPE_PROBE_MARK_PAIR] = { .name = "mark_pair",
				       .what = "two marks: least window and switch" },
	[PTISCOPE_PROBE_CR3_NOFLUSH] = { "cr3_noflush",
					 "CR3 write, same value, NOFLUSH",
					 { NO_PCID } },
	[PTISCOPE_PROBE_CR3_FLUSH] = { "cr3_flush",
				       "CR3 write, flushes the PCID",
				       { NO_PCID } },
	[PTISCOPE_PROBE_CR3_NO_PCID] = { "cr3_no_pcid",
					 "CR3 write without PCID",
					 { "this kernel uses PCID",
					   "boot with nopcid" } },
	[PTISCOPE_PROBE_INVLPG] = { "invlpg",
				    "INVLPG of a page",
				    { "a hypervisor does that for its kernels",
				      "use a machine or another guest" } },
	[PTISCOPE_PROBE_INVPCID_ADDRESS] = { "invpcid_0",
					     "INVPCID type 0, one address",
					     { NO_INVPCID } },
	[PTISCOPE_PROBE_INVPCID_CONTEXT] = { "invpcid_1",
					     "INVPCID type 1, one PCID",
					     { NO_INVPCID } },
	[PTISCOPE_PROBE_INVPCID_GLOBAL] = { "invpcid_2",
					    "INVPCID type 2, all and global",
					    { NO_INVPCID } },
	[PTISCOPE_PROBE_INVPCID_ALL] = { "invpcid_3",
					 "INVPCID type 3, all but global",
					 { NO_INVPCID } },
};

/**
 * probe_kind() - what the module times
 * @kind: enum ptiscope_probe_kind
 *
 * Return: its names, or NULL where @kind is too great.
 */
const struct probe_kind *probe_kind(unsigned int kind)
{
	return kind < PTISCOPE_PROBE_COUNT ? &kinds[kind] : NULL;
}

/**
 * probe_row_fill() - statistics of samples
 * @row: filled in
 * @ticks: samples
 * @n: how many, at least 1
 *
 * Return: 0 or -ENOMEM
 */
int probe_row_fill(struct probe_row *row, const uint64_t *ticks, size_t n)
{
	double *sorted = calloc(n, sizeof(*sorted));
	size_t i;

	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		sorted[i] = (double)ticks[i];
	stats_sort(sorted, n);
	*row = (struct probe_row){
		.n = n,
		.min = sorted[0],
		.p05 = stats_quantile(sorted, n, 0.05),
		.median = stats_quantile(sorted, n, 0.5),
		.p95 = stats_quantile(sorted, n, 0.95),
		.max = sorted[n - 1],
	};
	free(sorted);
	return 0;
}

/* The TSC counts instructions in some lanes. */
static const char *unit(enum lane lane)
{
	return lane_unit(lane) == UNIT_INSTRUCTIONS ? "instructions" :
						      "TSC ticks";
}

static void print_lacking(const char *name, const char *what,
			  const struct why *why)
{
	printf("%-12s%s\n    ", name, what);
	why_print(4, why);
}

/**
 * probe_print() - print the table
 * @table: what to print
 */
void probe_print(const struct probe_table *table)
{
	const struct probe_row *row;
	size_t i;

	printf("Lane %s, CPU %u, %s\n", lane_names[table->lane], table->cpu,
	       unit(table->lane));
	printf("%-50s %8s %8s %8s %8s %8s\n", "", "min", "p05", "median", "p95",
	       "max");
	for (i = 0; i < PTISCOPE_PROBE_COUNT; i++) {
		row = &table->rows[i];
		if (!row->n)
			continue;
		printf("%-12s%-38s %8.0f %8.0f %8.0f %8.0f %8.0f\n",
		       kinds[i].name, kinds[i].what, row->min, row->p05,
		       row->median, row->p95, row->max);
	}
	puts("\nNot possible here");
	for (i = 0; i < PTISCOPE_PROBE_COUNT; i++) {
		if (!table->rows[i].n)
			print_lacking(kinds[i].name, kinds[i].what,
				      &kinds[i].lacking);
	}
	print_lacking(USER_TABLE_NAME, USER_TABLE_WHAT, &user_table_why);
}

static json_t *lacking_json(const char *what, const struct why *why)
{
	return json_pack("{s:s, s:i, s:s, s:s}", "what", what, "n", 0, "reason",
			 why->reason, "remedy", why->remedy);
}

static json_t *row_json(unsigned int kind, const struct probe_row *row)
{
	if (!row->n)
		return lacking_json(kinds[kind].what, &kinds[kind].lacking);
	return json_pack("{s:s, s:I, s:f, s:f, s:f, s:f, s:f}", "what",
			 kinds[kind].what, "n", (json_int_t)row->n, "min",
			 row->min, "p05", row->p05, "median", row->median,
			 "p95", row->p95, "max", row->max);
}

/**
 * probe_print_json() - print JSON, as docs/method.md describes it
 * @table: what to print
 *
 * Return: 0, or -errno after one line on stderr
 */
int probe_print_json(const struct probe_table *table)
{
	json_t *root, *probes = json_object();
	int err = 0;
	size_t i;

	for (i = 0; i < PTISCOPE_PROBE_COUNT; i++)
		err |= json_object_set_new(probes, kinds[i].name,
					   row_json((unsigned int)i,
						    &table->rows[i]));
	err |= json_object_set_new(probes, USER_TABLE_NAME,
				   lacking_json(USER_TABLE_WHAT,
						&user_table_why));
	root = json_pack("{s:s, s:i, s:s, s:s, s:i, s:o}", "format",
			 "ptiscope-probe", "version", 1, "lane",
			 lane_names[table->lane], "unit", unit(table->lane),
			 "cpu", (int)table->cpu, "probes", probes);
	if (err) {
		json_decref(root);
		root = NULL;
	}
	return json_out(root, JSON_OUT_FLAGS, "the table", stdout);
}
