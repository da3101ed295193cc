// SPDX-License-Identifier: GPL-2.0-only
/* What a file that is written may replace, and what it may not. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/outfile.h"

static mode_t mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(lstat(name, &st), 0);
	return st.st_mode;
}

static void write_out(const char *name, const char *text)
{
	struct outfile out;

	assert_int_equal(outfile_open(&out, NULL, name), 0);
	fputs(text, out.f);
	assert_int_equal(outfile_commit(&out), 0);
}

static void assert_refused(const char *name, const char *about)
{
	struct outfile out;
	struct said said;
	int err;

	said_begin(&said, STDERR_FILENO);
	err = outfile_open(&out, NULL, name);
	if (!err) {
		fputs("x", out.f);
		err = outfile_commit(&out);
	}
	said_end(&said);
	assert_int_not_equal(err, 0);
	assert_one_line(&said, about);
}

static void a_new_file_has_its_name_when_it_is_whole(void **state)
{
	struct outfile out;
	mode_t mask = umask(027);

	(void)state;
	assert_int_equal(outfile_open(&out, NULL, "new"), 0);
	fputs("text", out.f);
	assert_int_equal(access("new", F_OK), -1);
	assert_int_equal(mode_of(outfile_name(&out)), S_IFREG | 0640);
	assert_int_equal(outfile_commit(&out), 0);
	assert_string_equal(read_file("new"), "text");
	assert_int_equal(mode_of("new"), S_IFREG | 0640);
	umask(mask);
}

static void nothing_stays_of_one_that_is_dropped(void **state)
{
	struct outfile out;
	char tmp[64];

	(void)state;
	assert_int_equal(outfile_open(&out, ".", "dropped"), 0);
	snprintf(tmp, sizeof(tmp), "%s", outfile_name(&out));
	assert_int_equal(access(tmp, F_OK), 0);
	outfile_abort(&out);
	assert_int_equal(access(tmp, F_OK), -1);
	assert_int_equal(access("dropped", F_OK), -1);
	outfile_abort(&out);
}

/* Who knows the process may have laid a link there. */
static void the_temporary_name_can_not_be_guessed(void **state)
{
	struct outfile one, two;
	char guess[64];

	(void)state;
	write_file("victim", "precious", 8);
	snprintf(guess, sizeof(guess), "mine.tmp.%d", (int)getpid());
	assert_int_equal(symlink("victim", guess), 0);
	assert_int_equal(outfile_open(&one, NULL, "mine"), 0);
	assert_int_equal(outfile_open(&two, NULL, "mine"), 0);
	assert_string_not_equal(outfile_name(&one), guess);
	assert_string_not_equal(outfile_name(&one), outfile_name(&two));
	outfile_abort(&two);
	fputs("mine", one.f);
	assert_int_equal(outfile_commit(&one), 0);
	assert_string_equal(read_file("victim"), "precious");
	assert_string_equal(read_file("mine"), "mine");
}

static void who_is_replaced_keeps_its_mode(void **state)
{
	struct outfile out;

	(void)state;
	write_file("old", "old", 3);
	assert_int_equal(chmod("old", 0604), 0);
	write_out("old", "new");
	assert_int_equal(mode_of("old"), S_IFREG | 0604);
	assert_int_equal(outfile_open_private(&out, NULL, "old"), 0);
	assert_int_equal(outfile_commit(&out), 0);
	assert_int_equal(mode_of("old"), S_IFREG | 0600);
	assert_int_equal(outfile_open_private(&out, NULL, "secret"), 0);
	assert_int_equal(outfile_commit(&out), 0);
	assert_int_equal(mode_of("secret"), S_IFREG | 0600);
}

static void a_link_stays_and_its_file_is_replaced(void **state)
{
	(void)state;
	assert_int_equal(mkdir("far", 0777), 0);
	write_file("far/file", "old", 3);
	assert_int_equal(symlink("far/file", "link"), 0);
	write_out("link", "new");
	assert_true(S_ISLNK(mode_of("link")));
	assert_string_equal(read_file("far/file"), "new");
}

static void a_link_to_nothing_is_refused(void **state)
{
	(void)state;
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_refused("dangling", "dangling");
	assert_int_equal(access("nowhere", F_OK), -1);
	assert_true(S_ISLNK(mode_of("dangling")));
}

static void a_directory_is_refused(void **state)
{
	(void)state;
	assert_int_equal(mkdir("dir", 0777), 0);
	assert_refused("dir", "Is a directory");
}

static void a_pipe_is_written_to(void **state)
{
	char text[8] = "";
	int fd;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	fd = open("pipe", O_RDWR);
	assert_true(fd >= 0);
	write_out("pipe", "text");
	assert_int_equal(read(fd, text, sizeof(text)), 4);
	close(fd);
	assert_string_equal(text, "text");
	assert_true(S_ISFIFO(mode_of("pipe")));
}

static void a_device_is_written_to(void **state)
{
	(void)state;
	assert_int_equal(symlink("/dev/null", "null"), 0);
	write_out("null", "text");
	assert_true(S_ISLNK(mode_of("null")));
	assert_true(S_ISCHR(mode_of("/dev/null")));
	assert_int_equal(symlink("/dev/full", "full"), 0);
	assert_refused("full", "No space left on device");
}

static void standard_output_is_written_to(void **state)
{
	static const char *const names[] = { "-", "/dev/stdout",
					     "/proc/self/fd/1" };
	struct outfile out;
	struct said said;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool is_stdout;

		said_begin(&said, STDOUT_FILENO);
		assert_int_equal(outfile_open(&out, NULL, names[i]), 0);
		is_stdout = out.is_stdout;
		fputs("text", out.f);
		assert_int_equal(outfile_commit(&out), 0);
		said_end(&said);
		assert_true(is_stdout);
		assert_string_equal(said.text, "text");
	}
	assert_int_equal(access("-", F_OK), -1);
}

/* A device that came meanwhile is not replaced, either. */
static void what_came_meanwhile_stays(void **state)
{
	struct outfile out;
	struct said said;
	int err;

	(void)state;
	assert_int_equal(outfile_open(&out, NULL, "late"), 0);
	assert_int_equal(mkfifo("late", 0600), 0);
	said_begin(&said, STDERR_FILENO);
	err = outfile_commit(&out);
	said_end(&said);
	assert_int_not_equal(err, 0);
	assert_one_line(&said, "late");
	assert_true(S_ISFIFO(mode_of("late")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_file_has_its_name_when_it_is_whole),
		cmocka_unit_test(nothing_stays_of_one_that_is_dropped),
		cmocka_unit_test(the_temporary_name_can_not_be_guessed),
		cmocka_unit_test(who_is_replaced_keeps_its_mode),
		cmocka_unit_test(a_link_stays_and_its_file_is_replaced),
		cmocka_unit_test(a_link_to_nothing_is_refused),
		cmocka_unit_test(a_directory_is_refused),
		cmocka_unit_test(a_pipe_is_written_to),
		cmocka_unit_test(a_device_is_written_to),
		cmocka_unit_test(standard_output_is_written_to),
		cmocka_unit_test(what_came_meanwhile_stays),
	};

	return cmocka_run_group_tests(tests, unit_dir_make, unit_dir_remove);
}
