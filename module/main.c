// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptiscope: hands out the marks that the kernel takes around the CR3 writes of
 * page-table isolation, through /dev/ptiscope.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sizes.h>

#include "ptiscope.h"

#define RING_KIB_MIN 16
#define RING_KIB_MAX SZ_1M

static unsigned int ring_kib = 8192;
module_param(ring_kib, uint, 0444);
MODULE_PARM_DESC(ring_kib, "Ring buffer per CPU in KiB (default 8192)");

static struct ptiscope ptiscope;

static int __init ptiscope_init(void)
{
	const char *missing;
	int err;

	if (ring_kib < RING_KIB_MIN || ring_kib > RING_KIB_MAX) {
		pr_err("ring_kib=%u is out of range, %u to %u\n", ring_kib,
		       RING_KIB_MIN, RING_KIB_MAX);
		return -EINVAL;
	}

	ptiscope.ring_bytes = (size_t)ring_kib * SZ_1K;
	err = ptiscope_ring_init();
	if (err) {
		pr_err("cannot hear of new CPUs: %d\n", err);
		return err;
	}
	ptiscope_marks_init(&ptiscope);
	ptiscope_dev_init(&ptiscope);

	err = misc_register(&ptiscope.misc);
	if (err) {
		pr_err("cannot register /dev/%s: %d\n", ptiscope.misc.name,
		       err);
		ptiscope_ring_exit();
		return err;
	}

	missing = ptiscope_marks_missing(&ptiscope);
	if (missing)
		pr_notice("loaded; cannot record: %s\n", missing);
	else
		pr_info("loaded; can record\n");
	return 0;
}

/*
 * An open device holds a reference on the module, and its release stops the
 * recording and the NMIs and frees the rings: nothing else is left here.
 */
static void __exit ptiscope_exit(void)
{
	misc_deregister(&ptiscope.misc);
	ptiscope_ring_exit();
}

module_init(ptiscope_init);
module_exit(ptiscope_exit);

MODULE_DESCRIPTION("Records of the CR3 writes of page-table isolation");
MODULE_VERSION(PTISCOPE_VERSION);
MODULE_LICENSE("GPL");
