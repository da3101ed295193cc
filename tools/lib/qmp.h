/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_QMP_H
#define PTISCOPE_TOOLS_QMP_H

#include <jansson.h>

/*
 * QEMU's machine protocol, on the socket of vm/run --qmp.  Every function that
 * fails returns -errno after one line on stderr.
 */
struct qmp;

int qmp_connect(struct qmp **qmp, const char *path, unsigned int timeout_ms);
void qmp_close(struct qmp *qmp);
int qmp_execute(struct qmp *qmp, const char *command, json_t *arguments,
		json_t **result);
int qmp_hmp(struct qmp *qmp, const char *line, int cpu, char **text);
int qmp_stop(struct qmp *qmp);
int qmp_cont(struct qmp *qmp);
int qmp_stop_in_user(struct qmp *qmp, int cpu, unsigned int tries);

#endif /* PTISCOPE_TOOLS_QMP_H */
