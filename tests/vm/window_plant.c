// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plant a fault into the window of a vmlinux, for window-check to find.
 *
 * The code goes to the NOPs before a C function of the late switch, and all jumps
 * to that function are led there, so nothing else changes.
 */
#include <argp.h>
#include <err.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/entry/entry.h"

#define PAD 16
#define VERW_LEN 7
#define PLANTED_BEFORE "pti_enter_syscall64"

enum fixup {
	FIX_NONE,
	FIX_ABSOLUTE, /* 32 bits, sign-extended */
	FIX_RELATIVE, /* to the end of the instruction */
};

/**
 * struct plant - a fault
 * @bytes: code, whose last four bytes are adapted to @symbol as @fixup says
 * @at: offset of the instruction that is wrong
 */
struct plant {
	const char *name;
	unsigned char bytes[PAD];
	unsigned char len;
	unsigned char at;
	enum fixup fixup;
	const char *symbol;
};

static const struct plant plants[] = {
	/* mov %gs:cpu_tlbstate, %rax */
	{ "percpu",
	  { 0x65, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0 },
	  9,
	  0,
	  FIX_ABSOLUTE,
	  "cpu_tlbstate" },
	/* mov x86_cap_flags, %rax */
	{ "rodata",
	  { 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0 },
	  8,
	  0,
	  FIX_ABSOLUTE,
	  "x86_cap_flags" },
	/* mov %rax, entry_SYSCALL_64 */
	{ "write",
	  { 0x48, 0x89, 0x04, 0x25, 0, 0, 0, 0 },
	  8,
	  0,
	  FIX_ABSOLUTE,
	  "entry_SYSCALL_64" },
	/* mov (%rbx), %rax */
	{ "pointer", { 0x48, 0x8b, 0x03 }, 3, 0, FIX_NONE, NULL },
	{ "call", { 0xe8, 0, 0, 0, 0 }, 5, 0, FIX_RELATIVE, "do_syscall_64" },
	/* jc __x86_return_thunk */
	{ "thunk",
	  { 0x0f, 0x82, 0, 0, 0, 0 },
	  6,
	  0,
	  FIX_RELATIVE,
	  "__x86_return_thunk" },
	/* jc over; ret; over: */
	{ "ret", { 0x72, 0x01, 0xc3 }, 3, 2, FIX_NONE, NULL },
	/* notrack jmp *x86_cap_flags(,%rax,8) */
	{ "table",
	  { 0x3e, 0xff, 0x24, 0xc5, 0, 0, 0, 0 },
	  8,
	  0,
	  FIX_ABSOLUTE,
	  "x86_cap_flags" },
	/* jmp *%rax */
	{ "register", { 0xff, 0xe0 }, 2, 0, FIX_NONE, NULL },
	/* jc over; int3; over: */
	{ "trap", { 0x72, 0x01, 0xcc }, 3, 2, FIX_NONE, NULL },
	/* rep movsb */
	{ "string", { 0xf3, 0xa4 }, 2, 0, FIX_NONE, NULL },
	/* mov %ax, %ds */
	{ "segment", { 0x8e, 0xd8 }, 2, 0, FIX_NONE, NULL },
	/* mov %cr3, %rax; mov %rax, %cr3 */
	{ "cr3", { 0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8 }, 6, 3, FIX_NONE, NULL },
};

/* Where in the file the bytes of an address are */
static long file_offset(const struct entry_kernel *k, uint64_t addr)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(k->elf, section)))
		if (gelf_getshdr(section, &header) &&
		    header.sh_type == SHT_PROGBITS && header.sh_addr &&
		    addr >= header.sh_addr &&
		    addr < header.sh_addr + header.sh_size)
			return (long)(header.sh_offset + addr - header.sh_addr);
	errx(EXIT_RUNTIME, "%#lx is not in the file", (unsigned long)addr);
}

static void put(const struct entry_kernel *k, int fd, uint64_t addr,
		const void *bytes, size_t len)
{
	if (pwrite(fd, bytes, len, file_offset(k, addr)) != (ssize_t)len)
		err(EXIT_RUNTIME, "write");
}

static uint64_t symbol(const struct entry_kernel *k, const char *name)
{
	const struct entry_symbol *s = entry_find(&k->text, name);

	s = s ?: entry_find(&k->percpu, name);
	if (!s)
		errx(EXIT_UNSUPPORTED, "there is no %s", name);
	return s->addr;
}

/* The target of the jump with 32 bits of distance that may be at @at, or 0 */
static uint64_t jump_target(const struct entry_kernel *k, uint64_t at)
{
	const uint8_t *bytes = entry_file_bytes(k, at, 5);
	int32_t distance;

	if (!bytes || bytes[0] != 0xe9)
		return 0;
	memcpy(&distance, bytes + 1, sizeof(distance));
	return at + 5 + distance;
}

static void lead_jump(const struct entry_kernel *k, int fd, uint64_t at,
		      uint64_t to)
{
	int32_t distance = (int32_t)(to - (at + 5));

	put(k, fd, at + 1, &distance, sizeof(distance));
}

/* Lead every jump to @from to @to. */
static void retarget(const struct entry_kernel *k, int fd, uint64_t from,
		     uint64_t to)
{
	bool found = false;

	for (size_t c = 0; c < k->chunk_count; c++) {
		const struct entry_chunk *chunk = &k->chunks[c];

		for (uint64_t n = 0; chunk->code && n + 5 <= chunk->size; n++) {
			if (jump_target(k, chunk->addr + n) != from)
				continue;
			lead_jump(k, fd, chunk->addr + n, to);
			found = true;
		}
	}
	if (!found)
		errx(EXIT_UNSUPPORTED, "nothing jumps to %#lx",
		     (unsigned long)from);
}

