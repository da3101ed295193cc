/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_KERNEL_MODULE_H
#define PTISCOPE_KERNEL_MODULE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/why.h"
#include "module/uapi/ptiscope.h"

/**
 * struct module_reader - /dev/ptiscope, opened
 * @fd: file, or -1
 * @info: what module and kernel offer
 */
struct module_reader {
	int fd;
	struct ptiscope_info info;
};

int module_reader_open(struct module_reader *r, struct why *why);
int module_reader_need(struct module_reader *r, const char *command);
void module_reader_close(struct module_reader *r);
int module_reader_start(const struct module_reader *r, pid_t tid);
int module_reader_filter(const struct module_reader *r, pid_t tgid,
			 uint64_t paths);
int module_reader_stop(const struct module_reader *r);
ssize_t module_reader_drain(const struct module_reader *r,
			    struct ptiscope_record *records, size_t room);
int module_reader_stats(const struct module_reader *r,
			struct ptiscope_stats *stats);
int module_reader_probe(const struct module_reader *r,
			enum ptiscope_probe_kind kind, uint64_t *ticks,
			size_t n);
int module_reader_ipi(const struct module_reader *r, struct ptiscope_ipi *ipi);
int module_reader_nmi(const struct module_reader *r, struct ptiscope_nmi *nmi);

#endif /* PTISCOPE_KERNEL_MODULE_H */
