// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptiscope campaign: boot this machine again and again, in random modes, and
 * measure each boot.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "workload/workload.h"
#include "campaign/campaign.h"
#include "machine/env.h"
#include "base/log.h"
#include "base/opts.h"
#include "base/stop.h"
#include "base/sysfile.h"
#include "base/why.h"
#include "base/text.h"
#include "stats/power.h"
#include "stats/stats.h"

#define ROUNDS_DEFAULT 6
#define SETTLE_DEFAULT 60
#define SETTLE_MAX 3600
#define SAMPLES_MAX 1000000

/** struct request - the command line */
struct request {
	const char *action;
	const char *output;
	const char *modes;
	const char *kernel;
	const char *workloads;
	const char *root;
	const char *reboot;
	uint64_t rounds;
	uint64_t seed;
	uint64_t samples;
	uint64_t settle;
	bool module;
	bool print;
};

static int parse(struct request *r, int argc, char **argv)
{
	const struct opt table[] = {
		{ "output", 'o', OPT_STR, &r->output, "DIR",
		  "directory for the runs and their report", 0, 0, NULL },
		{ "boots", 'b', OPT_U64, &r->rounds, "N",
		  "boots of each mode, default 6", 1, CAMPAIGN_ROUNDS_MAX,
		  NULL },
		{ "modes", 'm', OPT_STR, &r->modes, "MODES",
		  "which of the modes, default early,late,off", 0, 0, NULL },
		{ "seed", 0, OPT_U64, &r->seed, "N",
		  "seed of the order, default 1", 0, UINT32_MAX, NULL },
		{ "kernel", 'k', OPT_STR, &r->kernel, "RELEASE",
		  "kernel to boot, default the running one", 0, 0, NULL },
		{ "workloads", 'w', OPT_STR, &r->workloads, "A,B",
		  "as for ptiscope run", 0, 0, NULL },
		{ "samples", 'n', OPT_U64, &r->samples, "N",
		  "as for ptiscope run", 1, SAMPLES_MAX, NULL },
		{ "settle", 0, OPT_U64, &r->settle, "S",
		  "seconds from the end of a boot to its run, default 60", 0,
		  SETTLE_MAX, NULL },
		{ "module", 0, OPT_FLAG, &r->module, NULL,
		  "modprobe ptiscope in every boot; so do modes with marks", 0,
		  0, NULL },
		{ "print", 'p', OPT_FLAG, &r->print, NULL,
		  "print the order, and do nothing", 0, 0, NULL },
		{ "root", 0, OPT_STR, &r->root, "DIR",
		  "what stands for /, for tests; needs --reboot", 0, 0, NULL },
		{ "reboot", 0, OPT_STR, &r->reboot, "PROGRAM",
		  "what reboots, default systemctl reboot", 0, 0, NULL },
		{ 0 }
	};
	int first,
		code = opts_parse(&command_campaign, table, argc, argv, &first);

	if (code != OPTS_GO_ON)
		return code;
	if (first < argc)
		r->action = argv[first++];
	if (first < argc)
		return opts_usage_error(&command_campaign, "what is '%s'?",
					argv[first]);
	if (!r->action != r->print)
		return opts_usage_error(
			&command_campaign,
			"say one of check, start, status, resume, abort, or --print");
	return OPTS_GO_ON;
}

static int check_workloads(const char *names)
{
	for (const char *end; names; names = *end ? end + 1 : NULL) {
		end = strchrnul(names, ',');
		if (!bench_find(names, (size_t)(end - names)))
			return opts_usage_error(
				&command_campaign,
				"no workload is called '%.*s'; see ptiscope run --list",
				(int)(end - names), names);
	}
	return OPTS_GO_ON;
}

/* What so many boots can show: before they are made, with the noise of a quiet machine */
static void tell_power(const struct request *r)
{
	size_t workloads = 1;
	char text[POWER_PLAN_SIZE];

	for (const char *at = r->workloads; at && (at = strchr(at, ',')); at++)
		workloads++;
	power_plan(text, r->rounds, r->workloads ? workloads : POWER_FAMILY,
		   POWER_NOISE);
	if (r->rounds < STATS_BOOTS_LEAST)
		log_warn("%s", text);
	else
		printf("What it can show: %s.\n", text);
}

/* What the command line alone decides; an exit code, or OPTS_GO_ON. */
static int plan(const struct request *r, struct campaign *c)
{
	enum campaign_mode modes[CAMPAIGN_MODES];
	size_t n;
	int err = campaign_modes(r->modes, modes, &n);

	if (err)
		return opts_usage_error(&command_campaign, "--modes: %s %s",
					err == -EEXIST ?
						"a mode is twice in" :
						"there is no such mode:",
					r->modes);
	c->seed = r->seed;
	c->samples = r->samples;
	c->settle = r->settle;
	c->module = r->module;
	if (campaign_plan(c, modes, n, r->rounds)) {
		log_error("no memory left");
		return EXIT_RUNTIME;
	}
	for (size_t i = 0; i < n; i++)
		c->module |= campaign_has_marks(modes[i]);
	return check_workloads(r->workloads);
}

