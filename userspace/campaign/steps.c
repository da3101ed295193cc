// SPDX-License-Identifier: GPL-2.0-only
/*
 * A campaign, step by step.  Each step can be done again: what was done is found
 * in the state or on the disk, so that a campaign which was killed anywhere goes
 * on from where it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "campaign/campaign.h"
#include "campaign/files.h"
#include "machine/env.h"
#include "base/log.h"
#include "base/outfile.h"
#include "base/stop.h"
#include "base/sysfile.h"
#include "base/text.h"

#define STATE "/var/lib/ptiscope-campaign.json"
#define LOCK "/run/ptiscope-campaign.lock"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define RUN_NAME_SIZE (PATH_MAX + 32)

/** struct session - a campaign at work on a machine */
struct session {
	const char *root;
	char state[PATH_MAX];
	int lock;
	struct campaign *c;
};

static int save(const struct session *s)
{
	return campaign_save(s->c, s->state);
}

/* Two at once would undo each other's steps; a process that dies lets go. */
static int lock(struct session *s)
{
	char name[PATH_MAX];
	int err = file_path(name, s->root, LOCK);

	if (err)
		return err;
	s->lock = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (s->lock >= 0 && !flock(s->lock, LOCK_EX | LOCK_NB))
		return 0;
	if (errno == EWOULDBLOCK)
		log_error("another ptiscope campaign is at work");
	else
		log_error("can't lock %s: %m", name);
	if (s->lock >= 0)
		close(s->lock);
	return -EBUSY;
}

/**
 * campaign_state() - read the state of the campaign of a machine
 * Return: 0, -ENOENT silently where there is none, or another -errno after one
 * line on stderr
 */
int campaign_state(const char *root, struct campaign *c)
{
	char file[PATH_MAX];
	int err = file_path(file, root, STATE);

	return err ? err : campaign_load(file, c);
}

static int install(struct session *s)
{
	int err = campaign_grub_install(s->root, s->c);

	return err ? err : campaign_unit_install(s->root, s->c);
}

static int reboot_machine(const struct session *s)
{
	const char *const systemctl[] = { "systemctl", "reboot", NULL };
	const char *const other[] = { s->c->reboot, NULL };

	/* By way of the firmware: what they would leave of this boot is to be compared. */
	setenv("SYSTEMCTL_SKIP_AUTO_KEXEC", "1", 1);
	setenv("SYSTEMCTL_SKIP_AUTO_SOFT_REBOOT", "1", 1);
	return campaign_spawn(s->c->reboot[0] ? other : systemctl, NULL);
}

/* Choose the next boot.  The state comes first: it knows the boot that chose. */
static int arm(struct session *s)
{
	struct campaign *c = s->c;
	int err;

	c->phase = CAMPAIGN_BOOT;
	if (!sysfile_line(s->root, BOOT_ID, c->armed_in, sizeof(c->armed_in))) {
		log_error("can't read %s%s", s->root, BOOT_ID);
		return -EIO;
	}
	if (stop_requested())
		return -EINTR;
	err = save(s);
	if (!err)
		err = campaign_grub_next(s->root, c->order[c->done]);
	return err ? err : reboot_machine(s);
}

static void run_name(const struct campaign *c, size_t i,
		     char name[RUN_NAME_SIZE])
{
	snprintf(name, RUN_NAME_SIZE, "%s/%03zu-%s", c->output, i + 1,
		 campaign_mode_names[c->order[i]]);
}

