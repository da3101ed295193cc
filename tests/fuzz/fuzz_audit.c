// SPDX-License-Identifier: GPL-2.0-only
/* Audits as JSON; one that is taken can be compared with itself. */
#include <stdlib.h>
#include <unistd.h>

#include "audit/audit.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[FUZZ_FILE_SIZE];
	int err, fd = fuzz_file(data, size, name);
	struct audit audit;

	fuzz_begin();
	err = audit_load(&audit, name);
	fuzz_end(err);
	close(fd);
	if (!err)
		audit_deinit(&audit);
	return 0;
}
