// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope doctor: the table, and JSON as docs/doctor.md describes it. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "machine/doctor.h"
#include "base/json_out.h"
#include "base/why.h"

#define LABEL_WIDTH 28
#define WHY_INDENT 6

static void print_why(const struct why *why)
{
	if (!why_not(why))
		return;
	printf("%*s", WHY_INDENT, "");
	why_print(WHY_INDENT, why);
}

static void print_row(const char *label, const char *text)
{
	printf("  %-*s ", LABEL_WIDTH - 3, label);
	why_print_wrapped(LABEL_WIDTH, text);
}

static void print_mitigations(const struct survey *s)
{
	size_t i;

	puts("\nVulnerabilities and mitigations");
	if (!s->n_mitigations)
		puts("  the kernel says nothing about them");
	for (i = 0; i < s->n_mitigations; i++)
		print_row(s->mitigations[i].name, s->mitigations[i].text);
}

/**
 * doctor_print() - print the table, at most 100 columns wide
 * @d: what doctor says
 */
void doctor_print(const struct diagnosis *d)
{
	const char *section = "";
	const struct fact *fact;
	size_t i;

	for (i = 0; i < d->n_facts; i++) {
		fact = &d->facts[i];
		/* Part of the row above, with a name in JSON alone */
		if (!fact->label[0])
			continue;
		if (strcmp(fact->section, section))
			printf("%s%s\n", i ? "\n" : "", fact->section);
		section = fact->section;
		print_row(fact->label, fact->text);
		print_why(&fact->why);
	}
	print_mitigations(d->survey);
	puts("\nMeasurable here");
	for (i = 0; i < d->n_abilities; i++) {
		printf("  %-3s %s\n",
		       why_not(&d->abilities[i].why) ? "no" : "yes",
		       d->abilities[i].what);
		print_why(&d->abilities[i].why);
	}
}

static json_t *value_json(const struct fact *fact)
{
	if (!fact->known)
		return json_null();
	switch (fact->type) {
	case FACT_BOOL:
		return json_boolean(fact->yes);
	case FACT_NUMBER:
		return json_integer((json_int_t)fact->number);
	default:
		return json_string(fact->text);
	}
}

/* "reason" and "remedy" are there where something is in the way. */
static json_t *with_why(json_t *object, const struct why *why)
{
	if (why_not(why) &&
	    (json_object_set_new(object, "reason", json_string(why->reason)) ||
	     json_object_set_new(object, "remedy", json_string(why->remedy)))) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *facts_json(const struct diagnosis *d)
{
	json_t *facts = json_object(), *fact;
	int err = 0;
	size_t i;

	for (i = 0; i < d->n_facts && !err; i++) {
		fact = json_pack("{s:o, s:s}", "value",
				 value_json(&d->facts[i]), "text",
				 d->facts[i].text);
		err = json_object_set_new(facts, d->facts[i].key,
					  with_why(fact, &d->facts[i].why));
	}
	return facts;
}

static json_t *abilities_json(const struct diagnosis *d)
{
	json_t *abilities = json_object(), *ability;
	const struct ability *a;
	int err = 0;
	size_t i;

	for (i = 0; i < d->n_abilities && !err; i++) {
		a = &d->abilities[i];
		ability = json_pack("{s:b, s:s}", "ok", !why_not(&a->why),
				    "what", a->what);
		err = json_object_set_new(abilities, a->key,
					  with_why(ability, &a->why));
	}
	return abilities;
}

static json_t *mitigations_json(const struct survey *s)
{
	json_t *mitigations = json_object();
	int err = 0;
	size_t i;

	for (i = 0; i < s->n_mitigations && !err; i++)
		err = json_object_set_new(mitigations, s->mitigations[i].name,
					  json_string(s->mitigations[i].text));
	return mitigations;
}

/**
 * doctor_print_json() - print JSON
 * @d: what doctor says
 *
 * Return: 0, or -errno after one line on stderr
 */
int doctor_print_json(const struct diagnosis *d)
{
	json_t *root = json_pack("{s:s, s:i, s:b, s:o, s:o, s:o}", "format",
				 "ptiscope-doctor", "version", DOCTOR_VERSION,
				 "tried", d->survey->tried, "facts",
				 facts_json(d), "mitigations",
				 mitigations_json(d->survey), "measurable",
				 abilities_json(d));

	return json_out(root, JSON_OUT_FLAGS, "the facts", stdout);
}
