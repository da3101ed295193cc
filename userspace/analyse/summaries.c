// SPDX-License-Identifier: GPL-2.0-only
/* summary.csv: one series a row, with its statistics. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/log.h"
#include "base/outfile.h"
#include "stats/stats.h"
#include "analyse/summaries.h"
#include "analyse/values.h"

static const char *on_off(bool on)
{
	return on ? "on" : "off";
}

static void write_key(struct csv *csv, const struct run *run,
		      const struct series *s)
{
	const struct manifest *m = &run->manifest;

	csv_text(csv, m->run);
	csv_text(csv, m->kernel);
	csv_text(csv, lane_names[m->lane]);
	csv_text(csv, switch_names[m->switch_mode]);
	csv_text(csv, on_off(m->marks));
	csv_text(csv, on_off(m->pcid));
	csv_text(csv, pti_path_name(s->path));
	csv_text(csv, s->workload);
	csv_text(csv, metric_name(s->metric));
	csv_text(csv, unit_name(s->unit));
	csv_u64(csv, s->n);
	csv_u64(csv, s->lost);
}

static void write_statistics(struct csv *csv, struct values *v,
			     enum metric metric)
{
	values_estimate(v, metric);
	csv_real(csv, v->x[0]);
	csv_real(csv, stats_quantile(v->x, v->n, 0.05));
	csv_real(csv, stats_quantile(v->x, v->n, 0.5));
	csv_real(csv, stats_mean(v->x, v->n));
	csv_real(csv, stats_quantile(v->x, v->n, 0.95));
	csv_real(csv, stats_quantile(v->x, v->n, 0.99));
	csv_real(csv, v->x[v->n - 1]);
	csv_real(csv, v->ci.low);
	csv_real(csv, v->ci.high);
	csv_text(csv, v->how == ESTIMATE_MEAN ? "mean" : "median");
}

/* A series without samples keeps its row: its fields from min on are empty. */
static int write_row(struct csv *csv, const struct run *run,
		     const struct series *s)
{
	struct values v;
	int err;

	write_key(csv, run, s);
	if (!s->n) {
		for (int i = 0; i < 10; i++)
			csv_text(csv, "");
	} else {
		values_init(&v);
		err = values_add(&v, s, run->manifest.ticks_per_unit);
		if (!err)
			write_statistics(csv, &v, s->metric);
		values_deinit(&v);
		if (err)
			return err;
	}
	csv_text(csv, on_off(run->manifest.skip));
	csv_end(csv);
	return 0;
}

/* Rows go by path, then workload in the order in which they ran, then metric. */
struct place {
	const struct series *series;
	size_t workload;
};

static size_t workload_place(const struct manifest *m, const char *name)
{
	size_t i = 0;

	while (i < m->n_workloads && strcmp(m->workloads[i].name, name))
		i++;
	return i;
}

static int compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->series->path != b->series->path)
		return a->series->path < b->series->path ? -1 : 1;
	if (a->workload != b->workload)
		return a->workload < b->workload ? -1 : 1;
	return (int)a->series->metric - (int)b->series->metric;
}

static int write_run(struct csv *csv, const struct run *run)
{
	const struct sample_set *set = &run->samples;
	struct place *places = calloc(set->n + 1, sizeof(*places));
	int err = 0;

	if (!places)
		return -ENOMEM;
	for (size_t i = 0; i < set->n; i++) {
		places[i].series = set->series[i];
		places[i].workload = workload_place(&run->manifest,
						    set->series[i]->workload);
	}
	qsort(places, set->n, sizeof(*places), compare_places);
	for (size_t i = 0; !err && i < set->n; i++)
		err = write_row(csv, run, places[i].series);
	free(places);
	return err;
}

/**
 * summary_write() - write summary.csv of several runs, one after the other
 * Return: 0, or -errno after one line on stderr
 */
int summary_write(const struct run *const *runs, size_t n, FILE *f)
{
	struct csv csv = { .f = f };
	int err = 0;

	fputs("run,kernel,lane,switch,marks,pcid,path,workload,metric,unit,n,lost,"
	      "min,p05,median,mean,p95,p99,max,ci_low,ci_high,ci_of,skip\n",
	      f);
	for (size_t i = 0; !err && i < n; i++)
		err = write_run(&csv, runs[i]);
	if (err)
		log_error("can't write the summary: %s", strerror(-err));
	return err;
}

/**
 * summary_save() - write summary.csv of one run to a file
 * @file: is created or overwritten
 * Return: 0, or -errno after one line on stderr
 */
int summary_save(const struct run *run, const char *file)
{
	struct outfile out;
	int err = outfile_open(&out, NULL, file);

	if (err)
		return err;
	err = summary_write(&run, 1, out.f);
	if (!err)
		return outfile_commit(&out);
	outfile_abort(&out);
	return err;
}
