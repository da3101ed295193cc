// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways: what a walk of the entry text executes between two ends.  An end is an
 * entry, a call of C code, or the instruction that leaves.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ways/ways.h"

/* More steps than any way has: a loop around one of them */
#define STEPS_MAX 64

static bool same_step(const struct step *a, const struct step *b)
{
	return a->kind == b->kind && a->origin == b->origin &&
	       a->home == b->home && a->value == b->value;
}

/* The node of @step behind @before; a negative errno, -ELOOP if there is no end */
static int64_t follow(struct ways *w, uint32_t before, struct step step,
		      uint64_t at)
{
	struct way_node *node;
	uint32_t n;

	for (n = w->node[before].child; n; n = w->node[n].sibling)
		if (same_step(&w->node[n].step, &step))
			return n;
	if (w->node[before].depth == STEPS_MAX)
		return -ELOOP;
	if (!(w->nodes & (w->nodes - 1))) {
		node = reallocarray(w->node, 2 * w->nodes, sizeof(*node));
		if (!node)
			return -ENOMEM;
		w->node = node;
	}
	n = w->nodes++;
	w->node[n] = (struct way_node){ .step = step,
					.before = before,
					.sibling = w->node[before].child,
					.depth = w->node[before].depth + 1,
					.at = at };
	w->node[before].child = n;
	return n;
}

static int take(struct ways *w, struct entry_state *s, uint32_t before,
		struct step step, uint64_t at)
{
	int64_t n = follow(w, before, step, at);

	if (n < 0)
		return (int)n;
	s->note = n;
	return 0;
}

static int ways_begin(void *context, const struct entry_path *path,
		      struct entry_state *s)
{
	struct ways *w = context;
	struct step step = { .kind = STEP_ENTRY,
			     .value = path - w->text->paths.all };

	/* What the kernel leads in is told by who leads there, not by where to. */
	if (path->inside)
		for (size_t n = 0; n < step.value; n++)
			if (w->text->paths.all[n].inside &&
			    !strcmp(w->text->paths.all[n].from, path->from))
				step.value = n;
	return take(w, s, 0, step, path->starts[0]);
}

/* The functions of the mitigations, which are not C and no end */
static bool untrains(const struct ways *w, uint64_t target)
{
	static const char *const endings[] = { "untrain_ret", "_ibpb",
					       "clear_bhb_loop" };
	const struct entry_symbol *symbol =
		entry_at(&w->text->model.k->text, target);
	size_t length = symbol ? strlen(symbol->name) : 0;

	if (!symbol || symbol->addr != target)
		return false;
	for (size_t n = 0; n < sizeof(endings) / sizeof(*endings); n++) {
		size_t tail = strlen(endings[n]);

		if (length >= tail &&
		    !strcmp(symbol->name + length - tail, endings[n]))
			return true;
	}
	return false;
}

/* The one exception: LFENCE of a mark, right before its RDTSC */
static bool is_of_mark(const struct ways *w, const struct entry_insn *i)
{
	struct entry_decoder *d = &w->text->decoder;
	struct entry_place places[ENTRY_PLACES];
	int here = entry_decode(d, i->place), next;

	if (!w->text->model.config.marks || here < 0 ||
	    entry_next(d, here, places) != 1)
		return false;
	next = entry_decode(d, places[0]);
	return next >= 0 && d->insns[next]->cs->id == X86_INS_RDTSC;
}

/* RESET_CALL_DEPTH: what its alternative writes to per-CPU data */
static bool sets_call_depth(const struct ways *w, const struct entry_insn *i)
{
	const struct entry_place *p = &i->place;

	return p->site >= 0 && i->mems && i->mem[0].kind == MEM_PERCPU &&
	       i->mem[0].write &&
	       w->text->alts.sites[p->site].variant[p->variant].feature ==
		       FEATURE_CALL_DEPTH;
}

static uint8_t written_to_cr3(const struct entry_insn *i,
			      const struct entry_state *s)
{
	int reg = general_reg(i->cs->detail->x86.operands[1].reg, NULL, NULL);
	uint8_t value = reg == REG_NONE ? V_ANY : s->reg[reg];

	return value == V_CR3_USER || value == V_CR3_KERNEL ? value : V_ANY;
}

static uint8_t written_msr(const struct entry_state *s)
{
	switch (s->reg[REG_RCX]) {
	case V_MSR_SPEC_CTRL:
	case V_MSR_PRED_CMD:
	case V_MSR_GS_BASE:
		return s->reg[REG_RCX];
	}
	return V_ANY;
}

/**
 * ways_kind() - is the instruction one of those that are compared?
 * Return: which, or STEP_NONE
 */
