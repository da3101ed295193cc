// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes the samples of a run directory and makes its manifest agree, so that
 * the reader gets past length and checksum:
 *
 *	reseal DIR truncate BYTES
 *	reseal DIR set AT HEX...	one byte each, of the uncompressed stream
 *	reseal DIR swap AT AT2 BYTES
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MAX_BYTES (1 << 20)

static unsigned char data[MAX_BYTES];
static int size;

static void die(const char *why)
{
	fprintf(stderr, "reseal: %s\n", why);
	exit(1);
}

static int number(const char *text)
{
	int value = atoi(text);

	if (value < 0 || value > size)
		die("outside the samples");
	return value;
}

static void change(int argc, char **argv)
{
	if (!strcmp(argv[0], "truncate") && argc == 2) {
		size = number(argv[1]);
	} else if (!strcmp(argv[0], "set") && argc > 2) {
		for (int i = 2; i < argc; i++)
			data[number(argv[1]) + i - 2] =
				strtoul(argv[i], NULL, 16);
	} else if (!strcmp(argv[0], "swap") && argc == 4) {
		unsigned char *a = data + number(argv[1]);
		unsigned char *b = data + number(argv[2]);

		for (int i = number(argv[3]); i > 0; i--, a++, b++) {
			unsigned char byte = *a;

			*a = *b;
			*b = byte;
		}
	} else {
		die("what is to be done?");
	}
}

static void seal(const char *manifest)
{
	json_t *root = json_load_file(manifest, 0, NULL);
	json_t *samples = json_object_get(root, "samples");
	char crc[9];

	snprintf(crc, sizeof(crc), "%08lx",
		 crc32(crc32(0, NULL, 0), data, size));
	if (json_object_set_new(samples, "crc32", json_string(crc)) ||
	    json_object_set_new(samples, "bytes", json_integer(size)) ||
	    json_dump_file(root, manifest, JSON_INDENT(1)))
		die("can't write the manifest");
	json_decref(root);
}

int main(int argc, char **argv)
{
	char samples[256], manifest[256];
	gzFile file;

	if (argc < 3)
		die("what is to be done?");
	snprintf(samples, sizeof(samples), "%s/samples.gz", argv[1]);
	snprintf(manifest, sizeof(manifest), "%s/manifest.json", argv[1]);
	file = gzopen(samples, "rb");
	size = file ? gzread(file, data, MAX_BYTES) : -1;
	if (size <= 0 || gzclose(file) != Z_OK)
		die("can't read the samples");
	change(argc - 2, argv + 2);
	file = gzopen(samples, "wb");
	if (!file || gzwrite(file, data, size) != size || gzclose(file) != Z_OK)
		die("can't write the samples");
	seal(manifest);
	return 0;
}
