// SPDX-License-Identifier: GPL-2.0-only
/* One CPU for what is measured. */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "base/log.h"
#include "base/opts.h"
#include "base/pin.h"

/**
 * pin_to_cpu() - stay on one CPU from now on
 * @cmd: the command that measures, for messages
 * @cpu: the CPU, below CPU_SETSIZE, or PIN_LAST; out: which one it is
 *
 * Return: OPTS_GO_ON, or an exit code after one line on stderr: EXIT_USAGE where
 * this process may not use that CPU.
 */
int pin_to_cpu(const struct command *cmd, uint64_t *cpu)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set)) {
		log_error("can't read the CPUs allowed: %s", strerror(errno));
		return EXIT_RUNTIME;
	}
	if (*cpu == PIN_LAST) {
		for (*cpu = CPU_SETSIZE - 1;
		     *cpu > 0 && !CPU_ISSET(*cpu, &set);)
			--*cpu;
	}
	if (!CPU_ISSET(*cpu, &set))
		return opts_usage_error(cmd,
					"CPU %llu is not one that this process "
					"may use",
					(unsigned long long)*cpu);
	CPU_ZERO(&set);
	CPU_SET(*cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		log_error("can't stay on CPU %llu: %s",
			  (unsigned long long)*cpu, strerror(errno));
		return EXIT_RUNTIME;
	}
	return OPTS_GO_ON;
}
