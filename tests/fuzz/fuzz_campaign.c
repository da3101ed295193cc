// SPDX-License-Identifier: GPL-2.0-only
/* The state of a campaign; one that is taken can be saved, and then read again. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "campaign/campaign.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct campaign c, again;
	char name[FUZZ_FILE_SIZE], saved[] = "/tmp/fuzz-campaign-XXXXXX";
	int err, to, fd = fuzz_file(data, size, name);

	fuzz_begin();
	err = campaign_load(name, &c);
	fuzz_end(err);
	close(fd);
	if (err)
		return 0;
	/* It is written by a rename, which a file without a name does not take. */
	to = mkstemp(saved);
	if (to < 0 || campaign_save(&c, saved) ||
	    campaign_load(saved, &again) || again.boots != c.boots)
		abort();
	close(to);
	unlink(saved);
	return 0;
}
