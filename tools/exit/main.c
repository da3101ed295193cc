// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit-check: run each CR3 write of a kernel's entry text, instruction by
 * instruction, as a CPU with PCID would find it patched, for every ASID, with a
 * flush of the user's ASID pending and not.  An exit must flush if one is
 * pending, and take note that it did; it must not if none is.  This needs no
 * TLB, so it sees what no emulator that flushes anyway can show.
 */
#include <argp.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit/emulate.h"
#include "lib/exit_code.h"
#include "exit/sites.h"

#define NOFLUSH (1ull << 63)
#define USER_TABLE (1ull << 12)
#define USER_PCID (1ull << 11)
#define TABLE 0x12346000ull
/* TLB_NR_DYN_ASIDS; a kernel's PCID is the ASID plus one */
#define PCIDS 6

#define GS_BASE 0xffff888100000000ull
#define STACK 0xfffffe0000002000ull
#define RETURN_TO 0x7777000

/* One run: what CR3 and the mask hold before */
struct input {
	uint64_t cr3;
	uint64_t saved;
	uint16_t mask;
	unsigned int pcid;
};

/* Where the mask lies, as bytes round it tell when they change */
static bool set_up(struct emulator *emu, const struct site *site,
		   const struct input *in)
{
	memset(emu, 0, sizeof(*emu));
	for (int r = 0; r < REG_COUNT; r++)
		emu->reg[r] = 0x1111111111111111ull * r + 0x0101;
	emu->gs = GS_BASE;
	emu->cr3 = in->cr3;
	emu->pc = site->start;
	emu->reg[REG_RSP] = STACK;
	/* For the paths that know from their entry what to restore */
	if (site->kind == SITE_RESTORE)
		emu->reg[site->saved_reg] = in->saved;
	return emulate_write(emu, STACK, RETURN_TO, 8) &&
	       emulate_write(emu, GS_BASE + site->mask - 8,
			     0x5aa5c33c69960ff0ull, 8) &&
	       emulate_write(emu, GS_BASE + site->mask, in->mask, 2) &&
	       emulate_write(emu, GS_BASE + site->mask + 2, 0xc3a5, 2) &&
	       emulate_write(emu, GS_BASE + site->mask + 4, 0x96699669, 4);
}

static bool run_site(struct emulator *emu, const struct sites *sites,
		     const struct site *site)
{
	for (unsigned int i = 0; i < EMULATE_STEPS; i++) {
		if ((!emu->repl_end && !site_has(site, emu->pc)) ||
		    (!site->function && emu->cr3_writes))
			return true;
		if (!emulate_step(emu, sites->capstone, &sites->code))
			return false;
	}
	snprintf(emu->error, sizeof(emu->error), "does not end");
	return false;
}

static const char *check_surroundings(struct emulator *emu,
				      const struct site *site)
{
	uint64_t before, after, far;

	if (!emulate_read(emu, GS_BASE + site->mask - 8, 8, &before) ||
	    !emulate_read(emu, GS_BASE + site->mask + 2, 2, &after) ||
	    !emulate_read(emu, GS_BASE + site->mask + 4, 4, &far))
		return emu->error;
	if (before != 0x5aa5c33c69960ff0ull || after != 0xc3a5 ||
	    far != 0x96699669)
		return "writes beside the mask";
	return NULL;
}

/* Does the assembly still need RDI where function @name is jumped to? */
static bool keeps_rdi(const char *name)
{
	return strstr(name, "_syscall") || strstr(name, "_sysenter") ||
	       strstr(name, "_sysret32") || strstr(name, "_enter_nmi");
}

/* The C functions may change RDI alone, where it is free, and leave the stack as it was. */
static const char *check_registers(const struct emulator *emu,
				   const struct emulator *before,
				   const struct site *site)
{
	if (!site->function)
		return NULL;
	for (int r = 0; r < REG_COUNT; r++) {
		if ((r == REG_RDI && !keeps_rdi(site->name)) ||
		    (int)site->result_reg == r)
			continue;
		if (emu->reg[r] != before->reg[r])
			return "changes a register that it must keep";
	}
	return NULL;
}

static const char *check_value(const struct emulator *emu,
			       const struct site *site, const struct input *in)
{
	bool pending = in->mask >> in->pcid & 1;
	uint64_t want;

	if (site->kind == SITE_RESTORE && !(in->saved & USER_TABLE))
		return emu->cr3_writes ? "writes CR3 with nothing to restore" :
					 NULL;
	if (site->kind == SITE_ENTER && !(in->cr3 & USER_TABLE)) {
		if (!emu->cr3_writes)
			return NULL;
		want = in->cr3 | NOFLUSH;
		return emu->cr3 == want ? NULL : "leaves the kernel's table";
	}
	if (emu->cr3_writes != 1)
		return "does not write CR3 once";
	if (site->kind == SITE_ENTER) {
		want = (in->cr3 & ~(USER_TABLE | USER_PCID)) | NOFLUSH;
		return emu->cr3 == want ? NULL :
					  "is not the kernel's CR3, unflushed";
	}
	want = TABLE | USER_TABLE | USER_PCID | in->pcid;
	if ((emu->cr3 & ~NOFLUSH) != want)
		return "is not the user's CR3";
	if (pending && (emu->cr3 & NOFLUSH))
		return "does not flush, though a flush is pending";
	if (!pending && !(emu->cr3 & NOFLUSH))
		return "flushes, though no flush is pending";
	return NULL;
}

