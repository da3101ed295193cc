/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_WORKLOAD_FUTEX_H
#define PTISCOPE_WORKLOAD_FUTEX_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

/**
 * futex() - wait for, or wake up who waits for, a word
 * @word: that both sides know
 * @op: FUTEX_WAIT, FUTEX_WAKE, or those of one process, FUTEX_*_PRIVATE
 * @value: the word while there is reason to wait, or how many to wake
 *
 * What came of it, the word tells.
 */
static inline void futex(atomic_int *word, int op, int value)
{
	syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

#endif /* PTISCOPE_WORKLOAD_FUTEX_H */
