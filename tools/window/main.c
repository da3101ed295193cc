// SPDX-License-Identifier: GPL-2.0-only
/*
 * window-check: does the kernel touch nothing but what the user page table maps
 * while that is loaded?
 */
#include <argp.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "window/window.h"

enum key {
	KEY_MODE = 256,
	KEY_MARKS,
	KEY_IMAGE,
	KEY_LIST,
};

struct request {
	const char *vmlinux;
	char *image;
	uint64_t image_address;
	struct entry_config config;
	bool list;
};

static const struct argp_option options[] = {
	{ "mode", KEY_MODE, "early|late", 0,
	  "The kernel is booted with pti_switch=MODE (early)", 0 },
	{ "marks", KEY_MARKS, "on|off", 0,
	  "The kernel is booted with pti_marks=MARKS (off)", 0 },
	{ "image", KEY_IMAGE, "FILE@ADDRESS", 0,
	  "Go by the bytes of FILE, the entry text of a booted kernel whose first byte is at the run-time ADDRESS, and not by the alternatives of VMLINUX",
	  0 },
	{ "list", KEY_LIST, NULL, 0,
	  "Show every instruction with its page, the data it uses and its target",
	  0 },
	{ 0 }
};

static const char doc[] =
	"Follow every path from an entry into the kernel to the write of CR3 that "
	"loads the kernel page table, and from the one that loads the user page "
	"table to user mode, and check that each instruction, its data and its "
	"target lie in what the user page table maps."
	"\v"
	"PTI is on, FRED and Xen PV are off; of any other CPU feature both sides of "
	"an alternative are followed.  Addresses are those of VMLINUX.  A line "
	"'ADDRESS symbol+offset: what and why' names what is wrong.\n\n"
	"In late mode every reachable write of CR3 must be in a function "
	"pti_enter_* or pti_exit_*, in early mode none.\n\n"
	"Exit code: 0 nothing is wrong, 1 something is, or the check failed, "
	"2 usage, 3 the kernel lacks what the check needs.";

static void choose(struct argp_state *state, const char *name, const char *text,
		   const char *no, const char *yes, bool *value)
{
	if (strcmp(text, no) != 0 && strcmp(text, yes) != 0)
		argp_failure(state, EXIT_USAGE, 0, "--%s: '%s' is not %s or %s",
			     name, text, no, yes);
	*value = !strcmp(text, yes);
}

static void set_image(struct argp_state *state, struct request *req, char *arg)
{
	req->image = arg;
	if (!entry_image_option(arg, &req->image_address))
		argp_failure(state, EXIT_USAGE, 0,
			     "--image: '%s' is not FILE@ADDRESS", arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct request *req = state->input;

	switch (key) {
	case KEY_MODE:
		choose(state, "mode", arg, "early", "late", &req->config.late);
		return 0;
	case KEY_MARKS:
		choose(state, "marks", arg, "off", "on", &req->config.marks);
		return 0;
	case KEY_IMAGE:
		set_image(state, req, arg);
		return 0;
	case KEY_LIST:
		req->list = true;
		return 0;
	case ARGP_KEY_ARG:
		if (req->vmlinux)
			argp_failure(state, EXIT_USAGE, 0, "one VMLINUX");
		req->vmlinux = arg;
		return 0;
	case ARGP_KEY_END:
		if (!req->vmlinux)
			argp_failure(state, EXIT_USAGE, 0, "no VMLINUX");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* Each instruction of the image that was met must be one that vmlinux allows. */
static int compare(struct entry_text *booted, struct window_report *report)
{
	const struct entry_kernel *k = booted->model.k;
	const struct entry_decoder *d = &booted->decoder;
	struct entry_kernel built = *k;
	struct entry_text model;
	int code;

	built.image = NULL;
	built.slide = 0;
	code = entry_text_load(&model, &built, &booted->model.config);
	for (size_t n = 0; code == EXIT_OK && n < d->count; n++)
		if (!window_agrees(&model.decoder, d->insns[n], k->slide))
			window_report_fault(
				report, d->insns[n],
				"%s: not what vmlinux and its alternatives have there",
				d->insns[n]->text);
	entry_text_free(&model);
	return code;
}

/* What sees the walk */
struct look {
	const struct entry_text *text;
	struct window_report *report;
};

/* To which line of the report an instruction belongs */
static int group(const struct look *look, const struct entry_state *s)
{
	char name[ENTRY_NAME_MAX];

	if (s->phase == PHASE_ENTRY)
		return window_report_group(look->report, KIND_ENTRY,
					   look->text->paths.all[s->path].name);
	if (s->phase == PHASE_INSIDE)
		return window_report_group(look->report, KIND_INSIDE, "");
	entry_name(&look->text->model.k->text, s->exit_by, name);
	name[strcspn(name, "+")] = '\0';
	return window_report_group(look->report, KIND_EXIT, name);
}

static int visit(void *context, const struct entry_insn *i,
		 struct entry_state *s)
{
	const struct look *look = context;
	int ret = group(look, s);

	return ret   ?:
		       window_report_insn(look->report, i, s,
					  window_rules(&look->text->model,
						       look->report, s, i));
}

static void fault(void *context, const struct entry_insn *i, const char *what)
{
	const struct look *look = context;

	window_report_fault(look->report, i, "%s", what);
}

/* Everything is loaded: walk, and say what was seen. */
static int check(struct entry_text *text, bool list)
{
	struct window_report *report = window_report_new(&text->model, list);
	struct look look = { .text = text, .report = report };
	const struct entry_visitor visitor = { .context = &look,
					       .visit = visit,
					       .fault = fault };
	int code;

	if (!report) {
		warn("report");
		return EXIT_RUNTIME;
	}
	code = entry_walk(text, &visitor);
	if (code == EXIT_OK && text->model.k->image)
		code = compare(text, report);
	if (code == EXIT_OK)
		code = window_report_print(report);
	window_report_free(report);
	return code;
}

static int run(const struct request *req)
{
	struct entry_text text = { 0 };
	struct entry_kernel k;
	int code = entry_kernel_open(&k, req->vmlinux);

	if (code == EXIT_OK && req->image)
		code = entry_kernel_image(&k, req->image, req->image_address);
	if (code == EXIT_OK)
		code = entry_text_load(&text, &k, &req->config);
	if (code == EXIT_OK)
		code = check(&text, req->list);
	entry_text_free(&text);
	entry_kernel_close(&k);
	return code;
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, parse, "VMLINUX", doc,
					  NULL,	   NULL,  NULL };
	struct request req = { 0 };

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &req);
	return run(&req);
}
