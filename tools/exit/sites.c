// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find what writes CR3 in the entry text of a kernel: the C functions pti_enter_*
 * and pti_exit_*, and in assembly each CR3 write with the read, or the test of
 * a saved CR3, before it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit/sites.h"

/* asm/cpufeatures.h: a CPU with PCID, on which PTI is on */
#define FEATURE(word, bit) ((word)*32 + (bit))

static const uint16_t features[] = {
	FEATURE(3, 21), /* ALWAYS */
	FEATURE(4, 17), /* PCID */
	FEATURE(7, 11), /* PTI */
};

/* asm/processor-flags.h, calling.h */
#define USER_TABLE_BIT 12
/* Instructions between the read of CR3 and what depends on it */
#define NEAR 4

static size_t fetch(void *context, uint64_t addr, uint8_t *bytes, size_t size)
{
	const struct sites *sites = context;
	const uint8_t *code = NULL;
	size_t n;

	for (n = size; n; n--) {
		code = orc_code(sites->image, addr, n);
		if (code)
			break;
	}
	if (!code)
		return 0;
	memcpy(bytes, code, n);
	for (size_t i = 0; i < sites->patched; i++) {
		uint64_t at = sites->patch_addr + i;

		if (at >= addr && at - addr < n)
			bytes[at - addr] = sites->patch[i];
	}
	return n;
}

static bool has_feature(uint16_t feature)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (features[i] == feature)
			return true;
	return false;
}

/* Like the kernel: of several alternatives the last that applies stays. */
static bool redirect(void *context, uint64_t addr, uint64_t *to,
		     uint64_t *length, uint64_t *back)
{
	const struct sites *sites = context;
	bool found = false;

	for (size_t i = 0; i < sites->alternative_count; i++) {
		const struct orc_alternative *a = &sites->alternatives[i];

		if (a->site != addr || has_feature(a->feature) == a->without)
			continue;
		*to = a->replacement;
		*length = a->length;
		*back = a->site + a->site_length;
		found = true;
	}
	return found;
}

static bool is_op(const cs_x86_op *op, x86_op_type type)
{
	return op->type == type;
}

static bool reads_cr3(const cs_insn *insn)
{
	const cs_x86_op *op = insn->detail->x86.operands;

	return insn->id == X86_INS_MOV && is_op(&op[1], X86_OP_REG) &&
	       op[1].reg == X86_REG_CR3;
}

static bool writes_cr3(const cs_insn *insn)
{
	const cs_x86_op *op = insn->detail->x86.operands;

	return insn->id == X86_INS_MOV && is_op(&op[0], X86_OP_REG) &&
	       op[0].reg == X86_REG_CR3;
}

/* BT $PTI_USER_PGTABLE_BIT, or a TEST for it */
static bool tests_user_bit(const cs_insn *insn)
{
	const cs_x86_op *op = insn->detail->x86.operands;

	if (insn->detail->x86.op_count != 2 || !is_op(&op[0], X86_OP_REG) ||
	    !is_op(&op[1], X86_OP_IMM))
		return false;
	return (insn->id == X86_INS_BT && op[1].imm == USER_TABLE_BIT) ||
	       (insn->id == X86_INS_TEST &&
		(op[1].imm == 1 << USER_TABLE_BIT ||
		 op[1].imm == 1 << (USER_TABLE_BIT - 8)));
}

static bool touches_mask(const cs_insn *insn)
{
	const cs_x86_op *op = insn->detail->x86.operands;

	return (insn->id == X86_INS_BT || insn->id == X86_INS_BTR) &&
	       is_op(&op[0], X86_OP_MEM) && op[0].mem.segment == X86_REG_GS;
}

static struct site *add(struct sites *sites)
{
	struct site *list =
		realloc(sites->list, (sites->count + 1) * sizeof(*sites->list));

	if (!list)
		return NULL;
	sites->list = list;
	memset(&list[sites->count], 0, sizeof(*list));
	list[sites->count].saved_reg = -1;
	list[sites->count].result_reg = -1;
	return &list[sites->count++];
}

/* What instructions @first to @last (included) make of @site */
static void classify(struct site *site, const cs_insn *insn, size_t first,
		     size_t last)
{
	bool read = false, exit = false;

	for (size_t i = first; i <= last; i++) {
		read |= reads_cr3(&insn[i]);
		exit |= touches_mask(&insn[i]);
		if (!tests_user_bit(&insn[i]))
			continue;
		site->both = true;
		site->saved_reg = general_reg(
			insn[i].detail->x86.operands[0].reg, NULL, NULL);
	}
	if (!exit)
		site->kind = SITE_ENTER;
	else
		site->kind = read ? SITE_EXIT : SITE_RESTORE;
}

/*
 * Where a write at @last of a saved CR3, which somebody else has tested, begins: with
 * the copy of the register that the mask is asked for. @last if it does not.
 */
