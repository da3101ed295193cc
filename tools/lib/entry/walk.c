// SPDX-License-Identifier: GPL-2.0-only
/*
 * Along every path: a work list of instructions with what is known before them.
 * Nothing is merged; the same instruction in the same state is done once.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/entry/entry.h"

#define ITEMS_MAX 2000000

struct item {
	struct entry_state state;
	int insn;
};

struct walk {
	const struct entry_model *m;
	struct entry_decoder *d;
	const struct entry_paths *paths;
	const struct entry_visitor *visitor;
	struct item *items;
	size_t count;
	struct entry_index index;
};

/* FNV-1a */
static size_t hash(const struct item *item)
{
	const unsigned char *bytes = (const unsigned char *)&item->state;
	uint64_t h = 0xcbf29ce484222325ULL ^ (unsigned int)item->insn;

	for (size_t n = 0; n < sizeof(item->state); n++)
		h = (h ^ bytes[n]) * 0x100000001b3ULL;
	return h ^ h >> 32;
}

static uint32_t *find_slot(struct walk *w, const struct item *item)
{
	size_t n = hash(item) & (w->index.slots - 1);

	for (; w->index.slot[n]; n = (n + 1) & (w->index.slots - 1)) {
		const struct item *other = &w->items[w->index.slot[n] - 1];

		if (other->insn == item->insn &&
		    !memcmp(&other->state, &item->state, sizeof(item->state)))
			break;
	}
	return &w->index.slot[n];
}

static int grow(struct walk *w)
{
	struct item *items =
		entry_index_grow(&w->index, w->items, sizeof(*items));

	if (!items)
		return -ENOMEM;
	w->items = items;
	for (size_t n = 0; n < w->count; n++)
		*find_slot(w, &items[n]) = n + 1;
	return 0;
}

static void fault(struct walk *w, const struct entry_insn *i, const char *what)
{
	w->visitor->fault(w->visitor->context, i, what);
}

/* Control goes out of the entry text. */
static int go_out(struct walk *w, const struct entry_insn *i,
		  struct entry_state *s, enum entry_out out)
{
	if (!w->visitor->out)
		return 0;
	return w->visitor->out(w->visitor->context, i, s, out);
}

static int add(struct walk *w, struct entry_place place,
	       const struct entry_state *s, const struct entry_insn *from)
{
	struct item item = { .state = *s };
	uint32_t *slot;

	if (w->count == ITEMS_MAX)
		return -E2BIG;
	if (w->count == w->index.room && grow(w))
		return -ENOMEM;
	item.insn = entry_decode(w->d, place);
	if (item.insn == -EINVAL && from) {
		fault(w, from, "leads to what is no instruction");
		return 0;
	}
	if (item.insn < 0)
		return item.insn;
	slot = find_slot(w, &item);
	if (*slot)
		return 0;
	w->items[w->count++] = item;
	*slot = w->count;
	return 0;
}

static int add_all(struct walk *w, const struct entry_place *places,
		   unsigned int count, const struct entry_state *s,
		   const struct entry_insn *from)
{
	int ret = 0;

	if (!count && from)
		fault(w, from, "leads into the middle of an instruction");
	for (unsigned int n = 0; n < count && !ret; n++)
		ret = add(w, places[n], s, from);
	return ret;
}

static int go_on(struct walk *w, int insn, const struct entry_state *s)
{
	struct entry_place places[ENTRY_PLACES];
	unsigned int count = entry_next(w->d, insn, places);

	return add_all(w, places, count, s, w->d->insns[insn]);
}

/* RET within the entry text; the last one goes to where nobody looks. */
static int go_back(struct walk *w, const struct entry_insn *i,
		   struct entry_state *s)
{
	int insn;

	entry_state_pop(s);
	if (!s->depth)
		return go_out(w, i, s, OUT_RETURN);
	insn = (int)s->calls[0];
	s->depth--;
	memmove(s->calls, s->calls + 1, sizeof(s->calls) - sizeof(*s->calls));
	s->calls[ENTRY_CALLS - 1] = 0;
	return go_on(w, insn, s);
}

