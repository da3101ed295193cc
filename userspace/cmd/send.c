// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/exit_code.h"
#include "base/log.h"
#include "base/stop.h"
#include "cmd/send.h"

/**
 * send_failed() - say why they can't be sent
 * @send: what and where to
 * @err: negative errno
 *
 * Return: exit code, after one line on stderr.
 */
int send_failed(const struct send *send, int err)
{
	switch (err) {
	case -ENODEV:
		log_error("CPU %llu is not online",
			  (unsigned long long)send->cpu);
		return EXIT_RUNTIME;
	case -ENXIO:
		log_error("there is no other CPU to send %s from", send->what);
		return EXIT_UNSUPPORTED;
	case -ENOTTY:
		log_error("the module is too old to send %s", send->what);
		return EXIT_UNSUPPORTED;
	default:
		log_error("%s: %s", send->what, strerror(-err));
		return EXIT_RUNTIME;
	}
}

/** send_print() - print counters, one a line */
void send_print(const struct send_count *counts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%-8s %llu\n", counts[i].name,
		       (unsigned long long)counts[i].value);
}

/**
 * send_from_module() - open the module and send until it is done or the user ends it
 * @command: its name, for messages
 * @run: sends; returns an exit code
 * @opts: for @run
 *
 * Return: exit code, after one line on stderr where it is not EXIT_OK
 */
int send_from_module(const char *command,
		     int (*run)(const struct module_reader *r,
				const void *opts),
		     const void *opts)
{
	struct module_reader reader;
	int code = module_reader_need(&reader, command);

	if (code)
		return code;
	stop_init();
	code = run(&reader, opts);
	module_reader_close(&reader);
	return code;
}
