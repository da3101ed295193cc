// SPDX-License-Identifier: GPL-2.0-only
/* Everything that a campaign can't do without, looked at before anything is changed. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "campaign/campaign.h"
#include "campaign/files.h"
#include "campaign/mount.h"
#include "machine/env.h"
#include "base/sysfile.h"

#define UNITS "/etc/systemd/system"

/* Storage that is empty after a reboot, or not there */
static struct why lost(const char *root, const char *path)
{
	static const char *const types[] = { "tmpfs",	"ramfs",    "rootfs",
					     "overlay", "squashfs", "aufs",
					     "devtmpfs" };
	struct why why = { .remedy = "choose a place on a disk" };
	struct mount m;

	if (mount_of(root, path, &m))
		return (struct why){ "/proc/self/mountinfo can't be read",
				     "mount /proc" };
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(m.type, types[i]))
			snprintf(why.reason, sizeof(why.reason),
				 "%.80s is on %.20s, which a reboot empties",
				 path, m.type);
	if (!why_not(&why) && !mount_lasts(root, &m)) {
		snprintf(why.reason, sizeof(why.reason),
			 "%.60s is on %.60s, which no boot mounts", path,
			 m.point);
		why.remedy = "add it to /etc/fstab";
	}
	return why;
}

static struct why lost_state(const char *root)
{
	static const char *const dirs[] = { "/var/lib", UNITS, "/boot/grub" };
	struct why why = { 0 };

	for (size_t i = 0; i < 3 && !why_not(&why); i++)
		why = lost(root, dirs[i]);
	return why;
}

static struct why no_systemd(const char *root, const struct campaign *c)
{
	if (!sysfile_exists(root, "/run/systemd/system"))
		return (struct why){
			"a campaign needs systemd: there is no /run/systemd/system",
			"boot with systemd"
		};
	if (!c->reboot[0] && !campaign_has_program("systemctl"))
		return (struct why){ "there is no program systemctl",
				     "install systemd" };
	return (struct why){ 0 };
}

static struct why no_reboot(const struct campaign *c)
{
	struct why why = { .remedy = "name another one with --reboot" };

	if (c->reboot[0] && !campaign_has_program(c->reboot))
		snprintf(why.reason, sizeof(why.reason),
			 "there is no program %.100s", c->reboot);
	return why;
}

static struct why not_patched(const char *root, const struct campaign *c)
{
	struct why why = {
		.remedy = "boot one that has, or name it with --kernel"
	};
	struct env env;

	if (env_probe_files(&env, root))
		return (struct why){ "/proc/cpuinfo can't be read",
				     "mount /proc" };
	/* Of a kernel that does not run only its boot can tell. */
	if (!strcmp(env.kernel, c->kernel) && !env.patched)
		snprintf(why.reason, sizeof(why.reason),
			 "the running kernel %.80s has no ptiscope patches",
			 env.kernel);
	return why;
}

/* Where a link of systemd's leads, or "" */
static void link_of(const char *root, const char *path, char *to, size_t size)
{
	char name[PATH_MAX];
	ssize_t length = -1;

	if (!file_path(name, root, path))
		length = readlink(name, to, size - 1);
	to[length < 0 ? 0 : length] = '\0';
}

static struct why no_unit(const char *root)
{
	static const char *const defaults[] = {
		UNITS "/default.target",
		"/usr/lib/systemd/system/default.target",
		"/lib/systemd/system/default.target"
	};
	struct why why = { .remedy =
				   "systemctl set-default multi-user.target" };
	char to[PATH_MAX];
	const char *target;

	link_of(root, UNITS "/ptiscope-campaign.service", to, sizeof(to));
	if (!strcmp(to, "/dev/null"))
		return (struct why){
			"the unit ptiscope-campaign.service is masked",
			"systemctl unmask ptiscope-campaign.service"
		};
	for (size_t i = 0; i < 3; i++) {
		link_of(root, defaults[i], to, sizeof(to));
		if (to[0])
			break;
	}
	target = strrchr(to, '/') ? strrchr(to, '/') + 1 : to;
	if (*target && strcmp(target, "multi-user.target") &&
	    strcmp(target, "graphical.target"))
		snprintf(
			why.reason, sizeof(why.reason),
			"the machine boots to %.80s, which starts no multi-user.target",
			target);
	return why;
}

/* systemd reads some characters of a program's name in its own way. */
static struct why bad_program(const char *root, const struct campaign *c)
{
	struct why why = lost(root, c->program);

