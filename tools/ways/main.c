// SPDX-License-Identifier: GPL-2.0-only
/*
 * ways-check: does a kernel execute on each way in and out of it what another one
 * does, of all that mitigations and the switch of page tables are made of?
 */
#include <argp.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "ways/ways.h"

enum key {
	KEY_SET = 256,
	KEY_MODE,
	KEY_MARKS,
	KEY_IMAGE,
	KEY_LIST,
	KEY_PLANT,
};

/* Of mode and marks: these bits, or both */
enum choice {
	CHOICE_NO = 1,
	CHOICE_YES = 2,
	CHOICE_BOTH = 3,
};

struct request {
	const char *stock;
	const char *vmlinux;
	const char *set;
	char *image;
	uint64_t image_address;
	unsigned int late;
	unsigned int marks;
	bool list;
	bool plant;
};

static const struct argp_option options[] = {
	{ "set", KEY_SET, "NAME", 0, "Only this CPU and its mitigations (all)",
	  0 },
	{ "mode", KEY_MODE, "early|late", 0, "Only pti_switch=MODE (both)", 0 },
	{ "marks", KEY_MARKS, "on|off", 0, "Only pti_marks=MARKS (both)", 0 },
	{ "image", KEY_IMAGE, "FILE@ADDRESS", 0,
	  "Take the entry text of VMLINUX from FILE, that of a booted kernel, whose first byte is at the run-time ADDRESS; with --set, --mode and --marks of that boot",
	  0 },
	{ "list", KEY_LIST, NULL, 0,
	  "Show every way of VMLINUX, and what is planted", 0 },
	{ "plant", KEY_PLANT, NULL, 0,
	  "Plant faults in VMLINUX, one after the other, in memory: each must be found",
	  0 },
	{ 0 }
};

static const char doc[] =
	"Follow every way into the kernel and out of it, from an entry to the first "
	"C function, from one to the next, and from the last to user mode, and "
	"compare what is executed there of SWAPGS, WRGSBASE, LFENCE, VERW, WRMSR, "
	"writes of CR3, and what clears branch predictors, in order: each mode of "
	"VMLINUX against STOCK, with the same CPU and mitigations."
	"\v"
	"With marks on, an LFENCE right before RDTSC does not count.  A line "
	"'+ WAY: STEPS' is of what only VMLINUX does, '- WAY: STEPS' of what only "
	"STOCK does.\n\n"
	"Exit code: 0 no difference, with --plant every fault was found; 1 "
	"otherwise, or the check failed, 2 usage, 3 the kernel lacks what the check "
	"needs.";

static unsigned int choose(struct argp_state *state, const char *name,
			   const char *text, const char *no, const char *yes)
{
	if (strcmp(text, no) != 0 && strcmp(text, yes) != 0)
		argp_failure(state, EXIT_USAGE, 0, "--%s: '%s' is not %s or %s",
			     name, text, no, yes);
	return strcmp(text, yes) ? CHOICE_NO : CHOICE_YES;
}

