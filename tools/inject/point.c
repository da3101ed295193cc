// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inject at one point after the other, and see what becomes of it.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "inject/inject.h"

/* A round may take another way: so often it is tried again. */
#define TRIES 3

/* What an NMI's own entry takes of its stack, at most */
#define NMI_STACK 0x1000

/*
 * Bytes that the NMI of a user program puts onto its thread stack until it needs
 * nothing more of the other: SS to RIP, the number, RDI, RSI and RDX
 */
#define NMI_COPIED 72

/* MOV to CR3 */
#define MOV_CR3_SIZE 3

static const char *const outcome[] = {
	[STOP_HERE] = "",     [STOP_OK] = "survived", [STOP_BAD] = "wrong",
	[STOP_DEAD] = "dead", [STOP_GONE] = "reset",  [STOP_HANG] = "hang",
};

/* From the end of a round to the point; *stop says where it ended instead */
static int goto_point(struct session *s, const struct path *path,
		      struct trace *trace, const struct point *point,
		      enum stop *stop)
{
	unsigned int nth = point->nth;
	int ret;

	ret = goto_entry(s, path, trace, stop);
	if (!ret && *stop == STOP_HERE && point->exit)
		ret = goto_exit(s, trace, stop);
	if (ret || *stop != STOP_HERE)
		return ret;
	if (s->stopped_at == point->addr)
		nth--;
	while (nth-- > 0) {
		ret = run_to(s, point->addr, stop);
		if (ret || *stop != STOP_HERE)
			return ret;
	}
	return 0;
}

/* The RIP that the CPU has pushed for the event whose entry it is at */
static int saved_rip(struct session *s, uint64_t *rip)
{
	struct gdb_regs regs;
	int ret = gdb_read_regs(s->gdb, &regs);

	if (!ret)
		ret = gdb_read(s->gdb, regs.r[GDB_RSP], rip, sizeof(*rip));
	if (ret == -EFAULT)
		warnx("the frame of an event cannot be read");
	return ret;
}

/* Go on, with an event pending: does it come at @addr? */
static int verify(struct session *s, uint64_t entry, uint64_t addr, bool *hit,
		  enum stop *stop)
{
	uint64_t rip;
	int ret;

	*hit = false;
	ret = run_to(s, entry, stop);
	if (ret || *stop != STOP_HERE)
		return ret;
	ret = saved_rip(s, &rip);
	*hit = !ret && rip == addr;
	return ret;
}

static int inject(struct session *s, enum event event, uint64_t addr, bool *hit,
		  enum stop *stop)
{
	bool nested = true;
	int ret;

	ret = inject_event(s, event);
	if (!ret)
		ret = verify(s, event == EVENT_NMI ? s->nmi : s->mce, addr, hit,
			     stop);
	if (!ret && *hit && event == EVENT_NESTED) {
		ret = verify(s, s->nmi, addr, &nested, stop);
		*hit = nested;
		/* The NMI there is about to be handled anyway: once for both. */
		s->merged += nested &&
			     addr >= ksyms_find(s->kernel, "repeat_nmi") &&
			     addr < ksyms_find(s->kernel, "end_repeat_nmi");
	}
	return ret;
}

static bool is_cr3_write(struct session *s, uint64_t addr)
{
	unsigned char code[MOV_CR3_SIZE];

	return !gdb_read(s->gdb, addr, code, sizeof(code)) && code[0] == 0x0f &&
	       code[1] == 0x22 && (code[2] & 0xf8) == 0xd8;
}

/*
 * A fault that must not go unnoticed: a user register is changed at the very
 * entry, or a write of CR3 is left out.
 */
static int plant_fault(struct torture *t, const struct point *point,
		       uint64_t *addr)
{
	struct session *s = t->session;
	struct gdb_regs regs;
	int ret;

	if (!strcmp(t->plant, "register")) {
		t->plant = NULL;
		ret = gdb_read_regs(s->gdb, &regs);
		return ret ? ret :
			     gdb_write_reg(s->gdb, GDB_R15,
					   regs.r[GDB_R15] ^ 0x10000);
	}
	if (!is_cr3_write(s, point->addr))
		return 0;
	t->plant = NULL;
	*addr += MOV_CR3_SIZE;
	return gdb_write_reg(s->gdb, GDB_RIP, *addr);
}