static int go_to(struct walk *w, int insn, struct entry_state *s)
{
	const struct entry_insn *i = w->d->insns[insn];
	struct entry_place places[ENTRY_PLACES];
	int ret = 0;

	if (entry_text_has(w->m->k, i->target)) {
		unsigned int count = entry_targets(w->d, insn, places);

		return add_all(w, places, count, s, i);
	}
	/* A function of C that is jumped to, as a tail call, returns. */
	if (!entry_is_return_thunk(w->m->k, i->target)) {
		ret = go_out(w, i, s, OUT_CALL);
		entry_state_called(s);
	}
	return ret ?: go_back(w, i, s);
}

static int call(struct walk *w, int insn, struct entry_state *s)
{
	const struct entry_insn *i = w->d->insns[insn];
	bool again = false;

	for (unsigned int n = 0; n < s->depth; n++)
		again |= s->calls[n] == (uint32_t)insn;
	if (again && s->table != TABLE_KERNEL)
		fault(w, i, "calls itself");
	/*
	 * A loop of calls (clear_bhb_loop) ends, and what it does is followed in its
	 * first round.
	 */
	if (again || i->flow == FLOW_CALL_INDIRECT ||
	    !entry_text_has(w->m->k, i->target)) {
		int ret = again ? 0 : go_out(w, i, s, OUT_CALL);

		entry_state_called(s);
		return ret ?: go_on(w, insn, s);
	}
	if (s->depth == ENTRY_CALLS) {
		fault(w, i, "calls nest too deeply to be followed");
		return 0;
	}
	memmove(s->calls + 1, s->calls, sizeof(s->calls) - sizeof(*s->calls));
	s->calls[0] = insn;
	s->depth++;
	entry_state_push(s, V_ANY);
	return go_to(w, insn, s);
}

static int branch(struct walk *w, int insn, const struct entry_state *s)
{
	const struct entry_insn *i = w->d->insns[insn];
	struct entry_state taken = *s, not = *s;
	int ret = 0;

	if (entry_state_branch(&taken, i, true))
		ret = go_to(w, insn, &taken);
	if (!ret && entry_state_branch(&not, i, false))
		ret = go_on(w, insn, &not );
	return ret;
}

static int step(struct walk *w, size_t n)
{
	struct item item = w->items[n];
	const struct entry_insn *i = w->d->insns[item.insn];
	struct entry_state *s = &item.state;
	int ret = w->visitor->visit(w->visitor->context, i, s);

	if (ret)
		return ret;
	switch (i->flow) {
	case FLOW_NEXT:
		entry_state_step(w->m, s, i);
		return go_on(w, item.insn, s);
	case FLOW_JMP:
		return go_to(w, item.insn, s);
	case FLOW_JCC:
		return branch(w, item.insn, s);
	case FLOW_CALL:
	case FLOW_CALL_INDIRECT:
		return call(w, item.insn, s);
	case FLOW_RET:
		return go_back(w, i, s);
	case FLOW_JMP_INDIRECT:
	case FLOW_SYSRET:
	case FLOW_IRET:
	case FLOW_TRAP:
		break;
	}
	return 0;
}

static struct entry_state first_state(const struct entry_path *path,
				      enum entry_origin origin)
{
	struct entry_state s;

	/* Compared byte by byte, so the padding counts. */
	memset(&s, 0, sizeof(s));
	s.origin = origin;
	s.phase = PHASE_ENTRY;
	s.reg[REG_RSP] = path->stack;
	switch (origin) {
	case ORIGIN_USER:
	case ORIGIN_IRET:
		s.table = TABLE_USER;
		s.gs = GS_USER;
		break;
	case ORIGIN_KERNEL:
		s.table = TABLE_KERNEL;
		s.gs = GS_KERNEL;
		s.phase = PHASE_INSIDE;
		s.reg[REG_RSP] = V_ANY;
		break;
	case ORIGIN_PARANOID:
		s.table = TABLE_EITHER;
		s.gs = GS_UNKNOWN;
		break;
	}
	s.home = s.table;
	return s;
}

