// SPDX-License-Identifier: GPL-2.0-only
/* Can this GRUB, and what it boots, do what a campaign needs? */
#include <stdlib.h>
#include <string.h>

#include "campaign/campaign.h"
#include "campaign/files.h"
#include "campaign/grub.h"
#include "campaign/mount.h"
#include "base/sysfile.h"
#include "base/words.h"

#define EDIT_DEFAULT "edit /etc/default/grub, and run update-grub"

/* grub.cfg, for the caller to free; NULL where it can't be read, which is told elsewhere */
static char *read_config(const char *root)
{
	char name[PATH_MAX], *text;

	if (!sysfile_exists(root, GRUB_CONFIG) ||
	    file_path(name, root, GRUB_CONFIG) || file_read(name, &text))
		return NULL;
	return text;
}

/* The first line of grub.cfg that begins with this, or NULL */
static const char *find_line(const char *config, const char *begin)
{
	size_t length = strlen(begin);

	for (; config; config = strchr(config, '\n')) {
		config += strspn(config, "\n \t");
		if (!strncmp(config, begin, length))
			return config;
	}
	return NULL;
}

/* The command line that the kernel is booted with, for the caller to free, or NULL */
static char *entry_line(const char *root, const struct campaign *c,
			bool *unrestricted)
{
	FILE *config = sysfile_open(root, GRUB_CONFIG);
	struct menu_entry entry;
	char *found = NULL;
	int err = config ? grub_find_entry(config, c->kernel, &entry) : -1;

	if (config)
		fclose(config);
	if (err)
		return NULL;
	*unrestricted = entry.unrestricted;
	for (const char *line = entry.body; *line && !found;) {
		size_t length = strcspn(line, "\n");

		if (grub_boots_kernel(line, c->kernel))
			found = strndup(line, length);
		line += length + (line[length] == '\n');
	}
	free(entry.body);
	return found;
}

/** campaign_grub_missing() - why this is no machine that GRUB boots */
struct why campaign_grub_missing(const char *root)
{
	static const char *const files[] = { GRUB_CONFIG, GRUB_ENV };
	struct why why = {
		.remedy = "install GRUB, and let it boot this machine"
	};

	for (size_t i = 0; i < 2; i++)
		if (!sysfile_exists(root, files[i])) {
			snprintf(why.reason, sizeof(why.reason),
				 "a campaign needs GRUB: there is no %.80s%s",
				 root, files[i]);
			return why;
		}
	if (!campaign_has_program("grub-editenv"))
		return (struct why){
			"a campaign needs GRUB: there is no grub-editenv",
			"apt install grub-common, and run as root"
		};
	return (struct why){ 0 };
}

/** campaign_grub_deaf() - why entries and choices of a campaign would not be seen */
struct why campaign_grub_deaf(const char *root)
{
	char *config = read_config(root);
	bool next = config && strstr(config, "${next_entry}");
	bool custom = config && strstr(config, "/custom.cfg");

	free(config);
	if (!config)
		return (struct why){ GRUB_CONFIG " can't be read",
				     "run as root" };
	if (!custom)
		return (struct why){
			"grub.cfg does not read custom.cfg",
			"have update-grub run /etc/grub.d/41_custom"
		};
	if (!next)
		return (struct why){
			"grub.cfg does not read next_entry",
			"have update-grub run /etc/grub.d/00_header"
		};
	return (struct why){ 0 };
}

/** campaign_grub_pending() - why the next boot is somebody else's */
struct why campaign_grub_pending(const char *root)
{
	struct why why = {
		.remedy =
			"boot it first, or run grub-editenv - unset next_entry"
	};
	char entry[128];

	grub_next_entry(root, entry, sizeof(entry));
	if (entry[0])
		snprintf(why.reason, sizeof(why.reason),
			 "GRUB is told already to boot '%.80s' next", entry);
	return why;
}

/** campaign_grub_no_entry() - why the kernel can't be booted */
struct why campaign_grub_no_entry(const char *root, const struct campaign *c)
{
	struct why why = { .remedy = "install it, and run update-grub" };
	bool unrestricted;
	char *line = entry_line(root, c, &unrestricted);

	if (!line)
		snprintf(why.reason, sizeof(why.reason),
			 "no entry of grub.cfg boots the kernel %.100s",
			 c->kernel);
	free(line);
	return why;
}

/* CONFIG_CMDLINE of the kernel, which it adds to what GRUB says; "" for none */
static void built_in(const char *root, const struct campaign *c, char *text,
		     size_t size)
{
	char path[PATH_MAX], *config, name[PATH_MAX];
	const char *line;

	text[0] = '\0';
	snprintf(path, sizeof(path), "/boot/config-%s", c->kernel);
	if (!sysfile_exists(root, path) || file_path(name, root, path) ||
	    file_read(name, &config))
		return;
	line = find_line(config, "CONFIG_CMDLINE=\"");
	if (line)
		snprintf(text, size, "%.*s", (int)strcspn(line + 16, "\"\n"),
			 line + 16);
	if (find_line(config, "CONFIG_CMDLINE_OVERRIDE=y"))
		snprintf(text, size, "CONFIG_CMDLINE_OVERRIDE");
	free(config);
}

/**
 * campaign_grub_mitigations() - why the command line would not let a mode come up
 *
 * pti= and nopti are replaced in the entries of the campaign.
 */