static uint64_t plant(const struct entry_kernel *k, int fd,
		      const struct plant *p)
{
	uint64_t function = symbol(k, PLANTED_BEFORE);
	uint64_t to = p->symbol ? symbol(k, p->symbol) : 0;
	unsigned char code[PAD];
	int32_t field;

	memset(code, 0x90, sizeof(code));
	memcpy(code, p->bytes, p->len);
	if (p->fixup != FIX_NONE) {
		field = (int32_t)to;
		if (p->fixup == FIX_RELATIVE)
			field = (int32_t)(to - (function - PAD + p->len));
		memcpy(code + p->len - 4, &field, 4);
	}
	put(k, fd, function - PAD, code, sizeof(code));
	retarget(k, fd, function, function - PAD);
	return function - PAD + p->at;
}

/*
 * In place of SWAPGS, a NOP: the next instruction stores RSP in the TSS with the
 * user's GS base.
 */
static uint64_t plant_gs(const struct entry_kernel *k, int fd)
{
	static const unsigned char swapgs[] = { 0x0f, 0x01, 0xf8 };
	static const unsigned char nop[] = { 0x0f, 0x1f, 0x00 };
	uint64_t at = symbol(k, "entry_SYSCALL_64") + 4;
	const uint8_t *bytes = entry_bytes(k, at, sizeof(swapgs));

	if (!bytes || memcmp(bytes, swapgs, sizeof(swapgs)) != 0)
		errx(EXIT_UNSUPPORTED, "there is no SWAPGS at %#lx",
		     (unsigned long)at);
	put(k, fd, at, nop, sizeof(nop));
	return at + sizeof(nop);
}

/*
 * After the switch to the user table a RET, as a compiler would have it, in place of
 * the last jump out of the function.
 */
static uint64_t plant_exit(const struct entry_kernel *k, int fd)
{
	const struct entry_symbol *f = entry_find(&k->text, "pti_exit_sysret");
	uint64_t last = 0;

	for (uint64_t at = f ? f->addr : 0; f && at < f->addr + f->size; at++) {
		uint64_t target = jump_target(k, at);

		if (entry_text_has(k, target) &&
		    (target < f->addr || target >= f->addr + f->size))
			last = at;
	}
	if (!last)
		errx(EXIT_UNSUPPORTED, "no jump leads out of pti_exit_sysret");
	lead_jump(k, fd, last, symbol(k, "__x86_return_thunk"));
	return last;
}

/*
 * On one side of an alternative only: the VERW before SYSRET, which reads a
 * constant of the entry text, then reads another place.
 */
static uint64_t plant_alternative(const struct entry_kernel *k, int fd)
{
	static const struct entry_config config = { .late = true };
	uint64_t at = symbol(k, "entry_SYSRETQ_unsafe_stack") + 3;
	struct entry_alts alts;
	int site;

	if (entry_alts_load(&alts, k, &config) != EXIT_OK)
		exit(EXIT_UNSUPPORTED);
	site = entry_alts_site(&alts, at);
	for (unsigned int v = 0; site >= 0 && v < alts.sites[site].count; v++) {
		const struct entry_variant *var = &alts.sites[site].variant[v];
		const uint8_t *bytes = entry_bytes(k, var->src, var->len);
		int32_t distance;

		if (var->feature < 0 || var->len != VERW_LEN || !bytes ||
		    bytes[0] != 0x0f || bytes[1] != 0x00 || bytes[2] != 0x2d)
			continue;
		distance = (int32_t)(symbol(k, "x86_cap_flags") -
				     (var->src + VERW_LEN));
		put(k, fd, var->src + 3, &distance, 4);
		entry_alts_free(&alts);
		return at;
	}
	errx(EXIT_UNSUPPORTED, "there is no VERW before SYSRET");
}

static uint64_t plant_by_name(const struct entry_kernel *k, int fd,
			      const char *name)
{
	if (!strcmp(name, "gs"))
		return plant_gs(k, fd);
	if (!strcmp(name, "exit"))
		return plant_exit(k, fd);
	if (!strcmp(name, "alternative"))
		return plant_alternative(k, fd);
	for (size_t n = 0; n < sizeof(plants) / sizeof(*plants); n++)
		if (!strcmp(plants[n].name, name))
			return plant(k, fd, &plants[n]);
	errx(EXIT_USAGE, "'%s' is no fault that is known", name);
}

int main(int argc, char **argv)
{
	struct entry_kernel k;
	char name[ENTRY_NAME_MAX];
	uint64_t at;
	int fd, code;

	if (argc != 3)
		errx(EXIT_USAGE, "usage: window_plant FAULT VMLINUX");
	code = entry_kernel_open(&k, argv[2]);
	if (code != EXIT_OK)
		return code;
	fd = open(argv[2], O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(EXIT_RUNTIME, "%s", argv[2]);
	at = plant_by_name(&k, fd, argv[1]);
	/* As window-check names the place */
	printf("%016lx %s\n", (unsigned long)at, entry_name(&k.text, at, name));
	entry_kernel_close(&k);
	return close(fd) ? EXIT_RUNTIME : EXIT_OK;
}
