// SPDX-License-Identifier: GPL-2.0-only
/* Who may use the device, and for what. */
#include <linux/capability.h>
#include <linux/security.h>

#include "ptiscope.h"

/**
 * ptiscope_permitted - whether the caller may do what it asks for
 * @capability: CAP_PERFMON to record and read, or CAP_SYS_ADMIN
 *
 * Asked at each call as well: who opened the device may have handed it on, and
 * the kernel may have been locked down since.  Records hold physical addresses,
 * so they are no more open than tracefs is.
 *
 * Return: 0 or -EPERM
 */
int ptiscope_permitted(int capability)
{
	if (capability == CAP_PERFMON ? !perfmon_capable() : !capable(capability))
		return -EPERM;
	return security_locked_down(LOCKDOWN_TRACEFS);
}
