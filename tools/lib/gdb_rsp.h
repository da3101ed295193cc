/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_GDB_RSP_H
#define PTISCOPE_TOOLS_GDB_RSP_H

#include <stddef.h>
#include <stdint.h>

/*
 * gdb's remote protocol, as far as QEMU's stub for one x86-64 CPU needs it, on
 * the socket of vm/run --gdb.  The guest is stopped whenever these functions
 * return.  Those that fail return -errno after one line on stderr; -EPIPE, which
 * means that QEMU is gone, and -ETIMEDOUT come without one.
 */
struct gdb;

/**
 * enum gdb_place - numbers of registers in the protocol
 */
enum gdb_place {
	GDB_RAX,
	GDB_RBX,
	GDB_RCX,
	GDB_RDX,
	GDB_RSI,
	GDB_RDI,
	GDB_RBP,
	GDB_RSP,
	GDB_R8,
	GDB_R15 = GDB_R8 + 7,
	GDB_RIP,
	GDB_EFLAGS,
	GDB_CS,
	GDB_SS,
	GDB_DS,
	GDB_ES,
	GDB_FS,
	GDB_GS,
	GDB_FS_BASE,
	GDB_GS_BASE,
	GDB_KERNEL_GS_BASE,
	GDB_CR0,
	GDB_CR2,
	GDB_CR3,
	GDB_PLACES,
};

/**
 * struct gdb_regs - registers of the stopped CPU
 * @r: by enum gdb_place
 */
struct gdb_regs {
	uint64_t r[GDB_PLACES];
};

int gdb_connect(struct gdb **gdb, const char *path, unsigned int timeout_ms);
void gdb_close(struct gdb *gdb);
int gdb_read_regs(struct gdb *gdb, struct gdb_regs *regs);
int gdb_write_reg(struct gdb *gdb, enum gdb_place place, uint64_t value);
int gdb_read(struct gdb *gdb, uint64_t addr, void *data, size_t size);
int gdb_write(struct gdb *gdb, uint64_t addr, const void *data, size_t size);
int gdb_break(struct gdb *gdb, uint64_t addr);
int gdb_unbreak(struct gdb *gdb, uint64_t addr);
int gdb_step(struct gdb *gdb, unsigned int timeout_ms);
int gdb_cont(struct gdb *gdb, unsigned int timeout_ms);

#endif /* PTISCOPE_TOOLS_GDB_RSP_H */
