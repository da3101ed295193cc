/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_CAMPAIGN_CAMPAIGN_H
#define PTISCOPE_CAMPAIGN_CAMPAIGN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/why.h"

/** CAMPAIGN_ROUNDS_MAX - boots of one mode in a campaign, at most */
#define CAMPAIGN_ROUNDS_MAX 200

/** CAMPAIGN_ATTEMPTS - boots that are tried until one comes up as it was asked to */
#define CAMPAIGN_ATTEMPTS 3

/** enum campaign_mode - what a boot measures; the names are in campaign_mode_names */
enum campaign_mode {
	CAMPAIGN_EARLY,
	CAMPAIGN_LATE,
	CAMPAIGN_OFF,
	CAMPAIGN_EARLY_MARKS,
	CAMPAIGN_LATE_MARKS,
	CAMPAIGN_MODES
};

/** CAMPAIGN_BOOTS_MAX - boots of a campaign, at most */
#define CAMPAIGN_BOOTS_MAX (CAMPAIGN_ROUNDS_MAX * CAMPAIGN_MODES)

/**
 * enum campaign_phase - what is to be done next
 * @CAMPAIGN_INSTALL: put the boot entries and the unit in place
 * @CAMPAIGN_BOOT: boot number @done of the order, and measure it
 * @CAMPAIGN_REPORT: report, and leave the machine as it was found
 * @CAMPAIGN_DONE: nothing; only in the copy that stays with the runs
 * @CAMPAIGN_ABORTED: nothing; likewise
 */
enum campaign_phase {
	CAMPAIGN_INSTALL,
	CAMPAIGN_BOOT,
	CAMPAIGN_REPORT,
	CAMPAIGN_DONE,
	CAMPAIGN_ABORTED,
	CAMPAIGN_PHASES
};

extern const char *const campaign_mode_names[];
extern const char *const campaign_phase_names[];

/**
 * struct campaign - all that is known of a campaign; it survives reboots in a file
 * @phase: enum campaign_phase
 * @kernel: release of the kernel to boot
 * @output: absolute name of the directory that the runs go to
 * @program: absolute name of the ptiscope that every boot runs
 * @reboot: program that reboots, "" for systemctl reboot
 * @workloads: as for ptiscope run, "" for all
 * @samples: as for ptiscope run, 0 for its default
 * @settle: seconds between the end of the boot and the measurement
 * @seed: of the order
 * @module: load ptiscope.ko at every boot
 * @order: modes, a boot each
 * @boots: of them
 * @done: boots that are measured, so the place in @order of the next one
 * @attempts: boots of that one which did not come up as they should
 * @armed_in: id of the boot in which the next one was chosen
 * @had_custom: GRUB's custom.cfg existed before the campaign
 * @had_wants: the directory existed that the unit is enabled in
 * @reason: why the last attempt failed, or the campaign was aborted; or ""
 */
struct campaign {
	enum campaign_phase phase;
	char kernel[128];
	char output[PATH_MAX];
	char program[PATH_MAX];
	char reboot[PATH_MAX];
	char workloads[512];
	uint64_t samples;
	uint64_t settle;
	uint64_t seed;
	bool module;
	enum campaign_mode order[CAMPAIGN_BOOTS_MAX];
	size_t boots;
	size_t done;
	uint64_t attempts;
	char armed_in[64];
	bool had_custom;
	bool had_wants;
	char reason[256];
};

/** CAMPAIGN_CHECKS_MAX - conditions of a campaign, at most */
#define CAMPAIGN_CHECKS_MAX 24

/**
 * struct campaign_check - what a campaign can't do without
 * @what: that, in words
 * @why: why it is not so here
 */
struct campaign_check {
	const char *what;
	struct why why;
};

/* plan.c */
int campaign_plan(struct campaign *c, const enum campaign_mode *modes,
		  size_t n_modes, size_t rounds);
int campaign_modes(const char *names, enum campaign_mode modes[CAMPAIGN_MODES],
		   size_t *n);
const char *campaign_parameters(enum campaign_mode mode);
bool campaign_has_marks(enum campaign_mode mode);
void campaign_print(const struct campaign *c, FILE *f);

/* state.c; @root stands for / */
int campaign_load(const char *file, struct campaign *c);
int campaign_save(const struct campaign *c, const char *file);

/* grub.c */
int campaign_grub_entries(FILE *config, const struct campaign *c, FILE *f);
int campaign_grub_install(const char *root, const struct campaign *c);
int campaign_grub_next(const char *root, enum campaign_mode mode);
int campaign_grub_remove(const char *root, bool had_custom);
bool campaign_grub_has_custom(const char *root);

/* grub_check.c */
struct why campaign_grub_missing(const char *root);
struct why campaign_grub_deaf(const char *root);
struct why campaign_grub_pending(const char *root);
struct why campaign_grub_no_entry(const char *root, const struct campaign *c);
struct why campaign_grub_mitigations(const char *root,
				     const struct campaign *c);
struct why campaign_grub_rescues(const char *root, const struct campaign *c);
struct why campaign_grub_waits(const char *root);
struct why campaign_grub_asks(const char *root, const struct campaign *c);
struct why campaign_grub_forgets_not(const char *root);

/* check.c */
size_t campaign_check(const char *root, const struct campaign *c,
		      struct campaign_check checks[CAMPAIGN_CHECKS_MAX]);

/* unit.c */
bool campaign_unit_had_wants(const char *root);
int campaign_unit_install(const char *root, const struct campaign *c);
int campaign_unit_remove(const char *root, bool had_wants);

/* spawn.c */
bool campaign_has_program(const char *name);
int campaign_spawn(const char *const argv[], FILE *out);

/* steps.c */
int campaign_resume(const char *root);
int campaign_start(const char *root, struct campaign *c);
int campaign_abort(const char *root, const char *why);
int campaign_state(const char *root, struct campaign *c);

#endif /* PTISCOPE_CAMPAIGN_CAMPAIGN_H */
