/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_OUTFILE_H
#define PTISCOPE_BASE_OUTFILE_H

#include <stdio.h>

/**
 * struct outfile - a file that appears under its name whole or not at all
 * @f: write here
 * @final: its name
 * @tmp: its name until outfile_commit()
 */
struct outfile {
	FILE *f;
	char *final;
	char *tmp;
};

int outdir_make(const char *dir);
int outfile_open(struct outfile *out, const char *dir, const char *name);
int outfile_commit(struct outfile *out);
void outfile_abort(struct outfile *out);

#endif /* PTISCOPE_BASE_OUTFILE_H */
