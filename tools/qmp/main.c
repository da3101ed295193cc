// SPDX-License-Identifier: GPL-2.0-only
/*
 * Say one thing to a guest's QEMU.
 */
#include <argp.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/exit_code.h"
#include "lib/qmp.h"

/* About 15 s where the guest is mostly in the kernel */
#define USER_STOP_TRIES 2000

enum key {
	KEY_HMP = 256,
	KEY_USER_STOP,
	KEY_CPU,
	KEY_TIMEOUT,
};

/* What the command line asks for; NULL or 0 where it says nothing */
struct request {
	const char *socket;
	const char *command;
	const char *arguments;
	const char *hmp;
	bool user_stop;
	unsigned int cpu;
	unsigned int timeout_s;
};

static const struct argp_option options[] = {
	{ "hmp", KEY_HMP, "LINE", 0,
	  "Give LINE to the human monitor and print what it prints", 0 },
	{ "user-stop", KEY_USER_STOP, NULL, 0,
	  "Stop the guest while the CPU is in user mode", 0 },
	{ "cpu", KEY_CPU, "N", 0,
	  "The CPU that --hmp and --user-stop are about (0)", 0 },
	{ "timeout", KEY_TIMEOUT, "S", 0,
	  "Wait so many seconds for the socket (10)", 0 },
	{ 0 }
};

static unsigned int number(struct argp_state *state, const char *text)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || value > 1000000)
		argp_failure(state, EXIT_USAGE, 0, "'%s' is not a number",
			     text);
	return value;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct request *req = state->input;

	switch (key) {
	case KEY_HMP:
		req->hmp = arg;
		return 0;
	case KEY_USER_STOP:
		req->user_stop = true;
		return 0;
	case KEY_CPU:
		req->cpu = number(state, arg);
		return 0;
	case KEY_TIMEOUT:
		req->timeout_s = number(state, arg);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 2)
			argp_failure(state, EXIT_USAGE, 0,
				     "'%s' is one word too many", arg);
		*(const char **[]){ &req->socket, &req->command,
				    &req->arguments }[state->arg_num] = arg;
		return 0;
	case ARGP_KEY_END:
		if (!req->socket)
			argp_failure(state, EXIT_USAGE, 0, "which socket?");
		if (!!req->command + !!req->hmp + req->user_stop != 1)
			argp_failure(
				state, EXIT_USAGE, 0,
				"one of COMMAND, --hmp and --user-stop is needed");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int run_command(struct qmp *qmp, const struct request *req,
		       json_t *arguments)
{
	json_t *result;
	int ret = qmp_execute(qmp, req->command, arguments, &result);

	if (ret)
		return ret;
	if (json_dumpf(result, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY))
		ret = -EIO;
	putchar('\n');
	json_decref(result);
	return ret;
}

static int run_hmp(struct qmp *qmp, const struct request *req)
{
	char *text;
	int ret = qmp_hmp(qmp, req->hmp, req->cpu, &text);

	if (ret)
		return ret;
	fputs(text, stdout);
	free(text);
	return 0;
}

static int run(const struct request *req, json_t *arguments)
{
	struct qmp *qmp;
	int ret;

	ret = qmp_connect(&qmp, req->socket, req->timeout_s * 1000);
	if (ret) {
		json_decref(arguments);
		return EXIT_RUNTIME;
	}
	if (req->hmp)
		ret = run_hmp(qmp, req);
	else if (req->user_stop)
		ret = qmp_stop_in_user(qmp, req->cpu, USER_STOP_TRIES);
	else
		ret = run_command(qmp, req, arguments);
	qmp_close(qmp);
	if (fflush(stdout) || ferror(stdout)) {
		warn("can't write to standard output");
		ret = -EIO;
	}
	return ret ? EXIT_RUNTIME : EXIT_OK;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "SOCKET [COMMAND [JSON-ARGUMENTS]]",
		.doc = "Say one thing to a guest's QEMU, which listens on the socket of vm/run --qmp."
		       "\vWhat COMMAND returns is printed as JSON.  "
		       "Exit codes: 0 ok, 1 QEMU refused or did not answer, 2 wrong usage.",
	};
	struct request req = { .timeout_s = 10 };
	json_t *arguments = NULL;
	json_error_t error;

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &req);
	if (req.arguments) {
		arguments = json_loads(req.arguments, 0, &error);
		if (!json_is_object(arguments)) {
			warnx("the arguments are no JSON object: %s",
			      arguments ? req.arguments : error.text);
			json_decref(arguments);
			return EXIT_USAGE;
		}
	}
	return run(&req, arguments);
}
