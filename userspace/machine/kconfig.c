// SPDX-License-Identifier: GPL-2.0-only
/* What tells one configuration of the kernel from another. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "machine/kconfig.h"

/* Names of this build: two kernels may differ in them and be configured alike. */
static bool is_name(const char *line)
{
	return !strncmp(line, "CONFIG_LOCALVERSION", 19) ||
	       !strncmp(line, "CONFIG_BUILD_SALT", 17);
}

/* CRC-32 of the options that are set, in their order; 0 where there are none */
static uint32_t sum_of(gzFile f)
{
	uint32_t sum = 0;
	char line[1024];

	while (gzgets(f, line, sizeof(line)))
		if (line[0] == 'C' && !is_name(line))
			sum = crc32(sum, (const Bytef *)line, strlen(line));
	return sum;
}

/**
 * kconfig_sum() - the configuration of the running kernel in 8 hexadecimal digits
 * @root: directory that stands for /, "" for / itself
 * @release: of the kernel, as in uname -r
 * @sum: "" where neither /proc/config.gz nor /boot/config-RELEASE can be read
 */
void kconfig_sum(const char *root, const char *release,
		 char sum[KCONFIG_SUM_SIZE])
{
	const char *const places[][2] = { { "/proc/config.gz", "" },
					  { "/boot/config-", release } };
	uint32_t crc = 0;

	for (size_t i = 0; !crc && i < 2; i++) {
		char path[4096];
		gzFile f;

		snprintf(path, sizeof(path), "%s%s%s", root, places[i][0],
			 places[i][1]);
		f = gzopen(path, "rbe");
		if (!f)
			continue;
		crc = sum_of(f);
		gzclose(f);
	}
	sum[0] = '\0';
	if (crc)
		snprintf(sum, KCONFIG_SUM_SIZE, "%08x", crc);
}
