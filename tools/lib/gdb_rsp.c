// SPDX-License-Identifier: GPL-2.0-only
/*
 * Client of gdb's remote protocol: a command is "$text#checksum", acknowledged
 * by "+", and so is its answer.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/gdb_rsp.h"
#include "lib/unix_socket.h"

/* The stub answers at once; a longer silence means that QEMU hangs. */
#define ANSWER_TIMEOUT_MS 30000

/* More than QEMU sends in one packet */
#define PACKET_SIZE 16384

/* Between two bytes of a packet that has begun */
#define INTERRUPT '\x03'

/**
 * struct gdb - a connection
 * @fd: the socket
 * @in: what was received, @begin up to @end not yet looked at
 * @packet: the last answer, as text
 */
struct gdb {
	int fd;
	char in[PACKET_SIZE];
	size_t begin;
	size_t end;
	char packet[PACKET_SIZE];
};

/* One more byte, or -errno */
static int next_byte(struct gdb *gdb, int timeout_ms)
{
	struct pollfd poller = { .fd = gdb->fd, .events = POLLIN };
	ssize_t n;

	if (gdb->begin < gdb->end)
		return (unsigned char)gdb->in[gdb->begin++];
	n = poll(&poller, 1, timeout_ms);
	if (n == 0)
		return -ETIMEDOUT;
	n = recv(gdb->fd, gdb->in, sizeof(gdb->in), 0);
	if (n <= 0)
		return -EPIPE;
	gdb->begin = 1;
	gdb->end = n;
	return (unsigned char)gdb->in[0];
}

static int send_all(struct gdb *gdb, const char *data, size_t size)
{
	while (size) {
		ssize_t n = send(gdb->fd, data, size, MSG_NOSIGNAL);

		if (n < 0)
			return -EPIPE;
		data += n;
		size -= n;
	}
	return 0;
}

/* The next packet into gdb->packet; everything before its '$' is passed over. */
static int receive(struct gdb *gdb, int timeout_ms)
{
	size_t n = 0;
	int byte;

	do {
		byte = next_byte(gdb, timeout_ms);
		if (byte < 0)
			return byte;
	} while (byte != '$');
	while ((byte = next_byte(gdb, ANSWER_TIMEOUT_MS)) != '#') {
		if (byte < 0)
			return byte;
		if (n == sizeof(gdb->packet) - 1) {
			warnx("gdb stub: packet too long");
			return -EPROTO;
		}
		gdb->packet[n++] = byte;
	}
	gdb->packet[n] = '\0';
	/* A local socket loses nothing: the checksum is not looked at. */
	for (int i = 0; i < 2; i++) {
		byte = next_byte(gdb, ANSWER_TIMEOUT_MS);
		if (byte < 0)
			return byte;
	}
	return send_all(gdb, "+", 1);
}

static int send_packet(struct gdb *gdb, const char *text)
{
	char packet[PACKET_SIZE];
	unsigned char sum = 0;
	int n;

	for (const char *c = text; *c; c++)
		sum += *c;
	n = snprintf(packet, sizeof(packet), "$%s#%02x", text, sum);
	if (n >= (int)sizeof(packet))
		return -EMSGSIZE;
	return send_all(gdb, packet, n);
}

/* A command that is answered at once; the answer is in gdb->packet. */
static int ask(struct gdb *gdb, const char *text)
{
	int ret = send_packet(gdb, text);

	return ret ? ret : receive(gdb, ANSWER_TIMEOUT_MS);
}

/* A command that is answered by OK */
static int tell(struct gdb *gdb, const char *text)
{
	int ret = ask(gdb, text);

	if (!ret && strcmp(gdb->packet, "OK")) {
		warnx("gdb stub: %.40s: %s", text, gdb->packet);
		ret = -EPROTO;
	}
	return ret;
}

/* @size bytes of hexadecimal text, or -EPROTO */
static int from_hex(const char *text, void *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (sscanf(text + 2 * i, "%2hhx", (unsigned char *)data + i) !=
		    1)
			return -EPROTO;
	return 0;
}

static void to_hex(const void *data, size_t size, char *text)
{
	for (size_t i = 0; i < size; i++)
		sprintf(text + 2 * i, "%02x", ((const unsigned char *)data)[i]);
}

/**
 * gdb_connect() - connect to the stub; that stops the guest
 * @gdb: out: ends with gdb_close()
 * @path: the Unix socket
 * @timeout_ms: how long to wait for a socket that is not there yet
 * Return: 0 or -errno
 */
int gdb_connect(struct gdb **gdb, const char *path, unsigned int timeout_ms)
{
	struct gdb *new = calloc(1, sizeof(*new));
	int ret;

	if (!new) {
		warnx("out of memory");
		return -ENOMEM;
	}
	new->fd = unix_socket(path, timeout_ms);
	if (new->fd < 0) {
		ret = new->fd;
		free(new);
		return ret;
	}
	/* QEMU has single registers only for who knows their description. */
	ret = ask(new, "qXfer:features:read:target.xml:0,ffb");
	/* First it tells that the guest stopped, if it was running. */
	if (!ret && new->packet[0] == 'T')
		ret = receive(new, ANSWER_TIMEOUT_MS);
	if (!ret && new->packet[0] != 'l' && new->packet[0] != 'm') {
		warnx("%s: this is not QEMU's gdb stub", path);
		ret = -EPROTO;
	}
	/* No timer runs and no interrupt comes while one instruction is stepped. */
	if (!ret)
		ret = tell(new, "Qqemu.sstep=7");
	if (ret) {
		gdb_close(new);
		return ret;
	}
	*gdb = new;
	return 0;
}

