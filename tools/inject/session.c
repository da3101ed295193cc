// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run the guest from one place to the next, and inject.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "inject/inject.h"

/* Of CS, and of CR3 */
#define CS_RPL 3
#define USER_TABLE (1u << 12)

/* A guest may still be booting when it is first looked at. */
#define BOOT_TIMEOUT_MS 600000

#define STEP_TIMEOUT_MS 10000

/*
 * Valid, uncorrected, but not enabled: the CPU raises the exception, and the
 * kernel takes the error for spurious and goes on.  MCG_STATUS: restart is
 * possible, a machine check is in progress, and it is this CPU's alone, or else
 * the kernel would look for the CPU that has a true one.
 */
#define MCE_BANK 9
#define MCI_STATUS 0xa000000000000000ULL
#define MCG_STATUS 0xd

static const uint64_t *fixed(const struct session *s, unsigned int i)
{
	const uint64_t *const all[] = { &s->program->ok, &s->program->bad,
					&s->panic, &s->oops };

	return i < sizeof(all) / sizeof(all[0]) ? all[i] : NULL;
}

static bool is_fixed(const struct session *s, uint64_t addr)
{
	for (unsigned int i = 0; fixed(s, i); i++)
		if (*fixed(s, i) == addr)
			return true;
	return false;
}

static int for_fixed(struct session *s,
		     int (*change)(struct gdb *gdb, uint64_t addr))
{
	int ret = 0;

	for (unsigned int i = 0; !ret && fixed(s, i); i++)
		ret = change(s->gdb, *fixed(s, i));
	return ret;
}

static int note_stop(struct session *s, uint64_t addr, enum stop *stop)
{
	struct gdb_regs regs;
	int ret = gdb_read_regs(s->gdb, &regs);

	if (ret)
		return ret;
	s->stopped_at = regs.r[GDB_RIP];
	if (addr && s->stopped_at == addr)
		*stop = STOP_HERE;
	else if (s->stopped_at == s->program->ok)
		*stop = STOP_OK;
	else if (s->stopped_at == s->program->bad)
		*stop = STOP_BAD;
	else if (s->stopped_at == s->panic || s->stopped_at == s->oops)
		*stop = STOP_DEAD;
	else
		*stop = STOP_HANG;
	return 0;
}

/*
 * Off a breakpoint, run, and say where it ended.  To step costs as much as to run,
 * so the breakpoint is taken away instead where another comes first.
 */
static int run(struct session *s, uint64_t addr, enum stop *stop)
{
	uint64_t here = s->stopped_at;
	bool lift = addr && addr != here && is_fixed(s, here);
	int ret = 0;

	if (lift)
		ret = gdb_unbreak(s->gdb, here);
	else if (is_fixed(s, here) || here == addr)
		ret = gdb_step(s->gdb, STEP_TIMEOUT_MS);
	if (!ret && addr)
		ret = gdb_break(s->gdb, addr);
	if (!ret)
		ret = gdb_cont(s->gdb, s->timeout_ms);
	if (!ret || ret == -ETIMEDOUT)
		ret = note_stop(s, addr, stop);
	if (!ret && addr)
		ret = gdb_unbreak(s->gdb, addr);
	if (!ret && lift)
		ret = gdb_break(s->gdb, here);
	return ret;
}

/**
 * run_to() - run until something happens
 * @addr: stop here, too, if not 0; if the guest is there, when it comes by again
 * @stop: out: what happened
 * Return: 0, or -errno after one line on stderr
 */
int run_to(struct session *s, uint64_t addr, enum stop *stop)
{
	int ret = run(s, addr, stop);

	if (ret == -EPIPE) {
		*stop = STOP_GONE;
		return 0;
	}
	return ret;
}