struct why campaign_grub_mitigations(const char *root, const struct campaign *c)
{
	bool unrestricted;
	char *line = entry_line(root, c, &unrestricted), own[1024];
	bool off = line && line_has_word(line, "mitigations=off");

	free(line);
	if (off)
		return (struct why){
			"mitigations=off on the kernel's command line turns PTI off in every mode",
			"take it out: " EDIT_DEFAULT
		};
	built_in(root, c, own, sizeof(own));
	if (line_has_word(own, "mitigations=off"))
		return (struct why){
			"the kernel is built with mitigations=off, which turns PTI off in every mode",
			"build it without CONFIG_CMDLINE"
		};
	if (!strcmp(own, "CONFIG_CMDLINE_OVERRIDE"))
		return (struct why){
			"the kernel does not look at GRUB's command line",
			"build it without CONFIG_CMDLINE_OVERRIDE"
		};
	return (struct why){ 0 };
}

/* Does a word of the line begin so, and go on in another way than each of the two? */
static bool names_other(const char *line, const char *begin,
			const char *const good[2])
{
	size_t length = strlen(begin);

	for (line += strspn(line, WORDS_BLANKS); *line;
	     line += strspn(line, WORDS_BLANKS)) {
		size_t n = strcspn(line, WORDS_BLANKS);

		if (n > length && !strncmp(line, begin, length) &&
		    strncmp(line + length, good[0], n - length) &&
		    strncmp(line + length, good[1], n - length))
			return true;
		line += n;
	}
	return false;
}

/** campaign_grub_rescues() - why the boot does not get as far as the unit */
struct why campaign_grub_rescues(const char *root, const struct campaign *c)
{
	static const char *const targets[] = { "multi-user.target",
					       "graphical.target" };
	static const char *const inits[] = { "/lib/systemd/systemd",
					     "/usr/lib/systemd/systemd" };
	bool unrestricted;
	char *line = entry_line(root, c, &unrestricted);
	bool bad = line && (names_other(line, "systemd.unit=", targets) ||
			    names_other(line, "init=", inits) ||
			    line_has_word(line, "emergency") ||
			    line_has_word(line, "rescue"));

	free(line);
	if (bad)
		return (struct why){
			"the kernel's command line starts no multi-user.target",
			"take systemd.unit=, init=, rescue or emergency out: " EDIT_DEFAULT
		};
	return (struct why){ 0 };
}

/** campaign_grub_waits() - why GRUB would wait for somebody */
struct why campaign_grub_waits(const char *root)
{
	char *config = read_config(root);
	bool waits = find_line(config, "set timeout=-1");

	free(config);
	if (waits)
		return (struct why){
			"GRUB waits at its menu without end (timeout=-1)",
			"set GRUB_TIMEOUT and GRUB_RECORDFAIL_TIMEOUT: " EDIT_DEFAULT
		};
	return (struct why){ 0 };
}

/** campaign_grub_asks() - why GRUB would ask for a password */
struct why campaign_grub_asks(const char *root, const struct campaign *c)
{
	char *config = read_config(root);
	bool unrestricted = true;
	char *line = entry_line(root, c, &unrestricted);
	bool disk = find_line(config, "cryptomount");
	bool user = find_line(config, "set superusers=");

	free(line);
	free(config);
	if (disk)
		return (struct why){
			"GRUB asks for the passphrase of a disk at each boot (cryptomount)",
			"have /boot on a disk without encryption"
		};
	if (user && !unrestricted)
		return (struct why){
			"GRUB asks for a password at each boot (superusers)",
			"make the kernel's entry --unrestricted"
		};
	return (struct why){ 0 };
}

/* A device that GRUB reads through a layer of its own, which does not write */
static const char *layer(const char *root, const char *device)
{
	char path[128], uuid[128];

	snprintf(path, sizeof(path), "/sys/dev/block/%s/dm/uuid", device);
	if (sysfile_line(root, path, uuid, sizeof(uuid)))
		return !strncmp(uuid, "LVM-", 4)   ? "LVM" :
		       !strncmp(uuid, "CRYPT-", 6) ? "LUKS" :
						     "the device mapper";
	snprintf(path, sizeof(path), "/sys/dev/block/%s/md", device);
	return sysfile_exists(root, path) ? "RAID" : NULL;
}

/** campaign_grub_forgets_not() - why GRUB would boot a mode that hangs again and again */
struct why campaign_grub_forgets_not(const char *root)
{
	static const char *const good[] = { "ext4", "ext3", "ext2", "xfs",
					    "vfat" };
	struct why why = {
		.remedy = "have /boot/grub on a plain partition with ext4"
	};
	struct mount m;
	const char *on;
	size_t i = 0;

	if (mount_of(root, GRUB_DIR, &m))
		return (struct why){ "/proc/self/mountinfo can't be read",
				     "mount /proc" };
	while (i < sizeof(good) / sizeof(good[0]) && strcmp(m.type, good[i]))
		i++;
	on = i < sizeof(good) / sizeof(good[0]) ? layer(root, m.device) :
						  m.type;
	if (on)
		snprintf(
			why.reason, sizeof(why.reason),
			"GRUB can't write its environment on %s, so it would boot a mode that hangs again",
			on);
	return why;
}
