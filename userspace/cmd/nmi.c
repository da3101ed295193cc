// SPDX-License-Identifier: GPL-2.0-only
/* ptiscope nmi: send NMIs to a CPU and count where they arrive. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/opts.h"
#include "kernel/module.h"
#include "base/stop.h"
#include "cmd/send.h"

#define DURATION_MAX_S 86400
#define POLL_MS 20

/** enum nmi_then - what an NMI that interrupted user mode is followed by */
enum nmi_then {
	THEN_NOTHING,
	THEN_RESCHEDULE,
	THEN_IRQ_WORK,
};

static const char *const then_names[] = {
	[THEN_NOTHING] = "nothing",
	[THEN_RESCHEDULE] = "reschedule",
	[THEN_IRQ_WORK] = "irq-work",
	NULL,
};

static const uint32_t then_flags[] = {
	[THEN_NOTHING] = 0,
	[THEN_RESCHEDULE] = PTISCOPE_NMI_RESCHEDULE,
	[THEN_IRQ_WORK] = PTISCOPE_NMI_IRQ_WORK,
};

/** struct nmi_opts - the command line */
struct nmi_opts {
	struct send to;
	uint64_t chain;
	uint64_t duration;
	int then;
	bool unknown;
};

static int parse(struct nmi_opts *o, int argc, char **argv)
{
	const struct opt table[] = {
		{ "cpu", 'c', OPT_U64, &o->to.cpu, "N",
		  "CPU to send them to, default 0", 0, SEND_CPU_MAX, NULL },
		{ "count", 'n', OPT_U64, &o->to.count, "N",
		  "how many to send, default none", 1, UINT32_MAX, NULL },
		{ "interval", 'i', OPT_U64, &o->to.interval, "US",
		  "microseconds between two, default 1000",
		  PTISCOPE_NMI_INTERVAL_MIN, PTISCOPE_NMI_INTERVAL_MAX, NULL },
		{ "chain", 0, OPT_U64, &o->chain, "N",
		  "after one in user mode, N more back to back", 0,
		  PTISCOPE_NMI_CHAIN_MAX, NULL },
		{ "then", 0, OPT_CHOICE, &o->then, "IPI",
		  "after one in user mode, this IPI there, default nothing", 0,
		  0, then_names },
		{ "unknown", 'u', OPT_FLAG, &o->unknown, NULL,
		  "claim NMIs of unknown reason, of all CPUs", 0, 0, NULL },
		{ "duration", 'd', OPT_SECONDS, &o->duration, "S",
		  "seconds at most, default until all are sent, or Ctrl-C", 1,
		  DURATION_MAX_S, NULL },
		{ 0 }
	};
	int code;

	code = opts_parse_all(&command_nmi, table, argc, argv);
	if (code != OPTS_GO_ON)
		return code;
	if (!o->to.count && !o->unknown)
		return opts_usage_error(&command_nmi,
					"nothing to do: --count or --unknown "
					"is missing");
	if (o->chain && o->then != THEN_NOTHING)
		return opts_usage_error(
			&command_nmi, "--chain and --then exclude each other");
	if (o->to.count &&
	    o->to.interval < PTISCOPE_NMI_INTERVAL_MIN * (o->chain + 1))
		return opts_usage_error(
			&command_nmi,
			"a chain of %llu needs an interval of at least %llu",
			(unsigned long long)o->chain,
			(unsigned long long)(PTISCOPE_NMI_INTERVAL_MIN *
					     (o->chain + 1)));
	return OPTS_GO_ON;
}

/*
 * Until all are sent, the time is over or somebody asks to end.  *@whole is set
 * unless it ended by itself before all were sent.
 */
static int wait_for_end(const struct module_reader *r, const struct nmi_opts *o,
			struct ptiscope_nmi *nmi, bool *whole)
{
	uint64_t ms = 0;
	int err = 0;

	while (!err && !(o->to.count && !nmi->running) &&
	       !(o->duration && ms >= o->duration * 1000)) {
		if (stop_wait(POLL_MS))
			break;
		ms += POLL_MS;
		nmi->op = PTISCOPE_NMI_STATS;
		err = module_reader_nmi(r, nmi);
	}
	*whole = !o->to.count || nmi->running || nmi->sent == o->to.count;
	nmi->op = PTISCOPE_NMI_STOP;
	return err ? err : module_reader_nmi(r, nmi);
}

static void print_counters(const struct ptiscope_nmi *nmi)
{
	const struct send_count counts[] = {
		{ "sent", nmi->sent },	     { "skipped", nmi->skipped },
		{ "chained", nmi->chained }, { "seen", nmi->seen },
		{ "user", nmi->user },	     { "kernel", nmi->kernel },
		{ "unknown", nmi->unknown }, { "raised", nmi->raised },
	};

	send_print(counts, sizeof(counts) / sizeof(counts[0]));
}

static int nmi_run(const struct module_reader *r, const void *opts)
{
	const struct nmi_opts *o = opts;
	struct ptiscope_nmi nmi = {
		.op = PTISCOPE_NMI_START,
		.flags = then_flags[o->then] |
			 (o->unknown ? PTISCOPE_NMI_UNKNOWN : 0),
		.cpu = (uint32_t)o->to.cpu,
		.count = (uint32_t)o->to.count,
		.interval_us = o->to.count ? (uint32_t)o->to.interval : 0,
		.chain = (uint32_t)o->chain,
	};
	bool whole;
	int err = module_reader_nmi(r, &nmi);

	if (err)
		return send_failed(&o->to, err);
	log_progress("sending and counting NMIs, Ctrl-C ends it");
	err = wait_for_end(r, o, &nmi, &whole);
	if (err)
		return send_failed(&o->to, err);
	print_counters(&nmi);
	if (!whole) {
		log_error("ended early: CPU %llu or the one that sent went "
			  "offline",
			  (unsigned long long)o->to.cpu);
		return EXIT_RUNTIME;
	}
	return EXIT_OK;
}

static int nmi_main(int argc, char **argv)
{
	struct nmi_opts o = { .to = { "NMIs", .interval = SEND_INTERVAL_US } };
	int code = parse(&o, argc, argv);

	return code == OPTS_GO_ON ? send_from_module("nmi", nmi_run, &o) : code;
}

const struct command command_nmi = {
	.name = "nmi",
	.summary = "send NMIs to a CPU and count where they arrive",
	.usage = "[options]",
	.details =
		"For tests of the entry code; needs the module. NMIs come from "
		"another CPU, one at a\ntime. What is printed: how many were "
		"sent, not sent since the last was under way,\nsent by "
		"handlers (--chain), seen, seen in user mode, seen in the "
		"kernel, not sent\nfrom here (--unknown), and how many IPIs handlers "
		"sent (--then).",
	.run = nmi_main,
};
