// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is what was booted what the alternatives of vmlinux allow?  If so, the checker
 * understands them as the kernel does.
 */
#include "window/window.h"

/* Call depth tracking has calls lead this far before a function, at most. */
#define CALL_PADDING 64

static bool is_ret(const struct entry_kernel *k, const struct entry_insn *i)
{
	return i->flow == FLOW_RET ||
	       (i->flow == FLOW_JMP && entry_is_return_thunk(k, i->target));
}

static bool same_target(const struct entry_kernel *k, uint64_t booted,
			uint64_t built)
{
	if (booted == built)
		return true;
	return !entry_text_has(k, built) && booted < built &&
	       built - booted <= CALL_PADDING;
}

static bool same_operand(uint64_t slide, const cs_x86_op *a, const cs_x86_op *b)
{
	if (a->type != b->type || a->size != b->size)
		return false;
	switch (a->type) {
	case X86_OP_REG:
		return a->reg == b->reg;
	case X86_OP_IMM:
		return a->imm == b->imm || a->imm == b->imm + (int64_t)slide;
	case X86_OP_MEM:
		/* Of displacements, what they lead to is compared. */
		return a->mem.segment == b->mem.segment &&
		       a->mem.base == b->mem.base &&
		       a->mem.index == b->mem.index &&
		       a->mem.scale == b->mem.scale;
	default:
		return false;
	}
}

static bool same_insn(const struct entry_kernel *k, uint64_t slide,
		      const struct entry_insn *a, const struct entry_insn *b)
{
	const cs_x86 *x = &a->cs->detail->x86, *y = &b->cs->detail->x86;

	if (is_ret(k, a) && is_ret(k, b))
		return true;
	if (a->flow != b->flow || a->cs->id != b->cs->id)
		return false;
	if (a->flow == FLOW_JMP || a->flow == FLOW_JCC || a->flow == FLOW_CALL)
		return same_target(k, a->target, b->target);
	if (x->op_count != y->op_count || a->mems != b->mems)
		return false;
	for (unsigned int n = 0; n < x->op_count; n++)
		if (!same_operand(slide, &x->operands[n], &y->operands[n]))
			return false;
	for (unsigned int n = 0; n < a->mems; n++)
		if (a->mem[n].kind != b->mem[n].kind ||
		    a->mem[n].addr != b->mem[n].addr ||
		    (a->mem[n].disp != b->mem[n].disp &&
		     a->mem[n].kind != MEM_FIXED &&
		     a->mem[n].kind != MEM_PERCPU &&
		     a->mem[n].disp != b->mem[n].disp + (int64_t)slide))
			return false;
	return true;
}

/* NOPs of any length, and the jump over more of them than one NOP can stand for */
static bool is_padding(const struct entry_insn *i,
		       const struct entry_site *site)
{
	return i->cs->id == X86_INS_NOP ||
	       (i->flow == FLOW_JMP && i->target == site->addr + site->len);
}

static bool is_sealed(const struct entry_insn *booted,
		      const struct entry_insn *built)
{
	return booted->cs->id == X86_INS_NOP &&
	       built->cs->id == X86_INS_ENDBR64;
}

/* Can this alternative have become the instruction? */
static bool variant_agrees(struct entry_decoder *model, int n, unsigned int v,
			   const struct entry_insn *i, uint64_t slide)
{
	const struct entry_site *site = &model->alts->sites[n];
	struct entry_place place = { i->place.addr, n, v };
	const struct entry_insn *built;
	int index;

	if (i->place.addr - site->addr >= site->variant[v].len)
		return is_padding(i, site);
	index = entry_decode(model, place);
	if (index < 0)
		return false;
	built = model->insns[index];
	return same_insn(model->k, slide, i, built) || is_sealed(i, built) ||
	       (is_padding(i, site) && is_padding(built, site));
}

/**
 * window_agrees() - compare an instruction of the image with vmlinux
 * @model: decodes vmlinux and its alternatives, without the image
 * @slide: run-time address minus link address, of the image
 * Return: is it one that can be there?
 */
bool window_agrees(struct entry_decoder *model, const struct entry_insn *i,
		   uint64_t slide)
{
	struct entry_place place = i->place;
	const struct entry_insn *built;
	const struct entry_site *site;
	int n = entry_alts_site(model->alts, place.addr), index;

	if (n < 0) {
		index = entry_decode(model, place);
		if (index < 0)
			return false;
		built = model->insns[index];
		return same_insn(model->k, slide, i, built) ||
		       is_sealed(i, built);
	}
	site = &model->alts->sites[n];
	for (unsigned int v = 0; v < site->count; v++)
		if (variant_agrees(model, n, v, i, slide))
			return true;
	return false;
}
