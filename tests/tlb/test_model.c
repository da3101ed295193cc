// SPDX-License-Identifier: GPL-2.0-only
/* The model against values that follow from the geometry and the SDM by hand */
#include "tests/unit/unit.h"

#include "memory.h"

#define BASE 0x7f0000000000ull
#define PAGE 0x1000ull
#define PAGE_2M 0x200000ull
#define USER (PTE_USER | PTE_WRITE)

static struct scene scene;

/* 4 sets of 2 ways; second level 16 sets of 4 for both sizes; no structures */
static const struct tlb_geometry tiny = {
	.name = "tiny",
	.data = { { 4, 2 }, { 2, 2 }, { 0, 0 } },
	.code = { { 4, 2 }, { 1, 2 } },
	.second = { { { 16, 4 }, 3 } },
};

/* check() - what was added since @before; -1: whatever */
static void check(const struct tlb *tlb, struct seen before, int data,
		  int second, int walk, int ref)
{
	struct seen now = seen_now(tlb);

	assert_int_equal(now.data - before.data, data);
	assert_int_equal(now.second - before.second, second);
	assert_int_equal(now.walk - before.walk, walk);
	if (ref >= 0)
		assert_int_equal(now.ref - before.ref, ref);
}

static struct tlb *start(const struct tlb_geometry *geometry)
{
	return scene_make(&scene, geometry);
}

static void map(uint64_t address, uint64_t physical, unsigned int size,
		uint64_t flags)
{
	memory_map(&scene.memory, &scene.cpu, scene.root, address, physical,
		   size, flags);
}

/* map_pages() - @n pages of 4 KiB from BASE on, to as many frames from 16 MiB on */
static void map_pages(unsigned int n, uint64_t flags)
{
	for (unsigned int i = 0; i < n; i++)
		map(BASE + i * PAGE, 0x1000000 + i * PAGE, TLB_4K, flags);
}

static void touch(unsigned int n, unsigned int step)
{
	for (unsigned int i = 0; i < n; i++)
		scene_read(&scene, BASE + i * step * PAGE);
}

static void end(const struct tlb *tlb)
{
	assert_int_equal(tlb->stales, 0);
	assert_int_equal(scene.cpu.differences, 0);
	tlb_cpu_free(&scene.cpu);
}

static void ways_of_a_set(void **state)
{
	struct tlb *tlb = start(&tiny);
	struct seen before;

	(void)state;
	map_pages(16, USER);
	/* Pages 0 and 4 share a set, and fit; */
	touch(2, 4);
	before = seen_now(tlb);
	touch(2, 4);
	check(tlb, before, 0, 0, 0, 0);
	/* a third one does not: in the order of use each drives out the next. */
	scene_read(&scene, BASE + 8 * PAGE);
	before = seen_now(tlb);
	touch(3, 4);
	check(tlb, before, 3, 3, 0, 0);
	end(tlb);
}

static void least_recently_used_goes(void **state)
{
	struct tlb *tlb = start(&tiny);
	struct seen before;

	(void)state;
	map_pages(16, USER);
	scene_read(&scene, BASE);
	scene_read(&scene, BASE + 4 * PAGE);
	scene_read(&scene, BASE);
	/* Page 4 goes, page 0 stays. */
	scene_read(&scene, BASE + 8 * PAGE);
	before = seen_now(tlb);
	scene_read(&scene, BASE);
	check(tlb, before, 0, 0, 0, 0);
	scene_read(&scene, BASE + 4 * PAGE);
	check(tlb, before, 1, 1, 0, 0);
	end(tlb);
}

static void capacity_of_both_levels(void **state)
{
	struct tlb *tlb = start(&tiny);
	struct seen before;

	(void)state;
	map_pages(128, USER);
	/* 8 fit into the first level */
	touch(8, 1);
	before = seen_now(tlb);
	touch(8, 1);
	check(tlb, before, 0, 0, 0, 0);
	/* 64 into the second */
	touch(64, 1);
	before = seen_now(tlb);
	touch(64, 1);
	check(tlb, before, 64, 64, 0, 0);
	/* and of 80, in order, those 5 that share each set drive each other out */
	touch(80, 1);
	before = seen_now(tlb);
	touch(80, 1);
	check(tlb, before, 80, 0, 80, 4 * 80);
	end(tlb);
}

static void known_geometries_have_their_capacity(void **state)
{
	const struct {
		const char *name;
		unsigned int first, second;
	} want[] = {
		{ "haswell", 64, 1024 },
		{ "skylake", 64, 1536 },
		{ "ivybridge", 64, 512 },
	};
	struct seen before;
	struct tlb *tlb;

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		tlb = start(tlb_geometry_find(want[i].name));
		map_pages(2 * want[i].second, USER);
		for (int round = 0; round < 2; round++) {
			before = seen_now(tlb);
			touch(want[i].first, 1);
		}
		check(tlb, before, 0, 0, 0, 0);
		for (int round = 0; round < 2; round++) {
			before = seen_now(tlb);
			touch(want[i].second, 1);
		}
		check(tlb, before, want[i].second, want[i].second, 0, 0);
		for (int round = 0; round < 2; round++) {
			before = seen_now(tlb);
			touch(2 * want[i].second, 1);
		}
		check(tlb, before, 2 * want[i].second, 0, 2 * want[i].second,
		      -1);
		end(tlb);
	}
}

