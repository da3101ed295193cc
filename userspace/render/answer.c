// SPDX-License-Identifier: GPL-2.0-only
/*
 * The answer: one screen, before everything else.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/answer.h"
#include "analyse/format.h"
#include "render/answer.h"
#include "render/notes.h"
#include "render/skip.h"
#include "render/tlb.h"

/* Reasons that are told for what was not measured; the others are in the full report. */
#define MOST_REASONS 2

/* Room for a list of verdicts, each with its number */
#define LIST_SIZE 128

/**
 * struct tally - verdicts of an answer, and the least and greatest difference
 * @single: only of round trips that are one kernel entry
 * @slower: rows that are, be it by the count of one boot
 * @faster: likewise
 */
struct tally {
	bool single;
	size_t n;
	size_t slower;
	size_t faster;
	size_t verdict[VERDICT_COUNT];
	struct interval diff;
	struct interval percent;
};

/* A count of one boot is a count, though another boot may have another. */
static bool is_change(const struct diff *diff, enum verdict which)
{
	double sign = which == VERDICT_SLOWER ? 1 : -1;

	if (diff->basis == BASIS_COUNTS && diff->verdict == VERDICT_ONE_BOOT)
		return sign * diff->diff > 0;
	return diff->verdict == which;
}

static void count(const struct answer *answer, struct tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	for (size_t i = 0; i < answer->n; i++)
		tally->single |= answer->line[i].row &&
				 answer->line[i].entries == 1;
	tally->diff = tally->percent = (struct interval){ INFINITY, -INFINITY };
	for (size_t i = 0; i < answer->n; i++) {
		const struct row *row = answer->line[i].row;
		double percent;

		if (!row || (tally->single && answer->line[i].entries != 1))
			continue;
		percent = row->diff.ratio ? 100 * (row->diff.ratio - 1) : 0;
		tally->n++;
		tally->verdict[row->diff.verdict]++;
		tally->slower += is_change(&row->diff, VERDICT_SLOWER);
		tally->faster += is_change(&row->diff, VERDICT_FASTER);
		tally->diff.low = fmin(tally->diff.low, row->diff.diff);
		tally->diff.high = fmax(tally->diff.high, row->diff.diff);
		tally->percent.low = fmin(tally->percent.low, percent);
		tally->percent.high = fmax(tally->percent.high, percent);
	}
}

/* "9 to 14", or "12" */
static const char *span(char text[2 * NUMBER_SIZE], double a, double b)
{
	char low[NUMBER_SIZE], high[NUMBER_SIZE];

	format_number(low, fmin(fabs(a), fabs(b)));
	format_number(high, fmax(fabs(a), fabs(b)));
	snprintf(text, 2 * NUMBER_SIZE, strcmp(low, high) ? "%s to %s" : "%s",
		 low, high);
	return text;
}

/* Every line says the same: by how much */
static void all_alike(struct doc *doc, const struct answer *answer,
		      const struct tally *tally, const char *unit,
		      const char *what)
{
	char diff[2 * NUMBER_SIZE];

	doc_text_of(
		doc,
		"%s %s %s %s on each of %zu %s%s: %.2g to %.2g %% of a round trip%s.",
		answer->runs ? "The second takes" : "Late takes",
		span(diff, tally->diff.low, tally->diff.high), unit, what,
		tally->n, answer->more ? "paths" : "workloads",
		tally->single ? ", for one kernel entry and exit" : "",
		fmin(fabs(tally->percent.low), fabs(tally->percent.high)),
		fmax(fabs(tally->percent.low), fabs(tally->percent.high)),
		tally->verdict[VERDICT_ONE_BOOT] ? ", in one boot of each" :
						   "");
}

/* "slower 3, not shown 5"; "" where nothing is compared */
static void list_verdicts(char text[LIST_SIZE], const struct tally *tally)
{
	size_t at = 0;

	*text = 0;
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (tally->verdict[i] && at < LIST_SIZE)
			at += snprintf(text + at, LIST_SIZE - at, "%s%s %zu",
				       at ? ", " : "", verdict_word(i),
				       tally->verdict[i]);
}