static void choose_set(struct argp_state *state, struct request *req,
		       const char *arg)
{
	req->set = arg;
	for (const struct feature_set *s = feature_sets; s->name; s++)
		if (!strcmp(s->name, arg))
			return;
	fprintf(stderr, "%s: --set: no '%s' among", state->name, arg);
	for (const struct feature_set *s = feature_sets; s->name; s++)
		fprintf(stderr, " %s", s->name);
	fputc('\n', stderr);
	exit(EXIT_USAGE);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct request *req = state->input;

	switch (key) {
	case KEY_SET:
		choose_set(state, req, arg);
		return 0;
	case KEY_MODE:
		req->late = choose(state, "mode", arg, "early", "late");
		return 0;
	case KEY_MARKS:
		req->marks = choose(state, "marks", arg, "off", "on");
		return 0;
	case KEY_IMAGE:
		req->image = arg;
		if (!entry_image_option(arg, &req->image_address))
			argp_failure(state, EXIT_USAGE, 0,
				     "--image: '%s' is not FILE@ADDRESS", arg);
		return 0;
	case KEY_LIST:
		req->list = true;
		return 0;
	case KEY_PLANT:
		req->plant = true;
		return 0;
	case ARGP_KEY_ARG:
		if (req->vmlinux)
			argp_failure(state, EXIT_USAGE, 0,
				     "'%s' is one word too many", arg);
		else if (req->stock)
			req->vmlinux = arg;
		else
			req->stock = arg;
		return 0;
	case ARGP_KEY_END:
		if (!req->vmlinux)
			argp_failure(state, EXIT_USAGE, 0,
				     "STOCK and VMLINUX are needed");
		if (req->image && (!req->set || req->late == CHOICE_BOTH ||
				   req->marks == CHOICE_BOTH || req->plant))
			argp_failure(
				state, EXIT_USAGE, 0,
				"--image goes with --set, --mode and --marks, and without --plant");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* Load a kernel whose alternatives depend on nothing that the sets leave out. */
static int load(struct entry_text *text, const struct entry_kernel *k,
		const struct entry_config *config)
{
	int code = entry_text_load(text, k, config);

	for (size_t n = 0; code == EXIT_OK && n < text->alts.feature_count;
	     n++) {
		uint16_t feature = text->alts.feature[n];

		if (feature_is_in_a_set(feature))
			continue;
		warnx("no set has feature %d*32+%d, which alternatives depend on",
		      feature / 32, feature % 32);
		code = EXIT_UNSUPPORTED;
	}
	return code;
}

/* The ways of a text that is loaded, as it is now */
static int list_ways(struct entry_text *text, struct plants *plants,
		     struct way_list *list)
{
	struct ways ways;
	int code =
		ways_collect(&ways, text, plants ? plants_note : NULL, plants);

	*list = (struct way_list){ 0 };
	if (code == EXIT_OK && plants && plants_starts(plants, &ways))
		code = EXIT_RUNTIME;
	if (code == EXIT_OK)
		code = way_list_make(list, &ways);
	ways_free(&ways);
	return code;
}

static void print_difference(void *context, struct way *way, bool own)
{
	const struct entry_kernel *k = context;
	char name[ENTRY_NAME_MAX];

	printf("%c %s:%s", own ? '+' : '-', way->ends, way->steps);
	if (own)
		printf("  (to %s)", entry_name(&k->text, way->at, name));
	putchar('\n');
}

static void note_difference(void *context, struct way *way, bool own)
{
	struct way_list *stock = context;

	(void)own;
	for (size_t n = 0; n < stock->count; n++)
		if (!strcmp(stock->way[n].ends, way->ends))
			stock->way[n].seen = true;
}

struct check {
	const struct request *req;
	struct entry_kernel stock_kernel;
	struct entry_kernel kernel;
	struct way_list stock;
	const struct feature_set *set;
};

static void print_case(const struct check *c, const struct entry_config *config)
{
	printf("%s, marks %s, %s: ", config->late ? "late" : "early",
	       config->marks ? "on" : "off", c->set->name);
}

static int report_plants(const struct check *c,
			 const struct entry_config *config,
			 const size_t *planted, const size_t *found)
{
	size_t exits = 0, seen = 0;
	int code = EXIT_OK;

	print_case(c, config);
	for (int kind = 0; kind < PLANT_KINDS; kind++) {
		printf("%s%zu of %zu %s", kind ? ", " : "", found[kind],
		       planted[kind], plant_name(kind));
		if (found[kind] != planted[kind] || !planted[kind])
			code = EXIT_RUNTIME;
	}
	for (size_t n = 0; n < c->stock.count; n++) {
		exits += c->stock.way[n].out;
		seen += c->stock.way[n].out && c->stock.way[n].seen;
	}
	printf(" found, on %zu of %zu ways out\n", seen, exits);
	for (size_t n = 0; n < c->stock.count; n++)
		if (c->stock.way[n].out && !c->stock.way[n].seen)
			printf("no fault planted on %s:%s\n",
			       c->stock.way[n].ends, c->stock.way[n].steps);
	return seen == exits ? code : EXIT_RUNTIME;
}

/* The ways with a fault, which is then taken out */
static int list_planted(struct check *c, struct entry_text *text,
			const struct plant *p, struct way_list *list)
{
	struct entry_config config = text->model.config;
	uint8_t sound[PLANT_BYTES];
	int code;

	memcpy(sound, entry_file_bytes(&c->kernel, p->src, p->len), p->len);
	entry_patch(&c->kernel, p->src, p->bytes, p->len);
	if (p->start) {
		entry_text_free(text);
		code = entry_text_load(text, &c->kernel, &config);
	} else {
		code = entry_text_reread(text);
	}
	if (code == EXIT_OK)
		code = list_ways(text, NULL, list);
	entry_patch(&c->kernel, p->src, sound, p->len);
	if (code == EXIT_OK && p->start) {
		entry_text_free(text);
		code = entry_text_load(text, &c->kernel, &config);
	}
	return code;
}

static int try_plants(struct check *c, struct entry_text *text,
		      const struct plants *plants)
{
	size_t planted[PLANT_KINDS] = { 0 }, found[PLANT_KINDS] = { 0 };

	for (size_t n = 0; n < plants->count; n++) {
		const struct plant *p = &plants->all[n];
		char name[ENTRY_NAME_MAX];
		bool seen;
		struct way_list list = { 0 };
		int code = list_planted(c, text, p, &list);

		if (code != EXIT_OK)
			return code;
		seen = way_list_compare(&c->stock, &list, note_difference,
					&c->stock);
		planted[p->kind]++;
		found[p->kind] += seen;
		if (!seen || c->req->list)
			printf("%016lx %s: %s, %s\n", (unsigned long)p->at,
			       entry_name(&c->kernel.text, p->at, name),
			       plant_name(p->kind),
			       seen ? "found" : "not found");
		way_list_free(&list);
	}
	return report_plants(c, &text->model.config, planted, found);
}

static int check_mode(struct check *c, const struct entry_config *config)
{
	struct plants plants = { 0 };
	struct entry_text text;
	struct way_list own = { 0 };
	size_t differences;
	int code = load(&text, &c->kernel, config);

	if (code == EXIT_OK)
		code = list_ways(&text, c->req->plant ? &plants : NULL, &own);
	if (code == EXIT_OK) {
		differences = way_list_compare(&c->stock, &own, NULL, NULL);
		print_case(c, config);
		printf("%zu ways, %zu difference%s\n", own.count, differences,
		       differences == 1 ? "" : "s");
		way_list_compare(&c->stock, &own, print_difference, &c->kernel);
		for (size_t n = 0; c->req->list && n < own.count; n++)
			printf("  %s:%s\n", own.way[n].ends, own.way[n].steps);
		if (differences)
			code = EXIT_RUNTIME;
		else if (c->req->plant)
			code = try_plants(c, &text, &plants);
	}
	way_list_free(&own);
	entry_text_free(&text);
	free(plants.all);
	return code;
}

/* Every mode with one CPU; a difference does not end the rest. */
static int check_set(struct check *c)
{
	struct entry_config config = { .features = c->set->on };
	struct entry_text text;
	int code = load(&text, &c->stock_kernel, &config), worst;

	if (code == EXIT_OK)
		code = list_ways(&text, NULL, &c->stock);
	worst = code;
	for (int mode = 0; mode < 4 && code == EXIT_OK; mode++) {
		config.late = mode & 1;
		config.marks = mode & 2;
		if (!(c->req->late & 1U << config.late) ||
		    !(c->req->marks & 1U << config.marks))
			continue;
		code = check_mode(c, &config);
		worst = code > worst ? code : worst;
		if (code == EXIT_RUNTIME)
			code = EXIT_OK;
	}
	way_list_free(&c->stock);
	c->stock = (struct way_list){ 0 };
	entry_text_free(&text);
	return worst;
}

static int run(const struct request *req)
{
	struct check c = { .req = req };
	int code = entry_kernel_open(&c.stock_kernel, req->stock), worst;

	if (code == EXIT_OK)
		code = entry_kernel_open(&c.kernel, req->vmlinux);
	if (code == EXIT_OK && req->image)
		code = entry_kernel_image(&c.kernel, req->image,
					  req->image_address);
	worst = code;
	for (c.set = feature_sets; c.set->name && code == EXIT_OK; c.set++) {
		if (req->set && strcmp(req->set, c.set->name) != 0)
			continue;
		code = check_set(&c);
		worst = code > worst ? code : worst;
		/* A difference does not end the rest. */
		if (code == EXIT_RUNTIME)
			code = EXIT_OK;
	}
	entry_kernel_close(&c.kernel);
	entry_kernel_close(&c.stock_kernel);
	if (fflush(stdout) || ferror(stdout)) {
		warnx("the report is not complete");
		return EXIT_RUNTIME;
	}
	return worst;
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, parse, "STOCK VMLINUX",
					  doc,	   NULL,  NULL,
					  NULL };
	struct request req = { .late = CHOICE_BOTH, .marks = CHOICE_BOTH };

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &req);
	return run(&req);
}
