// SPDX-License-Identifier: GPL-2.0-only
/*
 * An interpreter of the instructions around a CR3 write, one at a time, by
 * capstone's decoder.  What it does not know is an error, never a guess.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exit/emulate.h"

#define MAX_INSN 15

__attribute__((format(printf, 2, 3))) static bool fail(struct emulator *emu,
						       const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(emu->error, sizeof(emu->error), fmt, args);
	va_end(args);
	return false;
}

static uint64_t mask(unsigned int size)
{
	return size >= 8 ? ~0ull : (1ull << (8 * size)) - 1;
}

static struct emulate_byte *find(struct emulator *emu, uint64_t addr)
{
	for (size_t i = 0; i < emu->count; i++)
		if (emu->bytes[i].addr == addr)
			return &emu->bytes[i];
	return NULL;
}

/**
 * emulate_read - read memory
 * @emu: CPU
 * @addr: address
 * @size: 1 to 8 bytes
 * @value: set to what is there
 *
 * Return: false, with @emu->error set, if nobody wrote there.
 */
bool emulate_read(struct emulator *emu, uint64_t addr, unsigned int size,
		  uint64_t *value)
{
	*value = 0;
	for (unsigned int i = 0; i < size; i++) {
		const struct emulate_byte *b = find(emu, addr + i);

		if (!b)
			return fail(emu, "reads memory at %#lx", addr + i);
		*value |= (uint64_t)b->value << (8 * i);
	}
	return true;
}

/**
 * emulate_write - write memory
 * @emu: CPU
 * @addr: address
 * @value: what to write
 * @size: 1 to 8 bytes
 *
 * Return: false, with @emu->error set, if there is no room left.
 */
bool emulate_write(struct emulator *emu, uint64_t addr, uint64_t value,
		   unsigned int size)
{
	for (unsigned int i = 0; i < size; i++) {
		struct emulate_byte *b = find(emu, addr + i);

		if (!b) {
			if (emu->count == EMULATE_MEMORY)
				return fail(emu, "writes too much");
			b = &emu->bytes[emu->count++];
			b->addr = addr + i;
		}
		b->value = value >> (8 * i);
	}
	return true;
}

static bool address(struct emulator *emu, const cs_insn *insn,
		    const x86_op_mem *mem, uint64_t *addr)
{
	int r;

	*addr = mem->disp;
	if (mem->base == X86_REG_RIP) {
		*addr += insn->address + insn->size;
	} else if (mem->base != X86_REG_INVALID) {
		r = general_reg(mem->base, NULL, NULL);
		if (r < 0)
			return fail(emu, "unknown base register");
		*addr += emu->reg[r];
	}
	if (mem->index != X86_REG_INVALID) {
		r = general_reg(mem->index, NULL, NULL);
		if (r < 0)
			return fail(emu, "unknown index register");
		*addr += emu->reg[r] * mem->scale;
	}
	if (mem->segment == X86_REG_GS)
		*addr += emu->gs;
	else if (mem->segment != X86_REG_INVALID)
		return fail(emu, "unknown segment");
	return true;
}

static bool get(struct emulator *emu, const cs_insn *insn, const cs_x86_op *op,
		uint64_t *value)
{
	unsigned int shift;
	uint64_t addr;
	int r;

	switch (op->type) {
	case X86_OP_IMM:
		*value = op->imm;
		return true;
	case X86_OP_MEM:
		return address(emu, insn, &op->mem, &addr) &&
		       emulate_read(emu, addr, op->size, value);
	case X86_OP_REG:
		if (op->reg == X86_REG_CR3) {
			*value = emu->cr3;
			return true;
		}
		r = general_reg(op->reg, &shift, NULL);
		if (r < 0)
			return fail(emu, "unknown register");
		*value = (emu->reg[r] >> shift) & mask(op->size);
		return true;
	default:
		return fail(emu, "unknown operand");
	}
}

