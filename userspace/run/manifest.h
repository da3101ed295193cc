/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_RUN_MANIFEST_H
#define PTISCOPE_RUN_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/paths.h"
#include "run/samples.h"

/* The names of these enums are what manifest.json, the CSV files and options hold. */

enum lane {
	LANE_HARDWARE,
	LANE_ICOUNT,
	LANE_TCG,
	LANE_BOCHS,
	LANE_KVM,
	LANE_COUNT
};

enum variant {
	VARIANT_STOCK,
	VARIANT_PATCHED,
	VARIANT_COUNT
};

enum switch_mode {
	SWITCH_EARLY,
	SWITCH_LATE,
	SWITCH_OFF,
	SWITCH_COUNT
};

enum verified {
	VERIFIED_YES,
	VERIFIED_NO,
	VERIFIED_NOT_MEASURED,
	VERIFIED_COUNT
};

enum calibration_source {
	CALIBRATION_MODULE,
	CALIBRATION_USER,
	CALIBRATION_COUNT
};

enum capture_source {
	CAPTURE_MODULE,
	CAPTURE_NONE,
	CAPTURE_BPF,
	CAPTURE_COUNT
};

/* NULL-terminated, indexed by the enum: fit for struct opt.choices */
extern const char *const lane_names[];
extern const char *const variant_names[];
extern const char *const switch_names[];
extern const char *const verified_names[];
extern const char *const calibration_source_names[];
extern const char *const capture_source_names[];

/** struct calibration_value - median, in ticks, of @n samples */
struct calibration_value {
	double median;
	uint64_t n;
};

/**
 * struct manifest_noise - what went on beside the timed samples of a workload
 * @interrupts: that its CPU took meanwhile
 * @preemptions: how often its thread lost the CPU
 * @migrations: samples after which it was on another CPU
 * @spin_ratio: ticks of a fixed loop after the samples, over those before
 */
struct manifest_noise {
	uint64_t interrupts;
	uint64_t preemptions;
	uint64_t migrations;
	double spin_ratio;
};

/**
 * struct manifest_workload - what one workload did in this run
 * @name: its name
 * @path: enum pti_path that it is about
 * @iterations: per sample
 * @samples: timed samples
 * @batch: one sample times all its iterations together
 * @declared: entries that one iteration makes, by enum pti_path
 * @seen: entries that the records show in total, by enum pti_path
 * @has_seen: @seen was measured
 * @skipped: calls that skipped the switch and are in no @seen; with @has_seen
 * @verified: @seen is what @declared promised
 * @has_noise: @noise was measured
 * @noise: what disturbed it
 * @note: what the reader should know, or ""
 */
struct manifest_workload {
	char *name;
	unsigned int path;
	uint64_t iterations;
	uint64_t samples;
	bool batch;
	uint64_t declared[PTI_PATH_COUNT];
	uint64_t seen[PTI_PATH_COUNT];
	bool has_seen;
	uint64_t skipped;
	enum verified verified;
	bool has_noise;
	struct manifest_noise noise;
	char *note;
};

/** struct manifest_gap - something that was not measured, and why */
struct manifest_gap {
	char *what;
	char *why;
};

/**
 * struct manifest - everything about a run but its samples
 *
 * Strings are owned: set them with manifest_set().  @run and @samples_* are
 * filled by rundir_save(), @created and @tool by manifest_init().
 *
 * @boot: the kernel's id of this boot; "" in manifests of tools that did not keep it
 * @microcode: revision, "" where it is not known, as in runs of version 0.1.0
 * @config: sum of the kernel's configuration, likewise
 * @switch_mode: %SWITCH_OFF when PTI is off; a stock kernel with PTI on is early
 * @skip: some calls skip the switch; false in manifests of tools that did not know of it
 * @tsc_khz: 0 when not known
 * @ticks_per_unit: TSC ticks in one @unit, above 0
 * @has_mark_pair: @mark_pair was measured
 * @samples_crc: CRC-32 of the uncompressed samples
 * @samples_bytes: their length
 */
struct manifest {
	char *run;
	char *created;
	char *tool;
	char *kernel;
	enum variant variant;
	enum lane lane;
	enum switch_mode switch_mode;
	bool marks;
	bool skip;
	bool pti;
	bool pcid;
	char *cpu;
	char *cmdline;
	char *boot;
	char *microcode;
	char *config;
	uint64_t tsc_khz;
	char *tsc_khz_source;
	enum unit unit;
	double ticks_per_unit;
	uint64_t pinned_cpu;

	struct calibration_value loop_overhead;
	struct calibration_value rdtsc_pair;
	struct calibration_value mark_pair;
	bool has_mark_pair;
	enum calibration_source calibration_source;

	enum capture_source capture_source;
	uint64_t capture_written;
	uint64_t capture_read;
	uint64_t capture_lost;
	char *capture_why;

	struct manifest_workload *workloads;
	size_t n_workloads;
	struct manifest_gap *gaps;
	size_t n_gaps;
	char **warnings;
	size_t n_warnings;

	char *samples_file;
	uint32_t samples_crc;
	uint64_t samples_bytes;
};

int manifest_init(struct manifest *m);
void manifest_deinit(struct manifest *m);
int manifest_set(char **field, const char *text);

/* These three return NULL or -ENOMEM when there is no memory. */
struct manifest_workload *
manifest_add_workload(struct manifest *m, const char *name, unsigned int path);
int manifest_add_gap(struct manifest *m, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int manifest_add_warning(struct manifest *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

int manifest_save(const struct manifest *m, const char *file);
int manifest_load(const char *file, struct manifest *m);

bool lane_is_exact(enum lane lane);
enum unit lane_unit(enum lane lane);

#endif /* PTISCOPE_RUN_MANIFEST_H */
