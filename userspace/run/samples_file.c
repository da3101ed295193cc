// SPDX-License-Identifier: GPL-2.0-only
/*
 * samples.gz: a gzip stream of little-endian fields without padding.
 *
 *	magic "PTISMPL1", u32 version, u32 series, then for every series:
 *	u16 path, u16 metric, u8 unit, u8 length of the name, the name,
 *	u64 lost, u32 divisor, u64 n, u64 values[n];
 *	at the end "PTISEND" and a 0.
 *
 * A file may come from another machine or be damaged: nothing that it says is
 * believed before it is checked against what is left of it.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/infile.h"
#include "base/log.h"
#include "run/samples.h"

#define MAGIC "PTISMPL1"
#define END "PTISEND"
#define MARK_SIZE 8

/* Workload names go to terminals and into scripts as they are. */
#define NAME_CHARACTERS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

#define VERSION 1

/* Every path, metric and workload there can be, and room for more. */
#define MAX_SERIES 16384

/* Uncompressed; far above any run, and a bound for what a damaged manifest can ask for. */
#define MAX_BYTES (1ULL << 31)
#define READ_CHUNK (1U << 20)

/* Compresses and checksums what passes through. */
struct writer {
	gzFile file;
	uint32_t crc;
	uint64_t bytes;
	bool failed;
};

static void put(struct writer *w, const void *data, size_t size)
{
	if (w->failed || !size)
		return;
	if (gzwrite(w->file, data, size) != (int)size) {
		w->failed = true;
		return;
	}
	w->crc = crc32(w->crc, data, size);
	w->bytes += size;
}

static void put_u16(struct writer *w, uint16_t value)
{
	value = htole16(value);
	put(w, &value, sizeof(value));
}

static void put_u32(struct writer *w, uint32_t value)
{
	value = htole32(value);
	put(w, &value, sizeof(value));
}

static void put_u64(struct writer *w, uint64_t value)
{
	value = htole64(value);
	put(w, &value, sizeof(value));
}

static void put_series(struct writer *w, const struct series *series)
{
	uint8_t length = strlen(series->workload);

	put_u16(w, series->path);
	put_u16(w, series->metric);
	put(w, &series->unit, 1);
	put(w, &length, 1);
	put(w, series->workload, length);
	put_u64(w, series->lost);
	put_u32(w, series->divisor);
	put_u64(w, series->n);
	for (uint64_t i = 0; i < series->n; i++)
		put_u64(w, series->values[i]);
}

/**
 * sample_set_write() - keep the samples in a file
 * @file: is created or overwritten
 * @crc: out: CRC-32 of the uncompressed bytes
 * @bytes: out: their number
 * Return: 0, or -errno after one line on stderr
 */
int sample_set_write(const struct sample_set *set, const char *file,
		     uint32_t *crc, uint64_t *bytes)
{
	struct writer w = { .file = gzopen(file, "wb") };
	int closed;

	if (!w.file) {
		log_error("%s: can't write: %s", file, strerror(errno));
		return -EIO;
	}
	w.crc = crc32(0, NULL, 0);
	put(&w, MAGIC, MARK_SIZE);
	put_u32(&w, VERSION);
	put_u32(&w, set->n);
	for (size_t i = 0; i < set->n; i++)
		put_series(&w, set->series[i]);
	put(&w, END, MARK_SIZE);
	closed = gzclose(w.file);
	if (w.failed || closed != Z_OK) {
		log_error("%s: can't write: %s", file, strerror(errno));
		return -EIO;
	}
	*crc = w.crc;
	*bytes = w.bytes;
	return 0;
}

/* The uncompressed bytes of a file, and how many of them are read. */
struct reader {
	const char *file;
	uint8_t *data;
	uint64_t size;
	uint64_t at;
};

static int damaged(const struct reader *r, const char *what)
{
	log_error("%s: %s (at byte %llu of the uncompressed samples)", r->file,
		  what, (unsigned long long)r->at);
	return -EINVAL;
}

static int take(struct reader *r, void *to, uint64_t size)
{
	if (size > r->size - r->at)
		return damaged(r, "truncated");
	memcpy(to, r->data + r->at, size);
	r->at += size;
	return 0;
}

static int take_u16(struct reader *r, uint16_t *value)
{
	int err = take(r, value, sizeof(*value));

	*value = err ? 0 : le16toh(*value);
	return err;
}

static int take_u32(struct reader *r, uint32_t *value)
{
	int err = take(r, value, sizeof(*value));

	*value = err ? 0 : le32toh(*value);
	return err;
}

static int take_u64(struct reader *r, uint64_t *value)
{
	int err = take(r, value, sizeof(*value));

	*value = err ? 0 : le64toh(*value);
	return err;
}

static int take_name(struct reader *r, struct series *series)
{
	uint8_t length;
	int err = take(r, &length, 1);

	if (err)
		return err;
	if (!length || length >= SAMPLES_NAME_MAX)
		return damaged(r, "bad length of a workload name");
	err = take(r, series->workload, length);
	if (!err && strspn(series->workload, NAME_CHARACTERS) != length)
		return damaged(r, "bad workload name");
	return err;
}

