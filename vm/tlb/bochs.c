// SPDX-License-Identifier: GPL-2.0-only
#include "bochs.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Each hook is one RET, alone in so many bytes. */
#define SLOT 16
#define RET 0xc3

#define CS 1
#define REGISTERS 16

/* note_build_id() - the build ID in one segment of notes, in hexadecimal */
static bool note_build_id(const char *notes, size_t size, char *id, size_t room)
{
	const ElfW(Nhdr) * n;
	const unsigned char *data;
	size_t used;

	while (size >= sizeof(*n)) {
		n = (const void *)notes;
		used = sizeof(*n) + ((n->n_namesz + 3) & -4u) +
		       ((n->n_descsz + 3) & -4u);
		if (used > size)
			return false;
		data = (const unsigned char *)notes + sizeof(*n) +
		       ((n->n_namesz + 3) & -4u);
		if (n->n_type == NT_GNU_BUILD_ID &&
		    room > 2 * (size_t)n->n_descsz) {
			for (size_t i = 0; i < n->n_descsz; i++)
				sprintf(id + 2 * i, "%02x", data[i]);
			return true;
		}
		notes += used;
		size -= used;
	}
	return false;
}

/* The program itself is the first object. */
static int main_build_id(struct dl_phdr_info *info, size_t size, void *id)
{
	const ElfW(Phdr) *ph = info->dlpi_phdr;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (ph[i].p_type == PT_NOTE &&
		    note_build_id((void *)(info->dlpi_addr + ph[i].p_vaddr),
				  ph[i].p_memsz, id, 64))
			break;
	return 1;
}

static int find_symbols(struct bochs *b, char *error, size_t size)
{
	const struct {
		const char *name;
		void *where;
	} symbols[] = {
		{ "_ZN8BX_CPU_C9MOV_CR3RqEP15bxInstruction_c", &b->mov_cr3 },
		{ "_ZN8BX_CPU_C10XCHG_EwGwREP15bxInstruction_c", &b->xchg },
		{ "_ZN8BX_CPU_C11deliver_NMIEv", &b->deliver_nmi },
		{ "bx_cpu_array", &b->cpu_array },
		{ "_ZN8BX_MEM_C14getHostMemAddrEP8BX_CPU_Cmj",
		  &b->host_address },
		{ "_Z14bx_dbg_get_ripv", &b->dbg_rip },
		{ "_Z22bx_dbg_get_reg64_valuej", &b->dbg_register },
		{ "_Z25bx_dbg_get_selector_valuej", &b->dbg_selector },
	};
	void *address;

	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		address = dlsym(RTLD_DEFAULT, symbols[i].name);
		if (!address) {
			snprintf(error, size, "it exports no %s",
				 symbols[i].name);
			return -1;
		}
		memcpy(symbols[i].where, &address, sizeof(address));
	}
	return 0;
}

/* is_stub() - RET, then nothing that is executed, up to the next function */
static bool is_stub(const unsigned char *code)
{
	static const unsigned char fill[SLOT - 1] = {
		0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x0f, 0x1f, 0x40, 0x00,
	};

	return !((uintptr_t)code % SLOT) && *code == RET &&
	       !memcmp(code + 1, fill, sizeof(fill));
}

/* place() - MOV RAX, function; JMP RAX */
static int place(unsigned char *stub, void *function)
{
	const unsigned char jump[] = { 0x48, 0xb8, 0, 0, 0,    0,
				       0,    0,	   0, 0, 0xff, 0xe0 };
	uintptr_t page = (uintptr_t)stub & -(uintptr_t)sysconf(_SC_PAGESIZE);
	size_t length = (uintptr_t)stub + SLOT - page;

	if (mprotect((void *)page, length, PROT_READ | PROT_WRITE | PROT_EXEC))
		return -1;
	memcpy(stub, jump, sizeof(jump));
	memcpy(stub + 2, &function, sizeof(function));
	return mprotect((void *)page, length, PROT_READ | PROT_EXEC);
}

int bochs_attach(struct bochs *b, const struct bochs_hook *hooks, size_t n,
		 char *error, size_t size)
{
	unsigned char *stub;
	char id[64] = "";

	if (find_symbols(b, error, size))
		return -1;
	for (size_t i = 0; i < n; i++) {
		stub = dlsym(RTLD_DEFAULT, hooks[i].symbol);
		if (!stub || !is_stub(stub)) {
			snprintf(error, size, "%s is no empty hook",
				 hooks[i].symbol);
			return -1;
		}
	}
	dl_iterate_phdr(main_build_id, id);
	if (strcmp(id, BOCHS_BUILD_ID)) {
		snprintf(error, size, "its build ID is %s, not %s",
			 id[0] ? id : "missing", BOCHS_BUILD_ID);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		stub = dlsym(RTLD_DEFAULT, hooks[i].symbol);
		if (place(stub, hooks[i].function)) {
			snprintf(error, size, "%s cannot be filled: %s",
				 hooks[i].symbol, strerror(errno));
			return -1;
		}
	}
	return 0;
}

int bochs_check(const struct bochs *b, char *error, size_t size)
{
	const char *wrong = NULL;

	if (bochs_rip(b->cpu) != b->dbg_rip())
		wrong = "RIP";
	for (unsigned int i = 0; i < REGISTERS; i++)
		if (bochs_register(b->cpu, i) != b->dbg_register(i))
			wrong = "a general register";
	if (bochs_cpl(b->cpu) != (b->dbg_selector(CS) & 3))
		wrong = "CPL";
	if (!wrong)
		return 0;
	snprintf(error, size, "%s is not where it should be", wrong);
	return -1;
}
