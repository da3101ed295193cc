// SPDX-License-Identifier: GPL-2.0-only
/*
 * Client of QEMU's machine protocol: JSON values over a Unix socket, one command
 * and its answer at a time, with events in between, which nobody here needs.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/qmp.h"
#include "lib/unix_socket.h"

/* QEMU answers at once, on a busy host when it has started; else it hangs. */
#define ANSWER_TIMEOUT_S 120

/* An answer after so many events is none. */
#define MAX_EVENTS 10000

/**
 * struct qmp - a connection
 * @in: what QEMU says; the stream only buffers, nothing is written to it
 * @fd: where commands go
 */
struct qmp {
	FILE *in;
	int fd;
};

/* The next value that is not an event; NULL after one line on stderr */
static json_t *receive(struct qmp *qmp)
{
	json_error_t error;

	for (unsigned int i = 0; i < MAX_EVENTS; i++) {
		json_t *value =
			json_loadf(qmp->in, JSON_DISABLE_EOF_CHECK, &error);

		if (!value) {
			warnx("no answer from QEMU: %s", error.text);
			return NULL;
		}
		if (!json_object_get(value, "event"))
			return value;
		json_decref(value);
	}
	warnx("no answer from QEMU, events only");
	return NULL;
}

static int send_value(struct qmp *qmp, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);
	size_t done = 0;
	size_t size;

	if (!text) {
		warnx("out of memory");
		return -ENOMEM;
	}
	size = strlen(text);
	while (done < size) {
		ssize_t n =
			send(qmp->fd, text + done, size - done, MSG_NOSIGNAL);

		if (n < 0) {
			warn("can't write to QEMU");
			free(text);
			return -EIO;
		}
		done += n;
	}
	free(text);
	return 0;
}

/**
 * qmp_connect() - connect to QEMU and leave the negotiation behind
 * @qmp: out: ends with qmp_close()
 * @path: the Unix socket
 * @timeout_ms: how long to wait for a socket that is not there yet
 * Return: 0 or -errno
 */
int qmp_connect(struct qmp **qmp, const char *path, unsigned int timeout_ms)
{
	struct timeval limit = { .tv_sec = ANSWER_TIMEOUT_S };
	struct qmp *new = calloc(1, sizeof(*new));
	json_t *greeting;
	int fd;

	if (!new) {
		warnx("out of memory");
		return -ENOMEM;
	}
	fd = unix_socket(path, timeout_ms);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	}
	new->fd = fd;
	new->in = fd < 0 ? NULL : fdopen(fd, "r");
	if (!new->in) {
		if (fd >= 0)
			close(fd);
		free(new);
		return fd < 0 ? fd : -ENOMEM;
	}
	greeting = receive(new);
	if (!greeting || !json_object_get(greeting, "QMP") ||
	    qmp_execute(new, "qmp_capabilities", NULL, NULL)) {
		if (greeting && !json_object_get(greeting, "QMP"))
			warnx("%s: this is not QMP", path);
		json_decref(greeting);
		qmp_close(new);
		return -EPROTO;
	}
	json_decref(greeting);
	*qmp = new;
	return 0;
}

/** qmp_close() - end a connection; the guest goes on as it is.  NULL is fine. */
void qmp_close(struct qmp *qmp)
{
	if (!qmp)
		return;
	fclose(qmp->in);
	free(qmp);
}

/**
 * qmp_execute() - one command and its answer
 * @qmp: the connection
 * @command: its name
 * @arguments: an object, whose reference is taken over, or NULL
 * @result: out: what it returned, for json_decref(); NULL to drop it
 * Return: 0, -EPROTO when QEMU reports an error, or another -errno
 */
int qmp_execute(struct qmp *qmp, const char *command, json_t *arguments,
		json_t **result)
{
	json_t *request = json_pack("{s:s}", "execute", command);
	json_t *answer, *value;
	const char *why;
	int ret;

	if (arguments)
		json_object_set_new(request, "arguments", arguments);
	ret = request ? send_value(qmp, request) : -ENOMEM;
	json_decref(request);
	if (ret)
		return ret;
	answer = receive(qmp);
	if (!answer)
		return -EIO;
	value = json_object_get(answer, "return");
	if (!value) {
		why = json_string_value(json_object_get(
			json_object_get(answer, "error"), "desc"));
		warnx("%s: %s", command,
		      why ? why : "QEMU's answer is no answer");
		ret = -EPROTO;
	} else if (result) {
		*result = json_incref(value);
	}
	json_decref(answer);
	return ret;
}

/**
 * qmp_hmp() - one line for the human monitor
 * @qmp: the connection
 * @line: such as "info mem"
 * @cpu: the CPU that the line is about
 * @text: out: what the monitor printed, for free(), without CR
 * Return: 0 or -errno.  The monitor has no error codes: a line that it did not
 * understand is a success, too, and @text says so.
 */
int qmp_hmp(struct qmp *qmp, const char *line, int cpu, char **text)
{
	json_t *value;
	char *to;
	int ret;

	ret = qmp_execute(qmp, "human-monitor-command",
			  json_pack("{s:s, s:i}", "command-line", line,
				    "cpu-index", cpu),
			  &value);
	if (ret)
		return ret;
	*text = json_is_string(value) ? strdup(json_string_value(value)) : NULL;
	json_decref(value);
	if (!*text) {
		warnx("%s: the monitor's answer is no text", line);
		return -EPROTO;
	}
	to = *text;
	for (const char *from = *text; *from; from++)
		if (*from != '\r')
			*to++ = *from;
	*to = '\0';
	return 0;
}

/** qmp_stop() - halt all CPUs of the guest.  Return: 0 or -errno */
int qmp_stop(struct qmp *qmp)
{
	return qmp_execute(qmp, "stop", NULL, NULL);
}

/** qmp_cont() - let the CPUs of the guest go on.  Return: 0 or -errno */
int qmp_cont(struct qmp *qmp)
{
	return qmp_execute(qmp, "cont", NULL, NULL);
}

/* 1 if the CPU is in user mode, 0 if not, or -errno */
static int in_user(struct qmp *qmp, int cpu)
{
	char *text;
	const char *cpl;
	int ret;

	ret = qmp_hmp(qmp, "info registers", cpu, &text);
	if (ret)
		return ret;
	cpl = strstr(text, "CPL=");
	if (!cpl) {
		warnx("CPU %d: the monitor shows no CPL", cpu);
		ret = -EPROTO;
	} else {
		ret = cpl[4] == '3';
	}
	free(text);
	return ret;
}

/**
 * qmp_stop_in_user() - stop the guest while a CPU is in user mode
 * @qmp: the connection
 * @cpu: number of the CPU
 * @tries: how often to stop it, in the hope of user mode, before giving up
 * Return: 0 with the guest stopped, or -errno with the guest running:
 * -ETIMEDOUT when no try found the CPU in user mode
 */
int qmp_stop_in_user(struct qmp *qmp, int cpu, unsigned int tries)
{
	int ret;

	for (unsigned int i = 0; i < tries; i++) {
		ret = qmp_stop(qmp);
		if (!ret)
			ret = in_user(qmp, cpu);
		if (ret > 0)
			return 0;
		qmp_cont(qmp);
		if (ret < 0)
			return ret;
		/* Not in step with anything periodic in the guest */
		sleep_ms(1 + i * 7 % 13);
	}
	warnx("CPU %d was not in user mode in %u tries", cpu, tries);
	return -ETIMEDOUT;
}
