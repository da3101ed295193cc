// SPDX-License-Identifier: GPL-2.0-only
/*
 * send: copy stdin to the first parallel port, which Bochs prints to a file: the
 * way out of a guest that has neither disk driver nor network.
 */
#include <stdio.h>
#include <sys/io.h>
#include <unistd.h>

#define DATA 0x378
#define CONTROL 0x37a
#define STROBE 0x01
#define NO_INIT 0x04
#define SELECT 0x08

int main(void)
{
	unsigned char buffer[4096];
	ssize_t n;

	if (ioperm(DATA, 3, 1)) {
		perror("send: ioperm");
		return 1;
	}
	while ((n = read(0, buffer, sizeof(buffer))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			outb(buffer[i], DATA);
			outb(STROBE | NO_INIT | SELECT, CONTROL);
			outb(NO_INIT | SELECT, CONTROL);
		}
	}
	return n < 0;
}
