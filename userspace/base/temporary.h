/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_TEMPORARY_H
#define PTISCOPE_BASE_TEMPORARY_H

void temporary_add(const char *name);
void temporary_drop(const char *name);

#endif /* PTISCOPE_BASE_TEMPORARY_H */
