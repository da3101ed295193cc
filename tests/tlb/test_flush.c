// SPDX-License-Identifier: GPL-2.0-only
/* What each instruction leaves in the TLBs, and what a stale use is */
#include "tests/unit/unit.h"

#include "memory.h"

#define BASE 0x7f0000000000ull
#define OTHER (BASE + 0x40000)
#define USER (PTE_USER | PTE_WRITE)

static struct scene scene;
static struct tlb *tlb;

static int setup(void **state)
{
	(void)state;
	tlb = scene_make(&scene, tlb_geometry_find("haswell"));
	memory_map(&scene.memory, &scene.cpu, scene.root, BASE, 0x1000000,
		   TLB_4K, USER);
	memory_map(&scene.memory, &scene.cpu, scene.root, OTHER, 0x1001000,
		   TLB_4K, USER | PTE_GLOBAL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tlb_cpu_free(&scene.cpu);
	return 0;
}

/* hits() - is there an entry?  If not there is one afterwards. */
static bool hits(uint64_t address)
{
	uint64_t before = tlb->count[TLB_DATA_MISS];

	/* Not the filter, which is a part of the CPU, but the TLB */
	scene.cpu.era++;
	scene_read(&scene, address);
	return tlb->count[TLB_DATA_MISS] == before;
}

static void load(unsigned int pcid, bool keep)
{
	tlb_cpu_cr3(&scene.cpu,
		    scene.root | pcid | (keep ? TLB_CR3_NOFLUSH_BIT : 0));
}

static void cr3_without_noflush_flushes_its_pcid(void **state)
{
	(void)state;
	load(1, false);
	assert_false(hits(BASE));
	load(2, false);
	assert_false(hits(BASE));
	load(1, true);
	assert_true(hits(BASE));
	/* Of 2 alone */
	load(2, false);
	assert_false(hits(BASE));
	load(1, true);
	assert_true(hits(BASE));
	load(1, false);
	assert_false(hits(BASE));
	assert_int_equal(scene.cpu.event[TLB_CR3_NOFLUSH], 2);
	/* and the first one of all, in the setup */
	assert_int_equal(scene.cpu.event[TLB_CR3_FLUSH], 5);
}

static void global_entries_stay(void **state)
{
	(void)state;
	load(1, false);
	assert_false(hits(OTHER));
	load(2, false);
	assert_true(hits(OTHER));
	tlb_cpu_invpcid(&scene.cpu, 3, 0, 0);
	assert_true(hits(OTHER));
	tlb_cpu_invpcid(&scene.cpu, 1, 2, 0);
	assert_true(hits(OTHER));
	tlb_cpu_invpcid(&scene.cpu, 0, 2, OTHER);
	assert_true(hits(OTHER));
	/* INVLPG drops them, whatever the PCID; */
	load(3, true);
	tlb_cpu_invlpg(&scene.cpu, OTHER);
	assert_false(hits(OTHER));
	tlb_cpu_invpcid(&scene.cpu, 2, 0, 0);
	assert_false(hits(OTHER));
	/* so does a change of CR4.PGE, without which there are none. */
	tlb_cpu_cr4(&scene.cpu, TLB_CR4_PCIDE);
	assert_false(hits(OTHER));
	load(4, true);
	assert_false(hits(OTHER));
}

static void invpcid_by_type(void **state)
{
	(void)state;
	memory_map(&scene.memory, &scene.cpu, scene.root, OTHER, 0x1001000,
		   TLB_4K, USER);
	for (unsigned int pcid = 1; pcid <= 2; pcid++) {
		load(pcid, false);
		assert_false(hits(BASE));
		assert_false(hits(OTHER));
	}
	/* Type 0: one page of one PCID, which need not be the current one */
	tlb_cpu_invpcid(&scene.cpu, 0, 1, BASE + 0x123);
	assert_true(hits(BASE) && hits(OTHER));
	load(1, true);
	assert_true(hits(OTHER));
	assert_false(hits(BASE));
	/* Type 1: one PCID */
	tlb_cpu_invpcid(&scene.cpu, 1, 2, BASE);
	assert_true(hits(BASE) && hits(OTHER));
	load(2, true);
	assert_false(hits(BASE));
	assert_false(hits(OTHER));
	/* Type 2 and 3: all of them */
	for (unsigned int type = 2; type <= 3; type++) {
		tlb_cpu_invpcid(&scene.cpu, type, 7, 0);
		for (unsigned int pcid = 1; pcid <= 2; pcid++) {
			load(pcid, true);
			assert_false(hits(BASE));
			assert_false(hits(OTHER));
		}
	}
	assert_int_equal(scene.cpu.event[TLB_INVPCID_ADDRESS], 1);
	assert_int_equal(scene.cpu.event[TLB_INVPCID_PCID], 1);
	assert_int_equal(scene.cpu.event[TLB_INVPCID_ALL], 1);
	assert_int_equal(scene.cpu.event[TLB_INVPCID_NONGLOBAL], 1);
}

static void invlpg_is_of_the_current_pcid(void **state)
{
	(void)state;
	load(1, false);
	assert_false(hits(BASE));
	load(2, false);
	assert_false(hits(BASE));
	tlb_cpu_invlpg(&scene.cpu, BASE + 0xfff);
	assert_false(hits(BASE));
	load(1, true);
	assert_true(hits(BASE));
}

static void invlpg_drops_a_large_page_whole(void **state)
{
	(void)state;
	memory_map(&scene.memory, &scene.cpu, scene.root, BASE + 0x200000,
		   0x40000000, TLB_2M, USER);
	assert_false(hits(BASE + 0x200000));
	tlb_cpu_invlpg(&scene.cpu, BASE + 0x3ff000);
	assert_false(hits(BASE + 0x200000));
}

static void without_pcids_every_cr3_write_flushes(void **state)
{
	(void)state;
	load(0, false);
	tlb_cpu_cr4(&scene.cpu, TLB_CR4_PGE);
	assert_false(hits(BASE));
	assert_false(hits(OTHER));
	load(0, true);
	assert_false(hits(BASE));
	assert_true(hits(OTHER));
	/* PCIDE on: nothing goes; off: all goes */
	tlb_cpu_cr4(&scene.cpu, TLB_CR4_PGE | TLB_CR4_PCIDE);
	assert_true(hits(BASE));
	tlb_cpu_cr4(&scene.cpu, TLB_CR4_PGE);
	assert_false(hits(BASE));
	assert_false(hits(OTHER));
}

/* Of the current PCID: what others have stays, and so does all when it is set again. */
static void smep_set_flushes(void **state)
{
	const uint64_t on = TLB_CR4_PGE | TLB_CR4_PCIDE;

	(void)state;
	load(1, false);
	assert_false(hits(BASE));
	load(2, false);
	assert_false(hits(BASE));
	tlb_cpu_cr4(&scene.cpu, on | TLB_CR4_SMEP);
	assert_false(hits(BASE));
	tlb_cpu_cr4(&scene.cpu, on | TLB_CR4_SMEP);
	assert_true(hits(BASE));
	tlb_cpu_cr4(&scene.cpu, on);
	assert_true(hits(BASE));
	load(1, true);
	assert_true(hits(BASE));
}

static void no_paging_no_entries(void **state)
{
	uint64_t before;

	(void)state;
	assert_false(hits(BASE));
	tlb_cpu_cr0(&scene.cpu, 0);
	before = tlb->count[TLB_WALK];
	tlb_cpu_data(&scene.cpu, 0x1234, 0x1234, true, false);
	tlb_cpu_code(&scene.cpu, 0x1234, false);
	assert_int_equal(tlb->count[TLB_WALK], before);
	tlb_cpu_cr0(&scene.cpu, TLB_CR0_PG);
	assert_false(hits(BASE));
}

/* remap() - the tables change; what the kernel has to flush it does not */
static void remap(uint64_t physical, uint64_t flags)
{
	memory_map(&scene.memory, &scene.cpu, scene.root, BASE, physical,
		   TLB_4K, flags);
}

static void another_frame_is_stale(void **state)
{
	(void)state;
	hits(BASE);
	remap(0x2000000, USER);
	hits(BASE);
	assert_int_equal(tlb->stales, 1);
	/* Told once; then the entry is the new one. */
	assert_true(hits(BASE));
	remap(0x3000000, USER);
	tlb_cpu_invlpg(&scene.cpu, BASE);
	hits(BASE);
	assert_int_equal(tlb->stales, 1);
}

static void rights_taken_away_are_stale_given_ones_are_not(void **state)
{
	(void)state;
	hits(BASE);
	remap(0x1000000, PTE_USER);
	/* The kernel may read on until it flushes, */
	scene.cpu.era++;
	tlb_cpu_data(&scene.cpu, BASE, 0x1000000, false, false);
	assert_int_equal(tlb->stales, 0);
	/* user mode must not come to run before that. */
	hits(BASE);
	assert_int_equal(tlb->stales, 1);
	remap(0x1000000, USER);
	assert_true(hits(BASE));
	assert_int_equal(tlb->stales, 1);
	/* A write makes the CPU look again, once. */
	for (int i = 0; i < 2; i++) {
		tlb_cpu_data(&scene.cpu, BASE, 0x1000000, true, true);
		assert_int_equal(tlb->count[TLB_DATA_MISS], 3);
	}
	remap(0x1000000, USER | PTE_NX);
	hits(BASE);
	assert_int_equal(tlb->stales, 2);
}

static void a_fault_that_a_cpu_would_not_have_had(void **state)
{
	(void)state;
	hits(BASE);
	memory_unmap(&scene.memory, &scene.cpu, scene.root, BASE, TLB_4K);
	tlb_cpu_page_fault(&scene.cpu, BASE, 4);
	assert_int_equal(tlb->stales, 1);
	/* The fault dropped the entry. */
	tlb_cpu_page_fault(&scene.cpu, BASE, 4);
	assert_int_equal(tlb->stales, 1);
	remap(0x1000000, PTE_USER);
	hits(BASE);
	/* A write faults with this entry as well. */
	tlb_cpu_page_fault(&scene.cpu, BASE, 7);
	assert_int_equal(tlb->stales, 1);
	assert_false(hits(BASE));
}

static void a_freed_table_is_stale(void **state)
{
	uint64_t pde = memory_entry(&scene.memory, &scene.cpu, scene.root, BASE,
				    TLB_2M);

	(void)state;
	assert_false(hits(BASE));
	/* Another table with the same page in it, INVPCID of that page alone */
	memory_write(&scene.memory, &scene.cpu, pde, 0);
	remap(0x1000000, USER);
	tlb_cpu_invpcid(&scene.cpu, 0, 0, BASE + 0x200000);
	assert_true(hits(BASE));
	assert_int_equal(tlb->stales, 0);
	memory_map(&scene.memory, &scene.cpu, scene.root, BASE + 0x1000,
		   0x1005000, TLB_4K, USER);
	assert_false(hits(BASE + 0x1000));
	assert_int_equal(tlb->stales, 1);
}

static void walk_must_agree_with_the_cpu(void **state)
{
	(void)state;
	tlb_cpu_data(&scene.cpu, BASE + 8, 0x1000008, false, true);
	assert_int_equal(scene.cpu.differences, 0);
	tlb_cpu_data(&scene.cpu, BASE + 8, 0x1001008, false, true);
	assert_int_equal(scene.cpu.differences, 1);
	tlb_cpu_data(&scene.cpu, 0x5000, 0x1001000, false, true);
	assert_int_equal(scene.cpu.differences, 2);
	assert_int_equal(scene.cpu.first_difference, BASE + 8);
}

static void planted_faults_are_found(void **state)
{
	const enum tlb_plant plants[] = { TLB_PLANT_INVPCID, TLB_PLANT_INVLPG,
					  TLB_PLANT_NOFLUSH };

	for (unsigned int i = 0; i < 3; i++) {
		for (int way = 0; way < 3; way++) {
			setup(state);
			scene.cpu.plant = plants[i];
			assert_false(hits(BASE));
			remap(0x2000000, USER);
			if (way == 0)
				tlb_cpu_invpcid(&scene.cpu, 1, 0, 0);
			else if (way == 1)
				tlb_cpu_invlpg(&scene.cpu, BASE);
			else
				load(0, false);
			hits(BASE);
			assert_int_equal(tlb->stales, way == (int)i);
			teardown(state);
		}
	}
	setup(state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(cr3_without_noflush_flushes_its_pcid),
		TEST(global_entries_stay),
		TEST(invpcid_by_type),
		TEST(invlpg_is_of_the_current_pcid),
		TEST(invlpg_drops_a_large_page_whole),
		TEST(without_pcids_every_cr3_write_flushes),
		TEST(smep_set_flushes),
		TEST(no_paging_no_entries),
		TEST(another_frame_is_stale),
		TEST(rights_taken_away_are_stale_given_ones_are_not),
		TEST(a_fault_that_a_cpu_would_not_have_had),
		TEST(a_freed_table_is_stale),
		TEST(walk_must_agree_with_the_cpu),
		TEST(planted_faults_are_found),
	};

	return cmocka_run_group_tests_name("tlb flushes", tests, NULL, NULL);
}
