// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel: bytes and names of vmlinux, and the booted image of its entry text.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/entry/entry.h"

/* KASLR moves the kernel by multiples of this. */
#define SLIDE_UNIT 0x200000UL
#define IMAGE_MAX (16UL << 20)

static bool add_chunk(struct entry_kernel *k, const GElf_Shdr *header,
		      Elf_Data *data, const char *name)
{
	struct entry_chunk *chunks =
		reallocarray(k->chunks, k->chunk_count + 1, sizeof(*k->chunks));

	if (!chunks)
		return false;
	k->chunks = chunks;
	chunks[k->chunk_count++] = (struct entry_chunk){
		.addr = header->sh_addr,
		.size = data->d_size,
		.bytes = data->d_buf,
		.code = header->sh_flags & SHF_EXECINSTR,
		.replacement = !strcmp(name, ".altinstr_replacement"),
	};
	return true;
}

/*
 * Which of the names of one address to show: one with a size before a label,
 * a global one before a local one, and none that marks a boundary.
 */
static int rank(const GElf_Sym *symbol, const char *name)
{
	return (symbol->st_size ? 0 : 1) + (strncmp(name, "__", 2) ? 0 : 4) +
	       (GELF_ST_BIND(symbol->st_info) == STB_GLOBAL ? 0 : 2);
}

static int by_address(const void *a, const void *b)
{
	const struct entry_symbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank - y->rank;
	return strcmp(x->name, y->name);
}

static bool load_symbols(struct entry_kernel *k, Elf_Scn *section,
			 const GElf_Shdr *header, size_t percpu)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count =
		header->sh_entsize ? header->sh_size / header->sh_entsize : 0;

	if (!data || !count)
		return false;
	k->text.all = calloc(count, sizeof(*k->text.all));
	k->percpu.all = calloc(count, sizeof(*k->percpu.all));
	if (!k->text.all || !k->percpu.all)
		return false;
	for (size_t n = 0; n < count; n++) {
		struct entry_symbols *to;
		GElf_Sym symbol;
		const char *name;

		if (!gelf_getsym(data, n, &symbol) ||
		    GELF_ST_TYPE(symbol.st_info) > STT_FUNC ||
		    symbol.st_shndx == SHN_UNDEF)
			continue;
		name = elf_strptr(k->elf, header->sh_link, symbol.st_name);
		if (!name || !*name)
			continue;
		to = symbol.st_shndx == percpu ? &k->percpu : &k->text;
		to->all[to->count++] =
			(struct entry_symbol){ symbol.st_value, symbol.st_size,
					       name, rank(&symbol, name) };
	}
	qsort(k->text.all, k->text.count, sizeof(*k->text.all), by_address);
	qsort(k->percpu.all, k->percpu.count, sizeof(*k->percpu.all),
	      by_address);
	return true;
}

static bool load_sections(struct entry_kernel *k)
{
	Elf_Scn *section = NULL, *symtab = NULL;
	GElf_Shdr header, symtab_header = { 0 };
	size_t names, percpu = 0;

	if (elf_getshdrstrndx(k->elf, &names))
		return false;
	while ((section = elf_nextscn(k->elf, section))) {
		const char *name;

		if (!gelf_getshdr(section, &header))
			return false;
		name = elf_strptr(k->elf, names, header.sh_name);
		if (!name)
			return false;
		if (header.sh_type == SHT_SYMTAB) {
			symtab = section;
			symtab_header = header;
		} else if (!strcmp(name, ".data..percpu")) {
			percpu = elf_ndxscn(section);
			k->percpu_moves = header.sh_addr != 0;
		} else if (header.sh_type == SHT_PROGBITS &&
			   header.sh_flags & SHF_ALLOC && header.sh_size) {
			Elf_Data *data = elf_getdata(section, NULL);

			if (!data || !data->d_buf ||
			    !add_chunk(k, &header, data, name))
				return false;
		}
	}
	return symtab && load_symbols(k, symtab, &symtab_header, percpu);
}

