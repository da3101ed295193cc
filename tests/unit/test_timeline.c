// SPDX-License-Identifier: GPL-2.0-only
/* Records as trace events, read back. */
#include "unit.h"

#include <errno.h>

#include "timeline_check.h"
#include "trace/timeline.h"

#define CPUS 2

/* Of two CPUs, whose records have lengths of their own; NMIs hit windows, some are lost. */
struct scene {
	struct records records;
	struct timeline_facts facts;
	uint64_t now[CPUS];
	uint64_t seq[CPUS];
	uint32_t random;
};

static uint64_t step(struct scene *s)
{
	s->random = s->random * 1664525 + 1013904223;
	return 1 + (s->random >> 16) % 50;
}

static uint64_t later(struct scene *s, unsigned int cpu)
{
	return s->now[cpu] += step(s);
}

static void add(struct scene *s, struct ptiscope_record *r)
{
	r->seq = s->seq[r->cpu]++;
	r->tid = r->tgid = 100 + r->cpu;
	assert_int_equal(records_add(&s->records, r), 0);
}

/* In a window of the record that is being made; it comes out first. */
static void add_nmi(struct scene *s, unsigned int cpu)
{
	struct ptiscope_record r = { .cpu = cpu,
				     .entry_path = PTI_PATH_NMI_KERNEL,
				     .exit_path = PTI_PATH_PARANOID };

	r.e0 = later(s, cpu);
	r.e1 = later(s, cpu);
	r.e2 = later(s, cpu);
	r.x0 = later(s, cpu);
	r.x1 = later(s, cpu);
	r.x2 = later(s, cpu);
	add(s, &r);
}

static void add_stay(struct scene *s, unsigned int cpu, bool nmi, bool has_exit)
{
	struct ptiscope_record r = {
		.cpu = cpu,
		.exit_path = has_exit ? PTI_PATH_SYSRET : PTI_PATH_NONE,
		.entry_path = step(s) & 1 ? PTI_PATH_SYSCALL64 :
					    PTI_PATH_PAGE_FAULT,
		.exit_cr3 = step(s) & 1 ? 1ULL << 63 : 0,
	};

	later(s, cpu);
	if (has_exit) {
		r.x0 = later(s, cpu);
		r.x1 = later(s, cpu);
		r.x2 = later(s, cpu);
	}
	r.e0 = later(s, cpu);
	if (nmi)
		add_nmi(s, cpu);
	r.e1 = later(s, cpu);
	r.e2 = later(s, cpu);
	add(s, &r);
}

static void scene_init(struct scene *s, size_t room, uint64_t above)
{
	*s = (struct scene){
		.facts = { .lane = "hardware",
			   .unit = "TSC ticks",
			   .tsc_khz = 2693000,
			   .pcid = true },
		.now = { 5000000000000, 5000000000011 },
		.random = 7,
	};
	assert_int_equal(records_init(&s->records, room, above), 0);
}

static void scene_fill(struct scene *s)
{
	for (unsigned int i = 0; i < 1000; i++) {
		unsigned int cpu = step(s) & 1;

		if (i % 97 == 5)
			s->seq[cpu] += 3;
		add_stay(s, cpu, i % 11 == 0, i % 31 != 0);
	}
}

static json_t *written(struct scene *s)
{
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);
	json_t *root;

	assert_non_null(f);
	assert_int_equal(timeline_write(&s->records, &s->facts, f), 0);
	fclose(f);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	/* Bounded: so many bytes a record */
	assert_true(size < 1000 * (s->records.n + 10));
	free(text);
	return root;
}

/* Every window and write of the records is in the file, and nothing else. */
static void assert_sums(struct scene *s, struct timeline_seen *seen)
{
	struct record_sum sum[PTI_PATH_COUNT];
	char name[64];

	records_sum(&s->records, sum);
	for (unsigned int path = 1; path < PTI_PATH_COUNT; path++) {
		struct timeline_sum *window, *plain, *flush;

		snprintf(name, sizeof(name), "%s window %s",
			 pti_path_is_exit(path) ? "exit" : "entry",
			 pti_path_name(path));
		window = timeline_sum(seen, name);
		snprintf(name, sizeof(name), "CR3 write %s",
			 pti_path_name(path));
		plain = timeline_sum(seen, name);
		snprintf(name, sizeof(name), "CR3 write, flush %s",
			 pti_path_name(path));
		flush = timeline_sum(seen, name);
		assert_int_equal(window->n, sum[path].n);
		assert_int_equal(window->ticks, sum[path].window);
		assert_int_equal(plain->n + flush->n, sum[path].n);
		assert_int_equal(plain->ticks + flush->ticks, sum[path].write);
	}
}