static size_t saved_copy(const cs_insn *insn, size_t last)
{
	unsigned int saved = insn[last].detail->x86.operands[1].reg;
	bool asked = false;

	for (size_t i = last; i--;) {
		const cs_x86_op *op = insn[i].detail->x86.operands;

		asked |= touches_mask(&insn[i]);
		if (asked && insn[i].id == X86_INS_MOV &&
		    is_op(&op[1], X86_OP_REG) && op[1].reg == saved)
			return i;
	}
	return last;
}

/* The write in assembly at @last begins where CR3, or a saved one, is looked at. */
static int add_assembly(struct sites *sites, const struct orc_symbol *symbol,
			const cs_insn *insn, size_t last)
{
	size_t first = last;
	struct site *site;
	int saved = -1;

	while (first && !reads_cr3(&insn[first]) &&
	       !tests_user_bit(&insn[first]))
		first--;
	for (size_t i = first; i && first - i < NEAR; i--) {
		if (reads_cr3(&insn[i])) {
			first = i;
			break;
		}
	}
	if (!reads_cr3(&insn[first]) && !tests_user_bit(&insn[first])) {
		first = saved_copy(insn, last);
		if (first == last)
			return -EINVAL;
		saved = general_reg(insn[last].detail->x86.operands[1].reg,
				    NULL, NULL);
	}
	site = add(sites);
	if (!site)
		return -ENOMEM;
	snprintf(site->name, sizeof(site->name), "%s+%#lx", symbol->name,
		 insn[last].address - symbol->addr);
	site->start = insn[first].address;
	site->low = site->start;
	site->end = insn[last].address + insn[last].size;
	classify(site, insn, first, last);
	if (saved >= 0)
		site->saved_reg = saved;
	return 0;
}

static bool is_window_function(const struct orc_symbol *symbol)
{
	return !strncmp(symbol->name, "pti_enter_", 10) ||
	       !strncmp(symbol->name, "pti_exit_", 9);
}

static int add_function(struct sites *sites, const struct orc_symbol *symbol,
			const cs_insn *insn, size_t count)
{
	struct site *site = add(sites);

	if (!site)
		return -ENOMEM;
	snprintf(site->name, sizeof(site->name), "%s", symbol->name);
	site->start = symbol->addr;
	site->low = symbol->addr;
	site->end = symbol->addr + symbol->size;
	site->function = true;
	classify(site, insn, 0, count - 1);
	/* It has no CR3 to read but the one it is given. */
	if (site->kind == SITE_RESTORE && site->saved_reg < 0)
		site->saved_reg = REG_RDI;
	/* By name, so that an exit that forgets the mask is still an exit */
	if (!strncmp(symbol->name, "pti_exit_", 9) && site->kind == SITE_ENTER)
		site->kind = SITE_EXIT;
	return 0;
}

static int scan_symbol(struct sites *sites, const struct orc_symbol *symbol)
{
	const uint8_t *code =
		orc_code(sites->image, symbol->addr, symbol->size);
	cs_insn *insn;
	size_t count;
	int ret = 0;

	if (!code)
		return 0;
	count = cs_disasm(sites->capstone, code, symbol->size, symbol->addr, 0,
			  &insn);
	if (!count)
		return 0;
	if (is_window_function(symbol)) {
		ret = add_function(sites, symbol, insn, count);
	} else {
		for (size_t i = 0; i < count && !ret; i++)
			if (writes_cr3(&insn[i]))
				ret = add_assembly(sites, symbol, insn, i);
	}
	cs_free(insn, count);
	return ret;
}

/* The mask that the first place looks at is that of all */
static int find_mask(struct sites *sites)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < sites->count && !mask; i++) {
		const struct site *s = &sites->list[i];
		uint64_t size = s->end - s->low;
		const uint8_t *code = orc_code(sites->image, s->low, size);
		cs_insn *insn;
		size_t count;

		count = cs_disasm(sites->capstone, code, size, s->low, 0,
				  &insn);
		for (size_t k = 0; k < count; k++)
			if (touches_mask(&insn[k]))
				mask = insn[k].address + insn[k].size +
				       insn[k].detail->x86.operands[0].mem.disp;
		if (count)
			cs_free(insn, count);
	}
	for (size_t i = 0; i < sites->count; i++)
		sites->list[i].mask = mask;
	return mask ? 0 : -ENOENT;
}

static int pick_alternatives(struct sites *sites, uint64_t start, uint64_t end)
{
	const struct orc_alternative *all;
	size_t count = orc_alternatives(sites->image, &all);

	sites->alternatives = calloc(count + 1, sizeof(*all));
	if (!sites->alternatives)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (all[i].site >= start && all[i].site < end)
			sites->alternatives[sites->alternative_count++] =
				all[i];
	return 0;
}

/**
 * sites_open - read a kernel and find what writes CR3 in its entry text
 * @sites: filled; to be closed with sites_close()
 * @path: vmlinux
 *
 * Return: 0, -EINVAL for a file or code that makes no sense, another -errno.
 */