/**
 * entry_kernel_open() - read a vmlinux
 * Return: EXIT_OK; EXIT_RUNTIME or EXIT_UNSUPPORTED after one line on stderr
 */
int entry_kernel_open(struct entry_kernel *k, const char *path)
{
	const struct entry_symbol *start, *end;
	GElf_Ehdr header;

	*k = (struct entry_kernel){ .fd = open(path, O_RDONLY | O_CLOEXEC) };
	if (k->fd < 0) {
		warn("%s", path);
		return EXIT_RUNTIME;
	}
	elf_version(EV_CURRENT);
	k->elf = elf_begin(k->fd, ELF_C_READ_MMAP_PRIVATE, NULL);
	if (!k->elf || elf_kind(k->elf) != ELF_K_ELF ||
	    !gelf_getehdr(k->elf, &header) || header.e_machine != EM_X86_64 ||
	    gelf_getclass(k->elf) != ELFCLASS64) {
		warnx("%s: not an x86-64 vmlinux", path);
		return EXIT_UNSUPPORTED;
	}
	if (!load_sections(k)) {
		warnx("%s: no symbols in it, or it is damaged", path);
		return EXIT_UNSUPPORTED;
	}
	start = entry_find(&k->text, "__entry_text_start");
	end = entry_find(&k->text, "__entry_text_end");
	if (!start || !end || start->addr >= end->addr ||
	    !entry_bytes(k, start->addr, end->addr - start->addr)) {
		warnx("%s: no __entry_text_start and __entry_text_end with code between",
		      path);
		return EXIT_UNSUPPORTED;
	}
	k->entry_start = start->addr;
	k->entry_end = end->addr;
	return EXIT_OK;
}

/**
 * entry_image_option() - take FILE@ADDRESS apart
 * @text: FILE is left of it
 * @address: out: ADDRESS, in hexadecimal
 * Return: is it one? If not, @text stays as it is
 */
bool entry_image_option(char *text, uint64_t *address)
{
	char *at = strrchr(text, '@');
	char *end = NULL;

	errno = 0;
	if (at && at[1] != '-' && at[1] != '+' && at[1] != ' ')
		*address = strtoull(at + 1, &end, 16);
	if (!at || at == text || errno || end == at + 1 || !end || *end)
		return false;
	*at = '\0';
	return true;
}

static int read_image(struct entry_kernel *k, const char *path)
{
	FILE *file = fopen(path, "re");

	if (!file) {
		warn("%s", path);
		return EXIT_RUNTIME;
	}
	k->image = malloc(IMAGE_MAX);
	if (k->image)
		k->image_len = fread(k->image, 1, IMAGE_MAX, file);
	if (!k->image || ferror(file) || !feof(file)) {
		warnx("%s: cannot be read, or larger than %lu bytes", path,
		      IMAGE_MAX);
		fclose(file);
		return EXIT_RUNTIME;
	}
	fclose(file);
	return EXIT_OK;
}

/**
 * entry_kernel_image() - put the entry text of a booted kernel over vmlinux's
 * @path: bytes of memory, the entry text whole
 * @address: run-time address of the first of them, within the 2 MiB of the
 *	start of the entry text; that tells how far KASLR moved the kernel
 * Return: EXIT_OK or EXIT_RUNTIME after one line on stderr
 */
int entry_kernel_image(struct entry_kernel *k, const char *path,
		       uint64_t address)
{
	int code = read_image(k, path);

	if (code != EXIT_OK)
		return code;
	k->slide = (address & ~(SLIDE_UNIT - 1)) -
		   (k->entry_start & ~(SLIDE_UNIT - 1));
	k->image_addr = address - k->slide;
	if (k->image_addr > k->entry_start ||
	    k->image_addr + k->image_len < k->entry_end) {
		warnx("%s: %zu bytes at %#lx do not hold the entry text (%#lx to %#lx)",
		      path, k->image_len, (unsigned long)address,
		      (unsigned long)(k->entry_start + k->slide),
		      (unsigned long)(k->entry_end + k->slide));
		return EXIT_RUNTIME;
	}
	return EXIT_OK;
}

