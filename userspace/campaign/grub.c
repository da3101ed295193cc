// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot entries of a campaign, in GRUB's custom.cfg: copies of the entry that
 * boots the kernel anyway, with other parameters.  grub.cfg stays as it is.  A
 * mode is chosen for one boot alone (next_entry), so a machine that hangs in it
 * comes back as ever when it is turned off and on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "campaign/campaign.h"
#include "campaign/files.h"
#include "campaign/grub.h"
#include "base/log.h"
#include "base/words.h"
#include "base/sysfile.h"

#define BEGIN "### BEGIN ptiscope campaign ###\n"
#define END "### END ptiscope campaign ###\n"
#define ENTRY "ptiscope-campaign-"

static const char *skip_blanks(const char *line)
{
	return line + strspn(line, " \t");
}

/** grub_begins() - is it the first word of a line? */
bool grub_begins(const char *line, const char *word)
{
	size_t length = strlen(word);

	line = skip_blanks(line);
	return !strncmp(line, word, length) && strchr(" \t\n", line[length]);
}

/** grub_boots_kernel() - is it linux /boot/vmlinuz-RELEASE ..., and not that of a recovery entry? */
bool grub_boots_kernel(const char *line, const char *release)
{
	const char *image, *name;
	size_t length;

	if (!grub_begins(line, "linux") && !grub_begins(line, "linuxefi"))
		return false;
	image = skip_blanks(line);
	image = skip_blanks(image + strcspn(image, " \t"));
	length = strcspn(image, " \t\n");
	name = memrchr(image, '/', length);
	if (!name || strncmp(name, "/vmlinuz-", 9))
		return false;
	name += 9;
	return (size_t)(image + length - name) == strlen(release) &&
	       !strncmp(name, release, strlen(release)) &&
	       !line_has_word(line, "single") &&
	       !line_has_word(line, "recovery");
}

/* Read on to the line that ends the entry; 0, or -EINVAL where none does or it is no text. */
static int read_body(FILE *config, struct menu_entry *entry,
		     const char *release)
{
	char *line = NULL;
	size_t size = 0;
	bool ended = false, text_only = true;
	ssize_t read;
	FILE *f = open_memstream(&entry->body, &entry->length);

	if (!f)
		return -ENOMEM;
	while (!ended && (read = getline(&line, &size, config)) > 0) {
		const char *text = skip_blanks(line);

		text_only &= !memchr(line, 0, (size_t)read);
		ended = text[0] == '}' && !text[1 + strspn(text + 1, " \t\n")];
		entry->wanted |= grub_boots_kernel(line, release);
		if (!ended)
			fputs(line, f);
	}
	free(line);
	if (fclose(f)) {
		free(entry->body);
		return -ENOMEM;
	}
	if (ended && text_only)
		return 0;
	free(entry->body);
	return -EINVAL;
}

/**
 * grub_find_entry() - the first entry that boots a kernel
 * Return: 0, -ENOENT where there is none, -EINVAL where an entry has no end or is no
 * text, or -ENOMEM
 */
int grub_find_entry(FILE *config, const char *release, struct menu_entry *entry)
{
	char *line = NULL;
	size_t size = 0;
	int err = -ENOENT;

	while (err == -ENOENT && getline(&line, &size, config) > 0) {
		if (!grub_begins(line, "menuentry"))
			continue;
		*entry = (struct menu_entry){
			.unrestricted = line_has_word(line, "--unrestricted"),
		};
		err = read_body(config, entry, release);
		if (!err && !entry->wanted) {
			free(entry->body);
			err = -ENOENT;
		}
	}
	free(line);
	return err;
}

/* The user's own choice of PTI would be in the way of the campaign's. */
static bool is_dropped(const char *word, size_t length)
{
	static const char *const prefixes[] = { "pti=", "pti_switch=",
						"pti_marks=", "pti_skip=" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(word, prefixes[i], strlen(prefixes[i])))
			return true;
	return length == 5 && !strncmp(word, "nopti", 5);
}

static void write_linux(const char *line, size_t length,
			enum campaign_mode mode, FILE *f)
{
	const char *end = line + length;

	while (line < end) {
		size_t blanks = strspn(line, " \t");
		size_t word = strcspn(line + blanks, " \t\n");

		if (word && !is_dropped(line + blanks, word))
			fprintf(f, "%.*s", (int)(blanks + word), line);
		line += blanks + word + (line[blanks + word] == '\n');
	}
	fprintf(f, " %s\n", campaign_parameters(mode));
}

