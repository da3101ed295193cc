// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptiscope audit: the module's walk of a user page table -> table, CSV, JSON;
 * two such JSON files -> their difference.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "machine/env.h"
#include "base/log.h"
#include "base/opts.h"
#include "base/outfile.h"
#include "audit/reader.h"

/* The kernel's own limit on 64 bits */
#define PID_LIMIT 4194304

/** struct request - what the command line asks for */
struct request {
	uint64_t pid;
	const char *output;
	const char *csv;
	bool json;
	bool diff;
};

/** struct findings - everything that an audit needs at a time */
struct findings {
	struct audit audit;
	struct audit_list list;
	struct audit_regions regions;
};

static int parse(struct request *req, int argc, char **argv, int *first)
{
	const struct opt table[] = {
		{ .name = "pid",
		  .short_name = 'p',
		  .type = OPT_U64,
		  .dest = &req->pid,
		  .arg = "PID",
		  .help = "process or thread to look at (default: ptiscope itself)",
		  .min = 1,
		  .max = PID_LIMIT },
		{ .name = "output",
		  .short_name = 'o',
		  .type = OPT_STR,
		  .dest = &req->output,
		  .arg = "FILE",
		  .help = "write JSON to this file, for --diff" },
		{ .name = "csv",
		  .type = OPT_STR,
		  .dest = &req->csv,
		  .arg = "FILE",
		  .help = "write every mapping, one a line, to this file" },
		{ .name = "json",
		  .short_name = 'j',
		  .type = OPT_FLAG,
		  .dest = &req->json,
		  .help = "print JSON, no table" },
		{ .name = "diff",
		  .type = OPT_FLAG,
		  .dest = &req->diff,
		  .help = "compare two files of -o: the second minus the first" },
		{ 0 },
	};
	int stop = opts_parse(&command_audit, table, argc, argv, first);

	if (stop != OPTS_GO_ON)
		return stop;
	if (req->diff && argc - *first != 2)
		return opts_usage_error(&command_audit,
					"--diff needs two files");
	if (req->diff && (req->pid || req->output || req->csv))
		return opts_usage_error(&command_audit,
					"--diff goes with --json alone");
	if (!req->diff && *first < argc)
		return opts_usage_error(&command_audit, "what is '%s'?",
					argv[*first]);
	return OPTS_GO_ON;
}

static int compare(const struct audit *before, const struct audit *after,
		   bool json)
{
	struct audit_diff diff;
	int err = audit_compare(&diff, before, after);

	if (!err && json)
		err = audit_diff_save(&diff, before, after, stdout);
	else if (!err)
		audit_diff_print(&diff, before, after, stdout);
	audit_diff_deinit(&diff);
	return err ? EXIT_RUNTIME : EXIT_OK;
}

static int run_diff(char **files, bool json)
{
	struct audit before, after;
	int code = EXIT_RUNTIME;

	if (audit_load(&before, files[0]))
		return EXIT_RUNTIME;
	if (!audit_load(&after, files[1])) {
		code = compare(&before, &after, json);
		audit_deinit(&after);
	}
	audit_deinit(&before);
	return code;
}

/* An exit code, after one line on stderr where it is not EXIT_OK */
static int read_symbols(struct audit_symbols *symbols)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	int err = f ? audit_symbols_read(symbols, f) : -errno;

	if (f)
		fclose(f);
	if (err == -EACCES)
		log_error("/proc/kallsyms hides addresses: run as root, with "
			  "kernel.kptr_restrict below 2");
	else if (err)
		log_error("/proc/kallsyms does not name the entry text: "
			  "build the kernel with CONFIG_KALLSYMS=y");
	return err ? EXIT_UNSUPPORTED : EXIT_OK;
}

static int walk_failed(int err, uint64_t pid)
{
	switch (err) {
	case -ESRCH:
		log_error("no process %" PRIu64 " with memory of its own", pid);
		return EXIT_RUNTIME;
	case -EOPNOTSUPP:
		log_error("page-table isolation is off, so there is no user "
			  "page table: boot with pti=on");
		return EXIT_UNSUPPORTED;
	case -EPERM:
		log_error("the kernel is locked down: boot without lockdown");
		return EXIT_UNSUPPORTED;
	case -ENOTTY:
		log_error("the module has no audit: load that of this version");
		return EXIT_UNSUPPORTED;
	default:
		log_error("can't walk the page table: %s", strerror(-err));
		return EXIT_RUNTIME;
	}
}

