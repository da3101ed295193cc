/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_BASE_OUTFILE_H
#define PTISCOPE_BASE_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/**
 * struct outfile - a file that appears under its name whole or not at all
 * @f: write here
 * @final: its name, for messages; "-" is standard output
 * @is_stdout: it is standard output, by whatever name: print nothing else there
 * @target: what outfile_commit() replaces: @final, or the file that it is a symbolic link to
 * @tmp: its name until then; NULL for what is no regular file, which is written to as it is
 */
struct outfile {
	FILE *f;
	char *final;
	bool is_stdout;
	char *target;
	char *tmp;
};

mode_t outfile_mode(mode_t mode);
int outdir_make(const char *dir);
int outfile_open(struct outfile *out, const char *dir, const char *name);
int outfile_open_private(struct outfile *out, const char *dir,
			 const char *name);
const char *outfile_name(const struct outfile *out);
int outfile_error(FILE *f);
int outfile_commit(struct outfile *out);
void outfile_abort(struct outfile *out);

#endif /* PTISCOPE_BASE_OUTFILE_H */
