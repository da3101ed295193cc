// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read what a check of the ORC tables needs from vmlinux: the tables, the
 * alternatives, the symbols of the entry text and the code itself.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/orc_image.h"

/* Bytes of one entry of .orc_unwind and of .altinstructions */
#define ORC_ENTRY_SIZE 6
#define ALT_ENTRY_SIZE 14

struct section {
	const uint8_t *data;
	uint64_t addr;
	uint64_t size;
	bool code;
};

struct orc_image {
	int fd;
	Elf *elf;
	struct section *sections;
	size_t section_count;
	const struct section *orc;
	const struct section *orc_ip;
	const struct section *alt;
	struct orc_symbol *symbols;
	size_t symbol_count;
	struct orc_alternative *alternatives;
	size_t alternative_count;
};

static int16_t read_s16(const uint8_t *p)
{
	int16_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static int32_t read_s32(const uint8_t *p)
{
	int32_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static int load_sections(struct orc_image *image)
{
	Elf_Scn *scn = NULL;
	size_t count, names;

	if (elf_getshdrnum(image->elf, &count) ||
	    elf_getshdrstrndx(image->elf, &names))
		return -EINVAL;
	image->sections = calloc(count, sizeof(*image->sections));
	if (!image->sections)
		return -ENOMEM;
	while ((scn = elf_nextscn(image->elf, scn))) {
		struct section *s = &image->sections[image->section_count];
		const char *name;
		Elf_Data *data;
		GElf_Shdr shdr;

		if (!gelf_getshdr(scn, &shdr))
			return -EINVAL;
		if (!(shdr.sh_flags & SHF_ALLOC) || shdr.sh_type == SHT_NOBITS)
			continue;
		name = elf_strptr(image->elf, names, shdr.sh_name);
		data = elf_getdata(scn, NULL);
		if (!name || !data)
			return -EINVAL;
		s->data = data->d_buf;
		s->addr = shdr.sh_addr;
		s->size = data->d_size;
		s->code = shdr.sh_flags & SHF_EXECINSTR;
		if (!strcmp(name, ".orc_unwind"))
			image->orc = s;
		else if (!strcmp(name, ".orc_unwind_ip"))
			image->orc_ip = s;
		else if (!strcmp(name, ".altinstructions"))
			image->alt = s;
		image->section_count++;
	}
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct orc_symbol *left = a, *right = b;

	if (left->addr != right->addr)
		return left->addr < right->addr ? -1 : 1;
	/* What has a size first: the name of a whole, not of its first label */
	if (left->size != right->size)
		return left->size > right->size ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* Functions and labels between __entry_text_start and __entry_text_end */
static int pick_symbols(struct orc_image *image, Elf_Data *data,
			const GElf_Shdr *shdr, bool count_only)
{
	size_t count = shdr->sh_size / shdr->sh_entsize;
	uint64_t start = 0, end = 0;
	size_t picked = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < count; i++) {
			const char *name;
			GElf_Sym sym;
			int type;

			if (!gelf_getsym(data, i, &sym))
				return -EINVAL;
			type = GELF_ST_TYPE(sym.st_info);
			name = elf_strptr(image->elf, shdr->sh_link,
					  sym.st_name);
			if (!name || !*name ||
			    (type != STT_NOTYPE && type != STT_FUNC))
				continue;
			if (!strcmp(name, "__entry_text_start"))
				start = sym.st_value;
			else if (!strcmp(name, "__entry_text_end"))
				end = sym.st_value;
			if (!pass || sym.st_value < start ||
			    sym.st_value >= end)
				continue;
			if (!count_only)
				image->symbols[picked] =
					(struct orc_symbol){ name, sym.st_value,
							     sym.st_size };
			picked++;
		}
	}
	image->symbol_count = picked;
	return 0;
}

static int load_symbols(struct orc_image *image)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr shdr;
	int ret;

	do {
		scn = elf_nextscn(image->elf, scn);
		if (!scn || !gelf_getshdr(scn, &shdr))
			return -ENOENT;
	} while (shdr.sh_type != SHT_SYMTAB);
	data = elf_getdata(scn, NULL);
	if (!data || !shdr.sh_entsize)
		return -EINVAL;
	ret = pick_symbols(image, data, &shdr, true);
	if (ret)
		return ret;
	image->symbols =
		calloc(image->symbol_count + 1, sizeof(*image->symbols));
	if (!image->symbols)
		return -ENOMEM;
	ret = pick_symbols(image, data, &shdr, false);
	if (ret)
		return ret;
	qsort(image->symbols, image->symbol_count, sizeof(*image->symbols),
	      by_address);
	return 0;
}

