// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the unwinder find its way out of the window of the late CR3 switch?
 *
 * A stub or an alternative pushes the address where it goes on and jumps to a C
 * function, which jumps back to just that address.  Nothing of that is a CALL, so nothing but
 * this check makes sure that the ORC entries tell what the stack looks like, at
 * each instruction and at the pushed address.
 */
#include <capstone/capstone.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/exit_code.h"
#include "orc/check.h"
#include "lib/orc_image.h"

/* A return address on the stack */
#define WORD 8
/* From the start of struct pt_regs to what the CPU pushes, RIP and on */
#define PT_REGS_IP 128

/* A set of addresses, each at most a few times */
struct addresses {
	uint64_t *addr;
	size_t count;
};

static bool has(const struct addresses *set, uint64_t addr)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->addr[i] == addr)
			return true;
	return false;
}

static int add(struct addresses *set, uint64_t addr)
{
	uint64_t *new = reallocarray(set->addr, set->count + 1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	set->addr = new;
	new[set->count++] = addr;
	return 0;
}

/**
 * struct check - the state of a run
 * @image: what is checked
 * @cs: disassembler
 * @returns: addresses that window functions jump to at their end
 * @pushed: of them, those that a stub or an alternative pushes
 * @instructions: how many were looked at
 * @handoffs: pushes seen
 * @joins: jumps between stubs and the other entry code
 * @unlike: of these, those whose two sides count from different registers
 * @faults: what was found
 */
struct check {
	struct orc_image *image;
	csh cs;
	struct addresses returns;
	struct addresses pushed;
	unsigned int instructions;
	unsigned int handoffs;
	unsigned int joins;
	unsigned int unlike;
	unsigned int faults;
};

static const struct orc_symbol *symbol_of(const struct check *check,
					  uint64_t addr)
{
	const struct orc_symbol *symbols, *found = NULL;
	size_t count = orc_symbols(check->image, &symbols);

	for (size_t i = 0; i < count && symbols[i].addr <= addr; i++)
		if (!found || symbols[i].addr > found->addr)
			found = &symbols[i];
	return found;
}

static void print_state(const struct orc_state *state)
{
	static const char *const types[] = { "undefined", "end of stack",
					     "call", "regs", "partial regs" };

	if (state->type >= sizeof(types) / sizeof(types[0]))
		printf("type %u", state->type);
	else
		printf("%s", types[state->type]);
	if (state->type > ORC_TYPE_END_OF_STACK)
		printf(" at %s%+d",
		       state->sp_reg == ORC_REG_SP ? "sp" : "another register",
		       state->sp_offset);
}

/* fault - one line: where, what is wrong, what stands there, what should */
static void fault(struct check *check, uint64_t addr,
		  const struct orc_state *seen, const struct orc_state *wanted,
		  const char *what)
{
	const struct orc_symbol *s = symbol_of(check, addr);

	check->faults++;
	printf("%#" PRIx64 " %s+%#" PRIx64 ": %s: ", addr, s ? s->name : "?",
	       s ? addr - s->addr : 0, what);
	print_state(seen);
	if (wanted) {
		printf(", not ");
		print_state(wanted);
	}
	printf("\n");
}

static bool same(const struct orc_state *a, const struct orc_state *b)
{
	if (a->type != b->type)
		return false;
	return a->type == ORC_TYPE_END_OF_STACK ||
	       (a->sp_reg == b->sp_reg && a->sp_offset == b->sp_offset &&
		a->bp_reg == b->bp_reg && a->bp_offset == b->bp_offset &&
		a->signal == b->signal);
}

/* What the tables should say once @bytes more are on the stack */
static struct orc_state deeper(const struct orc_state *state, int bytes)
{
	struct orc_state result = *state;

	if (state->type > ORC_TYPE_END_OF_STACK && state->sp_reg == ORC_REG_SP)
		result.sp_offset += bytes;
	return result;
}

static struct orc_state state_at(const struct check *check, uint64_t addr)
{
	struct orc_state state = { 0 };

	orc_at(check->image, addr, &state);
	return state;
}

static void expect(struct check *check, uint64_t addr,
		   const struct orc_state *wanted, const char *what)
{
	struct orc_state seen = state_at(check, addr);

	if (!same(&seen, wanted))
		fault(check, addr, &seen, wanted, what);
}

/* A return address on top, and that is all: a function's first instruction */
static const struct orc_state called = { .type = ORC_TYPE_CALL,
					 .sp_reg = ORC_REG_SP,
					 .sp_offset = WORD };

static bool is_called(const struct orc_state *state)
{
	return state->type == called.type && state->sp_reg == called.sp_reg &&
	       state->sp_offset == called.sp_offset;
}

static bool is_window_function(const char *name)
{
	return !strncmp(name, "pti_enter_", 10) ||
	       !strncmp(name, "pti_exit_", 9);
}

/* Is @addr the start of such a function? */
static bool enters_window_function(const struct check *check, uint64_t addr)
{
	const struct orc_symbol *symbols;
	size_t count = orc_symbols(check->image, &symbols);

	for (size_t i = 0; i < count; i++)
		if (symbols[i].addr == addr &&
		    is_window_function(symbols[i].name))
			return true;
	return false;
}

static bool in_entry_text(const struct check *check, uint64_t addr)
{
	const struct orc_symbol *symbols;
	size_t count = orc_symbols(check->image, &symbols);

	return count && addr >= symbols[0].addr &&
	       addr <= symbols[count - 1].addr;
}

/* The address that a window function returns to and this pushes, or 0 */
static uint64_t pushed_address(const struct check *check, const cs_insn *insn)
{
	const cs_x86_op *op = &insn->detail->x86.operands[0];

	if (insn->id != X86_INS_PUSH || op->type != X86_OP_IMM ||
	    !has(&check->returns, op->imm))
		return 0;
	return op->imm;
}

/* Where a direct jump goes, or 0 */
static uint64_t jump_target(const struct check *check, const cs_insn *insn)
{
	const cs_x86_op *op = &insn->detail->x86.operands[0];

	if (!cs_insn_group(check->cs, insn, X86_GRP_JUMP) ||
	    op->type != X86_OP_IMM)
		return 0;
	return op->imm;
}

/*
 * A push of the address to go on at, at @addr.  The unwinder looks a return address
 * up at its last byte but one, with that address already off the stack.
 */
static int check_push(struct check *check, uint64_t addr, uint64_t target)
{
	struct orc_state before = state_at(check, addr);
	struct orc_state after = deeper(&before, WORD);

	check->handoffs++;
	expect(check, target - 1, &before, "as return address");
	expect(check, target, &after, "where the function returns to");
	return add(&check->pushed, target);
}

/* Partial registers are the end of all of them: tell where all would begin. */
static struct orc_state whole_regs(const struct orc_state *state)
{
	struct orc_state result = *state;

	if (state->type == ORC_TYPE_REGS_PARTIAL) {
		result.type = ORC_TYPE_REGS;
		result.sp_offset -= PT_REGS_IP;
	}
	return result;
}

/*
 * Two places that a jump joins see one stack, if both say anything of it and in
 * terms of one register.
 */
static void check_join(struct check *check, uint64_t from, uint64_t to)
{
	struct orc_state a = state_at(check, from), b = state_at(check, to);
	struct orc_state whole_a = whole_regs(&a), whole_b = whole_regs(&b);

	check->joins++;
	if (a.type == ORC_TYPE_END_OF_STACK || b.type == ORC_TYPE_END_OF_STACK)
		return;
	if (a.type && b.type && a.sp_reg != b.sp_reg)
		check->unlike++;
	else if (!same(&whole_a, &whole_b))
		fault(check, from, &a, &b, "differs from where it jumps to");
}

/*
 * Is this code that alternatives replace before anybody runs it in user mode's
 * shadow?  static_cpu_has() begins as a jump out of the entry text.
 */
static bool is_replaced(const struct check *check, uint64_t addr)
{
	const struct orc_alternative *alternatives;
	size_t count = orc_alternatives(check->image, &alternatives);

	for (size_t i = 0; i < count; i++)
		if (alternatives[i].site == addr)
			return true;
	return false;
}

/* Does this instruction jump out of its symbol, alternatives aside? */
static bool leaves(const struct check *check, const struct orc_symbol *s,
		   const cs_insn *insn, uint64_t target)
{
	if (!target || target - s->addr < s->size)
		return false;
	return in_entry_text(check, target) ||
	       !is_replaced(check, insn->address);
}

/* A jump out of a symbol of the window */
static void check_jump(struct check *check, const struct orc_symbol *s,
		       const cs_insn *insn, uint64_t target)
{
	struct orc_state here = state_at(check, insn->address);

	if (is_window_function(s->name)) {
		if (!is_called(&here) || !has(&check->pushed, target))
			fault(check, insn->address, &here, &called,
			      "jump to what no stub pushed, or with a stack that is not as found");
	} else if (enters_window_function(check, target)) {
		struct orc_state entry = state_at(check, target);

		if (!is_called(&entry))
			fault(check, target, &entry, &called,
			      "entry of the function");
	} else {
		check_join(check, insn->address, target);
	}
}

/* One instruction of a symbol of the window, which is a stub or a function */
static void check_instruction(struct check *check, const struct orc_symbol *s,
			      const cs_insn *insn)
{
	struct orc_state state = state_at(check, insn->address);
	uint64_t target = jump_target(check, insn);

	check->instructions++;
	/* INT3 stands where nothing ever runs. */
	if ((state.type == ORC_TYPE_UNDEFINED && insn->id != X86_INS_INT3) ||
	    state.type > ORC_TYPE_REGS_PARTIAL)
		fault(check, insn->address, &state, NULL,
		      "the unwinder stops here");
	else if (is_window_function(s->name) && state.type != ORC_TYPE_CALL)
		fault(check, insn->address, &state, NULL,
		      "the caller is not found");
	if (leaves(check, s, insn, target))
		check_jump(check, s, insn, target);
}

typedef int (*callback)(struct check *check, const struct orc_symbol *s,
			const cs_insn *insn);

/* Call @each for every instruction of @s until it returns not 0 */
static int disassemble(struct check *check, const struct orc_symbol *s,
		       callback each)
{
	const uint8_t *code = orc_code(check->image, s->addr, s->size);
	cs_insn *insn = cs_malloc(check->cs);
	uint64_t addr = s->addr;
	size_t left = s->size;
	int ret = 0;

	if (!insn)
		return -ENOMEM;
	while (code && left && !ret) {
		if (!cs_disasm_iter(check->cs, &code, &left, &addr, insn)) {
			warnx("%#" PRIx64 " in %s is no instruction", addr,
			      s->name);
			ret = -EINVAL;
			break;
		}
		ret = each(check, s, insn);
	}
	cs_free(insn, 1);
	return ret;
}

static int find_return(struct check *check, const struct orc_symbol *s,
		       const cs_insn *insn)
{
	uint64_t target = jump_target(check, insn);

	if (!is_window_function(s->name) || !leaves(check, s, insn, target))
		return 0;
	return add(&check->returns, target);
}

static int find_push(struct check *check, const struct orc_symbol *s,
		     const cs_insn *insn)
{
	uint64_t target = pushed_address(check, insn);

	(void)s;
	return target ? check_push(check, insn->address, target) : 0;
}

/* Stops at a push with -EEXIST */
static int has_push(struct check *check, const struct orc_symbol *s,
		    const cs_insn *insn)
{
	(void)s;
	return pushed_address(check, insn) ? -EEXIST : 0;
}

static int check_each(struct check *check, const struct orc_symbol *s,
		      const cs_insn *insn)
{
	check_instruction(check, s, insn);
	return 0;
}

/* Every alternative that is a jump to @stub comes with the stub's stack */
static void check_sites(struct check *check, const struct orc_symbol *stub)
{
	const struct orc_alternative *alternatives;
	size_t count = orc_alternatives(check->image, &alternatives);

	for (size_t i = 0; i < count; i++) {
		const struct orc_alternative *alt = &alternatives[i];
		const uint8_t *code =
			orc_code(check->image, alt->replacement, 5);
		int32_t offset;

		if (alt->length < 5 || !code || *code != 0xe9)
			continue;
		memcpy(&offset, code + 1, sizeof(offset));
		if (alt->replacement + 5 + offset == stub->addr)
			check_join(check, alt->site, stub->addr);
	}
}

/* What an alternative would push in place of other code */
static int check_alternative(struct check *check,
			     const struct orc_alternative *alt, cs_insn *insn)
{
	const uint8_t *code =
		orc_code(check->image, alt->replacement, alt->length);
	uint64_t addr = alt->replacement, target;
	size_t left = alt->length;
	int ret = 0;

	while (code && left && !ret &&
	       cs_disasm_iter(check->cs, &code, &left, &addr, insn)) {
		target = pushed_address(check, insn);
		if (target)
			ret = check_push(check, alt->site, target);
	}
	return ret;
}

static int check_alternatives(struct check *check)
{
	const struct orc_alternative *alternatives;
	size_t count = orc_alternatives(check->image, &alternatives);
	cs_insn *insn = cs_malloc(check->cs);
	int ret = 0;

	if (!insn)
		return -ENOMEM;
	for (size_t i = 0; i < count && !ret; i++)
		if (in_entry_text(check, alternatives[i].site))
			ret = check_alternative(check, &alternatives[i], insn);
	cs_free(insn, 1);
	return ret;
}

static int for_each(struct check *check, callback each)
{
	const struct orc_symbol *symbols;
	size_t count = orc_symbols(check->image, &symbols);
	int ret = 0;

	for (size_t i = 0; i < count && !ret; i++)
		ret = disassemble(check, &symbols[i], each);
	return ret;
}

static int check_image(struct check *check)
{
	const struct orc_symbol *symbols;
	size_t count = orc_symbols(check->image, &symbols);
	int ret;

	ret = for_each(check, find_return);
	if (!ret)
		ret = for_each(check, find_push);
	if (!ret)
		ret = check_alternatives(check);
	if (ret)
		return ret;
	for (size_t i = 0; i < count; i++) {
		const struct orc_symbol *s = &symbols[i];
		bool function = is_window_function(s->name);

		ret = function ? 0 : disassemble(check, s, has_push);
		if (ret && ret != -EEXIST)
			return ret;
		if (!function && !ret)
			continue;
		if (!function)
			check_sites(check, s);
		ret = disassemble(check, s, check_each);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * orc_check - check a kernel, print its faults and a sum
 * @path: vmlinux
 *
 * Return: an exit code: faults are EXIT_RUNTIME, as is a file that cannot be read.
 */
int orc_check(const char *path)
{
	struct check check = { 0 };
	int ret = orc_open(&check.image, path);

	if (ret) {
		errno = -ret;
		warn("%s", path);
		return EXIT_RUNTIME;
	}
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &check.cs) != CS_ERR_OK ||
	    cs_option(check.cs, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK) {
		warnx("the disassembler does not start");
		orc_close(check.image);
		return EXIT_RUNTIME;
	}
	ret = check_image(&check);
	cs_close(&check.cs);
	orc_close(check.image);
	free(check.pushed.addr);
	free(check.returns.addr);
	if (ret)
		return EXIT_RUNTIME;
	if (!check.handoffs) {
		warnx("%s: no late CR3 switch in this kernel", path);
		return EXIT_UNSUPPORTED;
	}
	printf("%u instructions, %u return addresses, %u jumps to and from other entry code, %u of them not comparable: %u faults\n",
	       check.instructions, check.handoffs, check.joins, check.unlike,
	       check.faults);
	return check.faults ? EXIT_RUNTIME : EXIT_OK;
}