/** entry_kernel_close() - free what entry_kernel_open() and _image() took */
void entry_kernel_close(struct entry_kernel *k)
{
	free(k->image);
	free(k->text.all);
	free(k->percpu.all);
	free(k->chunks);
	if (k->elf)
		elf_end(k->elf);
	if (k->fd >= 0)
		close(k->fd);
}

/**
 * entry_file_bytes() - bytes of vmlinux at a link address
 * Return: @len bytes, NULL where vmlinux has none
 */
const uint8_t *entry_file_bytes(const struct entry_kernel *k, uint64_t addr,
				size_t len)
{
	for (size_t n = 0; n < k->chunk_count; n++) {
		const struct entry_chunk *c = &k->chunks[n];

		if (addr >= c->addr && len <= c->size &&
		    addr - c->addr <= c->size - len)
			return c->bytes + (addr - c->addr);
	}
	return NULL;
}

/**
 * entry_patch() - other bytes in memory; the file stays as it is
 * @addr: where vmlinux has @len bytes
 */
void entry_patch(struct entry_kernel *k, uint64_t addr, const void *bytes,
		 size_t len)
{
	memcpy((void *)entry_file_bytes(k, addr, len), bytes, len);
}

/**
 * entry_bytes() - bytes of the kernel at a link address, the image's if it has them
 * Return: @len bytes, NULL where there are none
 */
const uint8_t *entry_bytes(const struct entry_kernel *k, uint64_t addr,
			   size_t len)
{
	if (k->image && addr >= k->image_addr && len <= k->image_len &&
	    addr - k->image_addr <= k->image_len - len)
		return k->image + (addr - k->image_addr);
	return entry_file_bytes(k, addr, len);
}

/** entry_find() - the symbol of a name, or NULL */
const struct entry_symbol *entry_find(const struct entry_symbols *symbols,
				      const char *name)
{
	for (size_t n = 0; n < symbols->count; n++)
		if (!strcmp(symbols->all[n].name, name))
			return &symbols->all[n];
	return NULL;
}

/** entry_at() - the best symbol at or before an address, or NULL */
const struct entry_symbol *entry_at(const struct entry_symbols *symbols,
				    uint64_t addr)
{
	size_t low = 0, high = symbols->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (symbols->all[middle].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	while (low > 1 &&
	       symbols->all[low - 2].addr == symbols->all[low - 1].addr)
		low--;
	return &symbols->all[low - 1];
}

/**
 * entry_function() - the symbol with a size that an address lies in, else the best
 * Return: as entry_at()
 */
const struct entry_symbol *entry_function(const struct entry_symbols *symbols,
					  uint64_t addr)
{
	const struct entry_symbol *best = entry_at(symbols, addr);

	for (const struct entry_symbol *s = best; s && s >= symbols->all; s--)
		if (s->size && addr < s->addr + s->size)
			return s;
	return best;
}

/** entry_name() - an address as symbol+0xoffset */
const char *entry_name(const struct entry_symbols *symbols, uint64_t addr,
		       char name[ENTRY_NAME_MAX])
{
	const struct entry_symbol *symbol = entry_at(symbols, addr);

	if (!symbol)
		snprintf(name, ENTRY_NAME_MAX, "%#lx", (unsigned long)addr);
	else
		snprintf(name, ENTRY_NAME_MAX, "%s+%#lx", symbol->name,
			 (unsigned long)(addr - symbol->addr));
	return name;
}

/** entry_text_has() - is the address in the entry text? */
bool entry_text_has(const struct entry_kernel *k, uint64_t addr)
{
	return addr >= k->entry_start && addr < k->entry_end;
}

/** entry_is_return_thunk() - is a jump to there a RET? */
bool entry_is_return_thunk(const struct entry_kernel *k, uint64_t addr)
{
	const struct entry_symbol *symbol = entry_at(&k->text, addr);
	size_t len = symbol ? strlen(symbol->name) : 0;
	static const char suffix[] = "return_thunk";

	return len >= sizeof(suffix) - 1 && symbol->addr == addr &&
	       !strcmp(symbol->name + len - (sizeof(suffix) - 1), suffix);
}