static void slices_are_nested_and_add_up(void **state)
{
	struct timeline_seen seen;
	struct scene s;
	json_t *root;

	(void)state;
	scene_init(&s, 5000, 0);
	scene_fill(&s);
	root = written(&s);
	if (!timeline_check(root, 1e-4, &seen))
		fail_msg("%s", seen.wrong);
	assert_sums(&s, &seen);
	assert_int_equal(seen.tracks, CPUS);
	assert_true(seen.lost >= 3 * 8);
	assert_true(timeline_sum(&seen, "CR3 write sysret")->n > 0);
	assert_true(timeline_sum(&seen, "CR3 write, flush sysret")->n > 0);
	assert_true(timeline_sum(&seen, "nmi_kernel")->n > 0);
	json_decref(root);
	records_deinit(&s.records);
}

/* A stay in the kernel is drawn where both of its ends are known. */
static void what_is_lost_is_not_joined(void **state)
{
	struct timeline_seen seen;
	struct scene s;
	json_t *root;

	(void)state;
	scene_init(&s, 10, 0);
	add_stay(&s, 0, false, true);
	add_stay(&s, 0, false, true);
	s.seq[0] += 5;
	add_stay(&s, 0, false, true);
	root = written(&s);
	assert_true(timeline_check(root, 1e-4, &seen));
	assert_int_equal(timeline_sum(&seen, "kernel")->n, 1);
	assert_int_equal(timeline_sum(&seen, "user")->n, 3);
	assert_int_equal(seen.lost, 5);
	json_decref(root);
	records_deinit(&s.records);
}

/* The check finds what it is for. */
static void planted_faults_are_found(void **state)
{
	struct timeline_seen seen;
	struct scene s;
	json_t *root, *event;
	size_t i;

	(void)state;
	scene_init(&s, 10, 0);
	add_stay(&s, 0, false, true);
	add_stay(&s, 0, false, true);
	root = written(&s);
	json_array_foreach(json_object_get(root, "traceEvents"), i, event) {
		const char *name =
			json_string_value(json_object_get(event, "name"));

		if (!strcmp(name, "kernel"))
			json_object_set_new(event, "dur", json_real(1e6));
	}
	assert_false(timeline_check(root, 1e-4, &seen));
	assert_non_null(strstr(seen.wrong, "leaves"));
	json_decref(root);
	records_deinit(&s.records);
}

static void the_last_ones_are_kept(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, 3, 0);
	for (unsigned int i = 0; i < 10; i++)
		add_stay(&s, 0, false, true);
	assert_int_equal(s.records.n, 3);
	assert_int_equal(s.records.taken, 10);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(records_at(&s.records, i)->seq, 7 + i);
	records_deinit(&s.records);
}

/* Behind the one that ends it comes only what was before it in time. */
static void a_long_one_ends_it(void **state)
{
	struct ptiscope_record r = { .entry_path = PTI_PATH_TIMER,
				     .e0 = 5000000100000 };
	struct scene s;

	(void)state;
	scene_init(&s, 100, 60);
	add_stay(&s, 0, false, true);
	assert_false(s.records.is_hit);
	r.e1 = r.e0 + 61;
	r.e2 = r.e1 + 1;
	add(&s, &r);
	assert_true(s.records.is_hit);
	assert_int_equal(s.records.n, 2);
	add_stay(&s, 1, false, true);
	assert_int_equal(s.records.n, 3);
	s.now[0] = r.e2;
	add_stay(&s, 0, false, true);
	assert_int_equal(s.records.n, 3);
	records_deinit(&s.records);
}

static void nonsense_is_refused(void **state)
{
	struct ptiscope_record r = {
		.entry_path = PTI_PATH_TIMER, .e0 = 5, .e1 = 6, .e2 = 7
	};
	struct scene s;

	(void)state;
	scene_init(&s, 10, 0);
	assert_int_equal(records_add(&s.records, &r), 0);
	r.e1 = 8;
	assert_int_equal(records_add(&s.records, &r), -EPROTO);
	r.e1 = 6;
	r.entry_path = PTI_PATH_COUNT;
	assert_int_equal(records_add(&s.records, &r), -EPROTO);
	r.entry_path = PTI_PATH_TIMER;
	r.exit_path = PTI_PATH_IRET;
	r.x2 = 6;
	assert_int_equal(records_add(&s.records, &r), -EPROTO);
	records_deinit(&s.records);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_are_nested_and_add_up),
		cmocka_unit_test(what_is_lost_is_not_joined),
		cmocka_unit_test(planted_faults_are_found),
		cmocka_unit_test(the_last_ones_are_kept),
		cmocka_unit_test(a_long_one_ends_it),
		cmocka_unit_test(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