static int collect(struct findings *f, const struct module_reader *reader,
		   const struct request *req)
{
	struct audit_symbols symbols;
	int code = read_symbols(&symbols);
	int err;

	if (code)
		return code;
	if (audit_regions_add_image(&f->regions, &symbols))
		return EXIT_RUNTIME;
	err = reader_audit_regions(reader, &symbols, &f->regions);
	if (!err)
		err = reader_audit_list(reader, (pid_t)req->pid, &f->list);
	if (err)
		return walk_failed(err, f->audit.pid);
	return audit_build(&f->audit, &f->list, &f->regions) ? EXIT_RUNTIME :
							       EXIT_OK;
}

/* 0 where it can't be read: the process may have ended meanwhile */
static uint64_t count_threads(uint64_t pid)
{
	char name[64], line[256];
	uint64_t threads = 0;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%" PRIu64 "/status", pid);
	f = fopen(name, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Threads: %" SCNu64, &threads) == 1)
			break;
	if (f)
		fclose(f);
	return threads;
}

static int describe(struct audit *audit, const struct request *req)
{
	struct env env;

	if (env_probe(&env))
		return EXIT_RUNTIME;
	snprintf(audit->kernel, sizeof(audit->kernel), "%s", env.kernel);
	audit->switch_mode = env.switch_mode;
	audit->marks = env.marks;
	audit->pid = req->pid ? req->pid : (uint64_t)getpid();
	audit->threads = count_threads(audit->pid);
	return EXIT_OK;
}

static int take(struct findings *f, const struct request *req)
{
	struct module_reader reader;
	int code;

	code = module_reader_need(&reader, "audit");
	if (code)
		return code;
	f->audit.cpus = reader.info.cpus;
	code = describe(&f->audit, req);
	if (!code)
		code = collect(f, &reader, req);
	module_reader_close(&reader);
	return code;
}

/*
 * Both files are whole under temporary names before the first gets its own.
 * They tell where the kernel is: for their owner alone.
 */
static int write_files(const struct findings *f, const struct request *req,
		       bool *to_stdout)
{
	struct outfile json = { 0 }, csv = { 0 };
	int err = 0;

	if (req->output)
		err = outfile_open_private(&json, NULL, req->output);
	if (!err && req->output)
		err = audit_save(&f->audit, json.f);
	if (!err && req->csv)
		err = outfile_open_private(&csv, NULL, req->csv);
	if (!err && req->csv)
		audit_csv(&f->list, &f->regions, csv.f);
	*to_stdout = json.is_stdout || csv.is_stdout;
	if (!err && req->output)
		err = outfile_commit(&json);
	if (!err && req->csv)
		err = outfile_commit(&csv);
	outfile_abort(&json);
	outfile_abort(&csv);
	return err ? EXIT_RUNTIME : EXIT_OK;
}

static int show(const struct findings *f, const struct request *req)
{
	bool to_stdout;
	int code = write_files(f, req, &to_stdout);

	if (!code && req->json && !to_stdout && audit_save(&f->audit, stdout))
		return EXIT_RUNTIME;
	if (!code && !req->json && !to_stdout)
		audit_print(&f->audit, stdout);
	if (audit_report_faults(&f->audit))
		code = EXIT_RUNTIME;
	return code;
}

static int run_audit(int argc, char **argv)
{
	struct request req = { 0 };
	struct findings f = { 0 };
	int first, code = parse(&req, argc, argv, &first);

	if (code != OPTS_GO_ON)
		return code;
	if (req.diff)
		return run_diff(argv + first, req.json);
	code = take(&f, &req);
	if (!code)
		code = show(&f, &req);
	audit_deinit(&f.audit);
	audit_regions_deinit(&f.regions);
	free(f.list.entry);
	return code;
}

const struct command command_audit = {
	.name = "audit",
	.summary = "list what the user page table maps of the kernel",
	.usage = "[options] | --diff FILE FILE",
	.details =
		"Walks the page table that a process runs on in user mode, by the module, and\n"
		"names each mapping of its kernel half. A mapping that is writable and executable,\n"
		"that user mode has access to, or that nothing explains is an error.",
	.run = run_audit,
};
