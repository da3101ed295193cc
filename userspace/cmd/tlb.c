// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptiscope tlb: how much of the TLB survives a kernel entry.  A working set is
 * touched, the kernel entered once or not at all, and the working set touched
 * again: what the second touch takes longer is what the entry cost the TLB.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "workload/workload.h"
#include "base/loop.h"
#include "analyse/store.h"
#include "machine/describe.h"
#include "base/log.h"
#include "base/opts.h"
#include "base/pin.h"
#include "base/stop.h"
#include "base/sysfile.h"
#include "measure/tlb_chain.h"
#include "measure/tlb_model.h"

#define SAMPLES_DEFAULT 100
#define SAMPLES_MAX 100000
#define PAGES_MAX 4096
#define BYTES_MAX (1ull << 30)
#define SMALL_PAGE 4096u
#define HUGE_PAGE (2u << 20)
#define WAIT_TICKS 4000000000ULL

/** struct tlb_opts - the command line */
struct tlb_opts {
	const char *out;
	const char *entry_name;
	uint64_t most;
	uint64_t samples;
	uint64_t cpu;
	int lane;
	bool force;
	const struct workload *entry;
};

static int parse(struct tlb_opts *o, int argc, char **argv)
{
	const struct opt table[] = {
		{ "output", 'o', OPT_STR, &o->out, "DIR",
		  "run directory to write", 0, 0, NULL },
		{ "entry", 'e', OPT_STR, &o->entry_name, "NAME",
		  "workload of 'run' that enters the kernel, default getppid",
		  0, 0, NULL },
		{ "most", 'm', OPT_U64, &o->most, "N",
		  "pages of the largest working set, default 4096", 1,
		  PAGES_MAX, NULL },
		{ "samples", 'n', OPT_U64, &o->samples, "N",
		  "samples per working set, default 100", 1, SAMPLES_MAX,
		  NULL },
		{ "cpu", 'c', OPT_U64, &o->cpu, "N",
		  "CPU to measure on, default the last allowed", 0,
		  CPU_SETSIZE - 1, NULL },
		{ "lane", 'l', OPT_CHOICE, &o->lane, "LANE",
		  "what a TSC tick means here", 0, 0, lane_names },
		{ "force", 'f', OPT_FLAG, &o->force, NULL,
		  "replace DIR when it exists", 0, 0, NULL },
		{ 0 }
	};
	int code = opts_parse_all(&command_tlb, table, argc, argv);

	if (code != OPTS_GO_ON)
		return code;
	if (!o->out)
		return opts_usage_error(&command_tlb, "-o DIR is missing");
	o->entry = bench_find(o->entry_name, strlen(o->entry_name));
	if (!o->entry)
		return opts_usage_error(&command_tlb,
					"no workload is called '%s'",
					o->entry_name);
	if (!o->entry->batch)
		return opts_usage_error(&command_tlb,
					"%s waits for its entry: what comes "
					"between is not its alone",
					o->entry_name);
	return OPTS_GO_ON;
}

/*
 * Ticks to touch the working set again, after one entry or after the same code
 * without it.  Twice before: the first touch brings the translations, the second
 * finds caches and predictors as the timed one does.  @model: NULL where it is not to
 * count the entry and the touch behind it.
 */
static int touch_again(const struct workload *w, struct bench_ctx *ctx,
		       const struct tlb_chain *c, bool enter,
		       struct tlb_model *model, uint64_t *ticks)
{
	uint64_t start, unused;
	int err = bench_prepare(ctx);

	if (err)
		return err;
	tlb_chain_touch(c);
	tlb_chain_touch(c);
	if (model)
		tlb_model_begin(model);
	err = enter ? w->sample(ctx, &unused) : w->overhead(ctx, &unused);
	start = bench_tsc();
	tlb_chain_touch(c);
	*ticks = bench_tsc() - start;
	if (model)
		tlb_model_end(model);
	return err;
}

static struct series *add_series(struct run *run, const struct tlb_opts *o,
				 const struct tlb_chain *c, const char *name,
				 enum metric metric)
{
	return sample_set_add(&run->samples, o->entry->path, metric,
			      run->manifest.unit, name, (uint32_t)c->pages);
}

/* With and without an entry in turn: whatever drifts, drifts for both. */
static int measure_chain(struct run *run, const struct tlb_opts *o,
			 struct bench_ctx *ctx, const struct tlb_chain *c,
			 const char *name)
{
	struct series *with, *without;
	struct tlb_model model;
	uint64_t i, ticks;
	int err;

	with = add_series(run, o, c, name, METRIC_RETOUCH);
	without = add_series(run, o, c, name, METRIC_RETOUCH_IDLE);
	if (!with || !without)
		return -ENOMEM;
	err = tlb_model_open(&model, run->manifest.lane,
			     run->manifest.switch_mode != SWITCH_OFF, name,
			     o->samples);
	if (!err)
		err = touch_again(o->entry, ctx, c, true, NULL, &ticks);
	for (i = 0; i < o->samples && !err; i++) {
		err = stop_requested() ? -EINTR :
					 touch_again(o->entry, ctx, c, true,
						     &model, &ticks);
		if (!err)
			err = series_push(with, ticks);
		if (!err)
			err = touch_again(o->entry, ctx, c, false, NULL,
					  &ticks);
		if (!err)
			err = series_push(without, ticks);
	}
	if (!err)
		err = tlb_model_save(&model, run, o->entry, name, c->pages);
	tlb_model_close(&model);
	return err;
}

