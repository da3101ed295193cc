// SPDX-License-Identifier: GPL-2.0-only
/*
 * The symbol table of an ELF file, by name and by address.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/ksyms.h"

struct symbol {
	char *name;
	uint64_t addr;
};

/**
 * struct ksyms - a symbol table
 * @path: the file, for messages
 * @sym: @count symbols of sections that are loaded, by address
 */
struct ksyms {
	char *path;
	struct symbol *sym;
	size_t count;
};

static int by_address(const void *a, const void *b)
{
	const struct symbol *left = a, *right = b;

	if (left->addr != right->addr)
		return left->addr < right->addr ? -1 : 1;
	return strcmp(left->name, right->name);
}

static int load_table(struct ksyms *syms, Elf *elf, Elf_Scn *scn,
		      const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t count = shdr->sh_entsize ? shdr->sh_size / shdr->sh_entsize : 0;

	syms->sym = calloc(count + 1, sizeof(*syms->sym));
	if (!data || !syms->sym)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const char *name;
		GElf_Sym sym;

		if (!gelf_getsym(data, i, &sym))
			return -EINVAL;
		name = elf_strptr(elf, shdr->sh_link, sym.st_name);
		/* Absolute ones are constants and per-CPU offsets. */
		if (!name || !*name || sym.st_shndx == SHN_UNDEF ||
		    sym.st_shndx == SHN_ABS)
			continue;
		syms->sym[syms->count].addr = sym.st_value;
		syms->sym[syms->count].name = strdup(name);
		if (!syms->sym[syms->count].name)
			return -ENOMEM;
		syms->count++;
	}
	qsort(syms->sym, syms->count, sizeof(*syms->sym), by_address);
	return 0;
}

static int load(struct ksyms *syms, Elf *elf)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr shdr;

		if (gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_SYMTAB)
			return load_table(syms, elf, scn, &shdr);
	}
	return -ENOENT;
}

/**
 * ksyms_open() - read the symbols of a file
 * @syms: out: ends with ksyms_close()
 * @path: an ELF file that was not stripped
 * Return: 0, or -errno after one line on stderr
 */
int ksyms_open(struct ksyms **syms, const char *path)
{
	struct ksyms *new = calloc(1, sizeof(*new));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf = NULL;
	int ret;

	if (fd < 0 || !new) {
		warn("can't read %s", path);
		ret = -EIO;
		goto out;
	}
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	new->path = strdup(path);
	ret = elf && new->path ? load(new, elf) : -ENOMEM;
	if (ret)
		warnx("%s: no symbols can be read", path);
out:
	if (elf)
		elf_end(elf);
	if (fd >= 0)
		close(fd);
	if (ret) {
		ksyms_close(new);
		return ret;
	}
	*syms = new;
	return 0;
}

/** ksyms_close() - forget them.  NULL is fine. */
void ksyms_close(struct ksyms *syms)
{
	if (!syms)
		return;
	for (size_t i = 0; i < syms->count; i++)
		free(syms->sym[i].name);
	free(syms->sym);
	free(syms->path);
	free(syms);
}

/** ksyms_find() - address of a name.  Return: 0 when there is none */
uint64_t ksyms_find(const struct ksyms *syms, const char *name)
{
	for (size_t i = 0; i < syms->count; i++)
		if (!strcmp(syms->sym[i].name, name))
			return syms->sym[i].addr;
	return 0;
}

/**
 * ksyms_need() - address of a name that must be there
 * Return: 0, or -ENOENT after one line on stderr
 */
int ksyms_need(const struct ksyms *syms, const char *name, uint64_t *addr)
{
	*addr = ksyms_find(syms, name);
	if (*addr)
		return 0;
	warnx("%s has no symbol %s", syms->path, name);
	return -ENOENT;
}

/**
 * ksyms_describe() - name an address
 * @text: out: "symbol+0x12", or the bare number
 * @size: of @text
 */
void ksyms_describe(const struct ksyms *syms, uint64_t addr, char *text,
		    size_t size)
{
	const struct symbol *best = NULL;

	for (size_t i = 0; i < syms->count && syms->sym[i].addr <= addr; i++)
		best = &syms->sym[i];
	if (!best || addr - best->addr > 0x10000)
		snprintf(text, size, "%#" PRIx64, addr);
	else if (addr == best->addr)
		snprintf(text, size, "%s", best->name);
	else
		snprintf(text, size, "%s+%#" PRIx64, best->name,
			 addr - best->addr);
}