	if (why_not(&why))
		why.remedy = "install ptiscope on a disk";
	else if (c->program[strspn(
			 c->program,
			 "abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-")]) {
		snprintf(why.reason, sizeof(why.reason),
			 "a systemd unit can't name %.100s", c->program);
		why.remedy = "install it elsewhere";
	}
	return why;
}

/* NAME DEVICE [KEY [OPTIONS]]: one without a key is asked for, unless something else gives it. */
static bool asks(const char *line)
{
	char name[256], device[256], key[256] = "none", options[512] = "";

	if (sscanf(line, " %255s %255s %255s %511s", name, device, key,
		   options) < 2 ||
	    name[0] == '#')
		return false;
	return (!strcmp(key, "none") || !strcmp(key, "-")) &&
	       !strstr(options, "tpm2-device=") &&
	       !strstr(options, "keyscript=") && !strstr(options, "noauto");
}

static struct why passphrase(const char *root)
{
	struct why why = {
		.remedy =
			"give the disk a key that needs nobody, such as one in the TPM"
	};
	FILE *f = sysfile_open(root, "/etc/crypttab");
	char *line = NULL;
	size_t size = 0;

	while (f && getline(&line, &size, f) > 0)
		if (asks(line))
			snprintf(
				why.reason, sizeof(why.reason),
				"a passphrase is asked for at each boot (/etc/crypttab: %.60s)",
				strtok(line, " \t\n"));
	free(line);
	if (f)
		fclose(f);
	return why;
}

static struct why not_root(const char *root)
{
	if (!*root && geteuid())
		return (struct why){ "a campaign changes the machine",
				     "run as root" };
	return (struct why){ 0 };
}

static struct why no_modprobe(const struct campaign *c)
{
	if (c->module && !campaign_has_program("modprobe"))
		return (struct why){ "there is no program modprobe",
				     "apt install kmod" };
	return (struct why){ 0 };
}

static void add(struct campaign_check checks[CAMPAIGN_CHECKS_MAX], size_t *n,
		const char *what, struct why why)
{
	checks[(*n)++] = (struct campaign_check){ what, why };
}

/**
 * campaign_check() - look at everything that a campaign can't do without
 * @root: stands for /
 * @c: its kernel, program, reboot and module are set; its output, or "" where it is not known
 * @checks: out
 * Return: how many there are.
 */
size_t campaign_check(const char *root, const struct campaign *c,
		      struct campaign_check checks[CAMPAIGN_CHECKS_MAX])
{
	size_t n = 0;

	add(checks, &n, "root", not_root(root));
	add(checks, &n, "systemd", no_systemd(root, c));
	add(checks, &n, "a program that reboots, by way of the firmware",
	    no_reboot(c));
	add(checks, &n, "GRUB and grub-editenv", campaign_grub_missing(root));
	add(checks, &n, "grub.cfg reads custom.cfg and next_entry",
	    campaign_grub_deaf(root));
	add(checks, &n, "nobody else has chosen the next boot",
	    campaign_grub_pending(root));
	add(checks, &n, "GRUB can forget an entry that it has booted",
	    campaign_grub_forgets_not(root));
	add(checks, &n, "GRUB waits for nobody", campaign_grub_waits(root));
	add(checks, &n, "a kernel with the ptiscope patches",
	    not_patched(root, c));
	add(checks, &n, "GRUB has an entry that boots it",
	    campaign_grub_no_entry(root, c));
	add(checks, &n, "no password is asked for in GRUB",
	    campaign_grub_asks(root, c));
	add(checks, &n, "no passphrase of a disk is asked for",
	    passphrase(root));
	add(checks, &n,
	    "PTI is left to the campaign by the kernel's command line",
	    campaign_grub_mitigations(root, c));
	add(checks, &n, "a boot gets to multi-user.target by that command line",
	    campaign_grub_rescues(root, c));
	add(checks, &n, "and by systemd's default, and runs the unit",
	    no_unit(root));
	add(checks, &n, "the unit finds this program after a boot",
	    bad_program(root, c));
	add(checks, &n, "the campaign's files outlive a boot",
	    lost_state(root));
	if (c->output[0])
		add(checks, &n, "the runs outlive a boot",
		    lost(root, c->output));
	if (c->module)
		add(checks, &n, "modprobe, for the module", no_modprobe(c));
	return n;
}