static void explain(struct campaign *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void explain(struct campaign *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(c->reason, sizeof(c->reason), fmt, args);
	va_end(args);
	text_clean(c->reason);
	log_warn("%s", c->reason);
}

/* Did this boot come up as it was asked to? */
static bool is_wanted_boot(struct session *s)
{
	struct campaign *c = s->c;
	enum campaign_mode mode = c->order[c->done];
	enum switch_mode wanted = mode == CAMPAIGN_OFF ? SWITCH_OFF :
				  mode == CAMPAIGN_EARLY ||
						  mode == CAMPAIGN_EARLY_MARKS ?
							 SWITCH_EARLY :
							 SWITCH_LATE;
	struct env env;

	if (env_probe_files(&env, s->root)) {
		explain(c, "can't read %s/proc/cpuinfo", s->root);
		return false;
	}
	/* Without PTI nothing need show the patches, and with it they always do. */
	if (!strcmp(env.kernel, c->kernel) &&
	    (env.patched || mode == CAMPAIGN_OFF) &&
	    env.switch_mode == wanted && env.marks == campaign_has_marks(mode))
		return true;
	explain(c,
		"boot %zu should be %s %s: it is %s %s, %s the patches, %s marks",
		c->done + 1, c->kernel, campaign_mode_names[mode], env.kernel,
		switch_names[env.switch_mode], env.patched ? "with" : "without",
		env.marks ? "with" : "without");
	return false;
}

static int run_program(struct campaign *c, const char *run)
{
	char samples[24];
	const char *argv[10] = { c->program, "run", "-o", run };
	size_t n = 4;

	if (c->workloads[0]) {
		argv[n++] = "--workloads";
		argv[n++] = c->workloads;
	}
	if (c->samples) {
		snprintf(samples, sizeof(samples), "%llu",
			 (unsigned long long)c->samples);
		argv[n++] = "--samples";
		argv[n++] = samples;
	}
	if (log_is_verbose())
		argv[n++] = "--verbose";
	return campaign_spawn(argv, NULL);
}

/* Who is asked to stop stops, and does not take it for a boot that failed. */
static int failed(struct campaign *c, const char *what)
{
	if (stop_requested())
		return -EINTR;
	explain(c, "boot %zu: %s failed", c->done + 1, what);
	return -EIO;
}

/* A run directory appears whole: one that is there was measured in a boot of this mode. */
static int measure(struct session *s)
{
	const char *const modprobe[] = { "modprobe", "ptiscope", NULL };
	struct campaign *c = s->c;
	char run[RUN_NAME_SIZE];

	run_name(c, c->done, run);
	if (!access(run, F_OK))
		return 0;
	file_sweep(run);
	log_info(
		"boot %zu of %zu: %s; waiting %llu s for the machine to settle",
		c->done + 1, c->boots, campaign_mode_names[c->order[c->done]],
		(unsigned long long)c->settle);
	if (c->settle && stop_wait(c->settle * 1000))
		return -EINTR;
	if (c->module && campaign_spawn(modprobe, NULL))
		return failed(c, "modprobe ptiscope");
	if (run_program(c, run))
		return failed(c, "ptiscope run");
	return 0;
}

static int report(const struct session *s)
{
	const struct campaign *c = s->c;
	const char **argv = calloc(c->boots + 5, sizeof(*argv));
	char(*names)[RUN_NAME_SIZE] = calloc(c->boots, sizeof(*names));
	struct outfile out;
	int err = -ENOMEM;

	if (!argv || !names)
		goto free;
	dir_sweep(c->output);
	err = outfile_open(&out, c->output, "answer.txt");
	if (err)
		goto free;
	argv[0] = c->program;
	argv[1] = "report";
	argv[2] = "-o";
	argv[3] = c->output;
	for (size_t i = 0; i < c->boots; i++) {
		run_name(c, i, names[i]);
		argv[4 + i] = names[i];
	}
	err = campaign_spawn(argv, out.f);
	if (!err)
		err = outfile_commit(&out);
	outfile_abort(&out);
free:
	free(names);
	free(argv);
	return err;
}

/* What the campaign was stays with its runs, if there are any. */
static int keep_record(const struct session *s)
{
	struct campaign *c = s->c;
	char record[RUN_NAME_SIZE];

	dir_sweep(c->output);
	snprintf(record, sizeof(record), "%s/campaign.json", c->output);
	if (!c->done) {
		rmdir(c->output);
		return 0;
	}
	if (c->phase == CAMPAIGN_REPORT)
		c->phase = CAMPAIGN_DONE;
	return campaign_save(c, record);
}

/* Leave the machine as it was found.  The state goes last: it knows what is left. */
static int clear(struct session *s)
{
	const struct campaign *c = s->c;
	int err = keep_record(s);

	if (!err)
		err = campaign_grub_remove(s->root, c->had_custom);
	if (!err)
		err = campaign_unit_remove(s->root, c->had_wants);
	return err ? err : file_remove(s->state);
}

/* To give up is a phase of its own: who is killed meanwhile goes on with that. */
static int give_up(struct session *s)
{
	int err;

	s->c->phase = CAMPAIGN_ABORTED;
	err = save(s);
	return err ? err : clear(s);
}

/* The boot that was chosen, or whatever came up in its place. */
static int boot(struct session *s)
{
	struct campaign *c = s->c;
	char now[sizeof(c->armed_in)];
	int err;

	sysfile_line(s->root, BOOT_ID, now, sizeof(now));
	if (!strcmp(now, c->armed_in))
		return arm(s);
	err = is_wanted_boot(s) ? measure(s) : -EIO;
	if (err == -EINTR)
		return err;
	if (!err) {
		c->done++;
		c->attempts = 0;
		c->reason[0] = '\0';
	} else if (++c->attempts == CAMPAIGN_ATTEMPTS) {
		log_error("boot %zu failed %d times: the campaign is aborted",
			  c->done + 1, CAMPAIGN_ATTEMPTS);
		err = give_up(s);
		return err ? err : -ECANCELED;
	}
	if (c->done < c->boots)
		return arm(s);
	c->phase = CAMPAIGN_REPORT;
	return save(s);
}

static int finish(struct session *s)
{
	int err = report(s);

	if (!err)
		err = clear(s);
	/* The last mode that was measured is not the machine's own. */
	return err ? err : reboot_machine(s);
}

static int walk(struct session *s)
{
	int err = 0;

	if (s->c->phase == CAMPAIGN_ABORTED)
		return clear(s);
	if (s->c->phase == CAMPAIGN_INSTALL) {
		err = install(s);
		return err ? err : arm(s);
	}
	if (s->c->phase == CAMPAIGN_BOOT)
		err = boot(s);
	if (!err && s->c->phase == CAMPAIGN_REPORT)
		err = finish(s);
	return err;
}

static int open_session(struct session *s, const char *root, struct campaign *c)
{
	*s = (struct session){ .root = root, .c = c };
	return file_path(s->state, root, STATE);
}

/**
 * campaign_resume() - go on with the campaign of this machine, at every boot
 * Return: 0, -ENOENT silently where there is none, -ECANCELED where it had to be
 * aborted, or another -errno; after one line on stderr
 */
int campaign_resume(const char *root)
{
	struct session s;
	struct campaign c;
	int err = open_session(&s, root, &c);

	if (!err)
		err = lock(&s);
	if (err)
		return err;
	err = campaign_state(root, &c);
	if (!err)
		err = walk(&s);
	close(s.lock);
	return err;
}

/**
 * campaign_start() - install a campaign that is planned, and reboot
 * @c: planned; what depends on the machine is filled in
 * Return: 0 when the machine is about to reboot, -EEXIST when there is a
 * campaign, or another -errno; after one line on stderr
 */
int campaign_start(const char *root, struct campaign *c)
{
	struct session s;
	struct campaign other;
	int err = open_session(&s, root, c);

	if (!err)
		err = lock(&s);
	if (err)
		return err;
	err = campaign_state(root, &other);
	if (!err) {
		log_error(
			"there is a campaign already: 'ptiscope campaign resume' "
			"goes on with it, 'abort' ends it");
		err = -EEXIST;
	} else if (err == -ENOENT) {
		c->phase = CAMPAIGN_INSTALL;
		c->had_custom = campaign_grub_has_custom(root);
		c->had_wants = campaign_unit_had_wants(root);
		err = outdir_make(c->output);
		if (!err)
			err = save(&s);
		if (!err)
			err = walk(&s);
		/* What could not be started leaves nothing. */
		if (err)
			give_up(&s);
	}
	close(s.lock);
	return err;
}

/**
 * campaign_abort() - end a campaign, and leave the machine as it was found
 * @why: reason, which stays with the runs
 *
 * The runs that were measured stay.
 *
 * Return: 0, -ENOENT where there is no campaign, or another -errno; after one
 * line on stderr
 */
int campaign_abort(const char *root, const char *why)
{
	const char *const stop[] = { "systemctl", "stop",
				     "ptiscope-campaign.service", NULL };
	struct session s;
	struct campaign c;
	int err = open_session(&s, root, &c);

	if (err)
		return err;
	err = campaign_state(root, &c);
	if (err == -ENOENT) {
		file_sweep(s.state);
		log_error("there is no campaign");
	}
	/* The one that is at work; under another root there is none of systemd's. */
	if (!err && !*root)
		err = campaign_spawn(stop, NULL);
	if (!err)
		err = lock(&s);
	if (err)
		return err;
	err = campaign_state(root, &c);
	if (!err) {
		snprintf(c.reason, sizeof(c.reason), "%s", why);
		err = give_up(&s);
	}
	close(s.lock);
	return err;
}
