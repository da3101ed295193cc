/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_MACHINE_KCONFIG_H
#define PTISCOPE_MACHINE_KCONFIG_H

/** KCONFIG_SUM_SIZE - room for kconfig_sum(): 8 hexadecimal digits */
#define KCONFIG_SUM_SIZE 9

void kconfig_sum(const char *root, const char *release,
		 char sum[KCONFIG_SUM_SIZE]);

#endif /* PTISCOPE_MACHINE_KCONFIG_H */
