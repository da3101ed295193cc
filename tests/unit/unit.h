/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_UNIT_H
#define PTISCOPE_UNIT_H

/* cmocka.h needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What the code under test says goes to a file, so that it can be looked at and
 * does not mix with the TAP output.
 */
struct said {
	int fd;
	int saved;
	FILE *file;
	char text[4096];
};

static inline void said_begin(struct said *said, int fd)
{
	fflush(NULL);
	said->fd = fd;
	said->file = tmpfile();
	assert_non_null(said->file);
	said->saved = dup(fd);
	assert_true(dup2(fileno(said->file), fd) >= 0);
}

static inline void said_end(struct said *said)
{
	size_t n;

	fflush(NULL);
	rewind(said->file);
	n = fread(said->text, 1, sizeof(said->text) - 1, said->file);
	said->text[n] = 0;
	dup2(said->saved, said->fd);
	close(said->saved);
	fclose(said->file);
}

/* One line, "ptiscope: ...", that names what it should. */
static inline void assert_one_line(const struct said *said, const char *about)
{
	size_t length = strlen(said->text);

	assert_true(length > 0);
	assert_int_equal(strncmp(said->text, "ptiscope: ", 10), 0);
	assert_ptr_equal(strchr(said->text, '\n'), said->text + length - 1);
	if (!strstr(said->text, about))
		fail_msg("'%s' does not mention '%s'", said->text, about);
}

/* A directory of the test's own, by cmocka's group setup and teardown. */
static inline int unit_dir_make(void **state)
{
	char *dir = strdup("/tmp/ptiscope-unit-XXXXXX");

	if (!dir || !mkdtemp(dir) || chdir(dir))
		return -1;
	*state = dir;
	return 0;
}

static inline int unit_dir_remove(void **state)
{
	char command[128];
	int err;

	snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	err = chdir("/") | system(command);
	free(*state);
	return err;
}

static inline void write_file(const char *name, const void *data, size_t size)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static inline char *read_file(const char *name)
{
	static char text[1 << 16];
	FILE *f = fopen(name, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = 0;
	fclose(f);
	return text;
}

#endif /* PTISCOPE_UNIT_H */
