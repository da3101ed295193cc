// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule 1 of the window, for one instruction in one state: its code, its memory
 * and where it leads are mapped by the user page table.
 */
#include <string.h>

#include "window/window.h"

/* A frame and what the entry code pushes is less; the stacks are pages. */
#define STACK_REACH 512

struct check {
	const struct entry_model *m;
	struct window_report *r;
	const struct entry_state *s;
	const struct entry_insn *i;
	unsigned int touches;
};

static const char *const reg_names[REG_COUNT] = {
	"RAX", "RBX", "RCX", "RDX", "RSI", "RDI", "RBP", "RSP",
	"R8",  "R9",  "R10", "R11", "R12", "R13", "R14", "R15",
};

#define FAULT(c, ...) window_report_fault((c)->r, (c)->i, __VA_ARGS__)

static const char *verb(const struct entry_mem *mem)
{
	return !mem->write ? "reads" : mem->read ? "changes" : "writes";
}

static bool in_page(uint64_t addr, uint64_t page)
{
	return addr >= page && addr <= page + ENTRY_PAGE - 8;
}

/* Per-CPU data needs the GS base of the kernel, on either table. */
static void check_gs(struct check *c, const struct entry_mem *mem,
		     const char *name)
{
	if (c->s->gs != GS_KERNEL && c->s->origin != ORIGIN_KERNEL)
		FAULT(c, "%s per-CPU data, %s, while the GS base %s", verb(mem),
		      name,
		      c->s->gs == GS_USER ? "is the user's" :
					    "may be the user's");
}

/* Is gs:@mem within pti_marks, whatever its register holds? */
static bool stays_in_marks(const struct check *c, const struct entry_mem *mem)
{
	uint64_t first = mem->disp;

	switch (c->s->reg[mem->reg]) {
	case V_BOUNDED:
		return in_page(first, c->m->at.marks) &&
		       in_page(first + ENTRY_BOUND, c->m->at.marks);
	case V_MARKS:
		return mem->disp >= 0 && mem->disp <= ENTRY_REACH - 8;
	default:
		return false;
	}
}

static void check_percpu_reg(struct check *c, const struct entry_mem *mem,
			     bool window)
{
	check_gs(c, mem, "at an offset");
	if (!window)
		return;
	if (c->m->config.marks && stays_in_marks(c, mem))
		c->touches |= TOUCH_MARKS;
	else
		FAULT(c,
		      "%s per-CPU data at an offset in %s: nothing keeps it in what the user page table maps",
		      verb(mem), reg_names[mem->reg]);
}

static void check_percpu(struct check *c, const struct entry_mem *mem,
			 bool window)
{
	char name[ENTRY_NAME_MAX];

	entry_name(&c->m->k->percpu, mem->addr, name);
	check_gs(c, mem, name);
	if (!window)
		return;
	if (in_page(mem->addr, c->m->at.tss))
		c->touches |= TOUCH_TSS;
	else if (c->m->config.marks && in_page(mem->addr, c->m->at.marks))
		c->touches |= TOUCH_MARKS;
	else
		FAULT(c,
		      "%s per-CPU data, %s: the user page table maps only the page of cpu_tss_rw%s",
		      verb(mem), name,
		      c->m->config.marks ? " and pti_marks" : "");
}

static void check_stack(struct check *c, uint8_t base, bool write,
			const char *what)
{
	switch (base) {
	case V_STACK_ENTRY:
		c->touches |= TOUCH_ENTRY_STACK;
		break;
	case V_STACK_IST:
		c->touches |= TOUCH_IST_STACK;
		break;
	case V_STACK_ESPFIX:
		c->touches |= TOUCH_ESPFIX;
		if (write)
			FAULT(c,
			      "writes to the ESPFIX stack, which is read-only");
		break;
	case V_USER:
		FAULT(c, "uses the stack while RSP is the user's");
		break;
	default:
		FAULT(c,
		      "uses memory at %s, which is not known to point to the entry stack, an IST stack or ESPFIX",
		      what);
	}
}

static void check_mem(struct check *c, const struct entry_mem *mem)
{
	char name[ENTRY_NAME_MAX];

	switch (mem->kind) {
	case MEM_PERCPU:
		check_percpu(c, mem, true);
		break;
	case MEM_PERCPU_REG:
		check_percpu_reg(c, mem, true);
		break;
	case MEM_FIXED:
		entry_name(&c->m->k->text, mem->addr, name);
		if (!entry_text_has(c->m->k, mem->addr))
			FAULT(c, "%s %s: the user page table does not map it",
			      verb(mem), name);
		else if (mem->write)
			FAULT(c, "writes the entry text, %s", name);
		c->touches |= TOUCH_TEXT;
		break;
	case MEM_REG:
		check_stack(c, c->s->reg[mem->reg], mem->write,
			    reg_names[mem->reg]);
		if (mem->disp > STACK_REACH || mem->disp < -STACK_REACH)
			FAULT(c, "%s memory %+ld bytes from the stack pointer",
			      verb(mem), (long)mem->disp);
		break;
	case MEM_OTHER:
		FAULT(c, "%s memory at an address that the code does not tell",
		      verb(mem));
		break;
	}
}

