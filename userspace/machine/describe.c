// SPDX-License-Identifier: GPL-2.0-only
/* The machine, kernel, lane and clock of a run, for its directory. */
#include <errno.h>

#include "base/log.h"
#include "machine/calibrate.h"
#include "machine/describe.h"
#include "run/warn.h"

/* What can't be told from inside must be named; what is named must be possible. */
static int check_lane(struct manifest *m, const struct env *env, bool named)
{
	if (!named && !env->lane_sure)
		return run_warn(
			m, "the hypervisor is not known; lane kvm assumed");
	if (m->lane == LANE_HARDWARE && env->hypervisor[0])
		return run_warn(m, "lane hardware was named, "
				   "but this is a virtual machine");
	if ((m->lane == LANE_KVM || m->lane == LANE_TCG ||
	     m->lane == LANE_ICOUNT) &&
	    !env->hypervisor[0])
		return run_warn(m, "the lane named is a virtual machine's, "
				   "but the CPU does not look like one");
	return 0;
}

/**
 * describe_machine() - what a manifest says of machine, kernel, lane and clock
 * @m: filled in; its unit is that of the lane
 * @env: the machine, probed
 * @lane: enum lane that the user named, or -1
 * @cpu: CPU that is measured on
 *
 * Warns where the lane was not named and can't be told, or does not fit.
 *
 * Return: 0, or a negative errno, -ENODATA after one line on stderr.
 */
int describe_machine(struct manifest *m, const struct env *env, int lane,
		     uint64_t cpu)
{
	const char *source;
	int err;

	m->variant = env->patched ? VARIANT_PATCHED : VARIANT_STOCK;
	m->lane = lane >= 0 ? (enum lane)lane : env->lane;
	m->switch_mode = env->switch_mode;
	m->marks = env->marks;
	m->skip = env->skip;
	m->pti = env->pti;
	m->pcid = env->pcid;
	m->pinned_cpu = cpu;
	m->tsc_khz = calibrate_tsc_khz(&source);
	m->unit = lane_unit(m->lane);
	m->ticks_per_unit = m->unit == UNIT_NS ? (double)m->tsc_khz / 1e6 : 1;
	if (m->ticks_per_unit <= 0) {
		log_error("the clock stands still: the TSC can't be converted "
			  "to ns");
		return -ENODATA;
	}
	calibrate_loop(m);

	err = manifest_set(&m->kernel, env->kernel);
	if (!err)
		err = manifest_set(&m->cpu, env->cpu);
	if (!err)
		err = manifest_set(&m->cmdline, env->cmdline);
	if (!err)
		err = manifest_set(&m->boot, env->boot);
	if (!err)
		err = manifest_set(&m->microcode, env->microcode);
	if (!err)
		err = manifest_set(&m->config, env->config);
	if (!err)
		err = manifest_set(&m->tsc_khz_source, source);
	if (!err)
		err = check_lane(m, env, lane >= 0);
	return err;
}