enum step_kind ways_kind(const struct ways *w, const struct entry_insn *i)
{
	if (entry_writes_cr3(i))
		return STEP_CR3;
	if (i->flow == FLOW_CALL && untrains(w, i->target))
		return STEP_UNTRAIN;
	switch (i->cs->id) {
	case X86_INS_SWAPGS:
		return STEP_SWAPGS;
	case X86_INS_WRGSBASE:
		return STEP_WRGSBASE;
	case X86_INS_VERW:
		return STEP_VERW;
	case X86_INS_WRMSR:
		return STEP_WRMSR;
	case X86_INS_LFENCE:
		return is_of_mark(w, i) ? STEP_NONE : STEP_LFENCE;
	}
	return sets_call_depth(w, i) ? STEP_CALL_DEPTH : STEP_NONE;
}

static uint64_t value_of(enum step_kind kind, const struct entry_insn *i,
			 const struct entry_state *s)
{
	switch (kind) {
	case STEP_CR3:
		return written_to_cr3(i, s);
	case STEP_WRMSR:
		return written_msr(s);
	case STEP_UNTRAIN:
		return i->target;
	default:
		return 0;
	}
}

/* Is it the last one of a way? */
static bool end_of(const struct entry_insn *i, struct step *step)
{
	*step = (struct step){ 0 };
	switch (i->flow) {
	case FLOW_SYSRET:
		step->kind = i->cs->id == X86_INS_SYSEXIT ? STEP_SYSEXIT :
							    STEP_SYSRET;
		return true;
	case FLOW_IRET:
		step->kind = STEP_IRET;
		return true;
	case FLOW_TRAP:
	case FLOW_JMP_INDIRECT:
		step->kind = STEP_LOST;
		return true;
	default:
		return false;
	}
}

static int end(struct ways *w, struct entry_state *s, struct step step,
	       uint64_t at)
{
	step.origin = s->origin;
	step.home = s->home;
	return take(w, s, s->note, step, at);
}

static int ways_visit(void *context, const struct entry_insn *i,
		      struct entry_state *s)
{
	struct ways *w = context;
	struct step step = { .kind = ways_kind(w, i) };
	int ret = 0;

	if (w->note)
		ret = w->note(w->context, w, i, step.kind != STEP_NONE);
	if (!ret && step.kind != STEP_NONE) {
		step.value = value_of(step.kind, i, s);
		ret = take(w, s, s->note, step, i->place.addr);
	}
	if (!ret && end_of(i, &step))
		ret = end(w, s, step, i->place.addr);
	return ret;
}

static int ways_out(void *context, const struct entry_insn *i,
		    struct entry_state *s, enum entry_out where)
{
	struct step step = { .kind = STEP_RETURN };
	struct ways *w = context;
	int ret;

	if (where == OUT_RETURN)
		return end(w, s, step, i->place.addr);
	if (i->flow != FLOW_CALL_INDIRECT && untrains(w, i->target))
		return 0;
	step.kind = STEP_CALL;
	step.value = i->flow == FLOW_CALL_INDIRECT ? 0 : i->target;
	ret = end(w, s, step, i->place.addr);
	step.kind = STEP_AFTER;
	return ret ?: take(w, s, 0, step, i->place.addr);
}

/* A way that nobody can follow is one of its own. */
static void ways_fault(void *context, const struct entry_insn *i,
		       const char *what)
{
	struct ways *w = context;
	struct step step = { .kind = STEP_LOST, .value = i->place.addr };

	(void)what;
	if (follow(w, 0, step, i->place.addr) < 0)
		w->failed = true;
}

/**
 * ways_collect() - all ways of a kernel
 * @text: must stay as long as @ways
 * @note: called for each instruction on a way; may be NULL
 * Return: EXIT_OK, EXIT_RUNTIME after one line on stderr; in either case it is to
 * be freed
 */
int ways_collect(struct ways *ways, struct entry_text *text, ways_note *note,
		 void *context)
{
	const struct entry_visitor visitor = { .context = ways,
					       .begin = ways_begin,
					       .visit = ways_visit,
					       .out = ways_out,
					       .fault = ways_fault };
	int code;

	*ways = (struct ways){
		.text = text, .note = note, .context = context, .nodes = 1
	};
	ways->node = calloc(1, sizeof(*ways->node));
	if (!ways->node)
		return EXIT_RUNTIME;
	code = entry_walk(text, &visitor);
	return ways->failed ? EXIT_RUNTIME : code;
}

/** ways_free() - free what ways_collect() took */
void ways_free(struct ways *ways)
{
	free(ways->node);
}