static int inject_mce(struct session *s)
{
	char line[128];
	char *text;
	int ret;

	snprintf(line, sizeof(line), "mce 0 %d %#llx %#x 0 0", MCE_BANK,
		 MCI_STATUS, MCG_STATUS);
	ret = qmp_hmp(s->qmp, line, 0, &text);
	if (ret)
		return ret;
	/* The monitor has something to say only when it does not do it. */
	if (*text) {
		warnx("mce: %s", text);
		ret = -EPROTO;
	}
	free(text);
	return ret;
}

/**
 * inject_event() - make an event pending; it comes when the guest goes on
 * Return: 0, or -errno after one line on stderr
 */
int inject_event(struct session *s, enum event event)
{
	struct gdb_regs regs;
	bool window;
	int ret;

	ret = gdb_read_regs(s->gdb, &regs);
	if (ret)
		return ret;
	window = !(regs.r[GDB_CS] & CS_RPL) && regs.r[GDB_CR3] & USER_TABLE;
	if (event != EVENT_NMI) {
		ret = inject_mce(s);
		s->window_mces += !ret && window;
	}
	if (!ret && event != EVENT_MCE) {
		ret = qmp_execute(s->qmp, "inject-nmi", NULL, NULL);
		s->nmis += !ret;
		s->window_nmis += !ret && window;
	}
	return ret;
}

/**
 * set_op() - choose what the guest program does from the next round on
 * The guest must be at the end of a round.
 * Return: 0, or -errno after one line on stderr
 */
int set_op(struct session *s, enum inject_op op)
{
	uint64_t value = op;

	return gdb_write(s->gdb,
			 s->program->control +
				 offsetof(struct inject_control, op),
			 &value, sizeof(value));
}

/**
 * read_fault() - what the guest program says is wrong
 * @text: out
 * @size: of @text, at most that of the member fault
 * Return: 0, or -errno
 */
int read_fault(struct session *s, char *text, size_t size)
{
	int ret = gdb_read(s->gdb,
			   s->program->control +
				   offsetof(struct inject_control, fault),
			   text, size);

	text[ret ? 0 : size - 1] = '\0';
	return ret;
}

/**
 * session_begin() - wait until a guest program is there, and at its first round
 * Return: 0, or -errno after one line on stderr
 */
int session_begin(struct session *s, const struct program *program)
{
	unsigned int timeout_ms = s->timeout_ms;
	enum stop stop;
	int ret;

	s->program = program;
	s->stopped_at = 0;
	ret = for_fixed(s, gdb_break);
	if (ret)
		return ret;
	s->timeout_ms = BOOT_TIMEOUT_MS;
	ret = run_to(s, 0, &stop);
	s->timeout_ms = timeout_ms;
	if (!ret && stop != STOP_OK) {
		warnx("the guest program did not begin");
		ret = -ETIMEDOUT;
	}
	if (!ret)
		ret = gdb_read(s->gdb,
			       program->control +
				       offsetof(struct inject_control, mode),
			       s->mode, sizeof(s->mode));
	s->mode[sizeof(s->mode) - 1] = '\0';
	return ret;
}

/**
 * session_end_program() - let the program end, and the guest go on
 * Return: 0, or -errno after one line on stderr
 */
int session_end_program(struct session *s)
{
	int ret = set_op(s, OP_QUIT);

	if (!ret)
		ret = gdb_step(s->gdb, STEP_TIMEOUT_MS);
	if (!ret)
		ret = for_fixed(s, gdb_unbreak);
	s->stopped_at = 0;
	return ret;
}

/**
 * session_idle() - from wherever it is, let the guest come to the end of a round
 * Return: 0, or -errno after one line on stderr
 */
int session_idle(struct session *s)
{
	enum stop stop = STOP_HANG;
	int ret = set_op(s, OP_IDLE);

	if (!ret)
		ret = run_to(s, 0, &stop);
	if (!ret && stop == STOP_BAD)
		ret = run_to(s, 0, &stop);
	if (!ret && stop != STOP_OK) {
		warnx("the guest does not come to rest");
		ret = -ETIMEDOUT;
	}
	return ret;
}
