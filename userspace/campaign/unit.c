// SPDX-License-Identifier: GPL-2.0-only
/* The systemd unit that goes on with a campaign after each boot. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "campaign/campaign.h"
#include "campaign/files.h"
#include "base/log.h"
#include "base/sysfile.h"

#define UNIT "/etc/systemd/system/ptiscope-campaign.service"
#define WANTS "/etc/systemd/system/multi-user.target.wants"
#define LINK WANTS "/ptiscope-campaign.service"

/* Ordered behind the target that wants it: all that the boot starts is started. */
static const char unit_text[] =
	"[Unit]\n"
	"Description=ptiscope campaign: measure this boot, and choose the next\n"
	"After=multi-user.target\n"
	"\n"
	"[Service]\n"
	"Type=oneshot\n"
	"TimeoutStartSec=infinity\n"
	"ExecStart=%s campaign resume%s%s\n"
	"\n"
	"[Install]\n"
	"WantedBy=multi-user.target\n";

/** campaign_unit_had_wants() - is there a directory for units that a boot starts? */
bool campaign_unit_had_wants(const char *root)
{
	return sysfile_exists(root, WANTS);
}

/**
 * campaign_unit_install() - have the campaign go on after each boot
 * Return: 0, or -errno after one line on stderr
 */
int campaign_unit_install(const char *root, const struct campaign *c)
{
	char unit[PATH_MAX], wants[PATH_MAX], link[PATH_MAX], *text;
	int err = file_path(unit, root, UNIT);

	if (!err)
		err = file_path(wants, root, WANTS);
	if (!err)
		err = file_path(link, root, LINK);
	if (err)
		return err;
	if (asprintf(&text, unit_text, c->program, *root ? " --root " : "",
		     root) < 0)
		return -ENOMEM;
	err = file_replace(unit, text);
	free(text);
	if (err)
		return err;
	if ((mkdir(wants, 0755) && errno != EEXIST) ||
	    (symlink(UNIT, link) && errno != EEXIST)) {
		log_error("can't write %s: %m", link);
		return -EIO;
	}
	return 0;
}

/**
 * campaign_unit_remove() - take the unit away
 * @had_wants: the directory that it was enabled in was there before
 * Return: 0, or -errno after one line on stderr
 */
int campaign_unit_remove(const char *root, bool had_wants)
{
	char unit[PATH_MAX], wants[PATH_MAX], link[PATH_MAX];
	int err = file_path(unit, root, UNIT);

	if (!err)
		err = file_path(wants, root, WANTS);
	if (!err)
		err = file_path(link, root, LINK);
	if (!err)
		err = file_remove(link);
	if (!err)
		err = file_remove(unit);
	/* Others may have put a unit there meanwhile. */
	if (!err && !had_wants && rmdir(wants) && errno != ENOENT &&
	    errno != ENOTEMPTY && errno != EEXIST) {
		log_error("can't remove %s: %m", wants);
		return -EIO;
	}
	return err;
}
