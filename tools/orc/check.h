/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_ORC_CHECK_H
#define PTISCOPE_TOOLS_ORC_CHECK_H

int orc_check(const char *path);

#endif /* PTISCOPE_TOOLS_ORC_CHECK_H */
