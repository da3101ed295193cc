/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_READER_BPF_H
#define PTISCOPE_READER_BPF_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../bpf/shared.h"
#include "paths.h"

struct ptiscope_bpf;

/**
 * struct bpf_reader - the BPF program, loaded and attached
 * @skel: skeleton, or NULL
 */
struct bpf_reader {
	struct ptiscope_bpf *skel;
};

int bpf_reader_open(struct bpf_reader *r, pid_t tgid, bool pcid,
		    const char **why);
void bpf_reader_close(struct bpf_reader *r);
void bpf_reader_enable(struct bpf_reader *r, bool on);
int bpf_reader_read(const struct bpf_reader *r,
		    struct pti_bpf_stat stats[PTI_PATH_COUNT]);
int bpf_reader_missed(const struct bpf_reader *r, uint64_t *missed);

#endif /* PTISCOPE_READER_BPF_H */
