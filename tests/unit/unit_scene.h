/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_UNIT_SCENE_H
#define PTISCOPE_UNIT_SCENE_H

#include "unit_run.h"

#include "analyse/format.h"
#include "render/compare_csv.h"
#include "render/write.h"

#define HEADER                                                                   \
	"lane,path,workload,metric,unit,n_early,n_late,early,late,diff,ratio,"   \
	"ci_low,ci_high,p_value,verdict,boots_early,boots_late,basis,early_low," \
	"early_high,late_low,late_high,p_alone,family,detectable,early_is,late_is\n"
#define MAX_RUNS 32

/* Runs, what is written about them, and what is said meanwhile. */
struct scene {
	struct run run[MAX_RUNS];
	size_t n;
	char *text;
};

static inline struct run *add_run(struct scene *scene, enum variant variant,
				  enum switch_mode mode, bool marks)
{
	struct run *run = &scene->run[scene->n++];

	unit_run_init(run, "run", variant, mode, marks);
	return run;
}

static inline struct run *add_round_trip(struct scene *scene,
					 enum variant variant,
					 enum switch_mode mode, uint64_t base,
					 uint64_t step)
{
	struct run *run = add_run(scene, variant, mode, false);

	unit_series(run, PTI_PATH_SYSCALL64, METRIC_ROUND_TRIP, "getppid", 256,
		    200, base, step);
	return run;
}

/* The whole report as text */
static inline int write_full(const struct report *report, FILE *f)
{
	const struct report_style style = { .format = FORMAT_TABLE,
					    .full = true };

	return report_write(report, &style, f);
}

typedef int writer(const struct report *report, FILE *f);

/* The default margin */
static const struct equivalence within_1_percent = { 1, true };

static inline const char *write_scene_within(struct scene *scene, writer *write,
					     const struct equivalence *eq)
{
	struct groups groups;
	struct report report;
	size_t size;
	FILE *f;

	free(scene->text);
	f = open_memstream(&scene->text, &size);
	assert_int_equal(groups_init(&groups, scene->run, scene->n), 0);
	assert_int_equal(report_init(&report, &groups, eq), 0);
	assert_int_equal(write(&report, f), 0);
	report_deinit(&report);
	groups_deinit(&groups);
	fclose(f);
	return scene->text;
}

static inline const char *write_scene(struct scene *scene, writer *write)
{
	return write_scene_within(scene, write, &within_1_percent);
}

static inline void scene_end(struct scene *scene)
{
	while (scene->n)
		run_deinit(&scene->run[--scene->n]);
	free(scene->text);
	scene->text = NULL;
}

#endif /* PTISCOPE_UNIT_SCENE_H */
