// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs and mitigations, as the features that the kernel sets for them: those of
 * the alternatives of the entry text.  Numbers are those of the kernel's
 * cpufeatures.h, choices those of its cpu/bugs.c.
 */
#include "ways/ways.h"

#define PCID ENTRY_FEATURE(4, 17)
#define FSGSBASE ENTRY_FEATURE(9, 0)
#define SMAP ENTRY_FEATURE(9, 20)
#define CLEAR_CPU_BUF ENTRY_FEATURE(3, 18)
#define KERNEL_IBRS ENTRY_FEATURE(7, 12)
#define FENCE_SWAPGS_USER ENTRY_FEATURE(11, 4)
#define FENCE_SWAPGS_KERNEL ENTRY_FEATURE(11, 5)
#define ENTRY_IBPB ENTRY_FEATURE(11, 10)
#define RETPOLINE ENTRY_FEATURE(11, 12)
#define RETHUNK ENTRY_FEATURE(11, 14)
#define UNRET ENTRY_FEATURE(11, 15)
#define SRSO ENTRY_FEATURE(11, 24)
#define SRSO_ALIAS ENTRY_FEATURE(11, 25)
#define CLEAR_BHB_LOOP ENTRY_FEATURE(21, 1)
/* Bugs come behind the features. */
#define BUG_NULL_SEG ENTRY_FEATURE(22, 10)
#define BUG_SWAPGS_FENCE ENTRY_FEATURE(22, 11)

/*
 * With PTI on SWAPGS of the user's side needs no fence of its own, on any CPU.  None
 * of AMD needs PTI, but pti=on turns it on.
 */
#define BASE PCID, FSGSBASE, SMAP, FENCE_SWAPGS_KERNEL
#define SET(...) ((const uint16_t[]){ __VA_ARGS__, 0 })

const struct feature_set feature_sets[] = {
	{ "intel", "Intel, Skylake: what is chosen without parameters",
	  SET(BASE, KERNEL_IBRS, CLEAR_CPU_BUF, CLEAR_BHB_LOOP) },
	{ "intel-ibrs", "Intel, spectre_v2=ibrs mds=off spectre_bhi=off",
	  SET(BASE, KERNEL_IBRS) },
	{ "intel-mds",
	  "Intel, mds=full spectre_v2=retpoline retbleed=off spectre_bhi=off",
	  SET(BASE, RETPOLINE, CLEAR_CPU_BUF) },
	{ "intel-stuff", "Intel, retbleed=stuff spectre_v2=retpoline",
	  SET(BASE, RETPOLINE, RETHUNK, FEATURE_CALL_DEPTH, CLEAR_CPU_BUF) },
	{ "intel-bhi", "Intel, spectre_bhi=on mds=off retbleed=off",
	  SET(BASE, RETPOLINE, CLEAR_BHB_LOOP) },
	{ "intel-old", "Intel without PCID, FSGSBASE and SMAP, all but IBRS",
	  SET(RETPOLINE, CLEAR_CPU_BUF, FENCE_SWAPGS_KERNEL) },
	{ "intel-off", "Intel, nothing but PTI", SET(PCID, FSGSBASE, SMAP) },
	{ "amd", "AMD, Zen 3: what is chosen without parameters, and pti=on",
	  SET(BASE, RETPOLINE, RETHUNK, UNRET, SRSO_ALIAS, CLEAR_CPU_BUF) },
	{ "amd-tsa-off", "AMD, Zen 3, tsa=off",
	  SET(BASE, RETPOLINE, RETHUNK, UNRET, SRSO_ALIAS) },
	{ "amd-unret", "AMD, Zen 2, retbleed=unret spec_rstack_overflow=off",
	  SET(BASE, RETPOLINE, RETHUNK, UNRET) },
	{ "amd-safe-ret", "AMD, Zen 2, spec_rstack_overflow=safe-ret",
	  SET(BASE, RETPOLINE, RETHUNK, UNRET, SRSO) },
	{ "amd-ibpb", "AMD, Zen 3, spec_rstack_overflow=ibpb",
	  SET(BASE, RETPOLINE, ENTRY_IBPB) },
	{ "amd-retbleed-ibpb", "AMD, Zen 2, retbleed=ibpb",
	  SET(BASE, RETPOLINE, RETHUNK, UNRET, SRSO, ENTRY_IBPB) },
	{ "amd-microcode", "AMD, spec_rstack_overflow=microcode retbleed=off",
	  SET(BASE, RETPOLINE) },
	{ "amd-old", "AMD without PCID, FSGSBASE and SMAP, retbleed=unret",
	  SET(RETPOLINE, RETHUNK, UNRET, FENCE_SWAPGS_KERNEL, BUG_NULL_SEG,
	      BUG_SWAPGS_FENCE) },
	/* No machine has these, but each alternative counts in them. */
	{ "all", "every mitigation at once",
	  SET(PCID, FSGSBASE, SMAP, CLEAR_CPU_BUF, KERNEL_IBRS,
	      FENCE_SWAPGS_USER, FENCE_SWAPGS_KERNEL, ENTRY_IBPB, RETPOLINE,
	      RETHUNK, UNRET, SRSO, CLEAR_BHB_LOOP) },
	{ "all-old",
	  "every mitigation but IBPB at once, without PCID, FSGSBASE and SMAP",
	  SET(CLEAR_CPU_BUF, KERNEL_IBRS, FENCE_SWAPGS_USER,
	      FENCE_SWAPGS_KERNEL, RETPOLINE, RETHUNK, UNRET,
	      FEATURE_CALL_DEPTH, CLEAR_BHB_LOOP, BUG_NULL_SEG,
	      BUG_SWAPGS_FENCE) },
	{ 0 }
};

/** feature_is_in_a_set() - does one of the sets have it on? */
bool feature_is_in_a_set(uint16_t feature)
{
	for (const struct feature_set *s = feature_sets; s->name; s++)
		for (const uint16_t *f = s->on; *f; f++)
			if (*f == feature)
				return true;
	return false;
}
