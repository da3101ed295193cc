// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "render/terms.h"

const struct term terms[] = {
	{ "early",
	  "CR3 is written in the entry assembly, as mainline does; pti_switch=early." },
	{ "late",
	  "CR3 is written in C, on the per-CPU entry stack; pti_switch=late." },
	{ "late, skip",
	  "Late, and some calls are answered without a switch; pti_skip=on." },
	{ "skip - late",
	  "What that changes of a round trip; below 0 it saves." },
	{ "skipped",
	  "Calls of one iteration that were answered without a switch." },
	{ "PTI off",
	  "Page-table isolation is off (pti=off): CR3 is not written at all." },
	{ "stock", "The same kernel without the patches." },
	{ "late - early",
	  "What the late switch adds to one round trip; below 0 it saves." },
	{ "round trip",
	  "One iteration of a workload from user mode and back, its empty loop subtracted." },
	{ "change", "The difference in percent of the first of the two." },
	{ "median", "Half of the samples lie below, half above." },
	{ "interval",
	  "Where the figure lies, at 95 %; of counts the range over the boots." },
	{ "over boots", "The range of the difference over the boots of both." },
	{ "rests on",
	  "The interval, or in how many boots the count is the same." },
	{ "entries", "Kernel entries of one iteration." },
	{ "p05 .. p95", "Nine in ten samples lie between these two." },
	{ "n", "Samples." },
	{ "lost", "Records that are known to be missing." },
	{ "boots",
	  "Boots that were measured; modes are compared between boots." },
	{ "window",
	  "From the start of an entry or exit path until CR3 is written: kernel code on the user page table." },
	{ "switch", "The CR3 write itself." },
	{ "flushes",
	  "Share of CR3 writes that empty the TLB; without PCID, each does." },
	{ "verdict",
	  "slower or faster: a difference is shown; equivalent: it is within the margin; not shown: neither; "
	  "few boots, one boot: too few to say." },
};

const size_t n_terms = sizeof(terms) / sizeof(terms[0]);

/** term_find() - what a word means, or NULL where that needs no telling */
const struct term *term_find(const char *name)
{
	for (size_t i = 0; i < n_terms; i++)
		if (!strcmp(terms[i].name, name))
			return &terms[i];
	return NULL;
}