static void report_point(struct torture *t, const struct result *result,
			 const struct point *point, bool hit, enum stop stop)
{
	struct session *s = t->session;
	char symbol[128], fault[128] = "";
	const char *table = point->user_table ? "user" : "kernel";

	ksyms_describe(point->user_mode ? s->program->syms : s->kernel,
		       point->addr, symbol, sizeof(symbol));
	if (t->points)
		fprintf(t->points, "%s,%s,%s,%s,%#" PRIx64 ",%u,%s,%s,%s,%s\n",
			s->mode, result->path->name, event_names[result->event],
			point->exit ? "exit" : "entry", point->addr, point->nth,
			symbol, table, hit ? "yes" : "no", outcome[stop]);
	if (stop == STOP_BAD)
		read_fault(s, fault, sizeof(fault));
	if (stop == STOP_DEAD || stop == STOP_HANG)
		ksyms_describe(s->kernel, s->stopped_at, fault, sizeof(fault));
	if (stop != STOP_OK)
		warnx("%s, %s, %s: not survived: %s at %#" PRIx64
		      " (%s, time %u)%s%s",
		      s->mode, result->path->name, event_names[result->event],
		      outcome[stop], point->addr, symbol, point->nth,
		      *fault ? ": " : "", fault);
	else if (!hit)
		warnx("%s, %s, %s: the event did not come at %#" PRIx64 " (%s)",
		      s->mode, result->path->name, event_names[result->event],
		      point->addr, symbol);
}

/* One point: inject there, and let the round end */
static int try_point(struct torture *t, const struct path *path,
		     struct trace *trace, const struct point *point,
		     struct result *result)
{
	struct session *s = t->session;
	uint64_t addr = point->addr;
	enum stop stop = STOP_OK;
	bool hit = false;
	int ret;

	for (int i = 0; i < TRIES; i++) {
		ret = goto_point(s, path, trace, point, &stop);
		if (ret || stop != STOP_OK)
			break;
	}
	if (!ret && stop == STOP_HERE) {
		if (t->plant)
			ret = plant_fault(t, point, &addr);
		if (!ret)
			ret = inject(s, result->event, addr, &hit, &stop);
		if (!ret && stop == STOP_HERE)
			ret = run_to(s, 0, &stop);
	}
	if (ret)
		return ret;
	result->missed += !hit;
	result->points += hit;
	result->window += hit && point->user_table && !point->user_mode;
	result->survived += hit && stop == STOP_OK;
	report_point(t, result, point, hit, stop);
	t->dead = stop != STOP_OK && stop != STOP_BAD;
	return 0;
}

/*
 * From where on an NMI can be nested.  Until the kernel has marked the stack of NMIs
 * as used, or has left it and copied what the CPU has pushed there, an NMI that an
 * IRET lets in overwrites the frame of the first; mainline has no remedy for that.
 */
static size_t first_nested(const struct session *s, const struct trace *trace)
{
	uint64_t repeat = ksyms_find(s->kernel, "repeat_nmi");
	uint64_t top = 0;

	for (size_t i = 0; i < trace->count; i++) {
		uint64_t rsp = trace->point[i].rsp;

		if (trace->point[i].addr == repeat)
			return i + 1;
		/* Upwards, the distance is greater still. */
		if (!top && trace->point[0].rsp - rsp > NMI_STACK)
			top = rsp;
		if (top && top - rsp >= NMI_COPIED)
			return i;
	}
	return trace->count;
}

/* Behind the IRET, the last point of an NMI, NMIs are not blocked: none is nested. */
static size_t end_of_points(const struct trace *trace, enum event event)
{
	return trace->count - (event == EVENT_NESTED && trace->count > 0);
}

/* Is this the first of the points that were tried with this address? */
static bool new_address(const struct torture *t, const struct trace *trace,
			size_t first, size_t i)
{
	for (size_t j = first + t->phase; j < i; j += t->every)
		if (trace->point[j].addr == trace->point[i].addr)
			return false;
	return true;
}

/**
 * torture_path() - inject at all points of a path
 * @t: how; @t->dead tells that no guest is left
 * @result: out
 *
 * The guest must be at the end of a round; it is so afterwards, if not dead.
 *
 * Return: 0, whatever the guest did, or -errno after one line on stderr
 */
int torture_path(struct torture *t, const struct path *path,
		 struct trace *trace, enum event event, struct result *result)
{
	size_t first = event == EVENT_NESTED ? first_nested(t->session, trace) :
					       0;
	size_t end = end_of_points(trace, event);

	*result = (struct result){ .path = path, .event = event };
	for (size_t i = first + t->phase; i < end; i += t->every) {
		unsigned int before = result->points;
		int ret = try_point(t, path, trace, &trace->point[i], result);

		if (ret)
			return ret;
		if (result->points > before)
			result->addresses += new_address(t, trace, first, i);
		if (t->dead)
			break;
	}
	return 0;
}