/* The kernel is at it already.  If it leaves, then for what its name says. */
static struct entry_state inside_state(const struct entry_path *path)
{
	struct entry_state s = first_state(path, ORIGIN_KERNEL);

	if (strcmp(path->name, "restore_regs_and_return_to_kernel") != 0) {
		s.origin = ORIGIN_USER;
		s.home = TABLE_USER;
	}
	return s;
}

/* The visitor may take a note of where the path begins. */
static int begin(struct walk *w, const struct entry_path *path, uint64_t start,
		 struct entry_state *s)
{
	struct entry_place places[ENTRY_PLACES];
	unsigned int count = entry_places(w->d, start, places);
	int ret = 0;

	if (w->visitor->begin)
		ret = w->visitor->begin(w->visitor->context, path, s);
	return ret ?: add_all(w, places, count, s, NULL);
}

static int add_path(struct walk *w, size_t number)
{
	const struct entry_path *path = &w->paths->all[number];
	struct entry_state s;
	int ret = 0;

	for (size_t n = 0; n < path->count && !ret; n++) {
		if (path->inside) {
			s = inside_state(path);
			ret = begin(w, path, path->starts[n], &s);
			continue;
		}
		for (int o = ORIGIN_USER; o <= ORIGIN_PARANOID && !ret; o++) {
			if (!(path->origins & 1U << o))
				continue;
			s = first_state(path, o);
			if (s.phase == PHASE_ENTRY)
				s.path = number;
			ret = begin(w, path, path->starts[n], &s);
		}
	}
	return ret;
}

/**
 * entry_walk() - follow every path from its start to user mode
 * @visitor: sees each instruction in each state once
 * Return: EXIT_OK once all was followed, EXIT_RUNTIME after one line on stderr
 */
int entry_walk(struct entry_text *t, const struct entry_visitor *visitor)
{
	struct walk w = { .m = &t->model,
			  .d = &t->decoder,
			  .paths = &t->paths,
			  .visitor = visitor };
	int ret = 0;

	for (size_t n = 0; n < t->paths.count && !ret; n++)
		ret = add_path(&w, n);
	for (size_t n = 0; n < w.count && !ret; n++)
		ret = step(&w, n);
	free(w.items);
	free(w.index.slot);
	if (!ret)
		return EXIT_OK;
	warnx("the paths cannot be followed: %s",
	      ret == -EINVAL ? "an entry is no instruction" : strerror(-ret));
	return EXIT_RUNTIME;
}

/**
 * entry_text_load() - prepare a walk
 * @t: must not move after this; to be freed in any case
 * Return: EXIT_OK; EXIT_RUNTIME or EXIT_UNSUPPORTED after one line on stderr
 */
int entry_text_load(struct entry_text *t, const struct entry_kernel *k,
		    const struct entry_config *config)
{
	int code;

	*t = (struct entry_text){ .model = { .k = k, .config = *config } };
	code = entry_landmarks(&t->model);
	if (code == EXIT_OK)
		code = entry_alts_load(&t->alts, k, config);
	if (code == EXIT_OK)
		code = entry_paths_find(&t->paths, k, &t->alts);
	if (code == EXIT_OK && entry_decoder_init(&t->decoder, k, &t->alts))
		code = EXIT_RUNTIME;
	return code;
}

/**
 * entry_text_reread() - forget the instructions, since bytes have changed
 * Return: EXIT_OK, EXIT_RUNTIME after one line on stderr
 */
int entry_text_reread(struct entry_text *t)
{
	entry_decoder_free(&t->decoder);
	t->decoder = (struct entry_decoder){ 0 };
	return entry_decoder_init(&t->decoder, t->model.k, &t->alts) ?
		       EXIT_RUNTIME :
		       EXIT_OK;
}

/** entry_text_free() - free what entry_text_load() took */
void entry_text_free(struct entry_text *t)
{
	entry_decoder_free(&t->decoder);
	entry_paths_free(&t->paths);
	entry_alts_free(&t->alts);
}
