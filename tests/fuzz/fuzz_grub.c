// SPDX-License-Identifier: GPL-2.0-only
/* grub.cfg: entries are found and copied, or not, whatever it holds. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "campaign/campaign.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct campaign c = {
		.kernel = "6.12-p",
		.order = { CAMPAIGN_LATE, CAMPAIGN_OFF },
		.boots = 2,
	};
	FILE *config = size ? fmemopen((void *)data, size, "r") : NULL, *f;
	size_t length;
	char *text;
	int err;

	if (!config)
		return 0;
	f = open_memstream(&text, &length);
	if (!f)
		abort();
	err = campaign_grub_entries(config, &c, f);
	fclose(f);
	fclose(config);
	if (!err != !!strstr(text, "pti=on pti_switch=late\n"))
		abort();
	free(text);
	return 0;
}