int sites_open(struct sites *sites, const char *path)
{
	const struct orc_symbol *symbols;
	uint64_t done = 0, end = 0;
	size_t count;
	int ret;

	memset(sites, 0, sizeof(*sites));
	ret = orc_open(&sites->image, path);
	if (ret)
		return ret;
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &sites->capstone)) {
		orc_close(sites->image);
		return -ENOMEM;
	}
	cs_option(sites->capstone, CS_OPT_DETAIL, CS_OPT_ON);
	sites->code = (struct emulate_code){ fetch, redirect, sites };
	count = orc_symbols(sites->image, &symbols);
	for (size_t i = 0; i < count && !ret; i++) {
		/* Labels inside, and further names of the same code */
		if (!symbols[i].size || symbols[i].addr < done)
			continue;
		done = symbols[i].addr + symbols[i].size;
		end = done;
		ret = scan_symbol(sites, &symbols[i]);
	}
	if (!ret && sites->count)
		ret = find_mask(sites);
	if (!ret && sites->count)
		ret = pick_alternatives(sites, symbols[0].addr, end);
	if (ret)
		sites_close(sites);
	return ret;
}

/**
 * sites_close - the end of what sites_open() began
 * @sites: filled by it
 */
void sites_close(struct sites *sites)
{
	free(sites->list);
	free(sites->alternatives);
	cs_close(&sites->capstone);
	orc_close(sites->image);
}

/**
 * site_has - whether code belongs to a place
 * @site: the place
 * @addr: address of the code
 *
 * Return: true if so.
 */
bool site_has(const struct site *site, uint64_t addr)
{
	return addr >= site->low && addr < site->end;
}

static bool is_conditional(const cs_insn *insn)
{
	return insn->id >= X86_INS_JAE && insn->id <= X86_INS_JS &&
	       insn->id != X86_INS_JMP;
}

static void put_nops(struct sites *sites, const cs_insn *insn)
{
	sites->patch_addr = insn->address;
	sites->patched = insn->size;
	memset(sites->patch, 0x90, insn->size);
}

/* Jcc as JMP, to the same place */
static void put_jump(struct sites *sites, const cs_insn *insn)
{
	put_nops(sites, insn);
	memcpy(sites->patch, insn->bytes, insn->size);
	if (insn->size == 2) {
		sites->patch[0] = 0xeb;
	} else {
		sites->patch[0] = 0x90;
		sites->patch[1] = 0xe9;
	}
}

/* BTR as BT: 0F B3 as 0F A3, or 0F BA /6 as 0F BA /4 */
static bool put_test(struct sites *sites, const cs_insn *insn)
{
	put_nops(sites, insn);
	memcpy(sites->patch, insn->bytes, insn->size);
	for (int i = 0; i + 2 < insn->size; i++) {
		if (sites->patch[i] != 0x0f)
			continue;
		if (sites->patch[i + 1] == 0xb3)
			sites->patch[i + 1] = 0xa3;
		else if (sites->patch[i + 1] == 0xba)
			sites->patch[i + 2] &= ~0x10;
		else
			continue;
		return true;
	}
	return false;
}

/**
 * sites_plant - change the code of an exit so that it is wrong
 * @sites: the kernel, of which one place at a time is wrong
 * @site: the place
 * @plant: how
 *
 * Return: false if the place has no such code.
 */
bool sites_plant(struct sites *sites, const struct site *site, enum plant plant)
{
	uint64_t size = site->end - site->low;
	const uint8_t *code = orc_code(sites->image, site->low, size);
	bool seen = false, done = false;
	cs_insn *insn;
	size_t count;

	sites->patched = 0;
	count = cs_disasm(sites->capstone, code, size, site->low, 0, &insn);
	for (size_t i = 0; i < count && !done; i++) {
		seen |= touches_mask(&insn[i]);
		if (plant == PLANT_KEEP_BIT) {
			done = insn[i].id == X86_INS_BTR &&
			       touches_mask(&insn[i]) &&
			       put_test(sites, &insn[i]);
			continue;
		}
		done = seen && is_conditional(&insn[i]);
		if (done && plant == PLANT_NEVER_BRANCH)
			put_nops(sites, &insn[i]);
		else if (done)
			put_jump(sites, &insn[i]);
	}
	if (count)
		cs_free(insn, count);
	return done;
}

/**
 * plant_name - what a fault is
 * @plant: one that sites_plant() plants
 *
 * Return: a few words.
 */
const char *plant_name(enum plant plant)
{
	static const char *const names[PLANTS] = {
		[PLANT_NEVER_BRANCH] = "never takes the branch on the mask",
		[PLANT_ALWAYS_BRANCH] = "always takes the branch on the mask",
		[PLANT_KEEP_BIT] = "never clears the bit",
	};

	return names[plant];
}
