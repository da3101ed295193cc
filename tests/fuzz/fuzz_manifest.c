// SPDX-License-Identifier: GPL-2.0-only
/* manifest.json; one that is taken can be saved, and then read again. */
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"
#include "run/manifest.h"

static void save(const struct manifest *m)
{
	struct manifest again;
	/* What is written replaces a regular file, which a memfd is not. */
	char name[] = "/tmp/fuzz-manifest.XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0 || manifest_save(m, name) || manifest_load(name, &again))
		abort();
	manifest_deinit(&again);
	unlink(name);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[FUZZ_FILE_SIZE];
	int err, fd = fuzz_file(data, size, name);
	struct manifest m;

	fuzz_begin();
	err = manifest_load(name, &m);
	fuzz_end(err);
	close(fd);
	if (!err) {
		save(&m);
		manifest_deinit(&m);
	}
	return 0;
}
