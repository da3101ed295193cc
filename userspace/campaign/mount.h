/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_CAMPAIGN_MOUNT_H
#define PTISCOPE_CAMPAIGN_MOUNT_H

#include <limits.h>
#include <stdbool.h>

/**
 * struct mount - what a file is stored on
 * @point: where it is mounted
 * @type: of the file system
 * @device: MAJOR:MINOR, as below /sys/dev/block
 */
struct mount {
	char point[PATH_MAX];
	char type[64];
	char device[32];
};

int mount_of(const char *root, const char *path, struct mount *m);
bool mount_lasts(const char *root, const struct mount *m);

#endif /* PTISCOPE_CAMPAIGN_MOUNT_H */
