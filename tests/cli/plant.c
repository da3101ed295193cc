// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies a run directory with a difference planted: every round trip of one workload
 * takes so much more, in the run's unit.
 *
 *	plant DIR NEW WORKLOAD MORE
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit_code.h"
#include "base/log.h"
#include "run/rundir.h"

static size_t plant(struct run *run, const char *workload, double more)
{
	size_t planted = 0;

	for (size_t i = 0; i < run->samples.n; i++) {
		struct series *s = run->samples.series[i];

		if (strcmp(s->workload, workload) ||
		    s->metric != METRIC_ROUND_TRIP)
			continue;
		for (uint64_t k = 0; k < s->n; k++)
			s->values[k] +=
				(uint64_t)llround(more * s->divisor *
						  run->manifest.ticks_per_unit);
		planted++;
	}
	return planted;
}

int main(int argc, char **argv)
{
	struct rundir dir;
	struct run run;
	int err;

	if (argc != 5)
		return EXIT_USAGE;
	if (rundir_load(argv[1], &run))
		return EXIT_RUNTIME;
	if (!plant(&run, argv[3], strtod(argv[4], NULL))) {
		log_error("plant: %s has no round trips of %s", argv[1],
			  argv[3]);
		return EXIT_RUNTIME;
	}
	err = rundir_create(argv[2], false, &dir);
	if (!err) {
		err = rundir_save(&dir, &run);
		if (err)
			rundir_abort(&dir);
		else
			err = rundir_commit(&dir);
	}
	run_deinit(&run);
	return err ? EXIT_RUNTIME : EXIT_OK;
}
