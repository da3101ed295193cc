/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_FUZZ_H
#define PTISCOPE_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** FUZZ_FILE_SIZE - room for the name of fuzz_file() */
#define FUZZ_FILE_SIZE 32

int fuzz_file(const uint8_t *data, size_t size, char name[FUZZ_FILE_SIZE]);
void fuzz_begin(void);
void fuzz_end(int err);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif /* PTISCOPE_FUZZ_H */
