/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_CAMPAIGN_GRUB_H
#define PTISCOPE_CAMPAIGN_GRUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define GRUB_DIR "/boot/grub"
#define GRUB_CONFIG GRUB_DIR "/grub.cfg"
#define GRUB_CUSTOM GRUB_DIR "/custom.cfg"
#define GRUB_ENV GRUB_DIR "/grubenv"

/**
 * struct menu_entry - one menuentry of grub.cfg
 * @body: its lines, for the caller to free
 * @length: of them
 * @unrestricted: it asks for no password
 * @wanted: it boots the kernel
 */
struct menu_entry {
	char *body;
	size_t length;
	bool unrestricted;
	bool wanted;
};

bool grub_begins(const char *line, const char *word);
bool grub_boots_kernel(const char *line, const char *release);
int grub_find_entry(FILE *config, const char *release,
		    struct menu_entry *entry);
void grub_next_entry(const char *root, char *entry, size_t size);

#endif /* PTISCOPE_CAMPAIGN_GRUB_H */
