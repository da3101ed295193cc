/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TOOLS_UNIX_SOCKET_H
#define PTISCOPE_TOOLS_UNIX_SOCKET_H

void sleep_ms(unsigned int ms);
int unix_socket(const char *path, unsigned int timeout_ms);

#endif /* PTISCOPE_TOOLS_UNIX_SOCKET_H */