static bool is_system_reg(const cs_x86_op *op)
{
	if (op->type != X86_OP_REG)
		return false;
	switch (op->reg) {
	case X86_REG_CS:
	case X86_REG_DS:
	case X86_REG_ES:
	case X86_REG_FS:
	case X86_REG_GS:
	case X86_REG_SS:
		return true;
	default:
		return (op->reg >= X86_REG_CR0 && op->reg <= X86_REG_CR15 &&
			op->reg != X86_REG_CR3) ||
		       (op->reg >= X86_REG_DR0 && op->reg <= X86_REG_DR15);
	}
}

static void check_operands(struct check *c)
{
	const cs_x86 *x86 = &c->i->cs->detail->x86;
	unsigned int id = c->i->cs->id;
	bool write = id == X86_INS_PUSH || id == X86_INS_PUSHFQ ||
		     c->i->flow == FLOW_CALL;

	if (write || id == X86_INS_POP || id == X86_INS_POPFQ ||
	    c->i->flow == FLOW_IRET)
		check_stack(c, c->s->reg[REG_RSP], write, "RSP");
	for (unsigned int n = 0; n < c->i->mems; n++)
		check_mem(c, &c->i->mem[n]);
	for (unsigned int n = 0; n < x86->op_count; n++)
		if (is_system_reg(&x86->operands[n]) &&
		    (n == 0 || x86->operands[n].access & CS_AC_WRITE))
			FAULT(c,
			      "uses %s: a descriptor or a trap may be behind it",
			      c->i->text);
	if ((id == X86_INS_BT || id == X86_INS_BTS || id == X86_INS_BTR ||
	     id == X86_INS_BTC) &&
	    c->i->mems && x86->operands[1].type == X86_OP_REG)
		FAULT(c, "uses memory at an offset that a register tells");
}

static void check_target(struct check *c)
{
	const struct entry_kernel *k = c->m->k;
	const char *verb = c->i->flow == FLOW_CALL ? "calls" : "jumps to";
	char name[ENTRY_NAME_MAX];

	entry_name(&k->text, c->i->target, name);
	if (entry_is_return_thunk(k, c->i->target))
		FAULT(c, "RET, by way of %s", name);
	else if (!entry_text_has(k, c->i->target))
		FAULT(c, "%s %s, out of the entry text", verb, name);
}

static void check_flow(struct check *c)
{
	switch (c->i->flow) {
	case FLOW_JMP:
	case FLOW_JCC:
	case FLOW_CALL:
		check_target(c);
		break;
	case FLOW_RET:
		FAULT(c, "RET");
		break;
	case FLOW_JMP_INDIRECT:
	case FLOW_CALL_INDIRECT:
		FAULT(c, "%s %s",
		      c->i->flow == FLOW_CALL_INDIRECT ? "calls" : "jumps",
		      c->i->mems ? "by a table or pointer in memory" :
				   "to where a register says");
		break;
	case FLOW_TRAP:
		FAULT(c, "traps: on the user page table nothing can handle it");
		break;
	default:
		break;
	}
}

static void check_leave(struct check *c)
{
	const struct entry_state *s = c->s;

	if (c->i->flow == FLOW_SYSRET || s->origin == ORIGIN_USER) {
		if (s->table != TABLE_USER)
			FAULT(c,
			      "leaves for user mode without the user page table");
		if (s->gs != GS_USER)
			FAULT(c,
			      "leaves for user mode without the user's GS base");
	} else if (s->table != s->home) {
		FAULT(c,
		      "returns to what was interrupted on another page table");
	}
}

/**
 * window_rules() - check an instruction, in a state, and report what is wrong
 * Return: bits of enum window_touch
 */
unsigned int window_rules(const struct entry_model *m, struct window_report *r,
			  const struct entry_state *s,
			  const struct entry_insn *i)
{
	struct check c = { .m = m, .r = r, .s = s, .i = i };

	if (s->table != TABLE_KERNEL) {
		if (!i->known)
			FAULT(&c, "%s: not known to be safe in the window",
			      i->text);
		check_operands(&c);
		check_flow(&c);
	} else {
		for (unsigned int n = 0; n < i->mems; n++)
			if (i->mem[n].kind == MEM_PERCPU)
				check_percpu(&c, &i->mem[n], false);
			else if (i->mem[n].kind == MEM_PERCPU_REG)
				check_percpu_reg(&c, &i->mem[n], false);
	}
	if (entry_writes_cr3(i)) {
		int reg = general_reg(i->cs->detail->x86.operands[1].reg, NULL,
				      NULL);
		uint8_t value = reg == REG_NONE ? V_ANY : s->reg[reg];

		if (value != V_CR3_USER && value != V_CR3_KERNEL)
			FAULT(&c,
			      "writes a CR3 of which the page table is not known");
	}
	if (i->flow == FLOW_SYSRET || i->flow == FLOW_IRET)
		check_leave(&c);
	return c.touches;
}
