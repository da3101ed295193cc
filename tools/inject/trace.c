// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find all instruction boundaries of a path, by stepping through it once.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "inject/inject.h"

#define STEP_TIMEOUT_MS 10000

/* A part of a path with more steps than that does not end. */
#define MAX_STEPS 4000

/* How often something else comes to the entry before the path does */
#define MAX_OTHERS 1000

/* Bit of CR3 that says that the user page table is loaded */
#define CR3_USER 0x1000

#define RPL 3

/* Bytes of the instructions that are single-stepped after the operation */
#define AFTER_TF 8

static bool user_mode(const struct gdb_regs *regs)
{
	return (regs->r[GDB_CS] & RPL) == RPL;
}

/* Does the path begin here, or did something else come by? */
static int is_mine(struct session *s, const struct path *path, enum frame frame,
		   const struct gdb_regs *regs, bool *mine)
{
	uint64_t from, to, rip;
	char label[64];
	int ret;

	snprintf(label, sizeof(label), "op_%s", path->op_name);
	from = ksyms_find(s->program->syms, label);
	snprintf(label, sizeof(label), "after_%s", path->op_name);
	to = ksyms_find(s->program->syms, label);
	/* The first trap comes behind the first instruction after SYSRET. */
	if (path->op == OP_SYSCALL64_TF)
		to += AFTER_TF;
	if (path->from) {
		ret = ksyms_need(s->kernel, path->from, &from);
		if (ret)
			return ret;
		to = from;
	}
	switch (frame) {
	case FRAME_UNKNOWN:
		*mine = true;
		return 0;
	case FRAME_NONE:
		rip = regs->r[GDB_RCX];
		break;
	default:
		ret = gdb_read(s->gdb,
			       regs->r[GDB_RSP] +
				       (frame == FRAME_ERROR ? 8 : 0),
			       &rip, sizeof(rip));
		if (ret) {
			warnx("%s: the stack cannot be read", path->name);
			return ret;
		}
	}
	*mine = rip >= from && rip <= to;
	return 0;
}

/* The guest is at its entry: no need to spin any longer */
static int end_spin(struct session *s, const struct path *path)
{
	uint64_t one = 1;

	if (path->op != OP_SPIN)
		return 0;
	return gdb_write(s->gdb,
			 s->program->control +
				 offsetof(struct inject_control, spin),
			 &one, sizeof(one));
}

static int trigger(struct session *s, const struct path *path, enum stop *stop)
{
	uint64_t addr;
	int ret;

	if (path->trigger == EVENT_COUNT)
		return 0;
	if (path->trigger_at) {
		ret = ksyms_need(s->kernel, path->trigger_at, &addr);
		if (!ret)
			ret = run_to(s, addr, stop);
		if (ret || *stop != STOP_HERE)
			return ret;
	}
	return inject_event(s, path->trigger);
}

/*
 * To the operation in the guest, and there, or further on, inject what begins the
 * path.  Where the frame tells that a path is the operation's, that is spared; but
 * for the timer: QEMU's clock goes on to the next tick whenever the guest stands
 * still, so a tick comes where the guest goes on.
 */
static int goto_op(struct session *s, const struct path *path, enum frame frame,
		   enum stop *stop)
{
	char label[64];
	uint64_t op;
	int ret;

	*stop = STOP_HERE;
	if (path->trigger == EVENT_COUNT && frame != FRAME_UNKNOWN &&
	    path->op != OP_SPIN)
		return 0;
	snprintf(label, sizeof(label), "op_%s", path->op_name);
	ret = ksyms_need(s->program->syms, label, &op);
	if (!ret)
		ret = run_to(s, op, stop);
	/* The round before this may not have been the operation's. */
	if (!ret && *stop == STOP_OK)
		ret = run_to(s, op, stop);
	if (ret || *stop != STOP_HERE)
		return ret;
	return trigger(s, path, stop);
}

/**
 * goto_entry() - run to where a path begins
 * @trace: its entry and frame
 * @stop: out: %STOP_HERE, or what happened instead
 * Return: 0, or -errno after one line on stderr
 */
int goto_entry(struct session *s, const struct path *path, struct trace *trace,
	       enum stop *stop)
{
	struct gdb_regs regs;
	int ret;

