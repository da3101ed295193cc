// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stream within samples.gz, with the checksum that a manifest would have.  It
 * is compressed here: a fuzzer can't find its way through deflate.
 */
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "fuzz.h"
#include "render/json.h"
#include "run/rundir.h"

/* Series; more take too long to report. */
#define REPORTED_MAX 2

static int compressed(const uint8_t *data, size_t size,
		      char name[FUZZ_FILE_SIZE])
{
	int fd = fuzz_file(NULL, 0, name);
	gzFile file = gzopen(name, "wb1");

	if (!file || gzwrite(file, data, size) != (int)size ||
	    gzclose(file) != Z_OK)
		abort();
	return fd;
}

/* What is taken can be reported, whatever it says, beside another run. */
static void report_samples(struct sample_set *set)
{
	const struct equivalence eq = { 1, true };
	struct run run[2] = { 0 };
	struct report report;
	struct groups groups;
	FILE *null = fopen("/dev/null", "w");

	for (int i = 0; i < 2; i++) {
		if (run_init(&run[i]))
			abort();
		run[i].manifest.variant = VARIANT_PATCHED;
		run[i].manifest.switch_mode = i ? SWITCH_LATE : SWITCH_EARLY;
		run[i].manifest.pti = true;
		run[i].samples = *set;
	}
	if (groups_init(&groups, run, 2) ||
	    report_init(&report, &groups, &eq) || json_write(&report, null))
		abort();
	report_deinit(&report);
	groups_deinit(&groups);
	for (int i = 0; i < 2; i++)
		manifest_deinit(&run[i].manifest);
	fclose(null);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[FUZZ_FILE_SIZE];
	struct sample_set set;
	int err, fd = compressed(data, size, name);

	fuzz_begin();
	err = sample_set_read(name, crc32_z(crc32(0, NULL, 0), data, size),
			      size, &set);
	fuzz_end(err);
	close(fd);
	if (!err) {
		if (set.n <= REPORTED_MAX)
			report_samples(&set);
		sample_set_deinit(&set);
	}
	return 0;
}