static void conclude(struct doc *doc, const struct answer *answer,
		     const char *unit)
{
	char text[LIST_SIZE];
	struct tally t;

	count(answer, &t);
	list_verdicts(text, &t);
	if (!t.n)
		doc_text_of(doc, "Late is not compared with early: %s.",
			    answer->group[ANSWER_EARLY] ?
				    "there is no run of late" :
				    "there is no run of early");
	else if (t.slower == t.n)
		all_alike(doc, answer, &t, unit, "more");
	else if (t.faster == t.n)
		all_alike(doc, answer, &t, unit, "less");
	else if (t.verdict[VERDICT_FEW_BOOTS] + t.verdict[VERDICT_ONE_BOOT])
		doc_text_of(doc, "Too few boots to tell %s.",
			    answer->runs ? "more than these two apart" :
					   "late from early");
	else
		doc_text_of(doc, "%s, by path: %s.",
			    answer->runs ? "The second against the first" :
					   "Late against early",
			    text);
}

/* Of a side that was not measured at all the column is empty. */
static void value(char text[NUMBER_SIZE], const struct answer *answer,
		  const struct answer_line *line, int side)
{
	if (!isnan(line->value[side]))
		format_number(text, line->value[side]);
	else
		strcpy(text, answer->group[side] ? "-" : "");
}

/* "page_fault", or "getppid (syscall64)" where that says more */
static const char *name(char text[2 * NUMBER_SIZE], const struct key *key)
{
	const char *path = pti_path_name(key->path);

	if (strstr(key->workload, path))
		snprintf(text, 2 * NUMBER_SIZE, "%s", key->workload);
	else
		snprintf(text, 2 * NUMBER_SIZE, "%s (%s)", key->workload, path);
	return text;
}

/* A count that is the same in each boot needs neither range nor verdict. */
static bool is_certain(const struct answer *answer)
{
	for (size_t i = 0; i < answer->n; i++) {
		const struct row *row = answer->line[i].row;

		if (row && (row->diff.basis != BASIS_COUNTS ||
			    row->diff.ci.low != row->diff.ci.high))
			return false;
	}
	return true;
}

/* What stands beside a difference */
enum beside {
	BESIDE_ENTRIES, /* change in percent, and entries of an iteration */
	BESIDE_RANGE, /* change in percent, and the range over the boots */
	BESIDE_INTERVAL, /* interval, and verdict */
	BESIDE_COUNT
};

static const char *const beside_names[BESIDE_COUNT][2] = {
	[BESIDE_ENTRIES] = { "change", "entries" },
	[BESIDE_RANGE] = { "change", "over boots" },
	[BESIDE_INTERVAL] = { "interval", "verdict" },
};

static enum beside beside_of(const struct answer *answer,
			     const struct manifest *m)
{
	if (is_certain(answer))
		return BESIDE_ENTRIES;
	return lane_is_exact(m->lane) ? BESIDE_RANGE : BESIDE_INTERVAL;
}

static void write_line(struct doc *doc, const struct answer *answer,
		       const struct answer_line *line, enum beside beside)
{
	char label[2 * NUMBER_SIZE], cell[ANSWER_SIDES][NUMBER_SIZE],
		change[NUMBER_SIZE] = "", ratio[NUMBER_SIZE] = "",
		ci[NUMBER_SIZE] = "", entries[NUMBER_SIZE] = "";
	const struct row *row = line->row;

	for (int side = 0; side < ANSWER_SIDES; side++)
		value(cell[side], answer, line, side);
	if (line->entries)
		snprintf(entries, sizeof(entries), "%llu",
			 (unsigned long long)line->entries);
	if (row) {
		format_change(change, row->diff.diff);
		format_ratio(ratio, row->diff.ratio);
		format_grounds(ci, &row->diff);
	}
	if (beside == BESIDE_INTERVAL)
		snprintf(label, sizeof(label), "%s", line->key.workload);
	else
		name(label, &line->key);
	DOC_ROW(doc, label, cell[ANSWER_OFF], cell[ANSWER_EARLY],
		cell[ANSWER_LATE], change,
		beside == BESIDE_INTERVAL ? ci : ratio,
		beside == BESIDE_ENTRIES ? entries :
		beside == BESIDE_RANGE	 ? ci :
		row			 ? verdict_word(row->diff.verdict) :
					   "");
}