/** gdb_close() - end a connection; the guest runs on.  NULL is fine. */
void gdb_close(struct gdb *gdb)
{
	if (!gdb)
		return;
	/* Gone or not, nothing is left to be done about it. */
	send_packet(gdb, "D");
	receive(gdb, 1000);
	close(gdb->fd);
	free(gdb);
}

/**
 * gdb_read_regs() - all registers up to CR3
 * Return: 0 or -errno
 */
int gdb_read_regs(struct gdb *gdb, struct gdb_regs *regs)
{
	const char *text;
	int ret;

	ret = ask(gdb, "g");
	if (ret)
		return ret;
	text = gdb->packet;
	memset(regs, 0, sizeof(*regs));
	for (int i = 0; i < GDB_PLACES; i++) {
		size_t size = i >= GDB_EFLAGS && i <= GDB_GS ? 4 : 8;

		ret = from_hex(text, &regs->r[i], size);
		if (ret) {
			warnx("gdb stub: the registers are not understood");
			return ret;
		}
		text += 2 * size;
	}
	return 0;
}

/**
 * gdb_write_reg() - change a 64-bit register
 * Return: 0 or -errno
 */
int gdb_write_reg(struct gdb *gdb, enum gdb_place place, uint64_t value)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "P%x=", place);

	to_hex(&value, sizeof(value), text + n);
	return tell(gdb, text);
}

/**
 * gdb_read() - read virtual memory, through the page table that is loaded
 * @size: at most 1024
 * Return: 0, -EFAULT without a line when it is not mapped, or another -errno
 */
int gdb_read(struct gdb *gdb, uint64_t addr, void *data, size_t size)
{
	char text[64];
	int ret;

	snprintf(text, sizeof(text), "m%" PRIx64 ",%zx", addr, size);
	ret = ask(gdb, text);
	if (ret)
		return ret;
	if (gdb->packet[0] == 'E' || strlen(gdb->packet) != 2 * size)
		return -EFAULT;
	return from_hex(gdb->packet, data, size);
}

/**
 * gdb_write() - write virtual memory, through the page table that is loaded
 * @size: at most 1024
 * Return: 0 or -errno
 */
int gdb_write(struct gdb *gdb, uint64_t addr, const void *data, size_t size)
{
	char text[4096];
	int n = snprintf(text, sizeof(text), "M%" PRIx64 ",%zx:", addr, size);

	if (size > 1024)
		return -EMSGSIZE;
	to_hex(data, size, text + n);
	return tell(gdb, text);
}

static int change_break(struct gdb *gdb, char what, uint64_t addr)
{
	char text[64];

	snprintf(text, sizeof(text), "%c1,%" PRIx64 ",1", what, addr);
	return tell(gdb, text);
}

/** gdb_break() - stop before the instruction at @addr.  Return: 0 or -errno */
int gdb_break(struct gdb *gdb, uint64_t addr)
{
	return change_break(gdb, 'Z', addr);
}

/** gdb_unbreak() - take back gdb_break().  Return: 0 or -errno */
int gdb_unbreak(struct gdb *gdb, uint64_t addr)
{
	return change_break(gdb, 'z', addr);
}

/* Resume, and wait for the guest to stop */
static int resume(struct gdb *gdb, const char *how, unsigned int timeout_ms)
{
	static const char interrupt = INTERRUPT;
	int ret = send_packet(gdb, how);

	if (ret)
		return ret;
	ret = receive(gdb, timeout_ms);
	if (ret == -ETIMEDOUT) {
		ret = send_all(gdb, &interrupt, 1);
		if (!ret)
			ret = receive(gdb, ANSWER_TIMEOUT_MS);
		if (!ret)
			return -ETIMEDOUT;
	}
	if (ret)
		return ret;
	/* T05thread:..; is a stop, W00 or X09 the end of QEMU. */
	if (gdb->packet[0] == 'W' || gdb->packet[0] == 'X')
		return -EPIPE;
	if (gdb->packet[0] != 'T' && gdb->packet[0] != 'S') {
		warnx("gdb stub: %s", gdb->packet);
		return -EPROTO;
	}
	return 0;
}

/**
 * gdb_step() - one instruction, without interrupts, breakpoints or timers
 * Return: 0, -ETIMEDOUT, or another -errno
 */
int gdb_step(struct gdb *gdb, unsigned int timeout_ms)
{
	return resume(gdb, "s", timeout_ms);
}

/**
 * gdb_cont() - run to a breakpoint.  One at this very place stops it at once,
 * unless an interrupt comes first.
 * Return: 0, -ETIMEDOUT with the guest stopped somewhere, or another -errno
 */
int gdb_cont(struct gdb *gdb, unsigned int timeout_ms)
{
	return resume(gdb, "c", timeout_ms);
}
