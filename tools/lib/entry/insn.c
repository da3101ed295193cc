// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions, decoded once per place: flow, target and memory operands.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/entry/entry.h"

#define INSN_MAX 15

/*
 * What the entry code is made of, and all that the state knows the effect of.
 * Anything else in the window is reported: it may touch memory that no operand
 * tells of.
 */
static const unsigned int plain_insns[] = {
	X86_INS_ADC,	X86_INS_ADD,	  X86_INS_AND,	  X86_INS_BSWAP,
	X86_INS_BT,	X86_INS_BTC,	  X86_INS_BTR,	  X86_INS_BTS,
	X86_INS_CBW,	X86_INS_CDQ,	  X86_INS_CDQE,	  X86_INS_CLAC,
	X86_INS_CLC,	X86_INS_CLD,	  X86_INS_CMC,	  X86_INS_CMP,
	X86_INS_CQO,	X86_INS_CWDE,	  X86_INS_DEC,	  X86_INS_ENDBR64,
	X86_INS_INC,	X86_INS_LEA,	  X86_INS_LFENCE, X86_INS_LSL,
	X86_INS_MFENCE, X86_INS_MOV,	  X86_INS_MOVABS, X86_INS_MOVSX,
	X86_INS_MOVSXD, X86_INS_MOVZX,	  X86_INS_NEG,	  X86_INS_NOP,
	X86_INS_NOT,	X86_INS_OR,	  X86_INS_PAUSE,  X86_INS_POP,
	X86_INS_POPFQ,	X86_INS_PUSH,	  X86_INS_PUSHFQ, X86_INS_RDGSBASE,
	X86_INS_RDMSR,	X86_INS_RDTSC,	  X86_INS_ROL,	  X86_INS_ROR,
	X86_INS_SAL,	X86_INS_SAR,	  X86_INS_SBB,	  X86_INS_SFENCE,
	X86_INS_SHL,	X86_INS_SHR,	  X86_INS_STAC,	  X86_INS_STC,
	X86_INS_STD,	X86_INS_SUB,	  X86_INS_SWAPGS, X86_INS_TEST,
	X86_INS_VERW,	X86_INS_WRGSBASE, X86_INS_WRMSR,  X86_INS_XCHG,
	X86_INS_XOR,	X86_INS_CMOVA,	  X86_INS_CMOVAE, X86_INS_CMOVB,
	X86_INS_CMOVBE, X86_INS_CMOVE,	  X86_INS_CMOVNE, X86_INS_CMOVS,
	X86_INS_CMOVNS, X86_INS_SETA,	  X86_INS_SETAE,  X86_INS_SETB,
	X86_INS_SETBE,	X86_INS_SETE,	  X86_INS_SETNE,
};

static bool is_plain(unsigned int id)
{
	for (size_t n = 0; n < sizeof(plain_insns) / sizeof(*plain_insns); n++)
		if (plain_insns[n] == id)
			return true;
	return false;
}

static enum entry_flow flow_of(const cs_insn *cs)
{
	const cs_x86_op *op = &cs->detail->x86.operands[0];
	bool direct = cs->detail->x86.op_count == 1 && op->type == X86_OP_IMM;

	switch (cs->id) {
	case X86_INS_JMP:
		return direct ? FLOW_JMP : FLOW_JMP_INDIRECT;
	case X86_INS_LJMP:
		return FLOW_JMP_INDIRECT;
	case X86_INS_CALL:
		return direct ? FLOW_CALL : FLOW_CALL_INDIRECT;
	case X86_INS_LCALL:
		return FLOW_CALL_INDIRECT;
	case X86_INS_RET:
	case X86_INS_RETF:
	case X86_INS_RETFQ:
		return FLOW_RET;
	case X86_INS_SYSRET:
	case X86_INS_SYSEXIT:
		return FLOW_SYSRET;
	case X86_INS_IRET:
	case X86_INS_IRETD:
	case X86_INS_IRETQ:
		return FLOW_IRET;
	case X86_INS_INT3:
	case X86_INS_INT:
	case X86_INS_INT1:
	case X86_INS_UD0:
	case X86_INS_UD2:
	case X86_INS_HLT:
		return FLOW_TRAP;
	}
	for (unsigned int n = 0; direct && n < cs->detail->groups_count; n++)
		if (cs->detail->groups[n] == X86_GRP_JUMP)
			return FLOW_JCC;
	return FLOW_NEXT;
}

