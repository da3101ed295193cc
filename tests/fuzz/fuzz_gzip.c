// SPDX-License-Identifier: GPL-2.0-only
/* samples.gz as it lies on the disk, with what a manifest says of another file. */
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"
#include "run/samples.h"

#define BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[FUZZ_FILE_SIZE];
	struct sample_set set;
	int err, fd = fuzz_file(data, size, name);

	fuzz_begin();
	err = sample_set_read(name, 0, BYTES, &set);
	fuzz_end(err);
	close(fd);
	if (!err)
		sample_set_deinit(&set);
	return 0;
}
