// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line of orc-check.
 */
#include <argp.h>

#include "lib/exit_code.h"
#include "orc/check.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
	const char **path = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (*path)
			argp_failure(state, EXIT_USAGE, 0,
				     "'%s' is one word too many", arg);
		*path = arg;
		return 0;
	case ARGP_KEY_END:
		if (!*path)
			argp_failure(state, EXIT_USAGE, 0, "which vmlinux?");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse,
		.args_doc = "VMLINUX",
		.doc = "Check what the ORC tables of a kernel say of the late CR3 switch.\v"
		       "Prints one line for each fault and a sum.  Exit codes: 0 no fault, "
		       "1 faults or an unreadable file, 2 usage, 3 this kernel has no late switch.",
	};
	const char *path = NULL;

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &path);
	return orc_check(path);
}
