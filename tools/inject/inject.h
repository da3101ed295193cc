/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_INJECT_H
#define PTISCOPE_TOOLS_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/gdb_rsp.h"
#include "inject/control.h"
#include "lib/ksyms.h"
#include "lib/qmp.h"

/**
 * enum event - what is injected
 * @EVENT_NMI: an NMI
 * @EVENT_MCE: a machine check that the kernel ignores
 * @EVENT_NESTED: both at once, where NMIs are blocked: the machine check comes
 *	first, and its IRET lets the NMI in, at the same instruction
 */
enum event {
	EVENT_NMI,
	EVENT_MCE,
	EVENT_NESTED,
	EVENT_COUNT,
};

extern const char *const event_names[EVENT_COUNT + 1];

/**
 * enum frame - what the CPU has pushed where a path begins
 * @FRAME_NONE: nothing, the user's RCX is its address
 * @FRAME_UNKNOWN: nothing that tells where it came from
 * @FRAME_PLAIN: RIP, CS and so on
 * @FRAME_ERROR: an error code or vector, then RIP, CS and so on
 */
enum frame {
	FRAME_NONE,
	FRAME_UNKNOWN,
	FRAME_PLAIN,
	FRAME_ERROR,
};

/**
 * struct path - a way into the kernel and out again
 * @name: for options and results
 * @op: what the guest does in each round
 * @op_name: its name in the guest's labels op_NAME and after_NAME
 * @program: 64 or 32
 * @trigger: what is injected to begin it, EVENT_COUNT: nothing
 * @trigger_at: symbol where @trigger is injected; NULL: at op_NAME
 * @from: symbol that the frame must point to; NULL: op_NAME to after_NAME
 * @entry: symbol where it begins
 * @frame: what is on the stack there
 * @handler: C function that it leads to
 * @events: bits of enum event that it is tried with
 */
struct path {
	const char *name;
	enum inject_op op;
	const char *op_name;
	int program;
	enum event trigger;
	const char *trigger_at;
	const char *from;
	const char *entry;
	enum frame frame;
	const char *handler;
	unsigned int events;
};

extern const struct path paths[];

/**
 * struct point - an instruction boundary on a path
 * @addr: the instruction that comes next
 * @rsp: stack pointer
 * @nth: which time it comes by there, from 1, since the begin of its part
 * @exit: it is on the way out
 * @user_mode: it is a user instruction
 * @user_table: the user page table is loaded
 */
struct point {
	uint64_t addr;
	uint64_t rsp;
	unsigned int nth;
	bool exit;
	bool user_mode;
	bool user_table;
};

/**
 * struct trace - all points of a path
 * @entry: where it begins
 * @handler: first instruction of the C function
 * @frame: what is on the stack at @entry
 * @point: @count of them, in order
 */
struct trace {
	uint64_t entry;
	uint64_t handler;
	enum frame frame;
	struct point *point;
	size_t count;
};

/**
 * enum stop - why the guest stopped
 * @STOP_HERE: at the address that was asked for
 * @STOP_OK: the round is over, and all was right
 * @STOP_BAD: the round is over, and something was wrong
 * @STOP_DEAD: the kernel reports its own end
 * @STOP_GONE: QEMU has ended: a triple fault
 * @STOP_HANG: nothing of all that happened for too long
 */
enum stop {
	STOP_HERE,
	STOP_OK,
	STOP_BAD,
	STOP_DEAD,
	STOP_GONE,
	STOP_HANG,
};

/**
 * struct program - what is known of a guest program
 * @syms: its symbols
 * @control: address of its struct inject_control
 * @ok: address of round_ok
 * @bad: address of round_bad
 */
struct program {
	struct ksyms *syms;
	uint64_t control;
	uint64_t ok;
	uint64_t bad;
};

/**
 * struct session - a guest under torture
 * @gdb: stops it and steps it
 * @qmp: injects
 * @kernel: symbols of its kernel
 * @program: the program that runs in it
 * @panic: address of panic()
 * @oops: address of oops_enter()
 * @nmi: entry of NMIs
 * @mce: entry of machine checks
 * @timeout_ms: after which it is taken to hang
 * @stopped_at: RIP at the last stop
 * @nmis: how many NMIs were injected
 * @merged: of them, those that the kernel handles together with another
 * @window_nmis: of them, those that hit kernel mode on the user page table
 * @window_mces: machine checks that did
 * @mode: early, late or stock
 */
struct session {
	struct gdb *gdb;
	struct qmp *qmp;
	struct ksyms *kernel;
	const struct program *program;
	uint64_t panic;
	uint64_t oops;
	uint64_t nmi;
	uint64_t mce;
	unsigned int timeout_ms;
	uint64_t stopped_at;
	uint64_t nmis;
	uint64_t merged;
	uint64_t window_nmis;
	uint64_t window_mces;
	char mode[16];
};

/**
 * struct result - of one path and event
 * @points: injected where they should be, as the frame of the event tells
 * @addresses: different instructions among them
 * @window: points in kernel mode on the user page table
 * @survived: points after which all was right
 * @missed: points that could not be reached, or where the event came elsewhere
 */
struct result {
	const struct path *path;
	enum event event;
	unsigned int points;
	unsigned int addresses;
	unsigned int window;
	unsigned int survived;
	unsigned int missed;
};

/* session.c */
int session_begin(struct session *s, const struct program *program);
int session_end_program(struct session *s);
int session_idle(struct session *s);
int run_to(struct session *s, uint64_t addr, enum stop *stop);
int inject_event(struct session *s, enum event event);
int set_op(struct session *s, enum inject_op op);
int read_fault(struct session *s, char *text, size_t size);

/* trace.c */
int goto_entry(struct session *s, const struct path *path, struct trace *trace,
	       enum stop *stop);
int goto_exit(struct session *s, const struct trace *trace, enum stop *stop);
int trace_path(struct session *s, const struct path *path, struct trace *trace);
void trace_free(struct trace *trace);

/**
 * struct torture - how to go about it
 * @session: the guest
 * @every: try only one point of so many, from @phase on
 * @phase: the first point
 * @plant: fault to plant at a point of each path: "register", "cr3" or NULL
 * @points: CSV of all points, or NULL
 * @dead: out: the guest is no more
 */
struct torture {
	struct session *session;
	unsigned int every;
	unsigned int phase;
	const char *plant;
	FILE *points;
	bool dead;
};

/* point.c */
int torture_path(struct torture *t, const struct path *path,
		 struct trace *trace, enum event event, struct result *result);

/* report.c */
void report_table(FILE *f, const char *mode, const struct result *result,
		  size_t count);
void report_tap(FILE *f, const struct session *s, const struct result *result,
		size_t count);
void report_csv(FILE *f, const char *mode, const struct result *result,
		size_t count);

#endif /* PTISCOPE_TOOLS_INJECT_H */
