// SPDX-License-Identifier: GPL-2.0-only
/* Of the answer: what no sample tells, but an audit that was kept with the runs */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "analyse/answer.h"
#include "audit/audit.h"
#include "base/sysfile.h"
#include "cmd/facts.h"

/* The audit of the first run of a group that has one; -ENOENT where none has */
static int load_audit(struct audit *audit, const struct group *group)
{
	char name[PATH_MAX];

	for (size_t i = 0; group && i < group->n; i++) {
		if (snprintf(name, sizeof(name), "%s/" FACTS_AUDIT,
			     group->runs[i]->path) < (int)sizeof(name) &&
		    sysfile_exists("", name))
			return audit_load(audit, name);
	}
	return -ENOENT;
}

/* Distinct pages that are mapped for each CPU */
static uint64_t pages_a_cpu(const struct audit *audit)
{
	uint64_t pages = 0;

	for (size_t i = 0; i < audit->n; i++)
		if (audit->row[i].cpu != AUDIT_NO_CPU)
			pages += audit->row[i].pages;
	return audit->cpus ? pages / audit->cpus : 0;
}

static int describe(struct facts *facts, const struct audit *early,
		    const struct audit *late)
{
	struct audit_diff diff;
	int err = audit_compare(&diff, early, late);

	if (err)
		return err;
	snprintf(facts->exposure, sizeof(facts->exposure),
		 "pages of the kernel in the user page table: early %" PRIu64
		 ", late %" PRIu64 "; late maps %" PRIu64
		 " that early does not, early %" PRIu64 " that late does not",
		 early->pages, late->pages, diff.exposed, diff.gone);
	snprintf(facts->memory, sizeof(facts->memory),
		 "page tables that are a process's own in user mode: early "
		 "%" PRIu64 ", late %" PRIu64
		 "; pages mapped for each CPU: early %" PRIu64
		 ", late %" PRIu64,
		 early->task_tables, late->task_tables, pages_a_cpu(early),
		 pages_a_cpu(late));
	audit_diff_deinit(&diff);
	return 0;
}

/**
 * facts_find() - what the audits of the machine that answers say
 * @facts: out: empty where early or late has none
 * Return: 0, or -errno after one line on stderr
 */
int facts_find(struct facts *facts, const struct report *report)
{
	struct audit early, late;
	struct answer answer;
	int err;

	*facts = (struct facts){ 0 };
	err = answer_init(&answer, answer_part(report));
	if (err || answer.runs)
		return err;
	err = load_audit(&early, answer.group[ANSWER_EARLY]);
	if (err)
		return err == -ENOENT ? 0 : err;
	err = load_audit(&late, answer.group[ANSWER_LATE]);
	if (!err) {
		err = describe(facts, &early, &late);
		audit_deinit(&late);
	}
	audit_deinit(&early);
	return err == -ENOENT ? 0 : err;
}