	ret = goto_op(s, path, trace->frame, stop);
	for (unsigned int i = 0; i < MAX_OTHERS; i++) {
		bool mine;

		if (ret || *stop != STOP_HERE)
			return ret;
		ret = run_to(s, trace->entry, stop);
		/* Others came by, and then the round was over: the next has it. */
		if (!ret && *stop == STOP_OK && path->trigger == EVENT_COUNT &&
		    trace->frame != FRAME_UNKNOWN) {
			ret = goto_op(s, path, trace->frame, stop);
			continue;
		}
		if (ret || *stop != STOP_HERE)
			return ret;
		ret = gdb_read_regs(s->gdb, &regs);
		if (!ret)
			ret = is_mine(s, path, trace->frame, &regs, &mine);
		if (!ret && mine)
			return end_spin(s, path);
	}
	if (!ret)
		*stop = STOP_HANG;
	return ret;
}

/**
 * goto_exit() - from the entry to where the C function has returned to
 * @stop: out: %STOP_HERE, or what happened instead
 * Return: 0, or -errno after one line on stderr
 */
int goto_exit(struct session *s, const struct trace *trace, enum stop *stop)
{
	struct gdb_regs regs;
	uint64_t rsp, back;
	int ret;

	ret = run_to(s, trace->handler, stop);
	if (ret || *stop != STOP_HERE)
		return ret;
	ret = gdb_read_regs(s->gdb, &regs);
	if (ret)
		return ret;
	rsp = regs.r[GDB_RSP];
	ret = gdb_read(s->gdb, rsp, &back, sizeof(back));
	/* Another task may come back to there first. */
	for (unsigned int i = 0; !ret && i < MAX_OTHERS; i++) {
		ret = run_to(s, back, stop);
		if (ret || *stop != STOP_HERE)
			return ret;
		ret = gdb_read_regs(s->gdb, &regs);
		if (!ret && regs.r[GDB_RSP] == rsp + sizeof(back))
			return 0;
	}
	if (!ret)
		*stop = STOP_HANG;
	return ret;
}

static int add_point(struct trace *trace, const struct gdb_regs *regs,
		     bool exit)
{
	struct point new = {
		.addr = regs->r[GDB_RIP],
		.rsp = regs->r[GDB_RSP],
		.nth = 1,
		.exit = exit,
		.user_mode = user_mode(regs),
		.user_table = regs->r[GDB_CR3] & CR3_USER,
	};
	struct point *all;

	/* One more turn of a REP is no instruction boundary of its own. */
	if (trace->count && trace->point[trace->count - 1].addr == new.addr &&
	    trace->point[trace->count - 1].exit == exit)
		return 0;
	for (size_t i = 0; i < trace->count; i++)
		if (trace->point[i].addr == new.addr &&
		    trace->point[i].exit == exit)
			new.nth++;
	all = reallocarray(trace->point, trace->count + 1, sizeof(*all));
	if (!all) {
		warnx("out of memory");
		return -ENOMEM;
	}
	trace->point = all;
	all[trace->count++] = new;
	return 0;
}

/* Is it IRETQ? */
static bool is_iret(struct session *s, uint64_t addr)
{
	unsigned char code[2];

	return !gdb_read(s->gdb, addr, code, sizeof(code)) && code[0] == 0x48 &&
	       code[1] == 0xcf;
}

/*
 * Step and keep every point, up to and including the C function on the way in,
 * or the first instruction that is not the path's own on the way out
 */
static int step_part(struct session *s, struct trace *trace, bool exit)
{
	struct gdb_regs regs;
	bool left = false;
	int ret;

	for (unsigned int i = 0; i < MAX_STEPS; i++) {
		ret = gdb_read_regs(s->gdb, &regs);
		if (!ret)
			ret = add_point(trace, &regs, exit);
		if (ret)
			return ret;
		s->stopped_at = regs.r[GDB_RIP];
		if (exit ? left || user_mode(&regs) :
			   s->stopped_at == trace->handler)
			return 0;
		left = exit && is_iret(s, s->stopped_at);
		ret = gdb_step(s->gdb, STEP_TIMEOUT_MS);
		if (ret)
			return ret;
	}
	warnx("a path has no end after %d instructions", MAX_STEPS);
	return -ELOOP;
}

/*
 * The IDT has a stub for each interrupt, which pushes the vector: find it.
 */
