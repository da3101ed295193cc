/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_OUTPUT_H
#define PTISCOPE_OUTPUT_H

int output_end(void);

#endif /* PTISCOPE_OUTPUT_H */
