// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <endian.h>
#include <errno.h>
#include <zlib.h>

#include "run/samples.h"

#define FILE_NAME "samples.gz"
#define MAX_BYTES 4096

/* Where fields of the file that write_reference() leaves are. */
#define AT_VERSION 8
#define AT_COUNT 12
#define AT_PATH 16
#define AT_METRIC 18
#define AT_UNIT 20
#define AT_NAME_LENGTH 21
#define AT_NAME 22
#define AT_DIVISOR (AT_NAME + 7 + 8)
#define AT_N (AT_DIVISOR + 4)

/* The uncompressed bytes of a file, as a test changes them. */
struct bytes {
	uint8_t data[MAX_BYTES];
	size_t size;
};

static void fill_reference(struct sample_set *set)
{
	struct series *s;

	sample_set_init(set);
	s = sample_set_add(set, PTI_PATH_SYSCALL64, METRIC_ROUND_TRIP,
			   UNIT_TICKS, "getppid", 256);
	s->lost = 3;
	for (uint64_t i = 0; i < 5; i++)
		assert_int_equal(series_push(s, 1000 + i), 0);
	s = sample_set_add(set, PTI_PATH_IRET, METRIC_FLUSH_SHARE, UNIT_COUNT,
			   "timer", 1);
	assert_int_equal(series_push(s, UINT64_MAX), 0);
	sample_set_add(set, PTI_PATH_IRQ, METRIC_ENTRIES, UNIT_COUNT, "timer",
		       1);
}

static struct bytes write_reference(uint32_t *crc, uint64_t *size)
{
	struct bytes bytes = { .size = 0 };
	struct sample_set set;
	gzFile file;

	fill_reference(&set);
	assert_int_equal(sample_set_write(&set, FILE_NAME, crc, size), 0);
	sample_set_deinit(&set);
	file = gzopen(FILE_NAME, "rb");
	bytes.size = gzread(file, bytes.data, MAX_BYTES);
	gzclose(file);
	return bytes;
}

/* What reading these bytes gives when the manifest vouches for them. */
static int read_bytes(const struct bytes *bytes, struct said *said)
{
	uint32_t crc = crc32(0, bytes->data, bytes->size);
	gzFile file = gzopen(FILE_NAME, "wb1");
	struct sample_set set;
	int err;

	if (bytes->size)
		assert_int_equal(gzwrite(file, bytes->data, bytes->size),
				 bytes->size);
	gzclose(file);
	said_begin(said, STDERR_FILENO);
	err = sample_set_read(FILE_NAME, crc, bytes->size, &set);
	said_end(said);
	if (!err)
		sample_set_deinit(&set);
	return err;
}

static void assert_refused(const struct bytes *bytes, const char *about)
{
	struct said said;

	assert_true(read_bytes(bytes, &said) < 0);
	assert_one_line(&said, about);
}

static void what_is_written_is_read(void **state)
{
	struct sample_set want, got;
	uint32_t crc;
	uint64_t size;

	(void)state;
	write_reference(&crc, &size);
	fill_reference(&want);
	assert_int_equal(sample_set_read(FILE_NAME, crc, size, &got), 0);
	assert_int_equal(got.n, want.n);
	for (size_t i = 0; i < want.n; i++) {
		const struct series *a = want.series[i], *b = got.series[i];

		assert_int_equal(a->path, b->path);
		assert_int_equal(a->metric, b->metric);
		assert_int_equal(a->unit, b->unit);
		assert_string_equal(a->workload, b->workload);
		assert_int_equal(a->lost, b->lost);
		assert_int_equal(a->divisor, b->divisor);
		assert_int_equal(a->n, b->n);
		if (a->n)
			assert_memory_equal(a->values, b->values,
					    a->n * sizeof(*a->values));
	}
	sample_set_deinit(&want);
	sample_set_deinit(&got);
}

/* The format is for other tools too: these are its bytes on every machine. */
static void the_format_is_little_endian(void **state)
{
	static const uint8_t start[] = {
		'P', 'T', 'I', 'S', 'M', 'P', 'L', '1', 1, 0, 0,   0,
		3,   0,	  0,   0,   1,	 0,   1,   0,	1, 7, 'g', 'e'
	};
	uint32_t crc;
	uint64_t size;
	struct bytes bytes = write_reference(&crc, &size);

	(void)state;
	assert_int_equal(bytes.size, size);
	assert_memory_equal(bytes.data, start, sizeof(start));
	assert_int_equal(bytes.data[AT_DIVISOR + 1], 1);
	assert_int_equal(bytes.data[AT_N], 5);
	assert_memory_equal(bytes.data + size - 8, "PTISEND", 8);
}

static void the_same_samples_give_the_same_file(void **state)
{
	static char first[MAX_BYTES];
	uint32_t crc;
	uint64_t size;
	FILE *f;
	size_t n;

	(void)state;
	write_reference(&crc, &size);
	f = fopen(FILE_NAME, "r");
	n = fread(first, 1, sizeof(first), f);
	fclose(f);
	sleep(1);
	write_reference(&crc, &size);
	assert_memory_equal(read_file(FILE_NAME), first, n);
}

