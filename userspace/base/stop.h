/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_STOP_H
#define PTISCOPE_BASE_STOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** STOP_GRACE_MS - milliseconds that a child has to end when it is asked to */
#define STOP_GRACE_MS 1000

/**
 * struct stop_child - a child that is waited for
 * @pid: its
 * @ended: descriptor that can be read when it has ended
 * @asked: descriptor that can be read when this process was asked to end
 */
struct stop_child {
	pid_t pid;
	int ended;
	int asked;
};

void stop_init(void);
bool stop_requested(void);
bool stop_wait(uint64_t ms);
int stop_child_open(struct stop_child *c, pid_t pid);
void stop_child_wait(const struct stop_child *c);
void stop_child_close(struct stop_child *c);

#endif /* PTISCOPE_BASE_STOP_H */