static const char *check_mask(struct emulator *emu, const struct site *site,
			      const struct input *in)
{
	uint64_t mask, want = in->mask;

	if (site->kind == SITE_EXIT ||
	    (site->kind == SITE_RESTORE && (in->saved & USER_TABLE)))
		want &= ~(1ull << in->pcid);
	if (!emulate_read(emu, GS_BASE + site->mask, 2, &mask))
		return emu->error;
	if (mask == want)
		return NULL;
	return mask >> in->pcid & 1 ? "leaves the flush pending" :
				      "changes bits of other ASIDs";
}

/* Returns what is wrong, in words that live as long as @emu */
static const char *check_one(const struct sites *sites, const struct site *site,
			     const struct input *in, struct emulator *emu)
{
	struct emulator before;
	const char *fault;

	if (!set_up(emu, site, in))
		return emu->error;
	before = *emu;
	if (!run_site(emu, sites, site))
		return emu->error;
	fault = check_value(emu, site, in);
	if (!fault)
		fault = check_mask(emu, site, in);
	if (!fault)
		fault = check_surroundings(emu, site);
	if (!fault)
		fault = check_registers(emu, &before, site);
	return fault;
}

/* All ASIDs, masks with and without the bit, alone and among others */
static const char *check_site(const struct sites *sites,
			      const struct site *site, struct input *in,
			      struct emulator *emu)
{
	const char *fault;

	for (unsigned int pcid = 1; pcid <= PCIDS; pcid++) {
		const uint16_t bit = 1u << pcid;
		const uint16_t masks[] = { 0, bit, 0xffff, 0xffff & ~bit };
		const uint64_t kernel = TABLE | pcid;
		const uint64_t user = kernel | USER_TABLE | USER_PCID;

		for (int i = 0; i < 4; i++) {
			for (int nested = 0; nested <= site->both; nested++) {
				*in = (struct input){
					.cr3 = kernel,
					.saved = nested ? kernel : user,
					.mask = masks[i],
					.pcid = pcid,
				};
				if (site->kind == SITE_ENTER && !nested)
					in->cr3 = user;
				fault = check_one(sites, site, in, emu);
				if (fault)
					return fault;
			}
		}
	}
	return NULL;
}

static const char *const kinds[] = { [SITE_ENTER] = "entry",
				     [SITE_EXIT] = "exit",
				     [SITE_RESTORE] = "restore" };

/* Returns how many sites have a fault */
static unsigned int check_all(const struct sites *sites)
{
	unsigned int faults = 0;
	struct emulator emu;

	for (size_t i = 0; i < sites->count; i++) {
		const struct site *site = &sites->list[i];
		struct input in;
		const char *fault = check_site(sites, site, &in, &emu);

		if (fault) {
			faults++;
			printf("%s (%s, %#lx): %s; CR3 %#lx, mask %#x\n",
			       site->name, kinds[site->kind], site->start,
			       fault, in.cr3, in.mask);
		} else {
			printf("%s (%s, %#lx): sound\n", site->name,
			       kinds[site->kind], site->start);
		}
	}
	return faults;
}

/* Every fault planted into every exit must be found. */
static unsigned int plant_all(struct sites *sites)
{
	unsigned int missed = 0;
	struct emulator emu;

	for (size_t i = 0; i < sites->count; i++) {
		const struct site *site = &sites->list[i];

		if (site->kind == SITE_ENTER)
			continue;
		for (enum plant p = 0; p < PLANTS; p++) {
			struct input in;
			const char *fault;

			if (!sites_plant(sites, site, p)) {
				printf("%s: no place for: %s\n", site->name,
				       plant_name(p));
				missed++;
				continue;
			}
			fault = check_site(sites, site, &in, &emu);
			printf("%s: %s: %s\n", site->name, plant_name(p),
			       fault ? fault : "NOT FOUND");
			missed += !fault;
		}
		sites->patched = 0;
	}
	return missed;
}

struct options {
	const char *path;
	bool plant;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'p':
		o->plant = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->path)
			argp_error(state, "one kernel at a time");
		o->path = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->path)
			argp_error(state, "which kernel? VMLINUX is missing");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "plant", 'p', NULL, 0,
		  "Plant faults into every exit instead, and find them", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "VMLINUX",
		.doc = "Check that every write of the user's CR3 flushes what is pending, and only that.\v"
		       "Prints one line for each place and a sum.  Exit codes: 0 no fault, "
		       "1 faults or an unreadable file, 2 usage, 3 this kernel has no such place.",
	};
	struct options o = { 0 };
	struct sites sites;
	unsigned int bad;
	int ret;

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	ret = sites_open(&sites, o.path);
	if (ret) {
		warnx("%s: %s", o.path, strerror(-ret));
		return EXIT_RUNTIME;
	}
	if (!sites.count) {
		warnx("%s writes CR3 nowhere in its entry text", o.path);
		sites_close(&sites);
		return EXIT_UNSUPPORTED;
	}
	bad = o.plant ? plant_all(&sites) : check_all(&sites);
	printf("%zu places, %u %s\n", sites.count, bad,
	       o.plant ? "planted faults not found" : "with a fault");
	sites_close(&sites);
	return bad ? EXIT_RUNTIME : EXIT_OK;
}