static void add_mem(const struct entry_kernel *k, struct entry_insn *i,
		    const cs_x86_op *op)
{
	struct entry_mem *mem = &i->mem[i->mems++];
	const x86_op_mem *m = &op->mem;
	bool gs = m->segment == X86_REG_GS, moves;

	*mem = (struct entry_mem){
		.kind = MEM_OTHER,
		.reg = general_reg(m->base, NULL, NULL),
		.disp = m->disp,
		/* Where the decoder does not say, be it both. */
		.read = op->access & CS_AC_READ || !op->access,
		.write = op->access & CS_AC_WRITE || !op->access,
	};
	if (m->index != X86_REG_INVALID || m->segment == X86_REG_FS)
		return;
	if (m->base == X86_REG_RIP || m->base == X86_REG_INVALID) {
		mem->kind = gs ? MEM_PERCPU : MEM_FIXED;
		mem->addr = m->disp;
		if (m->base == X86_REG_RIP)
			mem->addr += i->cs->address + i->cs->size;
		/* Boot code has adapted what does not move along with the code. */
		moves = !gs || k->percpu_moves;
		if (m->base == X86_REG_RIP && !moves)
			mem->addr += k->slide;
		if (m->base == X86_REG_INVALID && moves)
			mem->addr -= k->slide;
	} else if (mem->reg != REG_NONE) {
		mem->kind = gs ? MEM_PERCPU_REG : MEM_REG;
	}
}

static void set_text(struct entry_decoder *d, struct entry_insn *i)
{
	cs_insn *att;

	if (cs_disasm(d->att, i->cs->bytes, i->cs->size, i->cs->address, 1,
		      &att) != 1)
		return;
	snprintf(i->text, sizeof(i->text), "%s%s%s", att->mnemonic,
		 *att->op_str ? " " : "", att->op_str);
	cs_free(att, 1);
}

static void analyse(struct entry_decoder *d, struct entry_insn *i)
{
	const cs_x86 *x86 = &i->cs->detail->x86;
	const struct entry_site *site;
	const struct entry_variant *v;

	i->flow = flow_of(i->cs);
	i->known = i->flow != FLOW_NEXT || is_plain(i->cs->id);
	/* NOPL has an operand and LEA computes one: neither uses the memory. */
	for (unsigned int n = 0; n < x86->op_count && i->mems < 2; n++)
		if (x86->operands[n].type == X86_OP_MEM &&
		    i->cs->id != X86_INS_NOP && i->cs->id != X86_INS_LEA)
			add_mem(d->k, i, &x86->operands[n]);
	if (i->flow != FLOW_JMP && i->flow != FLOW_JCC && i->flow != FLOW_CALL)
		return;
	i->target = x86->operands[0].imm;
	if (i->place.site < 0)
		return;
	site = &d->alts->sites[i->place.site];
	v = &site->variant[i->place.variant];
	i->target = v->call ? v->call : entry_alt_target(site, v, i->target);
}

/**
 * entry_decoder_init() - get ready to decode @k, with @alts
 * Return: 0 or -ENOMEM after one line on stderr
 */
int entry_decoder_init(struct entry_decoder *d, const struct entry_kernel *k,
		       const struct entry_alts *alts)
{
	*d = (struct entry_decoder){ .k = k, .alts = alts };
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &d->handle) != CS_ERR_OK ||
	    cs_open(CS_ARCH_X86, CS_MODE_64, &d->att) != CS_ERR_OK) {
		warnx("the disassembler does not start");
		return -ENOMEM;
	}
	cs_option(d->handle, CS_OPT_DETAIL, CS_OPT_ON);
	/* With this syntax the operands would come in its order. */
	cs_option(d->att, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
	return 0;
}

/** entry_decoder_free() - free all instructions */
void entry_decoder_free(struct entry_decoder *d)
{
	for (size_t n = 0; n < d->count; n++) {
		cs_free(d->insns[n]->cs, 1);
		free(d->insns[n]);
	}
	free(d->insns);
	free(d->index.slot);
	if (d->handle)
		cs_close(&d->handle);
	if (d->att)
		cs_close(&d->att);
}

static uint32_t hash(const struct entry_place *p)
{
	uint64_t h = p->addr * 31 + (uint16_t)p->variant;

	return (h * 0x9e3779b97f4a7c15ULL) >> 32;
}

static bool same_place(const struct entry_place *a, const struct entry_place *b)
{
	return a->addr == b->addr && a->site == b->site &&
	       a->variant == b->variant;
}

/* The slot of a place in the table, which holds indices plus one */
static uint32_t *find_slot(struct entry_decoder *d,
			   const struct entry_place *place)
{
	size_t n = hash(place) & (d->index.slots - 1);

	while (d->index.slot[n] &&
	       !same_place(&d->insns[d->index.slot[n] - 1]->place, place))
		n = (n + 1) & (d->index.slots - 1);
	return &d->index.slot[n];
}

static int grow(struct entry_decoder *d)
{
	struct entry_insn **insns =
		entry_index_grow(&d->index, d->insns, sizeof(*insns));

	if (!insns)
		return -ENOMEM;
	d->insns = insns;
	for (size_t n = 0; n < d->count; n++)
		*find_slot(d, &insns[n]->place) = n + 1;
	return 0;
}

/* Address of the bytes of a place, and how many of them there are */
static uint64_t source(const struct entry_decoder *d,
		       const struct entry_place *place, size_t *len)
{
	const struct entry_site *site;
	const struct entry_variant *v;

	*len = INSN_MAX;
	if (place->site < 0)
		return place->addr;
	site = &d->alts->sites[place->site];
	v = &site->variant[place->variant];
	*len = v->len - (place->addr - site->addr);
	if (*len > INSN_MAX)
		*len = INSN_MAX;
	return v->src + (place->addr - site->addr);
}

