// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways as text, in order, so that those of two kernels can be compared.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "ways/ways.h"

static bool is_end(const struct step *step)
{
	return step->kind >= STEP_CALL;
}

static const char *symbol(const struct ways *w, uint64_t addr)
{
	const struct entry_symbol *s = entry_at(&w->text->model.k->text, addr);

	return s ? s->name : "?";
}

static const char *origin(const struct step *step)
{
	switch (step->origin) {
	case ORIGIN_USER:
		return "user mode";
	case ORIGIN_KERNEL:
		return "kernel";
	case ORIGIN_IRET:
		return "kernel at its IRET";
	}
	return step->home == TABLE_USER	  ? "kernel on the user table" :
	       step->home == TABLE_KERNEL ? "kernel on the kernel table" :
					    "kernel on either table";
}

static void print_begin(const struct ways *w, const struct step *step, FILE *f)
{
	const struct entry_path *path;

	if (step->kind == STEP_NONE) {
		fputs("lost its way", f);
		return;
	}
	if (step->kind == STEP_AFTER) {
		fputs(step->value ? symbol(w, step->value) : "a pointer", f);
		return;
	}
	path = &w->text->paths.all[step->value];
	fputs(path->inside ? path->from : path->name, f);
}

static void print_end(const struct ways *w, const struct step *step, FILE *f)
{
	static const char *const names[] = {
		[STEP_RETURN - STEP_CALL] = "RET",
		[STEP_SYSRET - STEP_CALL] = "SYSRET",
		[STEP_SYSEXIT - STEP_CALL] = "SYSEXIT",
		[STEP_IRET - STEP_CALL] = "IRET",
		[STEP_LOST - STEP_CALL] = "?",
	};

	if (step->kind == STEP_LOST && step->value)
		fputs(symbol(w, step->value), f);
	else if (step->kind == STEP_CALL)
		fputs(step->value ? symbol(w, step->value) : "a pointer", f);
	else
		fputs(names[step->kind - STEP_CALL], f);
	fprintf(f, ", %s", origin(step));
}

static void print_step(const struct ways *w, const struct step *step, FILE *f)
{
	static const char *const msrs[] = {
		[V_MSR_SPEC_CTRL] = " SPEC_CTRL",
		[V_MSR_PRED_CMD] = " PRED_CMD",
		[V_MSR_GS_BASE] = " GS_BASE",
	};
	static const char *const names[] = {
		[STEP_SWAPGS] = "SWAPGS", [STEP_WRGSBASE] = "WRGSBASE",
		[STEP_LFENCE] = "LFENCE", [STEP_VERW] = "VERW",
		[STEP_WRMSR] = "WRMSR",	  [STEP_CR3] = "CR3",
		[STEP_UNTRAIN] = "call",  [STEP_CALL_DEPTH] = "call-depth",
	};

	fprintf(f, " %s", names[step->kind]);
	if (step->kind == STEP_UNTRAIN)
		fprintf(f, " %s", symbol(w, step->value));
	else if (step->kind == STEP_WRMSR)
		fputs(step->value ? msrs[step->value] : " ?", f);
	else if (step->kind == STEP_CR3)
		fputs(step->value == V_CR3_USER	  ? " user" :
		      step->value == V_CR3_KERNEL ? " kernel" :
						    " ?",
		      f);
}

static void print_steps(const struct ways *w, uint32_t node, FILE *f)
{
	const struct way_node *n = &w->node[node];

	if (n->step.kind <= STEP_AFTER)
		return;
	print_steps(w, n->before, f);
	print_step(w, &n->step, f);
}

/* The way that ends at a node */
static bool make(struct way *way, const struct ways *w, uint32_t node)
{
	const struct way_node *end = &w->node[node];
	uint32_t first = end->before;
	size_t size;
	FILE *f;

	way->at = end->at;
	way->out = end->step.kind > STEP_RETURN &&
		   end->step.origin == ORIGIN_USER;
	while (w->node[first].step.kind > STEP_AFTER)
		first = w->node[first].before;
	f = open_memstream(&way->ends, &size);
	if (!f)
		return false;
	print_begin(w, &w->node[first].step, f);
	fputs(" -> ", f);
	print_end(w, &end->step, f);
	if (fclose(f))
		return false;
	f = open_memstream(&way->steps, &size);
	if (!f)
		return false;
	if (first == end->before)
		fputs(" -", f);
	print_steps(w, end->before, f);
	return !fclose(f);
}

static int by_text(const void *a, const void *b)
{
	const struct way *x = a, *y = b;
	int order = strcmp(x->ends, y->ends);

	return order ? order : strcmp(x->steps, y->steps);
}

/* What is the same as text is one: two vectors that lead to the same code */
static void unite(struct way_list *list)
{
	size_t kept = 0;

	for (size_t n = 0; n < list->count; n++) {
		struct way *way = &list->way[n];

		if (kept && !by_text(&list->way[kept - 1], way)) {
			free(way->ends);
			free(way->steps);
		} else {
			list->way[kept++] = *way;
		}
	}
	list->count = kept;
}

/**
 * way_list_make() - all ways as text, sorted
 * Return: EXIT_OK, EXIT_RUNTIME after one line on stderr; to be freed in any case
 */
int way_list_make(struct way_list *list, const struct ways *ways)
{
	*list = (struct way_list){ .way = calloc(ways->nodes,
						 sizeof(*list->way)) };
	for (uint32_t n = 1; list->way && n < ways->nodes; n++) {
		if (!is_end(&ways->node[n].step))
			continue;
		if (!make(&list->way[list->count++], ways, n)) {
			warn("ways");
			return EXIT_RUNTIME;
		}
	}
	if (!list->way) {
		warn("ways");
		return EXIT_RUNTIME;
	}
	qsort(list->way, list->count, sizeof(*list->way), by_text);
	unite(list);
	return EXIT_OK;
}

/** way_list_free() - free what way_list_make() took */
void way_list_free(struct way_list *list)
{
	for (size_t n = 0; n < list->count; n++) {
		free(list->way[n].ends);
		free(list->way[n].steps);
	}
	free(list->way);
}

/**
 * way_list_compare() - what only one of two kernels has
 * @tell: called for each, in order; may be NULL
 * Return: how many there are
 */
size_t way_list_compare(struct way_list *stock, struct way_list *own,
			way_difference *tell, void *context)
{
	size_t s = 0, o = 0, differences = 0;

	while (s < stock->count || o < own->count) {
		int order =
			s == stock->count ? 1 :
			o == own->count	  ? -1 :
					    by_text(&stock->way[s], &own->way[o]);

		if (order) {
			differences++;
			if (tell)
				tell(context,
				     order < 0 ? &stock->way[s] : &own->way[o],
				     order > 0);
		}
		s += order <= 0;
		o += order >= 0;
	}
	return differences;
}