static void write_table(struct doc *doc, const struct answer *answer,
			const struct manifest *m)
{
	static const char *const runs[ANSWER_SIDES] = { "", "first", "second" };
	const char *side[ANSWER_SIDES], *difference;
	enum beside beside = beside_of(answer, m);
	char first[2 * NUMBER_SIZE];

	for (int i = 0; i < ANSWER_SIDES; i++)
		side[i] = answer->runs	   ? runs[i] :
			  answer->group[i] ? group_label(answer->group[i]) :
					     "";
	difference = !answer->group[ANSWER_EARLY] ||
				     !answer->group[ANSWER_LATE] ?
			     "" :
		     answer->runs ? "second - first" :
				    "late - early";
	snprintf(first, sizeof(first), "round trip, %s", unit_name(m->unit));
	doc->strong = 4;
	DOC_TABLE(doc, first, side[ANSWER_OFF], side[ANSWER_EARLY],
		  side[ANSWER_LATE], difference,
		  *difference ? beside_names[beside][0] : "",
		  beside_names[beside][1]);
	for (size_t i = 0; i < answer->n; i++)
		write_line(doc, answer, &answer->line[i], beside);
	doc->format->table_end(doc);
	doc->strong = DOC_NONE;
}

static size_t boots_of(const struct group *group)
{
	size_t boots = 0;

	for (size_t i = 0; group && i < group->n; i++) {
		const char *boot = group->runs[i]->manifest.boot;
		size_t j = 0;

		while (*boot && j < i &&
		       strcmp(group->runs[j]->manifest.boot, boot))
			j++;
		boots += !*boot || j == i;
	}
	return boots;
}

static void write_lane(struct doc *doc, const struct answer *answer,
		       const struct part *part)
{
	const struct manifest *m = group_manifest(part->machine.group);
	size_t early = boots_of(answer->group[ANSWER_EARLY]),
	       late = boots_of(answer->group[ANSWER_LATE]);

	doc_text_of(doc,
		    "Lane %s: %s. PCID %s. Boots: %zu %s, %zu %s. Kernel %s.",
		    lane_names[m->lane], lane_claim(m->lane),
		    m->pcid ? "on" : "off", early,
		    answer->runs ? "first" : "early", late,
		    answer->runs ? "second" : "late",
		    group_manifest(answer->group[ANSWER_LATE] ?
					   answer->group[ANSWER_LATE] :
					   part->machine.group)
			    ->kernel);
}

static const struct answer_line *same_line(const struct answer *answer,
					   const struct key *key)
{
	for (size_t i = 0; i < answer->n; i++)
		if (answer->line[i].key.path == key->path &&
		    !strcmp(answer->line[i].key.workload, key->workload))
			return &answer->line[i];
	return NULL;
}

/* Of a lane that counts: where it agrees, and where not */
static void write_counts(struct doc *doc, const struct answer *answer,
			 const struct answer *other, const char *lane)
{
	char *text, number[NUMBER_SIZE], label[2 * NUMBER_SIZE];
	size_t size, same = 0, n = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return;
	for (size_t i = 0; i < other->n; i++) {
		const struct answer_line *here = &other->line[i];
		const struct answer_line *there = same_line(answer, &here->key);

		if (!here->row || !there || !there->row)
			continue;
		n++;
		if (here->row->diff.diff == there->row->diff.diff)
			same++;
		else
			fprintf(f, "; %s %s", name(label, &here->key),
				format_change(number, here->row->diff.diff));
	}
	fclose(f);
	if (n)
		doc_item_of(doc,
			    "Lane %s: late - early is the same on %zu of %zu%s",
			    lane, same, n, text);
	free(text);
}

static int write_other(struct doc *doc, const struct answer *answer,
		       const struct part *part)
{
	const struct manifest *m = group_manifest(part->machine.group);
	char lane[NUMBER_SIZE], text[LIST_SIZE];
	struct answer other;
	struct tally tally;
	int err = answer_init(&other, part);

	if (err)
		return err;
	snprintf(lane, sizeof(lane), "%s, PCID %s", lane_names[m->lane],
		 m->pcid ? "on" : "off");
	count(&other, &tally);
	list_verdicts(text, &tally);
	if (lane_is_exact(m->lane))
		write_counts(doc, answer, &other, lane);
	else if (tally.n)
		doc_item_of(doc, "Lane %s, late against early: %s", lane, text);
	return 0;
}

