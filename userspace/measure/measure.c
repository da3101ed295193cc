// SPDX-License-Identifier: GPL-2.0-only
/*
 * One workload, stage by stage: warm up, time, watch, record, verify, keep.  Each
 * stage returns what it found; none but the last writes it down.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "measure/keep.h"
#include "measure/measure.h"
#include "measure/watch.h"

static int find_out(const struct plan *plan, struct bench_ctx *ctx,
		    struct found *found)
{
	struct watch before;
	int err = timing_warm_up(&found->timing, plan, ctx);

	if (err)
		return err;
	before = watch_begin(plan->cpu);
	err = timing_take(&found->timing, plan, ctx);
	if (err)
		return err;
	found->noise = watch_end(&before, found->timing.moved);
	found->timed = true;
	found->verdict.verified = VERIFIED_NOT_MEASURED;
	if (plan->reader && !ctx->w->unmarked) {
		err = recording_make(&found->recording, plan, ctx,
				     found->timing.n);
		if (err)
			return err;
		found->recorded = true;
	}
	found->verdict =
		verify_entries(ctx->w, &found->timing,
			       found->recorded ? &found->recording : NULL);
	return 0;
}

/**
 * measure_workload() - measure one workload
 * @plan: how
 * @w: workload
 * @run: gets its round trip, what the marks say where there is a reader, and its
 *	entry in the manifest; a workload that waits in vain becomes a gap there
 *
 * Return: 0; -EINTR when a signal asked to end; another negative errno, after
 * an error message.
 */
int measure_workload(const struct plan *plan, const struct workload *w,
		     struct run *run)
{
	struct bench_ctx ctx = {
		.iterations = plan->iterations && w->batch ? plan->iterations :
							     w->iterations,
		.timeout = plan->timeout,
		.module = plan->module,
		.nmi_source = plan->nmi_source,
		.command = plan->command,
	};
	struct found found = { 0 };
	int err;

	err = bench_setup(w, &ctx);
	if (!err) {
		err = find_out(plan, &ctx, &found);
		bench_teardown(w, &ctx);
	}
	if (err == -ETIME)
		found.gap = "no interrupt came that it could measure";
	else if (err == -EOPNOTSUPP)
		found.gap = ctx.why;
	if (!err || found.gap)
		err = keep_found(run, plan, w, &found);
	/* -EPROTO was explained where it was found. */
	if (err && err != -EINTR && err != -EPROTO)
		log_error("%s: %s", w->name, strerror(-err));
	timing_deinit(&found.timing);
	recording_deinit(&found.recording);
	return err;
}
