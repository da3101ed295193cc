// SPDX-License-Identifier: GPL-2.0-only
/*
 * Injection torture: at every instruction boundary of the ways into the kernel
 * and out of it, an NMI or a machine check.
 */
#include <argp.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/exit_code.h"
#include "inject/inject.h"

#define MAX_RESULTS 128
#define CONNECT_TIMEOUT_MS 30000
#define DEFAULT_TIMEOUT_S 20

/* Columns of --points */
#define POINTS_HEADER \
	"mode,path,event,part,address,nth,symbol,table,verified,outcome\n"

enum key {
	KEY_GDB = 256,
	KEY_QMP,
	KEY_VMLINUX,
	KEY_GUEST,
	KEY_GUEST32,
	KEY_PATH,
	KEY_EVENT,
	KEY_EVERY,
	KEY_PHASE,
	KEY_PLANT,
	KEY_POINTS,
	KEY_TAP,
	KEY_TIMEOUT,
	KEY_LIST,
};

/* The command line */
struct request {
	const char *gdb;
	const char *qmp;
	const char *vmlinux;
	const char *guest;
	const char *guest32;
	const char *path;
	const char *event;
	const char *plant;
	const char *output;
	const char *points;
	unsigned int every;
	unsigned int phase;
	unsigned int timeout_s;
	bool tap;
};

static const struct argp_option options[] = {
	{ "gdb", KEY_GDB, "SOCKET", 0, "Socket of vm/run --gdb", 0 },
	{ "qmp", KEY_QMP, "SOCKET", 0, "Socket of vm/run --qmp", 0 },
	{ "vmlinux", KEY_VMLINUX, "FILE", 0,
	  "The guest's kernel, booted with nokaslr", 0 },
	{ "guest", KEY_GUEST, "FILE", 0,
	  "inject-guest64, which runs in the guest", 0 },
	{ "guest32", KEY_GUEST32, "FILE", 0,
	  "inject-guest32, which the guest runs after it", 0 },
	{ "path", KEY_PATH, "NAME,...", 0,
	  "Only these paths (all but irq and syscall32)", 0 },
	{ "event", KEY_EVENT, "NAME,...", 0,
	  "Only these of nmi, mce and nested", 0 },
	{ "every", KEY_EVERY, "N", 0, "Only each N-th point of a path (1)", 0 },
	{ "phase", KEY_PHASE, "N", 0, "of them, the first: 0 to N-1 (0)", 0 },
	{ "plant", KEY_PLANT, "FAULT", 0,
	  "Plant a fault, which must be found: register (changed) or cr3 (not written)",
	  0 },
	{ "output", 'o', "FILE", 0, "Write the result as CSV", 0 },
	{ "points", KEY_POINTS, "FILE", 0, "Write every point as CSV", 0 },
	{ "tap", KEY_TAP, NULL, 0, "Print TAP instead of a table", 0 },
	{ "timeout", KEY_TIMEOUT, "S", 0,
	  "Seconds after which the guest is taken to hang (20)", 0 },
	{ "list", KEY_LIST, NULL, 0, "Print the names of the paths", 0 },
	{ 0 }
};

static unsigned int number(struct argp_state *state, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value > 1000000)
		argp_failure(state, EXIT_USAGE, 0, "'%s' is not a number",
			     text);
	return value;
}

/* Is @name, of @size letters, a word of the comma-separated @list? */
static bool listed(const char *list, const char *name)
{
	size_t size = strlen(name);

	for (const char *word = list; word; word = strchr(word, ',')) {
		word += *word == ',';
		if (!strncmp(word, name, size) &&
		    (word[size] == ',' || !word[size]))
			return true;
	}
	return false;
}

static bool known_path(const char *name)
{
	for (const struct path *p = paths; p->name; p++)
		if (listed(name, p->name))
			return true;
	return false;
}

/* Every word of the list must be known. */
static void check_list(struct argp_state *state, const char *list, bool events)
{
	char *copy = strdup(list);
	char *rest = copy;
	char *word;

	while (copy && (word = strsep(&rest, ","))) {
		bool known = false;

		for (int i = 0; events && i < EVENT_COUNT; i++)
			known |= !strcmp(word, event_names[i]);
		if (!events)
			known = *word && known_path(word);
		if (!known)
			argp_failure(state, EXIT_USAGE, 0,
				     "there is no %s '%s'",
				     events ? "event" : "path", word);
	}
	free(copy);
}