static void large_pages_beside_small_ones(void **state)
{
	struct tlb *tlb = start(&tiny);
	struct seen before;

	(void)state;
	map_pages(8, USER);
	for (uint64_t i = 0; i < 4; i++)
		map(BASE + (i + 1) * PAGE_2M, 0x40000000 + i * PAGE_2M, TLB_2M,
		    USER);
	touch(8, 1);
	for (uint64_t i = 0; i < 4; i++)
		scene_read(&scene, BASE + (i + 1) * PAGE_2M);
	before = seen_now(tlb);
	/* Neither takes the other's place in the first level; */
	touch(8, 1);
	for (uint64_t i = 0; i < 4; i++)
		scene_read(&scene, BASE + (i + 1) * PAGE_2M + 0x12345);
	check(tlb, before, 0, 0, 0, 0);
	/* a walk for one has an entry less to read. */
	tlb_cpu_cr3(&scene.cpu, scene.root);
	scene_read(&scene, BASE + PAGE_2M);
	check(tlb, before, 1, 0, 1, 3);
	end(tlb);
}

static void large_pages_that_only_the_first_level_takes(void **state)
{
	struct tlb *tlb = start(tlb_geometry_find("ivybridge"));
	struct seen before;

	(void)state;
	for (uint64_t i = 0; i < 33; i++)
		map(BASE + i * PAGE_2M, 0x40000000 + i * PAGE_2M, TLB_2M, USER);
	for (int round = 0; round < 2; round++) {
		before = seen_now(tlb);
		for (uint64_t i = 0; i < 33; i++)
			scene_read(&scene, BASE + i * PAGE_2M);
	}
	/* Set 0 has 5 for its 4 ways, and there is no second level to look in. */
	check(tlb, before, 5, 0, 5, -1);
	end(tlb);
}

static void code_of_a_huge_page_is_kept_in_pieces(void **state)
{
	struct tlb *tlb = start(tlb_geometry_find("haswell"));
	struct seen before;

	(void)state;
	map(BASE, 0x40000000, TLB_1G, USER);
	before = seen_now(tlb);
	tlb_cpu_code(&scene.cpu, BASE, true);
	tlb_cpu_code(&scene.cpu, BASE + PAGE, true);
	tlb_cpu_code(&scene.cpu, BASE + PAGE_2M, true);
	assert_int_equal(tlb->count[TLB_CODE_MISS] - before.code, 2);
	/* The second level of this one takes no 1 GiB; of Skylake it does. */
	assert_int_equal(tlb->count[TLB_WALK] - before.walk, 2);
	end(tlb);
	tlb = start(tlb_geometry_find("skylake"));
	map(BASE, 0x40000000, TLB_1G, USER);
	tlb_cpu_code(&scene.cpu, BASE, true);
	tlb_cpu_code(&scene.cpu, BASE + PAGE_2M, true);
	assert_int_equal(tlb->count[TLB_CODE_MISS], 2);
	assert_int_equal(tlb->count[TLB_SECOND_HIT], 1);
	end(tlb);
}

static void code_and_data_meet_in_the_second_level(void **state)
{
	struct tlb *tlb = start(&tiny);

	(void)state;
	map_pages(1, USER);
	scene_read(&scene, BASE);
	tlb_cpu_code(&scene.cpu, BASE, true);
	tlb_cpu_code(&scene.cpu, BASE + 8, true);
	assert_int_equal(tlb->count[TLB_CODE_MISS], 1);
	assert_int_equal(tlb->count[TLB_SECOND_HIT], 1);
	assert_int_equal(tlb->count[TLB_WALK], 1);
	assert_int_equal(scene.cpu.event[TLB_INSTRUCTION], 2);
	assert_int_equal(scene.cpu.event[TLB_ACCESS], 1);
	end(tlb);
}

static void structures_shorten_walks(void **state)
{
	struct tlb_geometry g = tiny;
	struct seen before;
	struct tlb *tlb;

	(void)state;
	g.structures[0] = 2;
	g.structures[1] = 1;
	tlb = start(&g);
	map_pages(2, USER);
	map(BASE + 2 * PAGE_2M, 0x2000000, TLB_4K, USER);
	map(BASE + 4 * PAGE_2M, 0x2001000, TLB_4K, USER);
	before = seen_now(tlb);
	scene_read(&scene, BASE);
	check(tlb, before, 1, 0, 1, 4);
	/* The same table: its PTE alone. */
	scene_read(&scene, BASE + PAGE);
	check(tlb, before, 2, 0, 2, 5);
	/* Another one below the same PDPTE: PDE and PTE. */
	scene_read(&scene, BASE + 2 * PAGE_2M);
	check(tlb, before, 3, 0, 3, 7);
	/* The third PDE drives out the first. */
	scene_read(&scene, BASE + 4 * PAGE_2M);
	tlb_cpu_invpcid(&scene.cpu, 0, 0, BASE + PAGE);
	before = seen_now(tlb);
	scene_read(&scene, BASE + PAGE);
	/* INVPCID of an address also dropped its PDPTE. */
	check(tlb, before, 1, 0, 1, 4);
	/* INVLPG drops all structures of the PCID. */
	tlb_cpu_invlpg(&scene.cpu, BASE + 4 * PAGE_2M);
	before = seen_now(tlb);
	scene_read(&scene, BASE + 4 * PAGE_2M);
	check(tlb, before, 1, 0, 1, 4);
	end(tlb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ways_of_a_set),
		cmocka_unit_test(least_recently_used_goes),
		cmocka_unit_test(capacity_of_both_levels),
		cmocka_unit_test(known_geometries_have_their_capacity),
		cmocka_unit_test(large_pages_beside_small_ones),
		cmocka_unit_test(large_pages_that_only_the_first_level_takes),
		cmocka_unit_test(code_of_a_huge_page_is_kept_in_pieces),
		cmocka_unit_test(code_and_data_meet_in_the_second_level),
		cmocka_unit_test(structures_shorten_walks),
	};

	return cmocka_run_group_tests_name("tlb model", tests, NULL, NULL);
}
