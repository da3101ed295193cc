/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MACHINE_SYSCALLS_H
#define PTISCOPE_MACHINE_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

const char *syscall_name(uint32_t key, char *text, size_t size);
int syscall_find(const char *text, uint32_t *key);

#endif /* PTISCOPE_MACHINE_SYSCALLS_H */
