// SPDX-License-Identifier: GPL-2.0-only
/*
 * image VMLINUX BZIMAGE INITRAMFS MIB COMMAND_LINE DIR: a ROM and a disk for
 * Bochs with MIB MiB, which start the kernel proper: no boot loader and no
 * decompression, since those take longer than the kernel's own boot there.
 *
 * Reads DIR/rom, the code of rom.S; writes DIR/rom.bin and DIR/disk.
 */
#include <asm/bootparam.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The pages of the ROM; rom.S has the same */
#define ROM 0xd0000ul
#define ENTRY 0x7f8
#define LOADS 0x800
#define PAGE_TABLES 0x1000
#define PARAMS 0x3000
#define CMDLINE 0x4000
#define ROM_SIZE 0x5000
#define CODE_SIZE ENTRY

#define SECTOR 512ul
/* Bochs wants whole cylinders. */
#define CYLINDER (16 * 63 * SECTOR)
#define MIB (1ul << 20)
#define GIB (1ul << 30)
/* Its BIOS keeps the ACPI tables at the end of memory. */
#define ACPI_SIZE 0x10000ul

struct file {
	const char *name;
	unsigned char *data;
	size_t size;
};

/* What goes to one place of memory */
struct load {
	unsigned long address;
	unsigned long sector;
	unsigned long sectors;
};

/* One message and the end: only vm/run calls this. */
__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *fmt,
								...)
{
	va_list args;

	fprintf(stderr, "bochs/image: ");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void *allocate(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		die("no memory");
	return p;
}

static struct file read_file(const char *name)
{
	struct file file = { .name = name };
	FILE *f = fopen(name, "rb");
	long end;

	if (!f || fseek(f, 0, SEEK_END) || (end = ftell(f)) < 0)
		die("%s: %s", name, strerror(errno));
	rewind(f);
	file.data = allocate(end + 1);
	file.size = end;
	if (fread(file.data, 1, file.size, f) != file.size)
		die("%s: cannot be read", name);
	fclose(f);
	return file;
}

/* The segments of vmlinux as they lie in memory, from @start to @stored; the
 * kernel's zeroed memory ends at @end.
 */
struct kernel {
	unsigned long start;
	unsigned long stored;
	unsigned long end;
	unsigned long entry;
	unsigned char *image;
};

static struct kernel lay_out_kernel(const struct file *vmlinux)
{
	const Elf64_Ehdr *eh = (const void *)vmlinux->data;
	struct kernel kernel = { .start = -1ul };
	const Elf64_Phdr *ph;

	if (vmlinux->size < sizeof(*eh) ||
	    memcmp(eh->e_ident, ELFMAG, SELFMAG) ||
	    eh->e_machine != EM_X86_64 ||
	    eh->e_phoff + eh->e_phnum * sizeof(*ph) > vmlinux->size)
		die("%s is no x86-64 ELF file", vmlinux->name);
	kernel.entry = eh->e_entry;
	ph = (const void *)(vmlinux->data + eh->e_phoff);
	for (int i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type != PT_LOAD)
			continue;
		if (ph[i].p_offset + ph[i].p_filesz > vmlinux->size)
			die("%s is cut off", vmlinux->name);
		if (ph[i].p_paddr < kernel.start)
			kernel.start = ph[i].p_paddr;
		if (ph[i].p_paddr + ph[i].p_filesz > kernel.stored)
			kernel.stored = ph[i].p_paddr + ph[i].p_filesz;
		if (ph[i].p_paddr + ph[i].p_memsz > kernel.end)
			kernel.end = ph[i].p_paddr + ph[i].p_memsz;
	}
	if (kernel.start >= kernel.end || kernel.start < MIB)
		die("%s cannot be loaded at %#lx", vmlinux->name, kernel.start);
	kernel.image = allocate(kernel.stored - kernel.start);
	for (int i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_LOAD)
			memcpy(kernel.image + (ph[i].p_paddr - kernel.start),
			       vmlinux->data + ph[i].p_offset, ph[i].p_filesz);
	return kernel;
}

static unsigned long sectors(unsigned long bytes)
{
	return (bytes + SECTOR - 1) / SECTOR;
}

static void write_disk(const char *dir, const struct load *loads,
		       const struct kernel *kernel,
		       const struct file *initramfs)
{
	unsigned long end = (loads[1].sector + loads[1].sectors) * SECTOR;
	char path[4096];
	FILE *f;

	end = (end + CYLINDER - 1) / CYLINDER * CYLINDER;
	snprintf(path, sizeof(path), "%s/disk", dir);
	f = fopen(path, "wb");
	if (!f ||
	    fwrite(kernel->image, kernel->stored - kernel->start, 1, f) != 1 ||
	    fseek(f, loads[1].sector * SECTOR, SEEK_SET) ||
	    fwrite(initramfs->data, initramfs->size, 1, f) != 1 ||
	    fseek(f, end - 1, SEEK_SET) || fputc(0, f) == EOF || fclose(f))
		die("%s: %s", path, strerror(errno));
}

