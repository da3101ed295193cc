/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_KSYMS_H
#define PTISCOPE_TOOLS_KSYMS_H

#include <stddef.h>
#include <stdint.h>

/* Names and addresses of an ELF file that is linked to where it runs. */
struct ksyms;

int ksyms_open(struct ksyms **syms, const char *path);
void ksyms_close(struct ksyms *syms);
uint64_t ksyms_find(const struct ksyms *syms, const char *name);
int ksyms_need(const struct ksyms *syms, const char *name, uint64_t *addr);
void ksyms_describe(const struct ksyms *syms, uint64_t addr, char *text,
		    size_t size);

#endif /* PTISCOPE_TOOLS_KSYMS_H */
