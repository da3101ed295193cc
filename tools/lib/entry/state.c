// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known before an instruction, and what it makes of that.
 *
 * Only what decides about the page table, the GS base and the stack is followed:
 * CR3 values by bit 12, which chooses the user table, stack pointers by the stack
 * they point into, and the few tests that tell one way of entering from another.
 */
#include <err.h>
#include <string.h>

#include "lib/entry/entry.h"

#define CR3_USER_BIT 12
#define CR3_USER_MASK (1UL << CR3_USER_BIT)
#define MSR_SPEC_CTRL 0x48
#define MSR_PRED_CMD 0x49
#define MSR_GS_BASE 0xc0000101U
#define TSS_SP0 4
#define CS_RPL 3
#define SS_TI 4

static int landmark(const struct entry_symbols *symbols, const char *name,
		    uint64_t *addr)
{
	const struct entry_symbol *symbol = entry_find(symbols, name);

	if (!symbol) {
		warnx("this kernel has no %s", name);
		return EXIT_UNSUPPORTED;
	}
	*addr = symbol->addr;
	return EXIT_OK;
}

/**
 * entry_landmarks() - find the addresses that the state knows
 * Return: EXIT_OK, EXIT_UNSUPPORTED after one line on stderr
 */
int entry_landmarks(struct entry_model *m)
{
	const struct entry_symbol *espfix =
		entry_find(&m->k->percpu, "espfix_stack");
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

/** entry_is_stack() - is it a pointer into a stack that both tables map? */
bool entry_is_stack(uint8_t value)
{
	return value == V_STACK_ENTRY || value == V_STACK_IST ||
	       value == V_STACK_ESPFIX;
}

/** entry_state_push() - one more value on the stack */
void entry_state_push(struct entry_state *s, uint8_t value)
{
	memmove(s->slot + 1, s->slot, sizeof(s->slot) - 1);
	s->slot[0] = value;
}

/** entry_state_pop() - one value less on the stack, which is returned */
uint8_t entry_state_pop(struct entry_state *s)
{
	uint8_t value = s->slot[0];

	memmove(s->slot, s->slot + 1, sizeof(s->slot) - 1);
	s->slot[ENTRY_SLOTS - 1] = V_ANY;
	return value;
}

static bool is_cr3(uint8_t value)
{
	return value == V_CR3_USER || value == V_CR3_KERNEL ||
	       value == V_CR3_EITHER;
}

static void forget_stack(struct entry_state *s)
{
	memset(s->slot, V_ANY, sizeof(s->slot));
}

static void set_reg(struct entry_state *s, int reg, uint8_t value)
{
	if (reg == REG_NONE)
		return;
	s->reg[reg] = value;
	if (reg == REG_RSP)
		forget_stack(s);
}

/* The stack slot that an operand is, or NULL */
static uint8_t *slot_of(struct entry_state *s, const struct entry_mem *mem)
{
	if (mem->kind != MEM_REG || mem->reg != REG_RSP || mem->disp < 0 ||
	    mem->disp % 8 || mem->disp / 8 >= ENTRY_SLOTS)
		return NULL;
	return &s->slot[mem->disp / 8];
}

static uint8_t constant(const struct entry_model *m, uint64_t value)
{
	if (value == MSR_GS_BASE)
		return V_MSR_GS_BASE;
	if (value == MSR_SPEC_CTRL)
		return V_MSR_SPEC_CTRL;
	if (value == MSR_PRED_CMD)
		return V_MSR_PRED_CMD;
	if (value == m->at.iret || value == m->at.iret + m->k->slide)
		return V_IRET_RIP;
	return value & CR3_USER_MASK ? V_BIT12_SET : V_BIT12_CLEAR;
}

static uint8_t loaded(const struct entry_model *m, struct entry_state *s,
		      const struct entry_insn *i)
{
	const cs_x86_op *op = &i->cs->detail->x86.operands[1];
	const struct entry_mem *mem = &i->mem[0];
	const uint8_t *slot = slot_of(s, mem);

	if (mem->kind == MEM_PERCPU && mem->addr == m->at.tss + TSS_SP0)
		return V_STACK_ENTRY;
	if (mem->kind == MEM_OTHER &&
	    op->mem.disp - m->k->slide == m->at.per_cpu_offset)
		return V_GS_BASE_CPU;
	return slot ? *slot : V_ANY;
}

/* Bits of an immediate as they fall on the whole register */
static bool has_bit12(const cs_x86_op *reg, int64_t imm, bool *reaches)
{
	unsigned int shift = 0, size = 8;

	general_reg(reg->reg, &shift, &size);
	*reaches = shift <= CR3_USER_BIT && CR3_USER_BIT < shift + 8 * size;
	return *reaches && (uint64_t)imm >> (CR3_USER_BIT - shift) & 1;
}

static void step_mov(const struct entry_model *m, struct entry_state *s,
		     const struct entry_insn *i)
{
	const cs_x86_op *to = &i->cs->detail->x86.operands[0];
	const cs_x86_op *from = &i->cs->detail->x86.operands[1];
	int reg, source;
	uint8_t value = V_ANY;

	if (to->type == X86_OP_MEM) {
		uint8_t *slot = slot_of(s, &i->mem[0]);

		source = from->type == X86_OP_REG ?
				 general_reg(from->reg, NULL, NULL) :
				 REG_NONE;
		if (slot)
			*slot = source != REG_NONE && to->size == 8 ?
					s->reg[source] :
					V_ANY;
		else if (i->mem[0].kind == MEM_REG)
			forget_stack(s);
		return;
	}
	reg = general_reg(to->reg, NULL, NULL);
	if (from->type == X86_OP_IMM) {
		value = constant(m, to->size == 4 ? (uint32_t)from->imm :
						    (uint64_t)from->imm);
	} else if (from->type == X86_OP_MEM) {
		value = to->size == 8 ? loaded(m, s, i) : V_ANY;
	} else if (from->reg == X86_REG_CR3) {
		value = s->table == TABLE_EITHER ? V_CR3_EITHER :
			s->table == TABLE_USER	 ? V_CR3_USER :
						   V_CR3_KERNEL;
	} else {
		source = general_reg(from->reg, NULL, NULL);
		if (source != REG_NONE && to->size == 8)
			value = s->reg[source];
		else if (source != REG_NONE && to->size == 4 &&
			 s->reg[source] == V_IRET_RIP)
			value = V_IRET_RIP32;
	}
	if (to->size < 4)
		value = V_ANY;
	set_reg(s, reg, value);
}

/* AND, OR: what becomes of a CR3 value */
static uint8_t masked(const struct entry_model *m, struct entry_state *s,
		      const struct entry_insn *i)
{
	const cs_x86_op *to = &i->cs->detail->x86.operands[0];
	const cs_x86_op *by = &i->cs->detail->x86.operands[1];
	uint8_t value = s->reg[general_reg(to->reg, NULL, NULL)];
	bool or = i->cs->id == X86_INS_OR;
	bool reaches = true, bit;

	if (or &&by->type == X86_OP_MEM && to->size == 8 &&
		       i->mem[0].kind == MEM_PERCPU &&
		       i->mem[0].addr == m->at.espfix_stack)
		return V_STACK_ESPFIX;
	if (! or &&!is_cr3(value) && by->type == X86_OP_IMM && to->size >= 4 &&
			 by->imm >= 0 && by->imm < ENTRY_BOUND)
		return V_BOUNDED;
	/* A 32-bit operation loses the upper half of an address. */
	if (!is_cr3(value) || to->size == 4)
		return entry_is_stack(value) && to->size == 8 ? value : V_ANY;
	if (by->type == X86_OP_IMM) {
		bit = has_bit12(to, by->imm, &reaches);
	} else {
		int source = by->type == X86_OP_REG && to->size == 8 ?
				     general_reg(by->reg, NULL, NULL) :
				     REG_NONE;
		uint8_t mask = source == REG_NONE ? V_ANY : s->reg[source];

		if (mask != V_BIT12_SET && mask != V_BIT12_CLEAR)
			return V_ANY;
		bit = mask == V_BIT12_SET;
	}
	if (!reaches || bit != or)
		return value;
	return or ? V_CR3_USER : V_CR3_KERNEL;
}

static void step_logic(const struct entry_model *m, struct entry_state *s,
		       const struct entry_insn *i)
{
	const cs_x86_op *to = &i->cs->detail->x86.operands[0];
	uint8_t *slot = i->mems ? slot_of(s, &i->mem[0]) : NULL;

	if (to->type == X86_OP_REG)
		set_reg(s, general_reg(to->reg, NULL, NULL), masked(m, s, i));
	else if (slot)
		*slot = V_ANY;
	else
		forget_stack(s);
}

/* BTS, BTR and BTC of a register by a number */
static void step_bit(struct entry_state *s, const struct entry_insn *i)
{
	const cs_x86_op *to = &i->cs->detail->x86.operands[0];
	const cs_x86_op *by = &i->cs->detail->x86.operands[1];
	int reg;

	if (to->type != X86_OP_REG) {
		if (i->mem[0].kind != MEM_PERCPU)
			forget_stack(s);
		return;
	}
	reg = general_reg(to->reg, NULL, NULL);
	if (by->type != X86_OP_IMM || !is_cr3(s->reg[reg]) || to->size != 8)
		set_reg(s, reg, V_ANY);
	else if (by->imm % 64 == CR3_USER_BIT)
		set_reg(s, reg,
			i->cs->id == X86_INS_BTS ? V_CR3_USER :
			i->cs->id == X86_INS_BTR ? V_CR3_KERNEL :
						   V_ANY);
}

/* A bounded number added to the address of pti_marks? */
static bool enters_marks(const struct entry_model *m,
			 const struct entry_state *s,
			 const struct entry_insn *i, int reg)
{
	const cs_x86_op *to = &i->cs->detail->x86.operands[0];
	const cs_x86_op *by = &i->cs->detail->x86.operands[1];
	uint64_t base = by->imm;

	return i->cs->id == X86_INS_ADD && by->type == X86_OP_IMM &&
	       to->size == 8 && s->reg[reg] == V_BOUNDED &&
	       base >= m->at.marks &&
	       base + ENTRY_BOUND + ENTRY_REACH <= m->at.marks + ENTRY_PAGE;
}

/* ADD, SUB: the stack pointer moves, other stack pointers stay in their stack */
static void step_add(const struct entry_model *m, struct entry_state *s,
		     const struct entry_insn *i)
{
	const cs_x86_op *to = &i->cs->detail->x86.operands[0];
	const cs_x86_op *by = &i->cs->detail->x86.operands[1];
	int reg = to->type == X86_OP_REG ? general_reg(to->reg, NULL, NULL) :
					   REG_NONE;
	int64_t slots = by->imm / 8;

	if (to->type == X86_OP_MEM) {
		uint8_t *slot = slot_of(s, &i->mem[0]);

		if (slot)
			*slot = V_ANY;
		else
			forget_stack(s);
		return;
	}
	if (reg == REG_NONE)
		return;
	if (by->type != X86_OP_IMM || !entry_is_stack(s->reg[reg]) ||
	    to->size != 8) {
		set_reg(s, reg, enters_marks(m, s, i, reg) ? V_MARKS : V_ANY);
		return;
	}
	if (reg != REG_RSP)
		return;
	if (by->imm % 8 || slots > ENTRY_SLOTS || slots < -ENTRY_SLOTS) {
		forget_stack(s);
		return;
	}
	if (i->cs->id == X86_INS_SUB)
		slots = -slots;
	for (; slots > 0; slots--)
		entry_state_pop(s);
	for (; slots < 0; slots++)
		entry_state_push(s, V_ANY);
}

static void step_lea(const struct entry_model *m, struct entry_state *s,
		     const struct entry_insn *i)
{
	const cs_x86_op *to = &i->cs->detail->x86.operands[0];
	const cs_x86_op *from = &i->cs->detail->x86.operands[1];
	int base = general_reg(from->mem.base, NULL, NULL);
	uint64_t addr = from->mem.disp + i->cs->address + i->cs->size;
	uint8_t value = V_ANY;

	if (to->size == 8 && from->mem.index == X86_REG_INVALID) {
		if (from->mem.base == X86_REG_RIP)
			value = addr == m->at.iret ? V_IRET_RIP : V_ANY;
		else if (base != REG_NONE && entry_is_stack(s->reg[base]))
			value = s->reg[base];
	}
	set_reg(s, general_reg(to->reg, NULL, NULL), value);
}

static void step_push_pop(struct entry_state *s, const struct entry_insn *i)
{
	const cs_x86_op *op = &i->cs->detail->x86.operands[0];
	const uint8_t *slot = i->mems ? slot_of(s, &i->mem[0]) : NULL;
	int reg = op->type == X86_OP_REG ? general_reg(op->reg, NULL, NULL) :
					   REG_NONE;
	uint8_t value;

	if (i->cs->id == X86_INS_PUSH) {
		value = reg != REG_NONE ? s->reg[reg] : slot ? *slot : V_ANY;
		entry_state_push(s, value);
		return;
	}
	value = entry_state_pop(s);
	if (op->type == X86_OP_MEM)
		forget_stack(s);
	else
		set_reg(s, reg, value);
}

static void step_test(struct entry_state *s, const struct entry_insn *i)
{
	const cs_x86_op *a = &i->cs->detail->x86.operands[0];
	const cs_x86_op *b = &i->cs->detail->x86.operands[1];
	bool frame = a->type == X86_OP_MEM && i->mem[0].kind == MEM_REG &&
		     i->mem[0].reg == REG_RSP;
	int reg = a->type == X86_OP_REG ? general_reg(a->reg, NULL, NULL) :
					  REG_NONE;
	bool reaches;

	s->flag = FLAG_NONE;
	if (frame && b->type == X86_OP_IMM && a->size == 1) {
		if (b->imm == CS_RPL)
			s->flag = FLAG_CS;
		else if (b->imm == SS_TI)
			s->flag = FLAG_SS_LDT;
	} else if (reg != REG_NONE && b->type == X86_OP_IMM &&
		   is_cr3(s->reg[reg]) && has_bit12(a, b->imm, &reaches) &&
		   !(b->imm & (b->imm - 1))) {
		s->flag = FLAG_CR3_ZF;
		s->flag_value = s->reg[reg];
	} else if (reg != REG_NONE && b->type == X86_OP_REG &&
		   a->reg == b->reg && s->reg[reg] == V_GS_BASE_HIGH) {
		s->flag = FLAG_GS_SIGN;
	}
}

static void step_compare(struct entry_state *s, const struct entry_insn *i)
{
	const cs_x86_op *a = &i->cs->detail->x86.operands[0];
	const cs_x86_op *b = &i->cs->detail->x86.operands[1];
	int reg = REG_NONE;

	s->flag = FLAG_NONE;
	if (i->cs->id == X86_INS_BT) {
		reg = a->type == X86_OP_REG ? general_reg(a->reg, NULL, NULL) :
					      REG_NONE;
		if (reg != REG_NONE && b->type == X86_OP_IMM &&
		    b->imm == CR3_USER_BIT && is_cr3(s->reg[reg])) {
			s->flag = FLAG_CR3_CF;
			s->flag_value = s->reg[reg];
		}
		return;
	}
	if (a->type == X86_OP_MEM && b->type == X86_OP_REG)
		reg = general_reg(b->reg, NULL, NULL);
	else if (b->type == X86_OP_MEM && a->type == X86_OP_REG)
		reg = general_reg(a->reg, NULL, NULL);
	if (reg == REG_NONE || i->mem[0].kind != MEM_REG ||
	    i->mem[0].reg != REG_RSP)
		return;
	if (s->reg[reg] == V_IRET_RIP)
		s->flag = FLAG_IRET;
	else if (s->reg[reg] == V_IRET_RIP32)
		s->flag = FLAG_IRET32;
}

static void step_cr3(struct entry_state *s, const struct entry_insn *i)
{
	int reg = general_reg(i->cs->detail->x86.operands[1].reg, NULL, NULL);
	uint8_t value = reg == REG_NONE ? V_ANY : s->reg[reg];

	if (value == V_CR3_KERNEL) {
		s->table = TABLE_KERNEL;
		s->phase = PHASE_INSIDE;
		s->path = 0;
		s->exit_by = 0;
		/* From here on it is treated as an entry from user mode. */
		if (s->origin == ORIGIN_IRET)
			s->origin = ORIGIN_USER;
	} else if (value == V_CR3_USER) {
		/* An entry that writes what was loaded has not switched. */
		if (s->phase != PHASE_ENTRY) {
			s->phase = PHASE_EXIT;
			s->exit_by = i->place.addr;
		}
		s->table = TABLE_USER;
	} else {
		s->table = TABLE_EITHER;
	}
}

/* What has no rule of its own makes what it writes unknown. */
static void step_other(struct entry_state *s, const struct entry_insn *i)
{
	const cs_detail *detail = i->cs->detail;

	for (unsigned int n = 0; n < detail->regs_write_count; n++)
		set_reg(s, general_reg(detail->regs_write[n], NULL, NULL),
			V_ANY);
	for (unsigned int n = 0; n < detail->x86.op_count; n++) {
		const cs_x86_op *op = &detail->x86.operands[n];

		if (op->type == X86_OP_REG &&
		    (n == 0 || op->access & CS_AC_WRITE))
			set_reg(s, general_reg(op->reg, NULL, NULL), V_ANY);
		else if (op->type == X86_OP_MEM && i->mems &&
			 i->mem[0].kind != MEM_PERCPU)
			forget_stack(s);
	}
}

static void step_system(struct entry_state *s, const struct entry_insn *i)
{
	int reg = general_reg(i->cs->detail->x86.operands[0].reg, NULL, NULL);

	switch (i->cs->id) {
	case X86_INS_SWAPGS:
		if (s->gs != GS_UNKNOWN)
			s->gs = s->gs == GS_USER ? GS_KERNEL : GS_USER;
		break;
	case X86_INS_WRGSBASE:
		s->gs = reg != REG_NONE && s->reg[reg] == V_GS_BASE_CPU ?
				GS_KERNEL :
				GS_UNKNOWN;
		break;
	case X86_INS_RDGSBASE:
		set_reg(s, reg, V_GS_BASE);
		break;
	case X86_INS_RDMSR:
		s->reg[REG_RDX] = s->reg[REG_RCX] == V_MSR_GS_BASE ?
					  V_GS_BASE_HIGH :
					  V_ANY;
		s->reg[REG_RAX] = V_ANY;
		break;
	case X86_INS_RDTSC:
		s->reg[REG_RDX] = V_ANY;
		s->reg[REG_RAX] = V_ANY;
		break;
	case X86_INS_PUSHFQ:
		entry_state_push(s, V_ANY);
		break;
	case X86_INS_POPFQ:
		entry_state_pop(s);
		s->flag = FLAG_NONE;
		break;
	}
}

/** entry_state_step() - what holds behind an instruction that does not branch */
void entry_state_step(const struct entry_model *m, struct entry_state *s,
		      const struct entry_insn *i)
{
	if (entry_writes_cr3(i)) {
		step_cr3(s, i);
		return;
	}
	switch (i->cs->id) {
	case X86_INS_MOV:
	case X86_INS_MOVABS:
		step_mov(m, s, i);
		return;
	case X86_INS_LEA:
		step_lea(m, s, i);
		return;
	case X86_INS_PUSH:
	case X86_INS_POP:
		step_push_pop(s, i);
		return;
	case X86_INS_TEST:
		step_test(s, i);
		return;
	case X86_INS_BT:
	case X86_INS_CMP:
		step_compare(s, i);
		return;
	case X86_INS_SWAPGS:
	case X86_INS_WRGSBASE:
	case X86_INS_RDGSBASE:
	case X86_INS_RDMSR:
	case X86_INS_RDTSC:
	case X86_INS_PUSHFQ:
	case X86_INS_POPFQ:
		step_system(s, i);
		return;
	case X86_INS_NOP:
	case X86_INS_LFENCE:
	case X86_INS_MFENCE:
	case X86_INS_SFENCE:
	case X86_INS_ENDBR64:
	case X86_INS_WRMSR:
		return;
	case X86_INS_AND:
	case X86_INS_OR:
		step_logic(m, s, i);
		break;
	case X86_INS_BTS:
	case X86_INS_BTR:
	case X86_INS_BTC:
		step_bit(s, i);
		break;
	case X86_INS_ADD:
	case X86_INS_SUB:
		step_add(m, s, i);
		break;
	default:
		step_other(s, i);
	}
	s->flag = FLAG_NONE;
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

static int zero_flag(const struct entry_insn *i, bool taken)
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
static bool found_cr3(struct entry_state *s, bool user)
{
	uint8_t to = user ? V_CR3_USER : V_CR3_KERNEL;

	if (s->flag_value != V_CR3_EITHER)
		return s->flag_value == to;
	refine(s->reg, REG_COUNT, to);
	refine(s->slot, ENTRY_SLOTS, to);
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
 * entry_state_branch() - what a conditional jump tells
 * @s: refined by what holds on that way
 * @taken: the way: to the target or past the jump
 * Return: can control go that way?
 */
bool entry_state_branch(struct entry_state *s, const struct entry_insn *i,
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

/** entry_state_called() - what a C function outside the entry text leaves */
void entry_state_called(struct entry_state *s)
{
	static const enum general_reg clobbered[] = {
		REG_RAX, REG_RCX, REG_RDX, REG_RSI, REG_RDI,
		REG_R8,	 REG_R9,  REG_R10, REG_R11
	};

	for (size_t n = 0; n < sizeof(clobbered) / sizeof(*clobbered); n++)
		s->reg[clobbered[n]] = V_ANY;
	/* It may change pt_regs. */
	for (size_t n = 0; n < ENTRY_SLOTS; n++)
		s->slot[n] = V_ANY;
	s->flag = FLAG_NONE;
}
