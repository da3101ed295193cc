// SPDX-License-Identifier: GPL-2.0-only
/*
 * Were two runs measured under the same conditions?  What differs between modes is
 * compared, so all else has to be the same.
 */
#include <stdio.h>
#include <string.h>

#include "analyse/alike.h"

/* Parameters that make a variant, and those that only name the kernel's files */
static const char *const own[] = { "pti",	 "nopti",     "nopcid",
				   "pti_switch", "pti_marks", "pti_skip",
				   "BOOT_IMAGE", "initrd" };

/* The next parameter of a command line, quotes and all; its length, 0 at the end */
static size_t next_word(const char **at)
{
	bool quoted = false;
	size_t length = 0;

	*at += strspn(*at, " ");
	for (; (*at)[length] && (quoted || (*at)[length] != ' '); length++)
		quoted ^= (*at)[length] == '"';
	return length;
}

static bool is_own(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		size_t n = strlen(own[i]);

		if (n <= length && !strncmp(word, own[i], n) &&
		    (n == length || word[n] == '='))
			return true;
	}
	return false;
}

static bool has_word(const char *line, const char *word, size_t length)
{
	size_t n;

	for (; (n = next_word(&line)); line += n)
		if (n == length && !strncmp(line, word, n))
			return true;
	return false;
}

/* A parameter of the one that the other has not */
static bool lacks(const char *one, const char *other,
		  char what[DIFFERENCE_SIZE])
{
	size_t n;

	for (; (n = next_word(&one)); one += n) {
		if (is_own(one, n) || has_word(other, one, n))
			continue;
		snprintf(what, DIFFERENCE_SIZE,
			 "the kernel command line (%.*s)",
			 (int)(n < 150 ? n : 150), one);
		return true;
	}
	return false;
}

/* What is not known, in runs of older versions, is no difference. */
static bool text_differs(const char *name, const char *a, const char *b,
			 char what[DIFFERENCE_SIZE])
{
	if (!*a || !*b || !strcmp(a, b))
		return false;
	snprintf(what, DIFFERENCE_SIZE, "%s (%.80s, %.80s)", name, a, b);
	return true;
}

static bool iterations_differ(const struct manifest *a,
			      const struct manifest *b,
			      char what[DIFFERENCE_SIZE])
{
	for (size_t i = 0; i < a->n_workloads; i++) {
		const struct manifest_workload *w = &a->workloads[i];

		for (size_t j = 0; j < b->n_workloads; j++) {
			const struct manifest_workload *v = &b->workloads[j];

			if (!w->batch || !v->batch ||
			    w->iterations == v->iterations ||
			    strcmp(w->name, v->name))
				continue;
			snprintf(what, DIFFERENCE_SIZE,
				 "the iterations of %.40s (%llu, %llu)",
				 w->name, (unsigned long long)w->iterations,
				 (unsigned long long)v->iterations);
			return true;
		}
	}
	return false;
}

/**
 * runs_differ() - is there anything but their modes that two runs differ in?
 * @what: set to it, and to both values: "microcode (0xb4, 0xb8)"
 *
 * Lanes, CPUs, and with PCID or without, are never compared with each other, and are no
 * matter here.  Stock and patched are kernels of their own.
 */
bool runs_differ(const struct manifest *a, const struct manifest *b,
		 char what[DIFFERENCE_SIZE])
{
	if (a->lane != b->lane || strcmp(a->cpu, b->cpu) || a->pcid != b->pcid)
		return false;
	if (a->variant == b->variant &&
	    (text_differs("kernel", a->kernel, b->kernel, what) ||
	     text_differs("the kernel's configuration", a->config, b->config,
			  what)))
		return true;
	return text_differs("microcode", a->microcode, b->microcode, what) ||
	       lacks(a->cmdline, b->cmdline, what) ||
	       lacks(b->cmdline, a->cmdline, what) ||
	       text_differs("unit", unit_name(a->unit), unit_name(b->unit),
			    what) ||
	       iterations_differ(a, b, what);
}