/* The first GiB as it is.  In ROM the CPU cannot set accessed and dirty bits. */
static void identity_map(unsigned char *rom)
{
	unsigned long *table = (unsigned long *)(rom + PAGE_TABLES);

	table[0] = (ROM + PAGE_TABLES + 0x1000) | 0x23;
	table[512] = 0xe3;
}

static void memory_map(struct boot_params *bp, unsigned long top)
{
	const struct boot_e820_entry map[] = {
		{ 0, 0x9f000, 1 },
		{ 0x9f000, 0x1000, 2 },
		{ ROM, MIB - ROM, 2 },
		{ MIB, top - ACPI_SIZE - MIB, 1 },
		{ top - ACPI_SIZE, ACPI_SIZE, 3 },
		{ 0xfffc0000, 0x40000, 2 },
	};

	memcpy(bp->e820_table, map, sizeof(map));
	bp->e820_entries = sizeof(map) / sizeof(map[0]);
}

/* As Documentation/arch/x86/boot.rst demands of a 64-bit boot loader */
static void boot_params(struct boot_params *bp, const struct file *bzimage,
			unsigned long top, unsigned long initramfs,
			size_t initramfs_size)
{
	size_t length;

	if (bzimage->size < 0x1000 || memcmp(bzimage->data + 0x202, "HdrS", 4))
		die("%s is no bzImage", bzimage->name);
	length = 0x202 + bzimage->data[0x201] - 0x1f1;
	if (length > sizeof(bp->hdr))
		length = sizeof(bp->hdr);
	memcpy(&bp->hdr, bzimage->data + 0x1f1, length);
	bp->hdr.type_of_loader = 0xff;
	bp->hdr.loadflags |= LOADED_HIGH;
	bp->hdr.ramdisk_image = initramfs;
	bp->hdr.ramdisk_size = initramfs_size;
	bp->hdr.cmd_line_ptr = ROM + CMDLINE;
	memory_map(bp, top);
}

/* Code, size and checksum round what the other functions put there */
static void write_rom(unsigned char *rom, const char *dir)
{
	unsigned char sum = 0;
	struct file code;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/rom", dir);
	code = read_file(path);
	if (code.size > CODE_SIZE)
		die("%s: %zu bytes are too many", path, code.size);
	memcpy(rom, code.data, code.size);
	rom[2] = ROM_SIZE / SECTOR;
	for (int i = 0; i < ROM_SIZE; i++)
		sum += rom[i];
	rom[ROM_SIZE - 1] = -sum;
	snprintf(path, sizeof(path), "%s/rom.bin", dir);
	f = fopen(path, "wb");
	if (!f || fwrite(rom, ROM_SIZE, 1, f) != 1 || fclose(f))
		die("%s: %s", path, strerror(errno));
}

int main(int argc, char **argv)
{
	static unsigned char rom[ROM_SIZE];
	struct file vmlinux, bzimage, initramfs;
	struct load loads[3] = { 0 };
	struct kernel kernel;
	unsigned long top;

	if (argc != 7)
		die("usage: image VMLINUX BZIMAGE INITRAMFS MIB COMMAND_LINE DIR");
	vmlinux = read_file(argv[1]);
	bzimage = read_file(argv[2]);
	initramfs = read_file(argv[3]);
	top = strtoul(argv[4], NULL, 10) * MIB;
	/* The last byte is the checksum's. */
	if (strlen(argv[5]) + 2 > ROM_SIZE - CMDLINE)
		die("the kernel's parameters are too long");
	kernel = lay_out_kernel(&vmlinux);
	loads[0].address = kernel.start;
	loads[0].sectors = sectors(kernel.stored - kernel.start);
	loads[1].address = (kernel.end + 2 * MIB - 1) / (2 * MIB) * (2 * MIB);
	loads[1].sector = loads[0].sectors;
	loads[1].sectors = sectors(initramfs.size);
	if (top > GIB || top < 2 * ACPI_SIZE ||
	    loads[1].address + loads[1].sectors * SECTOR > top - ACPI_SIZE)
		die("kernel and initramfs do not fit into %s MiB (at most 1024)",
		    argv[4]);
	memcpy(rom + ENTRY, &kernel.entry, sizeof(kernel.entry));
	memcpy(rom + LOADS, loads, sizeof(loads));
	identity_map(rom);
	boot_params((void *)(rom + PARAMS), &bzimage, top, loads[1].address,
		    initramfs.size);
	strcpy((char *)rom + CMDLINE, argv[5]);
	write_rom(rom, argv[6]);
	write_disk(argv[6], loads, &kernel, &initramfs);
	return 0;
}