static bool put(struct emulator *emu, const cs_insn *insn, const cs_x86_op *op,
		uint64_t value)
{
	unsigned int shift;
	uint64_t addr;
	int r;

	if (op->type == X86_OP_MEM)
		return address(emu, insn, &op->mem, &addr) &&
		       emulate_write(emu, addr, value, op->size);
	if (op->type != X86_OP_REG)
		return fail(emu, "unknown operand");
	if (op->reg == X86_REG_CR3) {
		emu->cr3 = value;
		emu->cr3_writes++;
		return true;
	}
	r = general_reg(op->reg, &shift, NULL);
	if (r < 0)
		return fail(emu, "unknown register");
	if (op->size == 4)
		emu->reg[r] = 0; /* writing 32 bits clears the others */
	emu->reg[r] &= ~(mask(op->size) << shift);
	emu->reg[r] |= (value & mask(op->size)) << shift;
	return true;
}

static void set_zs(struct emulator *emu, uint64_t value, unsigned int size)
{
	emu->flags.z = !(value & mask(size));
	emu->flags.s = value >> (8 * size - 1) & 1;
}

static bool arithmetic(struct emulator *emu, const cs_insn *insn)
{
	const cs_x86_op *op = insn->detail->x86.operands;
	unsigned int size = op[0].size;
	uint64_t a, b, result;
	bool store = true;

	if (!get(emu, insn, &op[0], &a) || !get(emu, insn, &op[1], &b))
		return false;
	b &= mask(size);
	emu->flags.c = emu->flags.o = false;
	switch (insn->id) {
	case X86_INS_TEST:
		store = false;
		/* fall through */
	case X86_INS_AND:
		result = a & b;
		break;
	case X86_INS_OR:
		result = a | b;
		break;
	case X86_INS_XOR:
		result = a ^ b;
		break;
	case X86_INS_ADD:
		result = a + b;
		emu->flags.c = (result & mask(size)) < a;
		emu->flags.o = (~(a ^ b) & (a ^ result)) >> (8 * size - 1) & 1;
		break;
	default: /* SUB, CMP */
		store = insn->id == X86_INS_SUB;
		result = a - b;
		emu->flags.c = a < b;
		emu->flags.o = ((a ^ b) & (a ^ result)) >> (8 * size - 1) & 1;
		break;
	}
	set_zs(emu, result, size);
	return !store || put(emu, insn, &op[0], result);
}

/* In memory, a bit in a register can lie outside the operand. */
static bool bit(struct emulator *emu, const cs_insn *insn)
{
	const cs_x86_op *op = insn->detail->x86.operands;
	unsigned int bits = 8 * op[0].size;
	uint64_t value, number, changed;

	if (!get(emu, insn, &op[1], &number))
		return false;
	if (op[0].type == X86_OP_MEM && op[1].type == X86_OP_REG &&
	    number >= bits)
		return fail(emu, "bit %lu of memory", number);
	number %= bits;
	if (!get(emu, insn, &op[0], &value))
		return false;
	emu->flags.c = value >> number & 1;
	switch (insn->id) {
	case X86_INS_BTS:
		changed = value | 1ull << number;
		break;
	case X86_INS_BTR:
		changed = value & ~(1ull << number);
		break;
	case X86_INS_BTC:
		changed = value ^ 1ull << number;
		break;
	default:
		return true;
	}
	return put(emu, insn, &op[0], changed);
}

static bool push(struct emulator *emu, const cs_insn *insn)
{
	uint64_t value;

	if (!get(emu, insn, &insn->detail->x86.operands[0], &value))
		return false;
	emu->reg[REG_RSP] -= 8;
	return emulate_write(emu, emu->reg[REG_RSP], value, 8);
}

static bool pop(struct emulator *emu, const cs_insn *insn)
{
	uint64_t value;

	if (!emulate_read(emu, emu->reg[REG_RSP], 8, &value))
		return false;
	emu->reg[REG_RSP] += 8;
	return put(emu, insn, &insn->detail->x86.operands[0], value);
}

