// SPDX-License-Identifier: GPL-2.0-only
/* Names of system calls, 64- and 32-bit, from the headers of this build. */
#include <errno.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bpf/shared.h"
#include "base/opts.h"
#include "machine/syscalls.h"

#define COMPAT_PREFIX "32:"

static const char *const names_64[PTI_BPF_COMPAT] = {
#include "syscall_names_64.h"
};

static const char *const names_32[PTI_BPF_COMPAT] = {
#include "syscall_names_32.h"
};

/**
 * syscall_name() - what a system call is called
 * @key: as PTI_BPF_SYSCALL_* count
 * @text: out: "name", "32:name", or the number where it has no name here
 * @size: its room
 *
 * Return: @text.
 */
const char *syscall_name(uint32_t key, char *text, size_t size)
{
	uint32_t nr = key % PTI_BPF_COMPAT;
	const char *prefix = key < PTI_BPF_COMPAT ? "" : COMPAT_PREFIX;
	const char *name;

	if (key >= PTI_BPF_SYSCALL_OTHER) {
		snprintf(text, size, "%s",
			 key == PTI_BPF_SYSCALL_OTHER ? "(no such call)" :
							"(no call)");
		return text;
	}
	name = key < PTI_BPF_COMPAT ? names_64[nr] : names_32[nr];
	if (name)
		snprintf(text, size, "%s%s", prefix, name);
	else
		snprintf(text, size, "%s%u", prefix, nr);
	return text;
}

/**
 * syscall_find() - the system call that a user names
 * @text: name or number, after "32:" of a 32-bit one
 * @key: out: as PTI_BPF_SYSCALL_* count
 *
 * Return: 0 or -ENOENT.
 */
int syscall_find(const char *text, uint32_t *key)
{
	size_t prefix = strlen(COMPAT_PREFIX);
	bool compat = !strncmp(text, COMPAT_PREFIX, prefix);
	const char *const *names = compat ? names_32 : names_64;
	uint64_t nr;

	if (compat)
		text += prefix;
	if (opts_u64(text, &nr))
		for (nr = 0; nr < PTI_BPF_COMPAT; nr++)
			if (names[nr] && !strcmp(names[nr], text))
				break;
	if (nr >= PTI_BPF_COMPAT)
		return -ENOENT;
	*key = (uint32_t)nr + (compat ? PTI_BPF_COMPAT : 0);
	return 0;
}