static void write_entry(const struct menu_entry *entry, enum campaign_mode mode,
			const char *release, FILE *f)
{
	const char *name = campaign_mode_names[mode], *line = entry->body;

	fprintf(f, "menuentry 'ptiscope campaign: %s' %s--id " ENTRY "%s {\n",
		name, entry->unrestricted ? "--unrestricted " : "", name);
	while (*line) {
		size_t length = strcspn(line, "\n");

		/* savedefault would make this entry the machine's default. */
		if (grub_boots_kernel(line, release))
			write_linux(line, length, mode, f);
		else if (!grub_begins(line, "savedefault"))
			fprintf(f, "%.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
	fputs("}\n", f);
}

/**
 * campaign_grub_entries() - write the boot entries of a campaign
 * @config: grub.cfg, open for reading
 * @c: its kernel and order
 * @f: gets one entry for each mode that the order has
 * Return: 0, -ENOENT where no entry of @config boots that kernel, -EINVAL where
 * an entry has no end or is no text, or -ENOMEM
 */
int campaign_grub_entries(FILE *config, const struct campaign *c, FILE *f)
{
	bool has[CAMPAIGN_MODES] = { false };
	struct menu_entry entry;
	int err = grub_find_entry(config, c->kernel, &entry);

	if (err)
		return err;
	for (size_t i = 0; i < c->boots; i++)
		has[c->order[i]] = true;
	for (size_t mode = 0; mode < CAMPAIGN_MODES; mode++)
		if (has[mode])
			write_entry(&entry, (enum campaign_mode)mode, c->kernel,
				    f);
	free(entry.body);
	return 0;
}

static int section(const char *root, const struct campaign *c, char **text)
{
	size_t length;
	FILE *config = sysfile_open(root, GRUB_CONFIG), *f;
	int err;

	if (!config) {
		log_error("can't read %s%s: %m", root, GRUB_CONFIG);
		return -EIO;
	}
	f = open_memstream(text, &length);
	if (!f) {
		fclose(config);
		return -ENOMEM;
	}
	fputs(BEGIN, f);
	err = campaign_grub_entries(config, c, f);
	fputs(END, f);
	fclose(config);
	if (fclose(f) && !err)
		err = -ENOMEM;
	if (err == -ENOENT)
		log_error("no entry of %s%s boots the kernel %s", root,
			  GRUB_CONFIG, c->kernel);
	else if (err)
		log_error("%s%s: %s", root, GRUB_CONFIG, strerror(-err));
	if (err)
		free(*text);
	return err;
}

/* Take the campaign's part out of the text, if it is there. */
static void cut_section(char *text)
{
	char *begin = strstr(text, BEGIN);
	char *end = begin ? strstr(begin, END) : NULL;

	if (end)
		memmove(begin, end + strlen(END),
			strlen(end + strlen(END)) + 1);
}

/**
 * campaign_grub_install() - add the boot entries to custom.cfg
 *
 * What else the file holds stays; entries of an earlier try are replaced.
 *
 * Return: 0, or -errno after one line on stderr
 */
int campaign_grub_install(const char *root, const struct campaign *c)
{
	char name[PATH_MAX], *old, *added, *text;
	int err = file_path(name, root, GRUB_CUSTOM);

	if (!err)
		err = section(root, c, &added);
	if (err)
		return err;
	err = file_read(name, &old);
	if (!err) {
		cut_section(old);
		err = asprintf(&text, "%s%s", old, added) < 0 ? -ENOMEM : 0;
		free(old);
	}
	if (!err) {
		err = file_replace(name, text);
		free(text);
	}
	free(added);
	return err;
}

/* Editing goes through GRUB's own tool: the block has a size and a form. */
static int edit(const char *root, const char *verb, const char *what)
{
	char name[PATH_MAX];
	const char *const argv[] = { "grub-editenv", name, verb, what, NULL };
	int err = file_path(name, root, GRUB_ENV);

	return err ? err : campaign_spawn(argv, NULL);
}

/**
 * campaign_grub_next() - choose the entry of a mode for the next boot alone
 * Return: 0, or -errno after one line on stderr
 */
int campaign_grub_next(const char *root, enum campaign_mode mode)
{
	char set[64];

	snprintf(set, sizeof(set), "next_entry=" ENTRY "%s",
		 campaign_mode_names[mode]);
	return edit(root, "set", set);
}

/** campaign_grub_has_custom() - is there a custom.cfg? */
bool campaign_grub_has_custom(const char *root)
{
	return sysfile_exists(root, GRUB_CUSTOM);
}

/** grub_next_entry() - the entry that is chosen for the next boot, or "" */
void grub_next_entry(const char *root, char *entry, size_t size)
{
	FILE *f = sysfile_open(root, GRUB_ENV);
	char line[1024];

	entry[0] = '\0';
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "next_entry=", 11))
			snprintf(entry, size, "%.*s",
				 (int)strcspn(line + 11, "\n"), line + 11);
	if (f)
		fclose(f);
}

/**
 * campaign_grub_remove() - take back what the campaign did to GRUB
 * @had_custom: custom.cfg was there before
 * Return: 0, or -errno after one line on stderr
 */
int campaign_grub_remove(const char *root, bool had_custom)
{
	char name[PATH_MAX], entry[128], *text;
	int err = file_path(name, root, GRUB_CUSTOM);

	grub_next_entry(root, entry, sizeof(entry));
	if (!err && !strncmp(entry, ENTRY, strlen(ENTRY)))
		err = edit(root, "unset", "next_entry");
	if (!err)
		err = file_read(name, &text);
	if (err)
		return err;
	if (strstr(text, BEGIN)) {
		cut_section(text);
		err = text[0] || had_custom ? file_replace(name, text) :
					      file_remove(name);
	}
	free(text);
	file_sweep(name);
	return err;
}