/* Was it missing in every run? Otherwise another run has it. */
static bool is_missing(const struct machine *machine, const char *what)
{
	for (size_t i = 0; i < machine->n; i++)
		for (size_t j = 0; j < machine->group[i].n; j++) {
			const struct manifest *m =
				&machine->group[i].runs[j]->manifest;
			size_t k = 0;

			while (k < m->n_gaps && strcmp(m->gaps[k].what, what))
				k++;
			if (k == m->n_gaps)
				return false;
		}
	return true;
}

/* Things that are missing for one reason, and the reason behind them */
static bool write_reason(FILE *f, const struct machine *machine, size_t at)
{
	const struct manifest *m = group_manifest(machine->group);
	const char *why = m->gaps[at].why;
	size_t n = 0;

	for (size_t k = 0; k < at; k++)
		if (!strcmp(m->gaps[k].why, why) &&
		    is_missing(machine, m->gaps[k].what))
			return false;
	for (size_t k = at; k < m->n_gaps; k++)
		if (!strcmp(m->gaps[k].why, why) &&
		    is_missing(machine, m->gaps[k].what))
			fprintf(f, "%s%s", n++ ? ", " : "; ", m->gaps[k].what);
	if (n)
		fprintf(f, " (%s)", why);
	return n;
}

static int write_missing(struct doc *doc, const struct part *part, bool walks)
{
	const struct manifest *m = group_manifest(part->machine.group);
	size_t size, reasons = 0, more = 0;
	char *text;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return -ENOMEM;
	fprintf(f, "Not measured: %s%s%s", walks ? "time" : "TLB misses (",
		walks ? "" : tlb_reason(m->lane), walks ? "" : ")");
	for (size_t k = 0; k < m->n_gaps; k++) {
		if (reasons < MOST_REASONS)
			reasons += write_reason(f, &part->machine, k);
		else
			more += is_missing(&part->machine, m->gaps[k].what);
	}
	if (more)
		fprintf(f, "; %zu more", more);
	fclose(f);
	doc->format->item(doc, text);
	free(text);
	return 0;
}

static void count_note(void *to, const char *who, const char *text)
{
	(void)who;
	(void)text;
	++*(size_t *)to;
}

static int write_notes(struct doc *doc, const struct report *report,
		       const struct answer *answer, const struct part *part)
{
	size_t warnings = 0;
	const struct note_sink sink = { count_note, &warnings };
	bool walks = false;
	int err = 0;

	for (size_t i = 0; !err && i < report->n; i++) {
		walks |= tlb_measured(&report->part[i]);
		err = tlb_answer(doc, &report->part[i]);
	}
	if (!err)
		err = write_missing(doc, part, walks);
	for (size_t i = 0; !err && i < report->n; i++) {
		if (&report->part[i] != part)
			err = write_other(doc, answer, &report->part[i]);
		if (!err)
			err = warnings_each(&report->part[i], &sink);
	}
	if (!err && warnings)
		doc_item_of(doc, "Warnings: %zu, in the full report", warnings);
	return err;
}

static void write_facts(struct doc *doc, const struct answer_facts *facts)
{
	if (facts->exposure)
		doc_item_of(doc, "Exposure: %s", facts->exposure);
	if (facts->memory)
		doc_item_of(doc, "Memory: %s", facts->memory);
}

/**
 * answer_write() - the answer of a report
 * Return: 0 or -ENOMEM
 */
int answer_write(struct doc *doc, const struct report *report,
		 const struct answer_facts *facts)
{
	const struct part *part = answer_part(report);
	const char *unit = unit_name(group_manifest(part->machine.group)->unit);
	struct answer answer;
	int err = answer_init(&answer, part);

	if (err)
		return err;
	doc->format->heading(
		doc, 1,
		answer.runs ?
			"One run against another" :
			"What does it cost to write CR3 late, in C, instead of early, in assembly?");
	conclude(doc, &answer, unit);
	write_lane(doc, &answer, part);
	write_table(doc, &answer, group_manifest(part->machine.group));
	if (doc->format->figures && !answer.runs)
		err = doc->format->figures(doc, part, part - report->part,
					   true);
	if (err)
		return err;
	if (answer.more)
		doc_text_of(
			doc,
			"One workload for each path; %zu more in the full report.",
			answer.more);
	doc->format->list(doc);
	write_facts(doc, facts);
	err = skip_answer(doc, part);
	if (!err)
		err = write_notes(doc, report, &answer, part);
	if (facts->rest)
		doc_item_of(doc, "Everything else: %s", facts->rest);
	doc->format->list_end(doc);
	return err;
}
