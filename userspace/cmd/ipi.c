// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope ipi: send inter-processor interrupts to a CPU and count them. */
#include <errno.h>
#include <sched.h>

#include "base/log.h"
#include "base/opts.h"
#include "kernel/module.h"
#include "base/stop.h"
#include "cmd/send.h"

/* Signals are looked at between two batches. */
#define BATCH_US 100000

static const char *const kind_names[] = {
	[PTISCOPE_IPI_CALL] = "call",
	[PTISCOPE_IPI_RESCHEDULE] = "reschedule",
	NULL,
};

/** struct ipi_opts - the command line */
struct ipi_opts {
	struct send to;
	int kind;
};

static int parse(struct ipi_opts *o, int argc, char **argv)
{
	const struct opt table[] = {
		{ "cpu", 'c', OPT_U64, &o->to.cpu, "N",
		  "CPU to send them to, default 0", 0, SEND_CPU_MAX, NULL },
		{ "count", 'n', OPT_U64, &o->to.count, "N", "how many to send",
		  1, UINT32_MAX, NULL },
		{ "interval", 'i', OPT_U64, &o->to.interval, "US",
		  "microseconds between two, default 1000",
		  PTISCOPE_IPI_INTERVAL_MIN, PTISCOPE_IPI_INTERVAL_MAX, NULL },
		{ "kind", 'k', OPT_CHOICE, &o->kind, "KIND",
		  "what the other CPU is asked for, default call", 0, 0,
		  kind_names },
		{ 0 }
	};
	int code = opts_parse_all(&command_ipi, table, argc, argv);

	if (code != OPTS_GO_ON || o->to.count)
		return code;
	return opts_usage_error(&command_ipi, "--count is missing");
}

/* Not on the CPU that is to be interrupted. */
static int leave(uint64_t cpu)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return -errno;
	if (cpu < CPU_SETSIZE)
		CPU_CLR((int)cpu, &set);
	if (!CPU_COUNT(&set))
		return -ENXIO;
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

/* The counters of @ipi become sums over all batches. */
static int send_all(const struct module_reader *r, const struct ipi_opts *o,
		    struct ptiscope_ipi *sum)
{
	const uint64_t most = BATCH_US / o->to.interval + 1;
	struct ptiscope_ipi ipi = { .kind = (uint32_t)o->kind,
				    .cpu = (uint32_t)o->to.cpu,
				    .interval_us = (uint32_t)o->to.interval };
	uint64_t left = o->to.count;
	int err = 0;

	while (!err && left && !stop_requested()) {
		ipi.count = (uint32_t)(left < most ? left : most);
		err = module_reader_ipi(r, &ipi);
		sum->sent += ipi.sent;
		sum->seen += ipi.seen;
		sum->user += ipi.user;
		left -= ipi.sent;
	}
	return err;
}

static int ipi_run(const struct module_reader *r, const void *opts)
{
	const struct ipi_opts *o = opts;
	struct ptiscope_ipi sum = { 0 };
	int err = leave(o->to.cpu);

	if (err)
		return send_failed(&o->to, err);
	log_progress("sending IPIs, Ctrl-C ends it");
	err = send_all(r, o, &sum);
	if (err && !sum.sent)
		return send_failed(&o->to, err);
	send_print((const struct send_count[]){ { "sent", sum.sent },
						{ "seen", sum.seen },
						{ "user", sum.user },
						{ "kernel",
						  sum.seen - sum.user } },
		   o->kind == PTISCOPE_IPI_CALL ? 4 : 2);
	return err ? send_failed(&o->to, err) : EXIT_OK;
}

static int ipi_main(int argc, char **argv)
{
	struct ipi_opts o = { .to = { "IPIs", .interval = SEND_INTERVAL_US },
			      .kind = PTISCOPE_IPI_CALL };
	int code = parse(&o, argc, argv);

	return code == OPTS_GO_ON ? send_from_module("ipi", ipi_run, &o) : code;
}

const struct command command_ipi = {
	.name = "ipi",
	.summary = "send inter-processor interrupts to a CPU and count them",
	.usage = "--count N [options]",
	.details =
		"For tests of the entry code; needs the module. They come from "
		"another CPU, one at a\ntime. What is printed: how many were "
		"sent and seen, and of calls how many of these\ninterrupted "
		"user mode, and the kernel. An idle CPU may be told without "
		"an interrupt.",
	.run = ipi_main,
};