/* struct alt_instr: two offsets from where they stand, flags, two lengths */
static int load_alternatives(struct orc_image *image)
{
	size_t count;

	if (!image->alt)
		return 0;
	count = image->alt->size / ALT_ENTRY_SIZE;
	image->alternatives = calloc(count + 1, sizeof(*image->alternatives));
	if (!image->alternatives)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const uint8_t *p = image->alt->data + i * ALT_ENTRY_SIZE;
		uint64_t addr = image->alt->addr + i * ALT_ENTRY_SIZE;

		image->alternatives[i] = (struct orc_alternative){
			.site = addr + read_s32(p),
			.replacement = addr + 4 + read_s32(p + 4),
			.feature = read_s16(p + 8),
			.without = p[10] & 1,
			.site_length = p[12],
			.length = p[13],
		};
	}
	image->alternative_count = count;
	return 0;
}

/* Address that entry @i of the tables begins at */
static uint64_t orc_start(const struct orc_image *image, size_t i)
{
	return image->orc_ip->addr + 4 * i +
	       read_s32(image->orc_ip->data + 4 * i);
}

/* The unwinder searches by halves, and so does orc_at() */
static int check_tables(const struct orc_image *image)
{
	size_t count;

	if (!image->orc || !image->orc_ip)
		return -ENOENT;
	count = image->orc_ip->size / 4;
	if (!count || image->orc->size != count * ORC_ENTRY_SIZE)
		return -EINVAL;
	for (size_t i = 1; i < count; i++)
		if (orc_start(image, i - 1) > orc_start(image, i))
			return -EINVAL;
	return 0;
}

/**
 * orc_open - read a kernel image
 * @image: set to what is to be closed with orc_close()
 * @path: vmlinux
 *
 * Return: 0; -ENOENT if it has no ORC tables or no symbols; -EINVAL if it is no
 * sound ELF file or its tables are not in order; another -errno.
 */
int orc_open(struct orc_image **image, const char *path)
{
	struct orc_image *new = calloc(1, sizeof(*new));
	int ret;

	if (!new)
		return -ENOMEM;
	new->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (new->fd < 0) {
		ret = -errno;
		free(new);
		return ret;
	}
	elf_version(EV_CURRENT);
	new->elf = elf_begin(new->fd, ELF_C_READ_MMAP, NULL);
	ret = new->elf &&elf_kind(new->elf) ==
			      ELF_K_ELF &&gelf_getclass(new->elf) ==
			      ELFCLASS64 ?
		      0 :
		      -EINVAL;
	if (!ret)
		ret = load_sections(new);
	if (!ret)
		ret = check_tables(new);
	if (!ret)
		ret = load_symbols(new);
	if (!ret)
		ret = load_alternatives(new);
	if (ret)
		orc_close(new);
	else
		*image = new;
	return ret;
}

/**
 * orc_close - the end of what orc_open() began
 * @image: an image
 */
void orc_close(struct orc_image *image)
{
	free(image->alternatives);
	free(image->symbols);
	free(image->sections);
	elf_end(image->elf);
	close(image->fd);
	free(image);
}

/**
 * orc_at - look an address up as the kernel's unwinder does
 * @image: an image
 * @addr: address of an instruction, or one less than a return address
 * @state: set to what the tables say
 *
 * Return: false if @addr lies before the first entry.
 */
bool orc_at(const struct orc_image *image, uint64_t addr,
	    struct orc_state *state)
{
	size_t low = 0, high = image->orc_ip->size / 4;
	const uint8_t *p;

	/* The last entry that begins at or before the address */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (orc_start(image, middle) <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	p = image->orc->data + (low - 1) * ORC_ENTRY_SIZE;
	*state = (struct orc_state){
		.sp_offset = read_s16(p),
		.bp_offset = read_s16(p + 2),
		.sp_reg = p[4] & 15,
		.bp_reg = p[4] >> 4,
		.type = p[5] & 7,
		.signal = p[5] & 8,
	};
	return true;
}

/**
 * orc_symbols - functions and labels of the entry text, by address
 * @image: an image
 * @symbols: set to the first one
 *
 * Return: how many there are.
 */
size_t orc_symbols(const struct orc_image *image,
		   const struct orc_symbol **symbols)
{
	*symbols = image->symbols;
	return image->symbol_count;
}

/**
 * orc_alternatives - all alternatives of the kernel
 * @image: an image
 * @alternatives: set to the first one
 *
 * Return: how many there are.
 */
size_t orc_alternatives(const struct orc_image *image,
			const struct orc_alternative **alternatives)
{
	*alternatives = image->alternatives;
	return image->alternative_count;
}

/**
 * orc_code - bytes of code
 * @image: an image
 * @addr: address of the first one
 * @size: how many are needed
 *
 * Return: them, or NULL if the image has no such code.
 */
const uint8_t *orc_code(const struct orc_image *image, uint64_t addr,
			size_t size)
{
	for (size_t i = 0; i < image->section_count; i++) {
		const struct section *s = &image->sections[i];

		if (s->code && addr >= s->addr && addr - s->addr < s->size &&
		    s->size - (addr - s->addr) >= size)
			return s->data + (addr - s->addr);
	}
	return NULL;
}