static int take_values(struct reader *r, struct series *series)
{
	uint64_t n;
	int err = take_u64(r, &n);

	if (err)
		return err;
	if (n > (r->size - r->at) / sizeof(*series->values))
		return damaged(r, "truncated, or a wrong number of samples");
	series->values = malloc(n ? n * sizeof(*series->values) : 1);
	if (!series->values) {
		log_error("%s: out of memory", r->file);
		return -ENOMEM;
	}
	for (; series->n < n; series->n++)
		take_u64(r, &series->values[series->n]);
	series->cap = n;
	return 0;
}

static int take_series(struct reader *r, struct sample_set *set)
{
	struct series *series = sample_set_add(set, 0, 0, 0, "", 1);
	int err;

	if (!series) {
		log_error("%s: out of memory", r->file);
		return -ENOMEM;
	}
	err = take_u16(r, &series->path);
	if (!err)
		err = take_u16(r, &series->metric);
	if (!err)
		err = take(r, &series->unit, 1);
	if (err)
		return err;
	if (!pti_path_name(series->path))
		return damaged(r, "unknown path");
	if (!metric_name(series->metric))
		return damaged(r, "unknown metric");
	if (!unit_name(series->unit))
		return damaged(r, "unknown unit");
	err = take_name(r, series);
	if (!err)
		err = take_u64(r, &series->lost);
	if (!err)
		err = take_u32(r, &series->divisor);
	if (!err && !series->divisor)
		return damaged(r, "divisor is 0");
	if (!err && sample_set_find(set, series->path, series->metric,
				    series->workload) != series)
		return damaged(r, "the same series twice");
	return err ? err : take_values(r, series);
}

static int take_set(struct reader *r, struct sample_set *set)
{
	char mark[MARK_SIZE];
	uint32_t version, n;
	int err = take(r, mark, sizeof(mark));

	if (err)
		return err;
	if (memcmp(mark, MAGIC, sizeof(mark)))
		return damaged(r, "not a file of samples");
	err = take_u32(r, &version);
	if (err)
		return err;
	if (version != VERSION)
		return damaged(
			r,
			version == __builtin_bswap32(VERSION) ?
				"written with the wrong byte order" :
				"unknown version; a newer ptiscope wrote it");
	err = take_u32(r, &n);
	if (!err && n > MAX_SERIES)
		return damaged(r, "too many series");
	for (uint32_t i = 0; !err && i < n; i++)
		err = take_series(r, set);
	if (!err)
		err = take(r, mark, sizeof(mark));
	if (err)
		return err;
	if (memcmp(mark, END, sizeof(mark)) || r->at != r->size)
		return damaged(r, "does not end where it should");
	return 0;
}

/* At most one byte beyond the limit, which tells that there is more. */
static int read_chunk(struct reader *r, gzFile file, uint64_t *cap,
		      uint64_t limit)
{
	uint64_t room = limit + 1 - r->size;

	room = room < READ_CHUNK ? room : READ_CHUNK;
	if (*cap - r->size < room) {
		uint8_t *grown = realloc(r->data, 2 * *cap + room);

		if (!grown)
			return -ENOMEM;
		r->data = grown;
		*cap = 2 * *cap + room;
	}
	return gzread(file, r->data + r->size, room);
}

/* zlib passes a file that is not compressed through as it is: that is refused here. */
static int inflate_file(struct reader *r, uint64_t limit)
{
	int got = 0, closed, fd = infile_open(r->file, MAX_BYTES);
	uint64_t cap = 0;
	gzFile file;

	if (fd < 0)
		return fd;
	file = gzdopen(fd, "rb");
	if (!file) {
		close(fd);
		log_error("%s: out of memory", r->file);
		return -ENOMEM;
	}
	do {
		got = read_chunk(r, file, &cap, limit);
		r->size += got > 0 ? got : 0;
	} while (got > 0 && r->size <= limit);
	if (!got && r->size && gzdirect(file))
		got = -1;
	closed = gzclose(file);
	if (got == -ENOMEM) {
		log_error("%s: out of memory", r->file);
		return -ENOMEM;
	}
	if (got < 0 || (closed != Z_OK && r->size <= limit)) {
		log_error("%s: truncated or corrupted gzip data", r->file);
		return -EINVAL;
	}
	return 0;
}

/**
 * sample_set_read() - load the samples of a file
 * @expect_crc: CRC-32 of the uncompressed bytes, as the manifest says
 * @expect_bytes: their number, as the manifest says
 * @set: out: needs sample_set_deinit() on success only
 * Return: 0, or -errno after one line on stderr
 */
int sample_set_read(const char *file, uint32_t expect_crc,
		    uint64_t expect_bytes, struct sample_set *set)
{
	struct reader r = { .file = file };
	int err;

	sample_set_init(set);
	if (expect_bytes > MAX_BYTES) {
		log_error("%s: larger than %llu MiB", file, MAX_BYTES >> 20);
		return -EFBIG;
	}
	err = inflate_file(&r, expect_bytes);
	if (!err && r.size != expect_bytes) {
		log_error("%s: %s samples than the manifest says", file,
			  r.size > expect_bytes ? "more" : "fewer");
		err = -EINVAL;
	}
	if (!err && crc32_z(crc32(0, NULL, 0), r.data, r.size) != expect_crc) {
		log_error("%s: checksum differs from the manifest's", file);
		err = -EINVAL;
	}
	if (!err)
		err = take_set(&r, set);
	if (err)
		sample_set_deinit(set);
	free(r.data);
	return err;
}
