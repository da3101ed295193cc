/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_EXIT_SITES_H
#define PTISCOPE_TOOLS_EXIT_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exit/emulate.h"
#include "lib/orc_image.h"

/* The places of a kernel's entry text that write CR3. */

/**
 * enum site_kind - what is written there
 * @SITE_ENTER: the kernel's CR3
 * @SITE_EXIT: the user's
 * @SITE_RESTORE: the user's, if that is what the entry found and saved
 */
enum site_kind {
	SITE_ENTER,
	SITE_EXIT,
	SITE_RESTORE
};

/**
 * struct site - one of them
 * @name: function, and offset where it is assembly
 * @start: first instruction to run
 * @end: end of the code that belongs to it, which begins at @low
 * @low: see @end
 * @mask: address of user_pcid_flush_mask in per-CPU data
 * @kind: what it writes
 * @saved_reg: for %SITE_RESTORE, enum emulate_reg that holds the saved CR3
 * @result_reg: enum emulate_reg in which an entry leaves the CR3 found, or -1
 * @function: a C function, which ends with a jump out of it
 * @both: runs with the kernel's CR3, too
 */
struct site {
	char name[80];
	uint64_t start;
	uint64_t low;
	uint64_t end;
	uint64_t mask;
	enum site_kind kind;
	int saved_reg;
	int result_reg;
	bool function;
	bool both;
};

/* Faults that sites_plant() plants */
enum plant {
	PLANT_NEVER_BRANCH,
	PLANT_ALWAYS_BRANCH,
	PLANT_KEEP_BIT,
	PLANTS
};

struct sites {
	struct orc_image *image;
	csh capstone;
	struct emulate_code code;
	struct site *list;
	size_t count;
	struct orc_alternative *alternatives;
	size_t alternative_count;
	/* What sites_plant() put over the code: @patched bytes */
	uint64_t patch_addr;
	uint8_t patch[16];
	size_t patched;
};

int sites_open(struct sites *sites, const char *path);
void sites_close(struct sites *sites);
bool site_has(const struct site *site, uint64_t addr);
bool sites_plant(struct sites *sites, const struct site *site,
		 enum plant plant);
const char *plant_name(enum plant plant);

#endif /* PTISCOPE_TOOLS_EXIT_SITES_H */
