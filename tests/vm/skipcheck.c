// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that skip the switch: are their answers right, and is none skipped that
 * somebody should see?  TAP; needs root.
 *
 *	skipcheck [CALLS [PART|all [wrong|missed]]]
 *
 * CALLS: about so many, of all parts together (default 100000)
 * wrong, missed: plant a fault, which the checks must find
 *
 * With SKIPCHECK_EXPECT=on in the environment it is a failure that no call was skipped.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skipcheck.h"
#include "tap.h"

/* Where exec'd programs find the tally */
#define TALLY_FD 100

/*
 * @share: of all calls, in percent
 * @needs: a file without which it can't be done
 */
static const struct part {
	const char *name;
	void (*check)(unsigned long n);
	unsigned int share;
	const char *needs;
} parts[] = {
	{ "migrate", ids_migrate, 40, NULL },
	{ "hotplug", ids_hotplug, 8, "/sys/devices/system/cpu/cpu1/online" },
	{ "fork", ids_fork, 4, NULL },
	{ "exec", ids_exec, 4, NULL },
	{ "credentials", ids_credentials, 10, NULL },
	{ "user-namespace", ids_user_namespace, 4, "/proc/self/uid_map" },
	{ "overflow-uid", ids_overflow, 2, "/proc/self/uid_map" },
	{ "pid-namespace", ids_pid_namespace, 2, "/proc/self/ns/pid" },
	{ "seccomp", seen_seccomp, 8, NULL },
	{ "tracer", seen_tracer, 2, NULL },
	{ "emulator", seen_emulator, 2, NULL },
	{ "dispatch", seen_dispatch, 2, NULL },
	{ "tracepoint", seen_tracepoint, 4,
	  "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id" },
	{ "registers", seen_registers, 6, NULL },
	{ "single-step", seen_single_step, 2, NULL },
};

static void check_part(struct tap *tap, const struct part *part,
		       unsigned long n)
{
	unsigned long before = skips_read();

	if (part->needs && access(part->needs, F_OK)) {
		printf("ok %u - %s # SKIP there is no %s\n", ++tap->count,
		       part->name, part->needs);
		return;
	}
	tally->calls = tally->wrong = tally->missed = tally->broken = 0;
	part->check(n * part->share / 100);
	tap_ok(tap,
	       !tally->wrong && !tally->missed && !tally->broken &&
		       tally->calls,
	       "%s: %lu calls, %lu skipped, %lu wrong, %lu missed, %lu broken",
	       part->name, tally->calls, skips_read() - before, tally->wrong,
	       tally->missed, tally->broken);
}

/* Where calls are meant to be skipped, what was checked must have been. */
static void check_skipped(struct tap *tap, bool known, unsigned long skipped,
			  unsigned long total)
{
	const char *expect = getenv("SKIPCHECK_EXPECT");

	if (expect && !strcmp(expect, "on"))
		tap_ok(tap, known && skipped, "calls were skipped");
	if (known)
		printf("# %lu calls, %lu of them skipped\n", total, skipped);
	else
		printf("# %lu calls; nobody can tell how many were skipped: no marks, no module, or no pti_skip=on\n",
		       total);
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	const char *which = argc > 2 ? argv[2] : "all";
	const char *plant = argc > 3 ? argv[3] : "";
	unsigned long total = 0, before;
	struct tap tap = { 0 };
	struct ids ids;
	bool known;
	int fd;

	if (argc == 2 + CALLS && !strcmp(argv[1], "--after-exec"))
		return tally_join(TALLY_FD) ? 1 : ids_after_exec(argv + 2);
	fd = tally_create();
	if (geteuid() || fd < 0 || dup2(fd, TALLY_FD) != TALLY_FD) {
		printf("1..0 # SKIP %s\n",
		       fd < 0 ? "memfd_create" : "needs root");
		return TAP_EXIT_SKIP;
	}
	close(fd);
	tally->plant = !strcmp(plant, "wrong")	? PLANT_WRONG :
		       !strcmp(plant, "missed") ? PLANT_MISSED :
						  PLANT_NONE;
	/* Once, before anybody counts processes. */
	ids_by_int80(&ids);
	known = skips_begin();
	before = skips_read();
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(which, "all") && strcmp(which, parts[i].name))
			continue;
		check_part(&tap, &parts[i], n);
		total += tally->calls;
	}
	check_skipped(&tap, known, skips_read() - before, total);
	return tap_done(&tap);
}
