// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stack, what a conditional jump tells, and what a call leaves of what was
 * known.
 */
#include <err.h>
#include <string.h>

#include "window/window.h"

/** window_is_stack() - is it a pointer into a stack that both tables map? */
bool window_is_stack(uint8_t value)
{
	return value == V_STACK_ENTRY || value == V_STACK_IST ||
	       value == V_STACK_ESPFIX;
}

/** window_state_push() - one more value on the stack */
void window_state_push(struct window_state *s, uint8_t value)
{
	memmove(s->slot + 1, s->slot, sizeof(s->slot) - 1);
	s->slot[0] = value;
}

/** window_state_pop() - one value less on the stack, which is returned */
uint8_t window_state_pop(struct window_state *s)
{
	uint8_t value = s->slot[0];

	memmove(s->slot, s->slot + 1, sizeof(s->slot) - 1);
	s->slot[WINDOW_SLOTS - 1] = V_ANY;
	return value;
}

/* -1 if the jump does not go by this flag, else the flag's value on that way */
static int flag_value(unsigned int id, unsigned int if_set,
		      unsigned int if_clear, bool taken)
{
	if (id == if_set)
		return taken;
	if (id == if_clear)
		return !taken;
	return -1;
}

static int zero_flag(const struct window_insn *i, bool taken)
{
	return flag_value(i->cs->id, X86_INS_JE, X86_INS_JNE, taken);
}

static void refine(uint8_t *value, size_t count, uint8_t to)
{
	for (size_t n = 0; n < count; n++)
		if (value[n] == V_CR3_EITHER)
			value[n] = to;
}

/*
 * The CR3 value found at the entry has the bit of the user table or has not.
 * Every copy of it is that value; the table is the one it names, if it has not
 * been written yet, and then that is the one to leave with.
 */
static bool found_cr3(struct window_state *s, bool user)
{
	uint8_t to = user ? V_CR3_USER : V_CR3_KERNEL;

	if (s->flag_value != V_CR3_EITHER)
		return s->flag_value == to;
	refine(s->reg, REG_COUNT, to);
	refine(s->slot, WINDOW_SLOTS, to);
	if (s->home == TABLE_EITHER)
		s->home = user ? TABLE_USER : TABLE_KERNEL;
	if (s->table != TABLE_EITHER)
		return true;
	s->table = s->home;
	if (!user) {
		s->phase = PHASE_INSIDE;
		s->path = 0;
	}
	return true;
}

/**
 * window_state_branch() - what a conditional jump tells
 * @s: refined by what holds on that way
 * @taken: the way: to the target or past the jump
 * Return: can control go that way?
 */
bool window_state_branch(struct window_state *s, const struct window_insn *i,
			 bool taken)
{
	int zf = zero_flag(i, taken);
	int cf = flag_value(i->cs->id, X86_INS_JB, X86_INS_JAE, taken);
	int sf = flag_value(i->cs->id, X86_INS_JS, X86_INS_JNS, taken);

	switch (s->flag) {
	case FLAG_CS:
		return zf < 0 || zf == (s->origin != ORIGIN_USER);
	case FLAG_SS_LDT:
		/* The kernel has no stack segment in an LDT. */
		return zf != 0 || s->origin == ORIGIN_USER;
	case FLAG_CR3_ZF:
		return zf < 0 || found_cr3(s, !zf);
	case FLAG_CR3_CF:
		return cf < 0 || found_cr3(s, cf);
	case FLAG_GS_SIGN:
		if (sf < 0)
			return true;
		if (s->gs != GS_UNKNOWN)
			return sf == (s->gs == GS_KERNEL);
		s->gs = sf ? GS_KERNEL : GS_USER;
		return true;
	case FLAG_IRET:
		return zf != 1 || s->origin == ORIGIN_IRET;
	case FLAG_IRET32:
		/* An IRET that faulted is found by one of the two tests. */
		return zf < 0 || zf == (s->origin == ORIGIN_IRET);
	}
	return true;
}

/** window_state_called() - what a C function outside the entry text leaves */
void window_state_called(struct window_state *s)
{
	static const enum general_reg clobbered[] = {
		REG_RAX, REG_RCX, REG_RDX, REG_RSI, REG_RDI,
		REG_R8,	 REG_R9,  REG_R10, REG_R11
	};

	for (size_t n = 0; n < sizeof(clobbered) / sizeof(*clobbered); n++)
		s->reg[clobbered[n]] = V_ANY;
	/* It may change pt_regs. */
	for (size_t n = 0; n < WINDOW_SLOTS; n++)
		s->slot[n] = V_ANY;
	s->flag = FLAG_NONE;
}

static int landmark(const struct window_symbols *symbols, const char *name,
		    uint64_t *addr)
{
	const struct window_symbol *symbol = window_find(symbols, name);

	if (!symbol) {
		warnx("this kernel has no %s", name);
		return EXIT_UNSUPPORTED;
	}
	*addr = symbol->addr;
	return EXIT_OK;
}

/**
 * window_landmarks() - find the addresses that the state knows
 * Return: EXIT_OK, EXIT_UNSUPPORTED after one line on stderr
 */
int window_landmarks(struct window_model *m)
{
	const struct window_symbol *espfix =
		window_find(&m->k->percpu, "espfix_stack");
	int code = landmark(&m->k->percpu, "cpu_tss_rw", &m->at.tss);

	/* A kernel without 16-bit segments has none. */
	m->at.espfix_stack = espfix ? espfix->addr : ~0UL;
	if (code == EXIT_OK && m->config.marks)
		code = landmark(&m->k->percpu, "pti_marks", &m->at.marks);
	if (code == EXIT_OK)
		code = landmark(&m->k->text, "__per_cpu_offset",
				&m->at.per_cpu_offset);
	if (code == EXIT_OK)
		code = landmark(&m->k->text, "native_irq_return_iret",
				&m->at.iret);
	return code;
}