static int find_stub(struct session *s, struct trace *trace)
{
	struct gdb_regs regs;
	uint64_t vector, begin, end;
	unsigned char code[8];
	int ret;

	ret = gdb_read_regs(s->gdb, &regs);
	if (!ret)
		ret = gdb_read(s->gdb, regs.r[GDB_RSP], &vector,
			       sizeof(vector));
	if (!ret)
		ret = ksyms_need(s->kernel, "irq_entries_start", &begin);
	if (!ret)
		ret = ksyms_need(s->kernel, "spurious_entries_start", &end);
	for (uint64_t addr = begin; !ret && addr < end; addr += 8) {
		/* PUSH imm8, after ENDBR64 or not */
		ret = gdb_read(s->gdb, addr, code, sizeof(code));
		if (ret)
			return ret;
		if ((code[0] == 0x6a && code[1] == (vector & 0xff)) ||
		    (code[0] == 0xf3 && code[4] == 0x6a &&
		     code[5] == (vector & 0xff))) {
			trace->entry = addr;
			trace->frame = FRAME_PLAIN;
			return 0;
		}
	}
	if (!ret) {
		warnx("vector %#" PRIx64 " has no stub", vector & 0xff);
		ret = -ENOENT;
	}
	return ret;
}

static int must_be_here(const struct path *path, int ret, const enum stop *stop)
{
	static const char *const why[] = {
		[STOP_HERE] = "",
		[STOP_OK] = "the round ended without it",
		[STOP_BAD] = "the round went wrong",
		[STOP_DEAD] = "the kernel died",
		[STOP_GONE] = "QEMU has ended",
		[STOP_HANG] = "nothing happened",
	};

	if (ret || *stop == STOP_HERE)
		return ret;
	warnx("%s: the path was not taken: %s", path->name, why[*stop]);
	return *stop == STOP_DEAD || *stop == STOP_GONE ? -EPIPE : -ENXIO;
}

/* A round that nobody disturbs, and the IDT's stub */
static int first_rounds(struct session *s, const struct path *path,
			struct trace *trace)
{
	enum stop stop;
	int ret;

	ret = set_op(s, path->op);
	if (!ret && path->trigger == EVENT_COUNT) {
		ret = run_to(s, 0, &stop);
		if (!ret && stop != STOP_OK)
			ret = must_be_here(path, ret, &stop);
	}
	if (ret || trace->frame != FRAME_ERROR ||
	    trace->entry != ksyms_find(s->kernel, "asm_common_interrupt"))
		return ret;
	ret = must_be_here(path, goto_entry(s, path, trace, &stop), &stop);
	if (!ret)
		ret = find_stub(s, trace);
	if (!ret)
		ret = run_to(s, 0, &stop);
	return ret;
}

/**
 * trace_path() - take a path once, step by step
 * @trace: out: ends with trace_free(); empty unless 0 is returned
 *
 * The guest must be at the end of a round; it is so afterwards.
 *
 * Return: 0, -ENXIO when the guest did not take it, or another -errno, after one
 * line on stderr
 */
int trace_path(struct session *s, const struct path *path, struct trace *trace)
{
	enum stop stop = STOP_HERE;
	int ret;

	*trace = (struct trace){ .frame = path->frame };
	ret = ksyms_need(s->kernel, path->entry, &trace->entry);
	if (!ret)
		ret = ksyms_need(s->kernel, path->handler, &trace->handler);
	if (!ret)
		ret = first_rounds(s, path, trace);
	if (!ret)
		ret = must_be_here(path, goto_entry(s, path, trace, &stop),
				   &stop);
	if (!ret)
		ret = step_part(s, trace, false);
	/* From here the first is passed: run_to() would wait for the next. */
	if (!ret)
		ret = run_to(s, 0, &stop);
	if (!ret)
		ret = must_be_here(path, goto_entry(s, path, trace, &stop),
				   &stop);
	if (!ret)
		ret = must_be_here(path, goto_exit(s, trace, &stop), &stop);
	if (!ret)
		ret = step_part(s, trace, true);
	if (!ret)
		ret = run_to(s, 0, &stop);
	if (!ret && stop != STOP_OK)
		ret = must_be_here(path, ret, &stop);
	if (ret)
		trace_free(trace);
	return ret;
}

/** trace_free() - forget the points */
void trace_free(struct trace *trace)
{
	free(trace->point);
	*trace = (struct trace){ 0 };
}