/* -1: not a conditional jump that is known here */
static int condition(const struct emulator *emu, unsigned int id)
{
	switch (id) {
	case X86_INS_JMP:
		return 1;
	case X86_INS_JB:
		return emu->flags.c;
	case X86_INS_JAE:
		return !emu->flags.c;
	case X86_INS_JE:
		return emu->flags.z;
	case X86_INS_JNE:
		return !emu->flags.z;
	case X86_INS_JS:
		return emu->flags.s;
	case X86_INS_JNS:
		return !emu->flags.s;
	case X86_INS_JBE:
		return emu->flags.c || emu->flags.z;
	case X86_INS_JA:
		return !emu->flags.c && !emu->flags.z;
	default:
		return -1;
	}
}

/* A clock that goes on is all that is wanted of it. */
static void rdtsc(struct emulator *emu)
{
	emu->reg[REG_RAX] = 0x1234;
	emu->reg[REG_RDX] = 0x5678;
}

static bool execute(struct emulator *emu, const cs_insn *insn)
{
	const cs_x86 *x86 = &insn->detail->x86;
	uint64_t value;
	int taken = condition(emu, insn->id);

	if (taken >= 0) {
		if (!get(emu, insn, &x86->operands[0], &value))
			return false;
		if (taken)
			emu->pc = value;
		return true;
	}
	switch (insn->id) {
	case X86_INS_NOP:
	case X86_INS_ENDBR64:
	case X86_INS_LFENCE:
		return true;
	case X86_INS_MOV:
	case X86_INS_MOVABS:
		return get(emu, insn, &x86->operands[1], &value) &&
		       put(emu, insn, &x86->operands[0], value);
	case X86_INS_LEA:
		return address(emu, insn, &x86->operands[1].mem, &value) &&
		       put(emu, insn, &x86->operands[0], value);
	case X86_INS_AND:
	case X86_INS_OR:
	case X86_INS_XOR:
	case X86_INS_ADD:
	case X86_INS_SUB:
	case X86_INS_CMP:
	case X86_INS_TEST:
		return arithmetic(emu, insn);
	case X86_INS_BT:
	case X86_INS_BTS:
	case X86_INS_BTR:
	case X86_INS_BTC:
		return bit(emu, insn);
	case X86_INS_PUSH:
		return push(emu, insn);
	case X86_INS_POP:
		return pop(emu, insn);
	case X86_INS_RDTSC:
		rdtsc(emu);
		return true;
	default:
		return fail(emu, "unknown instruction %s %s", insn->mnemonic,
			    insn->op_str);
	}
}

/* At its end, which may be its beginning, or by a jump */
static void leave_replacement(struct emulator *emu)
{
	if (!emu->repl_end)
		return;
	if (emu->pc == emu->repl_end)
		emu->pc = emu->repl_back;
	if (emu->pc < emu->repl_start || emu->pc >= emu->repl_end)
		emu->repl_end = 0;
}

/**
 * emulate_step - execute one instruction
 * @emu: CPU
 * @capstone: handle of capstone, with CS_OPT_DETAIL
 * @code: where instructions come from
 *
 * Return: false, with @emu->error set, if that is not possible.
 */
bool emulate_step(struct emulator *emu, csh capstone,
		  const struct emulate_code *code)
{
	uint8_t bytes[MAX_INSN];
	uint64_t length;
	cs_insn *insn;
	bool done;
	size_t n;

	if (code->redirect(code->context, emu->pc, &emu->pc, &length,
			   &emu->repl_back)) {
		emu->repl_start = emu->pc;
		emu->repl_end = emu->pc + length;
		leave_replacement(emu);
		return true;
	}
	n = code->fetch(code->context, emu->pc, bytes, sizeof(bytes));
	if (!n || cs_disasm(capstone, bytes, n, emu->pc, 1, &insn) != 1)
		return fail(emu, "no instruction at %#lx", emu->pc);
	emu->pc += insn->size;
	done = execute(emu, insn);
	cs_free(insn, 1);
	leave_replacement(emu);
	return done;
}