static void every_truncation_is_refused(void **state)
{
	uint32_t crc;
	uint64_t size;
	struct bytes bytes = write_reference(&crc, &size);

	(void)state;
	while (bytes.size--)
		assert_refused(&bytes, FILE_NAME);
}

/* A series of changes to one field each; none may crash, all must be refused. */
static void wrong_fields_are_refused(void **state)
{
	static const struct {
		size_t at;
		const char *with;
		size_t size;
		const char *about;
	} changes[] = {
		{ 0, "X", 1, "not a file of samples" },
		{ AT_VERSION, "\2", 1, "newer ptiscope" },
		{ AT_VERSION, "\0\0\0\1", 4, "byte order" },
		{ AT_COUNT, "\2", 1, "does not end" },
		{ AT_COUNT, "\4", 1, "unknown path" },
		{ AT_COUNT, "\0\0\0\3", 4, "too many series" },
		{ AT_COUNT, "\377\377\377\377", 4, "too many series" },
		{ AT_PATH, "\33", 1, "unknown path" },
		{ AT_PATH, "\0\1", 2, "unknown path" },
		{ AT_METRIC, "\0", 1, "unknown metric" },
		{ AT_METRIC, "\14", 1, "unknown metric" },
		{ AT_UNIT, "\0", 1, "unknown unit" },
		{ AT_UNIT, "\5", 1, "unknown unit" },
		{ AT_NAME_LENGTH, "\0", 1, "workload name" },
		{ AT_NAME_LENGTH, "\40", 1, "workload name" },
		{ AT_NAME_LENGTH, "\377", 1, "workload name" },
		{ AT_NAME + 2, "\0", 1, "workload name" },
		{ AT_NAME + 2, "\n", 1, "workload name" },
		{ AT_NAME + 2, "\33", 1, "workload name" },
		{ AT_DIVISOR, "\0\0\0\0", 4, "divisor" },
		{ AT_N, "\6", 1, "refused" },
		{ AT_N, "\377\377\377\377\377\377\377\377", 8,
		  "number of samples" },
		{ AT_N, "\1\0\0\0\0\0\0\40", 8, "number of samples" },
	};
	uint32_t crc;
	uint64_t size;
	const struct bytes reference = write_reference(&crc, &size);

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct bytes bytes = reference;
		struct said said;

		memcpy(bytes.data + changes[i].at, changes[i].with,
		       changes[i].size);
		assert_true(read_bytes(&bytes, &said) < 0);
		/* One sample too many shifts what follows: any message will do. */
		assert_one_line(&said, strcmp(changes[i].about, "refused") ?
					       changes[i].about :
					       FILE_NAME);
	}
}

static void trailing_bytes_are_refused(void **state)
{
	uint32_t crc;
	uint64_t size;
	struct bytes bytes = write_reference(&crc, &size);

	(void)state;
	bytes.size++;
	assert_refused(&bytes, "does not end where it should");
}

static void the_same_series_twice_is_refused(void **state)
{
	struct sample_set set;
	struct said said;
	uint32_t crc;
	uint64_t size;

	(void)state;
	sample_set_init(&set);
	sample_set_add(&set, PTI_PATH_IRQ, METRIC_ENTRIES, UNIT_COUNT, "timer",
		       1);
	sample_set_add(&set, PTI_PATH_IRQ, METRIC_ENTRIES, UNIT_COUNT, "timer",
		       1);
	assert_int_equal(sample_set_write(&set, FILE_NAME, &crc, &size), 0);
	sample_set_deinit(&set);
	said_begin(&said, STDERR_FILENO);
	assert_true(sample_set_read(FILE_NAME, crc, size, &set) < 0);
	said_end(&said);
	assert_one_line(&said, "twice");
}

static void assert_read_fails(uint32_t crc, uint64_t size, const char *about)
{
	struct sample_set set;
	struct said said;

	said_begin(&said, STDERR_FILENO);
	assert_true(sample_set_read(FILE_NAME, crc, size, &set) < 0);
	said_end(&said);
	assert_one_line(&said, about);
	assert_int_equal(set.n, 0);
}

static void the_manifest_must_agree(void **state)
{
	uint32_t crc;
	uint64_t size;

	(void)state;
	write_reference(&crc, &size);
	assert_read_fails(crc ^ 1, size, "checksum");
	assert_read_fails(crc, size + 1, "fewer samples");
	assert_read_fails(crc, size - 1, "more samples");
	assert_read_fails(crc, 0, "more samples");
	assert_read_fails(crc, UINT64_MAX, "larger than");
}

