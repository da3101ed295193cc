// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a person asks first: round trips with PTI off, early and late, one
 * workload for each path.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "analyse/answer.h"

/* Kernel entries that an iteration of a workload declares; 0 where it says nothing */
static uint64_t count_entries(const struct manifest *m, const struct key *key)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->n_workloads; i++) {
		if (strcmp(m->workloads[i].name, key->workload))
			continue;
		for (unsigned int path = 0; path < PTI_PATH_COUNT; path++)
			sum += m->workloads[i].declared[path];
	}
	return sum;
}

static const struct group *find(const struct machine *machine,
				enum switch_mode mode, bool marks, bool skip)
{
	struct side side = { VARIANT_PATCHED, mode, marks, skip };
	const struct group *group =
		group_find(machine->group, machine->n, &side);

	side.variant = VARIANT_STOCK;
	return group ? group : group_find(machine->group, machine->n, &side);
}

/* A kernel with the patches goes before one without, marks off before marks on. */
static void find_sides(struct answer *answer, const struct part *part)
{
	const struct row *runs = part_row(part, NULL, TABLE_RUNS, NULL);

	if (runs) {
		answer->runs = true;
		answer->group[ANSWER_EARLY] = runs->first;
		answer->group[ANSWER_LATE] = runs->second;
		return;
	}
	for (int marks = 0; marks < 2; marks++) {
		answer->group[ANSWER_OFF] =
			find(&part->machine, SWITCH_OFF, marks, false);
		answer->group[ANSWER_EARLY] =
			find(&part->machine, SWITCH_EARLY, marks, false);
		answer->group[ANSWER_LATE] =
			find(&part->machine, SWITCH_LATE, marks, false);
		for (int side = 0; side < ANSWER_SIDES; side++)
			if (answer->group[side])
				return;
	}
}

static size_t count_workloads(const struct part *part)
{
	size_t n = 0;

	for (size_t i = 0; i < part->n_keys; i++)
		n += part->keys[i].metric == METRIC_ROUND_TRIP;
	return n;
}

/* The first workload of the path that is one such entry, else the first of all */
static bool stands_for_path(const struct part *part, size_t at)
{
	const struct manifest *m = group_manifest(part->machine.group);
	const struct key *keys = part->keys;
	bool is_one = count_entries(m, &keys[at]) == 1;

	for (size_t i = 0; i < part->n_keys; i++) {
		if (i == at || keys[i].metric != METRIC_ROUND_TRIP ||
		    keys[i].path != keys[at].path)
			continue;
		if (count_entries(m, &keys[i]) == 1 ? !is_one || i < at :
						      !is_one && i < at)
			return false;
	}
	return true;
}

static int load_line(struct answer *answer, const struct part *part,
		     const struct key *key)
{
	struct answer_line *line = &answer->line[answer->n];
	bool any = false;

	line->key = *key;
	line->entries = count_entries(group_manifest(part->machine.group), key);
	for (int side = 0; side < ANSWER_SIDES; side++) {
		struct cell cell;
		int err = answer->group[side] ?
				  cell_load(answer->group[side], key, &cell) :
				  -ENOENT;

		line->value[side] = NAN;
		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		line->value[side] = cell.v.estimate;
		cell_deinit(&cell);
		any = true;
	}
	line->row = part_row(part, NULL, answer->runs ? TABLE_RUNS : TABLE_LATE,
			     key);
	answer->n += any;
	return 0;
}

/**
 * answer_init() - what a machine says to the question
 * @part: is used as long as @answer is
 * Return: 0 or -ENOMEM
 */
int answer_init(struct answer *answer, const struct part *part)
{
	size_t workloads = count_workloads(part);
	bool all = workloads <= ANSWER_LINES;
	int err = 0;

	memset(answer, 0, sizeof(*answer));
	find_sides(answer, part);
	for (size_t i = 0; !err && i < part->n_keys; i++)
		if (part->keys[i].metric == METRIC_ROUND_TRIP &&
		    answer->n < ANSWER_LINES &&
		    (all || stands_for_path(part, i)))
			err = load_line(answer, part, &part->keys[i]);
	answer->more = workloads - answer->n;
	return err;
}

/* What a lane says of a CPU's time, or of its instructions */
static int rank(enum lane lane)
{
	static const int ranks[LANE_COUNT] = {
		[LANE_HARDWARE] = 5, [LANE_KVM] = 4, [LANE_ICOUNT] = 3,
		[LANE_BOCHS] = 2,    [LANE_TCG] = 1,
	};

	return ranks[lane];
}

/** answer_part() - the machine that says most to the question: the first of its lane */
const struct part *answer_part(const struct report *report)
{
	const struct part *best = report->part;

	for (size_t i = 1; i < report->n; i++)
		if (rank(group_manifest(report->part[i].machine.group)->lane) >
		    rank(group_manifest(best->machine.group)->lane))
			best = &report->part[i];
	return best;
}