static int describe_set(struct run *run, const struct tlb_opts *o,
			const char *name)
{
	struct manifest_workload *mw;

	mw = manifest_add_workload(&run->manifest, name, o->entry->path);
	if (!mw)
		return -ENOMEM;
	mw->iterations = 1;
	mw->samples = o->samples;
	mw->declared[o->entry->path] = 1;
	mw->verified = VERIFIED_NOT_MEASURED;
	return manifest_set(&mw->note, "one kernel entry between two touches "
				       "of the working set");
}

/* Is there memory for that, and some to spare?  The kernel promises more than it has. */
static bool fits(size_t bytes)
{
	unsigned long long kib = 0;
	char line[128];
	FILE *f = sysfile_open("", "/proc/meminfo");

	if (!f)
		return true;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
			break;
	fclose(f);
	return !kib || bytes / 1024 <= kib / 4 * 3;
}

static int measure_set(struct run *run, const struct tlb_opts *o,
		       struct bench_ctx *ctx, bool code, size_t page_bytes,
		       size_t pages)
{
	struct tlb_chain chain;
	char name[SAMPLES_NAME_MAX];
	int err;

	snprintf(name, sizeof(name), "tlb_%s_%s_%zu", code ? "code" : "data",
		 page_bytes == SMALL_PAGE ? "4k" : "2m", pages);
	err = fits(pages * page_bytes) ?
		      tlb_chain_create(&chain, code, page_bytes, pages) :
		      -ENOMEM;
	if (err == -EOPNOTSUPP || err == -ENOMEM)
		return manifest_add_gap(&run->manifest, name, "%s",
					err == -ENOMEM ?
						"no memory for so many pages" :
						"the kernel gave no huge pages "
						"for them");
	if (err)
		return err;
	log_progress("%s", name);
	err = describe_set(run, o, name);
	if (!err)
		err = measure_chain(run, o, ctx, &chain, name);
	tlb_chain_destroy(&chain);
	return err;
}

static int measure_sets(struct run *run, const struct tlb_opts *o,
			struct bench_ctx *ctx)
{
	static const size_t page_bytes[] = { SMALL_PAGE, HUGE_PAGE };
	size_t pages;
	int code, size, err = 0;

	for (code = 0; code < 2; code++)
		for (size = 0; size < 2; size++)
			for (pages = 1; pages <= o->most && !err; pages *= 2) {
				if (pages * page_bytes[size] > BYTES_MAX)
					break;
				err = measure_set(run, o, ctx, code,
						  page_bytes[size], pages);
			}
	return err;
}

static int measure(struct run *run, const struct env *env,
		   const struct tlb_opts *o)
{
	struct bench_ctx ctx = { .iterations = 1, .timeout = WAIT_TICKS };
	int err;

	err = describe_machine(&run->manifest, env, o->lane, o->cpu);
	if (!err)
		err = manifest_set(&run->manifest.capture_why,
				   "the TLB is timed from user mode");
	if (!err)
		err = manifest_add_gap(&run->manifest, "TLB misses", "%s",
				       "told by the time alone; no performance "
				       "counter is read");
	if (err)
		return err;
	err = bench_setup(o->entry, &ctx);
	if (err) {
		log_error("%s: %s", o->entry->name,
			  err == -EOPNOTSUPP ? ctx.why : strerror(-err));
		return err;
	}
	err = measure_sets(run, o, &ctx);
	bench_teardown(o->entry, &ctx);
	if (err && err != -EINTR)
		log_error("%s: %s", o->entry->name, strerror(-err));
	return err;
}

/* Returns an exit code. */
static int tlb_into(struct rundir *dir, const struct env *env,
		    const struct tlb_opts *o)
{
	struct run run;
	int err = run_init(&run);

	if (!err)
		err = measure(&run, env, o);
	if (!err)
		err = store_run(dir, &run);
	if (err == -EINTR)
		log_error("interrupted; nothing was written");
	run_deinit(&run);
	if (err)
		rundir_abort(dir);
	else
		err = rundir_commit(dir);
	return err == -EOPNOTSUPP ? EXIT_UNSUPPORTED :
	       err		  ? EXIT_RUNTIME :
				    EXIT_OK;
}

static int tlb_main(int argc, char **argv)
{
	struct tlb_opts o = {
		.entry_name = "getppid",
		.most = PAGES_MAX,
		.samples = SAMPLES_DEFAULT,
		.cpu = PIN_LAST,
		.lane = -1,
	};
	struct rundir dir;
	struct env env;
	int code = parse(&o, argc, argv);

	if (code == OPTS_GO_ON)
		code = pin_to_cpu(&command_tlb, &o.cpu);
	if (code != OPTS_GO_ON)
		return code;
	if (env_probe(&env))
		return EXIT_RUNTIME;
	stop_init();
	if (rundir_create(o.out, o.force, &dir))
		return EXIT_RUNTIME;
	code = tlb_into(&dir, &env, &o);
	if (code == EXIT_OK)
		log_progress("wrote %s\n", o.out);
	return code;
}

const struct command command_tlb = {
	.name = "tlb",
	.summary = "time how much of the TLB survives a kernel entry",
	.usage = "[options] -o DIR",
	.details =
		"Touches working sets of 1 to 4096 pages of 4 KiB and 2 MiB, as "
		"data and as code,\nagain after one kernel entry and after none, "
		"and writes a run directory as 'run'\ndoes. Works on any kernel.",
	.run = tlb_main,
};
