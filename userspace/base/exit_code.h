/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_EXIT_CODE_H
#define PTISCOPE_BASE_EXIT_CODE_H

/**
 * enum exit_code - what every command of ptiscope exits with
 * @EXIT_OK: it did what was asked
 * @EXIT_RUNTIME: it was asked something sensible and failed
 * @EXIT_USAGE: the command line makes no sense
 * @EXIT_UNSUPPORTED: this kernel, CPU or machine lacks what is needed
 * @EXIT_CONDITION: it did, and what --fail-if names is so
 */
enum exit_code {
	EXIT_OK = 0,
	EXIT_RUNTIME = 1,
	EXIT_USAGE = 2,
	EXIT_UNSUPPORTED = 3,
	EXIT_CONDITION = 4,
};

#endif /* PTISCOPE_BASE_EXIT_CODE_H */