static void check_request(struct argp_state *state, const struct request *req)
{
	if (!req->gdb || !req->qmp || !req->vmlinux || !req->guest)
		argp_failure(state, EXIT_USAGE, 0,
			     "--gdb, --qmp, --vmlinux and --guest are needed");
	if (!req->every || req->phase >= req->every)
		argp_failure(state, EXIT_USAGE, 0,
			     "--every must be at least 1, --phase less");
	if (!req->timeout_s)
		argp_failure(state, EXIT_USAGE, 0,
			     "--timeout must be at least 1");
	if (req->plant && strcmp(req->plant, "register") &&
	    strcmp(req->plant, "cr3"))
		argp_failure(state, EXIT_USAGE, 0, "'%s' cannot be planted",
			     req->plant);
	if (req->path)
		check_list(state, req->path, false);
	if (req->event)
		check_list(state, req->event, true);
}

/* Where the argument of an option goes that is taken as it is, or NULL */
static const char **text_option(struct request *req, int key)
{
	switch (key) {
	case KEY_GDB:
		return &req->gdb;
	case KEY_QMP:
		return &req->qmp;
	case KEY_VMLINUX:
		return &req->vmlinux;
	case KEY_GUEST:
		return &req->guest;
	case KEY_GUEST32:
		return &req->guest32;
	case KEY_PATH:
		return &req->path;
	case KEY_EVENT:
		return &req->event;
	case KEY_PLANT:
		return &req->plant;
	case KEY_POINTS:
		return &req->points;
	case 'o':
		return &req->output;
	}
	return NULL;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct request *req = state->input;
	const char **text = text_option(req, key);

	if (text) {
		*text = arg;
		return 0;
	}
	switch (key) {
	case KEY_EVERY:
		req->every = number(state, arg);
		return 0;
	case KEY_PHASE:
		req->phase = number(state, arg);
		return 0;
	case KEY_TAP:
		req->tap = true;
		return 0;
	case KEY_TIMEOUT:
		req->timeout_s = number(state, arg);
		return 0;
	case KEY_LIST:
		for (const struct path *p = paths; p->name; p++)
			puts(p->name);
		exit(EXIT_OK);
	case ARGP_KEY_ARG:
		argp_failure(state, EXIT_USAGE, 0, "what is '%s'?", arg);
		return 0;
	case ARGP_KEY_END:
		check_request(state, req);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static bool wanted(const struct request *req, const struct path *path,
		   int program)
{
	if (path->program != program)
		return false;
	if (req->path)
		return listed(req->path, path->name);
	/* These need a guest of their own. */
	return strcmp(path->name, "irq") && strcmp(path->name, "syscall32");
}

/**
 * struct run - a run of the tool
 * @req: what was asked for
 * @session: the guest
 * @torture: how
 * @program: the programs for 64 and 32 bits
 * @result: @count of them
 */
struct run {
	const struct request *req;
	struct session session;
	struct torture torture;
	struct program program[2];
	struct result result[MAX_RESULTS];
	size_t count;
};

/* One path with all its events.  A path that is not taken is a result, too. */
static int run_path(struct run *run, const struct path *path)
{
	struct trace trace;
	int ret = trace_path(&run->session, path, &trace);

	for (int event = 0; event < EVENT_COUNT; event++) {
		if (!(path->events & (1U << event)) || run->torture.dead)
			continue;
		if (run->req->event &&
		    !listed(run->req->event, event_names[event]))
			continue;
		if (run->count == MAX_RESULTS) {
			warnx("too many results");
			ret = -E2BIG;
			break;
		}
		run->result[run->count] =
			(struct result){ .path = path, .event = event };
		if (!ret) {
			run->torture.plant = run->req->plant;
			ret = torture_path(&run->torture, path, &trace, event,
					   &run->result[run->count]);
		}
		run->count++;
	}
	trace_free(&trace);
	/* The guest may be anywhere, but sound: the other paths can be tried. */
	return ret == -ENXIO ? session_idle(&run->session) : ret;
}

static int run_program(struct run *run, int bits)
{
	struct program *program = &run->program[bits == 32];
	int ret = 0;

	for (const struct path *p = paths; p->name; p++) {
		if (!wanted(run->req, p, bits))
			continue;
		if (run->session.program != program)
			ret = session_begin(&run->session, program);
		if (!ret)
			ret = run_path(run, p);
		if (ret || run->torture.dead)
			return ret;
	}
	/* Without a path of its own it is let pass. */
	if (run->session.program != program)
		ret = session_begin(&run->session, program);
	return ret ? ret : session_end_program(&run->session);
}

static int open_program(struct program *program, const char *file)
{
	int ret = ksyms_open(&program->syms, file);

	if (!ret)
		ret = ksyms_need(program->syms, "inject_control",
				 &program->control);
	if (!ret)
		ret = ksyms_need(program->syms, "round_ok", &program->ok);
	if (!ret)
		ret = ksyms_need(program->syms, "round_bad", &program->bad);
	return ret;
}

static int open_all(struct run *run)
{
	struct session *s = &run->session;
	const struct request *req = run->req;
	int ret;

	ret = ksyms_open(&s->kernel, req->vmlinux);
	if (!ret)
		ret = ksyms_need(s->kernel, "panic", &s->panic);
	if (!ret)
		ret = ksyms_need(s->kernel, "oops_enter", &s->oops);
	if (!ret)
		ret = ksyms_need(s->kernel, "asm_exc_nmi", &s->nmi);
	if (!ret)
		ret = ksyms_need(s->kernel, "asm_exc_machine_check", &s->mce);
	if (!ret)
		ret = open_program(&run->program[0], req->guest);
	if (!ret && req->guest32)
		ret = open_program(&run->program[1], req->guest32);
	if (!ret)
		ret = qmp_connect(&s->qmp, req->qmp, CONNECT_TIMEOUT_MS);
	if (!ret)
		ret = gdb_connect(&s->gdb, req->gdb, CONNECT_TIMEOUT_MS);
	return ret;
}

static void close_all(struct run *run)
{
	gdb_close(run->session.gdb);
	qmp_close(run->session.qmp);
	ksyms_close(run->program[0].syms);
	ksyms_close(run->program[1].syms);
	ksyms_close(run->session.kernel);
}

/*
 * A regular file under a name that can't be guessed until it is whole; a device or a
 * pipe is written to, and has no @temporary.
 */
static FILE *begin_file(const char *name, char **temporary)
{
	mode_t mask = umask(0);
	struct stat st;
	FILE *f = NULL;
	int fd;

	umask(mask);
	*temporary = NULL;
	if (!stat(name, &st) && !S_ISREG(st.st_mode)) {
		f = fopen(name, "w");
	} else if (asprintf(temporary, "%s.tmp.XXXXXX", name) < 0) {
		*temporary = NULL;
	} else {
		fd = mkostemp(*temporary, O_CLOEXEC);
		f = fd < 0 || fchmod(fd, 0666 & ~mask) ? NULL : fdopen(fd, "w");
	}
	if (!f)
		warn("can't write %s", name);
	return f;
}

static int end_file(FILE *f, const char *name, char *temporary)
{
	int err = ferror(f) | fclose(f);

	if (!err && temporary)
		err = rename(temporary, name);
	if (err) {
		warn("can't write %s", name);
		if (temporary)
			unlink(temporary);
	}
	free(temporary);
	return err ? -EIO : 0;
}

static int write_csv(const struct run *run)
{
	char *temporary;
	FILE *f = begin_file(run->req->output, &temporary);

	if (!f)
		return -EIO;
	report_csv(f, run->session.mode, run->result, run->count);
	return end_file(f, run->req->output, temporary);
}

static bool all_survived(const struct run *run)
{
	for (size_t i = 0; i < run->count; i++)
		if (!run->result[i].points || run->result[i].missed ||
		    run->result[i].survived != run->result[i].points)
			return false;
	return run->count && !run->torture.dead;
}

static int run_all(struct run *run)
{
	char *temporary = NULL;
	int ret = 0;

	if (run->req->points) {
		run->torture.points = begin_file(run->req->points, &temporary);
		if (!run->torture.points)
			return -EIO;
		/* Who looks on sees how far it is. */
		setvbuf(run->torture.points, NULL, _IOLBF, 0);
		fputs(POINTS_HEADER, run->torture.points);
	}
	ret = run_program(run, 64);
	if (!ret && !run->torture.dead && run->req->guest32)
		ret = run_program(run, 32);
	if (ret == -EPIPE || ret == -ETIMEDOUT)
		warnx("the guest is gone");
	else if (ret && !session_idle(&run->session))
		session_end_program(&run->session);
	if (run->torture.points)
		ret |= end_file(run->torture.points, run->req->points,
				temporary);
	if (run->req->output)
		ret |= write_csv(run);
	if (run->req->tap)
		report_tap(stdout, &run->session, run->result, run->count);
	else
		report_table(stdout, run->session.mode, run->result,
			     run->count);
	return ret;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Inject an NMI or a machine check at every instruction boundary of the ways into the kernel and out of it, into a guest that runs inject-guest64."
		       "\vExit codes: 0 all points survived, 1 not, 2 wrong usage.",
	};
	struct request req = { .every = 1, .timeout_s = DEFAULT_TIMEOUT_S };
	struct run *run = calloc(1, sizeof(*run));
	int ret;

	if (!run)
		err(EXIT_RUNTIME, "no memory");
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &req);
	run->req = &req;
	run->torture.session = &run->session;
	run->torture.every = req.every;
	run->torture.phase = req.phase;
	run->session.timeout_ms = req.timeout_s * 1000;
	ret = open_all(run);
	if (!ret)
		ret = run_all(run);
	close_all(run);
	if (fflush(stdout) || ferror(stdout)) {
		warn("can't write to standard output");
		ret = -EIO;
	}
	ret = ret || !all_survived(run) ? EXIT_RUNTIME : EXIT_OK;
	free(run);
	return ret;
}