static int set(char *to, size_t size, const char *from, const char *what)
{
	if (!text_is_utf8(from))
		return opts_usage_error(&command_campaign,
					"%s: '%s' is not UTF-8", what, from);
	if (snprintf(to, size, "%s", from) < (int)size)
		return OPTS_GO_ON;
	return opts_usage_error(&command_campaign, "%s is too long", what);
}

/* The name that the directory has, or will have, for the unit */
static int set_output(struct campaign *c, const char *output)
{
	char *copy = strdup(output), *slash, *real;
	size_t length = strlen(output);
	int code;

	while (copy && length > 1 && copy[length - 1] == '/')
		copy[--length] = '\0';
	real = copy ? realpath(copy, NULL) : NULL;
	slash = copy ? strrchr(copy, '/') : NULL;
	if (copy && !real && errno == ENOENT) {
		char *parent, *base = slash ? slash + 1 : copy;

		if (slash)
			*slash = '\0';
		parent = realpath(slash == copy ? "/" :
				  slash		? copy :
						  ".",
				  NULL);
		if (parent && asprintf(&real, "%s/%s", parent, base) < 0)
			real = NULL;
		free(parent);
	}
	if (!real) {
		log_error("can't use %s: %m", output);
		free(copy);
		return EXIT_RUNTIME;
	}
	code = set(c->output, sizeof(c->output), real, "--output");
	free(real);
	free(copy);
	return code;
}

/* The directory must not hold anything yet: runs of two campaigns would mix. */
static int make_output(const struct campaign *c)
{
	if (!mkdir(c->output, 0777) ||
	    (errno == EEXIST && !rmdir(c->output) && !mkdir(c->output, 0777)))
		return OPTS_GO_ON;
	log_error("can't use %s: %m", c->output);
	return EXIT_RUNTIME;
}

static int set_program(struct campaign *c)
{
	ssize_t length =
		readlink("/proc/self/exe", c->program, sizeof(c->program) - 1);

	if (length < 0) {
		log_error("can't tell where this program is: %m");
		return EXIT_RUNTIME;
	}
	c->program[length] = '\0';
	return OPTS_GO_ON;
}

static int set_kernel(const struct request *r, struct campaign *c)
{
	struct env env;

	if (env_probe_files(&env, r->root)) {
		log_error("can't read %s/proc/cpuinfo", r->root);
		return EXIT_RUNTIME;
	}
	return set(c->kernel, sizeof(c->kernel),
		   r->kernel ? r->kernel : env.kernel, "--kernel");
}

/* Is this a machine that a campaign can be started on?  An exit code, or OPTS_GO_ON. */
static int check_machine(const struct request *r, const struct campaign *c)
{
	struct campaign_check checks[CAMPAIGN_CHECKS_MAX];
	size_t n = campaign_check(r->root, c, checks), bad = 0, first = 0;
	char more[64] = "";

	for (size_t i = n; i-- > 0;)
		if (why_not(&checks[i].why)) {
			bad++;
			first = i;
		}
	if (!bad)
		return OPTS_GO_ON;
	if (bad > 1)
		snprintf(more, sizeof(more), " (%zu more: see campaign check)",
			 bad - 1);
	log_error("%s: %s%s", checks[first].why.reason,
		  checks[first].why.remedy, more);
	return EXIT_UNSUPPORTED;
}

/* Told before anything else: what is in its way is mostly the other campaign's. */
static int check_other(const char *root)
{
	struct campaign other;
	int err = campaign_state(root, &other);

	if (err == -ENOENT)
		return OPTS_GO_ON;
	if (!err)
		log_error(
			"there is a campaign already: 'ptiscope campaign resume' "
			"goes on with it, 'abort' ends it");
	return EXIT_RUNTIME;
}

/* All that a campaign is, before the machine is looked at; an exit code, or OPTS_GO_ON */
static int fill(const struct request *r, struct campaign *c)
{
	int code = set_kernel(r, c);

	if (code == OPTS_GO_ON)
		code = set_program(c);
	if (code == OPTS_GO_ON && r->workloads)
		code = set(c->workloads, sizeof(c->workloads), r->workloads,
			   "--workloads");
	if (code == OPTS_GO_ON && r->reboot)
		code = set(c->reboot, sizeof(c->reboot), r->reboot, "--reboot");
	if (code == OPTS_GO_ON && r->output)
		code = set_output(c, r->output);
	return code;
}