static void damaged_compression_is_refused(void **state)
{
	uint32_t crc;
	uint64_t size;
	FILE *f;
	long length;

	(void)state;
	write_reference(&crc, &size);
	f = fopen(FILE_NAME, "r+");
	fseek(f, 0, SEEK_END);
	length = ftell(f);
	fclose(f);
	assert_int_equal(truncate(FILE_NAME, length - 1), 0);
	assert_read_fails(crc, size, "truncated or corrupted");
	assert_int_equal(truncate(FILE_NAME, length / 2), 0);
	assert_read_fails(crc, size, FILE_NAME);
	write_file(FILE_NAME, "", 0);
	assert_read_fails(crc, size, "fewer samples");
	write_file(FILE_NAME, "not compressed", 14);
	assert_read_fails(crc, 14, "truncated or corrupted");
	unlink(FILE_NAME);
	assert_read_fails(crc, size, "can't read");
}

static void unwritable_files_are_reported(void **state)
{
	struct sample_set set;
	struct said said;
	uint32_t crc;
	uint64_t size;

	(void)state;
	fill_reference(&set);
	said_begin(&said, STDERR_FILENO);
	assert_true(sample_set_write(&set, "no/such/dir", &crc, &size) < 0);
	said_end(&said);
	assert_one_line(&said, "no/such/dir");
	said_begin(&said, STDERR_FILENO);
	assert_true(sample_set_write(&set, "/dev/full", &crc, &size) < 0);
	said_end(&said);
	assert_one_line(&said, "/dev/full");
	sample_set_deinit(&set);
}

static void series_are_found(void **state)
{
	struct sample_set set;

	(void)state;
	fill_reference(&set);
	assert_ptr_equal(sample_set_find(&set, PTI_PATH_IRET,
					 METRIC_FLUSH_SHARE, "timer"),
			 set.series[1]);
	assert_null(sample_set_find(&set, PTI_PATH_IRET, METRIC_FLUSH_SHARE,
				    "getppid"));
	assert_null(
		sample_set_find(&set, PTI_PATH_IRET, METRIC_ENTRIES, "timer"));
	sample_set_deinit(&set);
}

static void a_set_moves_to_the_end_of_another(void **state)
{
	struct sample_set to, from;

	(void)state;
	fill_reference(&to);
	fill_reference(&from);
	for (size_t i = 0; i < 20; i++)
		assert_non_null(sample_set_add(&from, PTI_PATH_TIMER,
					       METRIC_ENTRIES, UNIT_COUNT, "x",
					       1));
	assert_int_equal(sample_set_move(&to, &from), 0);
	assert_int_equal(to.n, 26);
	assert_int_equal(from.n, 0);
	assert_string_equal(to.series[3]->workload, "getppid");
	assert_int_equal(to.series[3]->values[4], 1004);
	/* Nothing is moved, and there is still room. */
	assert_int_equal(sample_set_move(&to, &from), 0);
	assert_non_null(
		sample_set_add(&to, 1, METRIC_ENTRIES, UNIT_COUNT, "y", 1));
	sample_set_deinit(&from);
	sample_set_deinit(&to);
}

static void windows_and_switches_belong_together(void **state)
{
	(void)state;
	assert_true(metric_is_window(metric_window(PTI_PATH_SYSCALL64)));
	assert_int_equal(metric_window(PTI_PATH_SYSRET), METRIC_EXIT_WINDOW);
	assert_int_equal(metric_switch(METRIC_ENTRY_WINDOW),
			 METRIC_ENTRY_SWITCH);
	assert_int_equal(metric_switch(METRIC_EXIT_WINDOW), METRIC_EXIT_SWITCH);
	assert_false(metric_is_window(METRIC_EXIT_SWITCH));
	assert_false(metric_is_window(METRIC_ROUND_TRIP));
}

static void names_and_numbers_agree(void **state)
{
	(void)state;
	for (unsigned int unit = UNIT_TICKS; unit < UNIT_END; unit++)
		assert_int_equal(unit_from_name(unit_name(unit)), unit);
	assert_int_equal(unit_from_name("seconds"), -1);
	assert_null(unit_name(0));
	assert_null(unit_name(UNIT_END));
	assert_null(metric_name(0));
	assert_null(metric_name(METRIC_COUNT));
	assert_string_equal(metric_name(METRIC_ENTRIES), "entries");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(the_format_is_little_endian),
		cmocka_unit_test(the_same_samples_give_the_same_file),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(wrong_fields_are_refused),
		cmocka_unit_test(trailing_bytes_are_refused),
		cmocka_unit_test(the_same_series_twice_is_refused),
		cmocka_unit_test(the_manifest_must_agree),
		cmocka_unit_test(damaged_compression_is_refused),
		cmocka_unit_test(unwritable_files_are_reported),
		cmocka_unit_test(series_are_found),
		cmocka_unit_test(a_set_moves_to_the_end_of_another),
		cmocka_unit_test(windows_and_switches_belong_together),
		cmocka_unit_test(names_and_numbers_agree),
	};

	return cmocka_run_group_tests_name("samples", tests, unit_dir_make,
					   unit_dir_remove);
}