/**
 * entry_decode() - the instruction at a place
 * Return: its index in @d->insns; -EINVAL where there is none, -ENOMEM
 */
int entry_decode(struct entry_decoder *d, struct entry_place place)
{
	struct entry_insn *i;
	const uint8_t *bytes;
	uint64_t src;
	size_t len;

	if (d->count == d->index.room && grow(d))
		return -ENOMEM;
	if (*find_slot(d, &place))
		return (int)*find_slot(d, &place) - 1;
	src = source(d, &place, &len);
	while (len && !entry_bytes(d->k, src, len))
		len--;
	bytes = len ? entry_bytes(d->k, src, len) : NULL;
	i = calloc(1, sizeof(*i));
	if (!i)
		return -ENOMEM;
	if (!bytes || cs_disasm(d->handle, bytes, len, src, 1, &i->cs) != 1) {
		free(i);
		return -EINVAL;
	}
	i->place = place;
	analyse(d, i);
	set_text(d, i);
	d->insns[d->count++] = i;
	*find_slot(d, &place) = d->count;
	return (int)d->count - 1;
}

/* Is @addr the start of an instruction, or of the NOPs, of this variant? */
static bool is_boundary(struct entry_decoder *d, int site, int variant,
			uint64_t addr)
{
	const struct entry_site *s = &d->alts->sites[site];
	uint64_t at = s->addr, end = s->addr + s->variant[variant].len;

	while (at < addr && at < end) {
		int n = entry_decode(d,
				     (struct entry_place){ at, site, variant });

		if (n < 0)
			return false;
		at += d->insns[n]->cs->size;
	}
	return at == addr || addr >= end;
}

/**
 * entry_places() - the places that control can be at when it gets to an address
 * @addr: outside of what has run until now
 * Return: how many: 1, or one for each alternative; 0 within an instruction
 */
unsigned int entry_places(struct entry_decoder *d, uint64_t addr,
			  struct entry_place places[ENTRY_PLACES])
{
	int n = entry_alts_site(d->alts, addr);
	const struct entry_site *site;
	bool behind = false;
	unsigned int count = 0;

	if (n < 0) {
		places[0] = (struct entry_place){ addr, -1, -1 };
		return 1;
	}
	site = &d->alts->sites[n];
	for (unsigned int v = 0; v < site->count; v++) {
		if (!is_boundary(d, n, (int)v, addr))
			continue;
		if (addr - site->addr < site->variant[v].len)
			places[count++] = (struct entry_place){ addr, n, v };
		else
			behind = true;
	}
	/* NOPs fill the rest; two alternatives do not begin at their end. */
	if (behind) {
		struct entry_place next[ENTRY_PLACES];
		unsigned int more =
			entry_places(d, site->addr + site->len, next);

		if (count + more > ENTRY_PLACES)
			return 0;
		memcpy(places + count, next, more * sizeof(*next));
		count += more;
	}
	return count;
}

/**
 * entry_next() - the places behind an instruction
 * Return: as entry_places()
 */
unsigned int entry_next(struct entry_decoder *d, int insn,
			struct entry_place places[ENTRY_PLACES])
{
	const struct entry_insn *i = d->insns[insn];
	uint64_t addr = i->place.addr + i->cs->size;
	const struct entry_site *site;

	if (i->place.site < 0)
		return entry_places(d, addr, places);
	site = &d->alts->sites[i->place.site];
	if (addr - site->addr >= site->variant[i->place.variant].len)
		return entry_places(d, site->addr + site->len, places);
	places[0] =
		(struct entry_place){ addr, i->place.site, i->place.variant };
	return 1;
}

/**
 * entry_targets() - the places that a direct jump or call leads to
 * Return: as entry_places()
 */
unsigned int entry_targets(struct entry_decoder *d, int insn,
			   struct entry_place places[ENTRY_PLACES])
{
	const struct entry_insn *i = d->insns[insn];
	const struct entry_site *site;
	uint64_t offset;

	if (i->place.site < 0)
		return entry_places(d, i->target, places);
	site = &d->alts->sites[i->place.site];
	offset = i->target - site->addr;
	if (i->target < site->addr || offset > site->len)
		return entry_places(d, i->target, places);
	/* Within the site it is this alternative that is there. */
	if (offset >= site->variant[i->place.variant].len)
		return entry_places(d, site->addr + site->len, places);
	places[0] = (struct entry_place){ i->target, i->place.site,
					  i->place.variant };
	return 1;
}

/** entry_writes_cr3() - is it a write of CR3? */
bool entry_writes_cr3(const struct entry_insn *i)
{
	const cs_x86 *x86 = &i->cs->detail->x86;

	return i->cs->id == X86_INS_MOV && x86->op_count == 2 &&
	       x86->operands[0].type == X86_OP_REG &&
	       x86->operands[0].reg == X86_REG_CR3;
}