/* Every condition, and what is in its way: what start looks at, and nothing is changed */
static int check(const struct request *r, struct campaign *c)
{
	struct campaign_check checks[CAMPAIGN_CHECKS_MAX];
	int code = fill(r, c), other;
	size_t n;

	if (code != OPTS_GO_ON)
		return code;
	other = check_other(r->root);
	code = other == OPTS_GO_ON ? EXIT_OK : other;
	n = campaign_check(r->root, c, checks);
	for (size_t i = 0; i < n; i++) {
		bool bad = why_not(&checks[i].why);

		printf("  %s %s\n", bad ? "no " : "yes", checks[i].what);
		if (!bad)
			continue;
		printf("      ");
		why_print(6, &checks[i].why);
		code = EXIT_UNSUPPORTED;
	}
	if (!r->output)
		puts("  ?   the runs outlive a boot\n      name their directory: -o DIR");
	putchar('\n');
	tell_power(r);
	return code;
}

static int start(const struct request *r, struct campaign *c)
{
	int err, code = check_other(r->root);

	if (code == OPTS_GO_ON)
		code = fill(r, c);
	if (code == OPTS_GO_ON)
		code = check_machine(r, c);
	if (code == OPTS_GO_ON)
		code = make_output(c);
	if (code != OPTS_GO_ON)
		return code;
	if (r->rounds < STATS_BOOTS_LEAST)
		tell_power(r);
	err = campaign_start(r->root, c);
	if (err)
		rmdir(c->output);
	return err ? EXIT_RUNTIME : EXIT_OK;
}

static int status(const char *root)
{
	struct campaign c;
	int err = campaign_state(root, &c);

	if (err == -ENOENT) {
		puts("There is no campaign.");
		return EXIT_OK;
	}
	if (err)
		return EXIT_RUNTIME;
	printf("Kernel %s, seed %llu, runs in %s\n", c.kernel,
	       (unsigned long long)c.seed, c.output);
	printf("Next: %s\n", campaign_phase_names[c.phase]);
	printf("Boots: %zu of %zu done", c.done, c.boots);
	if (c.attempts)
		printf(", %llu tries of the next one failed",
		       (unsigned long long)c.attempts);
	putchar('\n');
	if (c.reason[0])
		printf("Last failure: %s\n", c.reason);
	campaign_print(&c, stdout);
	return EXIT_OK;
}

static int resume(const char *root)
{
	int err = campaign_resume(root);

	if (err == -ENOENT)
		log_error("there is no campaign");
	return err ? EXIT_RUNTIME : EXIT_OK;
}

static int act(const struct request *r, struct campaign *c)
{
	if (!strcmp(r->action, "status"))
		return status(r->root);
	if (!strcmp(r->action, "check"))
		return check(r, c);
	if (!*r->root && geteuid()) {
		log_error("campaign %s needs root", r->action);
		return EXIT_UNSUPPORTED;
	}
	if (!strcmp(r->action, "abort"))
		return campaign_abort(r->root, "aborted by the user") ?
			       EXIT_RUNTIME :
			       EXIT_OK;
	stop_init();
	if (!strcmp(r->action, "resume"))
		return resume(r->root);
	return start(r, c);
}

static int campaign_main(int argc, char **argv)
{
	static const char *const actions[] = { "check",	 "start", "status",
					       "resume", "abort", NULL };
	struct request r = { .modes = "early,late,off",
			     .root = "",
			     .rounds = ROUNDS_DEFAULT,
			     .seed = 1,
			     .settle = SETTLE_DEFAULT };
	struct campaign c = { 0 };
	int code = parse(&r, argc, argv);
	size_t i = 0;

	if (code == OPTS_GO_ON)
		code = plan(&r, &c);
	if (code != OPTS_GO_ON)
		return code;
	if (r.print) {
		campaign_print(&c, stdout);
		tell_power(&r);
		return EXIT_OK;
	}
	while (actions[i] && strcmp(actions[i], r.action))
		i++;
	if (!actions[i])
		return opts_usage_error(&command_campaign, "what is '%s'?",
					r.action);
	if (!strcmp(r.action, "start") && !r.output)
		return opts_usage_error(&command_campaign, "-o DIR is missing");
	if (*r.root && !r.reboot && !strcmp(r.action, "start"))
		return opts_usage_error(&command_campaign,
					"--root needs --reboot");
	if (*r.root && access(r.root, X_OK)) {
		log_error("can't use --root %s: %m", r.root);
		return EXIT_RUNTIME;
	}
	return act(&r, &c);
}

const struct command command_campaign = {
	.name = "campaign",
	.summary =
		"boot early, late and off in random order, measure each boot",
	.usage = "[options] check|start|status|resume|abort | --print",
	.details =
		"Boots this machine again and again and runs 'ptiscope run' in each boot, into a\n"
		"run directory of its own; at the end reports over all boots, leaves the machine\n"
		"as it was found and boots it once more. Every round has each mode once, in random\n"
		"order. Modes are early, late, off, early-marks and late-marks. Needs root, systemd,\n"
		"GRUB, and a kernel with the ptiscope patches.\n\n"
		"check prints every condition, and what is in its way; start looks at all of them\n"
		"before anything is changed, installs boot entries and a unit that goes on after each\n"
		"boot, and reboots. status tells how far it is. resume is what the unit does. abort\n"
		"removes all that start installed; runs that are whole stay.",
	.run = campaign_main,
};
