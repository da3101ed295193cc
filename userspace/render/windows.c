// SPDX-License-Identifier: GPL-2.0-only
/*
 * Window and switch per path, from the runs with marks on.
 */
#include <errno.h>
#include <string.h>

#include "render/text.h"

/* What the marks say of one path under one workload. */
struct block {
	struct key window;
	struct key sw;
	struct key flush;
};

static struct block block_of(const struct key *window)
{
	struct block block = { *window, *window, *window };

	block.sw.metric = metric_switch(window->metric);
	block.flush.metric = METRIC_FLUSH_SHARE;
	return block;
}

/* Writes "-" where the group has no samples of the key. */
static int format_cell(const struct group *group, const struct key *key,
		       char value[NUMBER_SIZE], char ci[NUMBER_SIZE])
{
	struct cell cell;
	int err = cell_load(group, key, &cell);

	strcpy(value, "-");
	strcpy(ci, "");
	if (err)
		return err == -ENOENT ? 0 : err;
	format_number(value, cell.v.estimate);
	format_interval(ci, &cell.v.ci);
	cell_deinit(&cell);
	return 0;
}

static int format_share(const struct group *group, const struct key *key,
			char text[NUMBER_SIZE])
{
	struct cell cell;
	int err = cell_load(group, key, &cell);

	strcpy(text, "-");
	if (err)
		return err == -ENOENT ? 0 : err;
	format_flush_share(text, group_manifest(group)->pcid, cell.v.estimate);
	cell_deinit(&cell);
	return 0;
}

static int print_group(const struct group *group, const struct block *block,
		       FILE *f)
{
	char window[NUMBER_SIZE], window_ci[NUMBER_SIZE];
	char sw[NUMBER_SIZE], sw_ci[NUMBER_SIZE], share[NUMBER_SIZE];
	struct cell cell;
	int err = cell_load(group, &block->window, &cell);

	if (err)
		return err == -ENOENT ? 0 : err;
	err = format_cell(group, &block->window, window, window_ci);
	if (!err)
		err = format_cell(group, &block->sw, sw, sw_ci);
	if (!err)
		err = format_share(group, &block->flush, share);
	if (!err)
		fprintf(f, "    %-15s%8s  %-19s%8s  %-19s%7s %8zu %6llu\n",
			group_label(group), window, window_ci, sw, sw_ci, share,
			cell.v.n, (unsigned long long)cell.v.lost);
	cell_deinit(&cell);
	return err;
}

static void print_diff(const struct part *part, const struct block *block,
		       FILE *f)
{
	const struct row *window =
		part_row(part, NULL, TABLE_LATE, &block->window);
	const struct row *sw = part_row(part, NULL, TABLE_LATE, &block->sw);
	char number[2][NUMBER_SIZE], ci[2][NUMBER_SIZE];

	if (!window || !sw)
		return;
	fprintf(f, "      %-13s%8s  %-19s%8s  %s\n", window->what->label,
		format_change(number[0], window->diff.diff),
		format_grounds(ci[0], &window->diff),
		format_change(number[1], sw->diff.diff),
		format_grounds(ci[1], &sw->diff));
	fprintf(f, "%29s%-29s%s\n", "", verdict_word(window->diff.verdict),
		verdict_word(sw->diff.verdict));
}

static int print_block(const struct part *part, const struct block *block,
		       FILE *f)
{
	const struct machine *machine = &part->machine;
	int err = 0;

	fprintf(f, "  %s %s, %s\n", pti_path_name(block->window.path),
		pti_path_is_exit(block->window.path) ? "exit" : "entry",
		block->window.workload);
	for (size_t i = 0; !err && i < machine->n; i++)
		err = print_group(&machine->group[i], block, f);
	if (!err)
		print_diff(part, block, f);
	return err;
}

static int print_blocks(const struct part *part, FILE *f)
{
	const struct key *keys = part->keys;
	size_t shown = 0, hidden = 0;
	int err = 0;

	fprintf(f, "    %-15s%8s  %-19s%8s  %-19s%7s %8s %6s\n", "", "window",
		"interval", "switch", "interval", "flushes", "n", "lost");
	for (size_t i = 0; !err && i < part->n_keys; i++) {
		struct block block = block_of(&keys[i]);

		if (window_is_shown(&part->machine, keys, part->n_keys,
				    &keys[i])) {
			shown++;
			err = print_block(part, &block, f);
		} else {
			hidden += metric_is_window(keys[i].metric);
		}
	}
	if (!err && !shown)
		fputs("    no records: see what was not measured\n", f);
	if (!err && hidden)
		text_wrap(
			f, "  ", "  ",
			"Interrupts and others that only happened to hit a workload are in "
			"summary.csv alone (%zu).",
			hidden);
	return err;
}

/** report_windows() - the section on windows and switches */
int report_windows(const struct part *part, FILE *f)
{
	fprintf(f, "\nWindow and switch per path, %s, marks on\n",
		unit_name(group_manifest(part->machine.group)->unit));
	text_wrap(
		f, "  ", "  ",
		"Window: from the start of an entry or exit path until CR3 is written. Switch: the "
		"CR3 write. Each includes two marks. Flushes: share of writes that flush the TLB; "
		"without PCID, each.");
	return print_blocks(part, f);
}
