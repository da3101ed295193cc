/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_EXIT_CODE_H
#define PTISCOPE_TOOLS_EXIT_CODE_H

/**
 * enum exit_code - what every tool exits with
 * @EXIT_OK: it did what was asked, and what it checked is sound
 * @EXIT_RUNTIME: it failed, or found a fault
 * @EXIT_USAGE: the command line makes no sense
 * @EXIT_UNSUPPORTED: this kernel or guest lacks what is needed
 */
enum exit_code {
	EXIT_OK = 0,
	EXIT_RUNTIME = 1,
	EXIT_USAGE = 2,
	EXIT_UNSUPPORTED = 3,
};

#endif /* PTISCOPE_TOOLS_EXIT_CODE_H */
