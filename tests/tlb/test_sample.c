// SPDX-License-Identifier: GPL-2.0-only
/* What is counted where, on the way through the kernel and back */
#include "tests/unit/unit.h"

#include "memory.h"
#include "vm/tlb/sample.h"

#define USER_TABLES 0x1000ull
#define CODE 0x7f0000000000ull

static struct scene scene;
static struct tlb_sample sample;

static int setup(void **state)
{
	(void)state;
	scene_make(&scene, tlb_geometry_find("haswell"));
	/* An even frame, and the user's tables behind it: the same ones here */
	scene.root = 0x2000;
	scene.memory.used = 3;
	memory_map(&scene.memory, &scene.cpu, scene.root, CODE, 0x1000000,
		   TLB_4K, PTE_USER | PTE_WRITE);
	memcpy(scene.memory.word[3], scene.memory.word[2], 4096);
	tlb_cpu_cr3(&scene.cpu, scene.root | USER_TABLES | 0x801);
	tlb_sample_init(&sample, &scene.cpu);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tlb_cpu_free(&scene.cpu);
	return 0;
}

static void run(unsigned int instructions)
{
	while (instructions--)
		tlb_cpu_code(&scene.cpu, CODE, true);
}

static void load(uint64_t tables, uint64_t pcid)
{
	uint64_t value = scene.root | tables | pcid;

	tlb_cpu_cr3(&scene.cpu, value | TLB_CR3_NOFLUSH_BIT);
	tlb_sample_cr3(&sample, value);
}

/* A system call: 3 instructions, CR3, 50, CR3, 2, back to user mode */
static void system_call(void)
{
	tlb_sample_entry(&sample, PTI_PATH_SYSCALL64);
	run(3);
	load(0, 1);
	run(50);
	load(USER_TABLES, 0x801);
	run(2);
	tlb_sample_user(&sample);
}

static uint64_t instructions(unsigned int path, unsigned int part)
{
	return sample.reply.part[path][part].event[TLB_INSTRUCTION];
}

static void each_part_has_its_own(void **state)
{
	const struct tlb_part_counts *part =
		sample.reply.part[PTI_PATH_SYSCALL64];

	(void)state;
	tlb_sample_begin(&sample, true);
	run(4);
	for (int i = 0; i < 10; i++) {
		system_call();
		run(7);
	}
	tlb_sample_end(&sample);
	assert_int_equal(sample.reply.entries[PTI_PATH_SYSCALL64], 10);
	assert_int_equal(part[TLB_PART_ENTRY].event[TLB_INSTRUCTION], 30);
	assert_int_equal(part[TLB_PART_KERNEL].event[TLB_INSTRUCTION], 500);
	assert_int_equal(part[TLB_PART_EXIT].event[TLB_INSTRUCTION], 20);
	/* With what came before the first entry */
	assert_int_equal(part[TLB_PART_USER].event[TLB_INSTRUCTION], 74);
	assert_int_equal(part[TLB_PART_ENTRY].event[TLB_CR3_NOFLUSH], 10);
	assert_int_equal(part[TLB_PART_KERNEL].event[TLB_CR3_NOFLUSH], 10);
	/* The user's PCID: a walk before the first entry; the kernel's: one */
	assert_int_equal(part[TLB_PART_USER].count[0][TLB_WALK], 1);
	assert_int_equal(part[TLB_PART_KERNEL].count[0][TLB_WALK], 1);
	assert_int_equal(part[TLB_PART_EXIT].count[0][TLB_WALK], 0);
	assert_int_equal(sample.reply.nested, 0);
}

static void the_next_sample_begins_at_zero(void **state)
{
	(void)state;
	tlb_sample_begin(&sample, true);
	system_call();
	tlb_sample_end(&sample);
	system_call();
	tlb_sample_begin(&sample, true);
	system_call();
	tlb_sample_end(&sample);
	/* What is after the end does not count. */
	system_call();
	assert_int_equal(sample.reply.entries[PTI_PATH_SYSCALL64], 1);
	assert_int_equal(instructions(PTI_PATH_SYSCALL64, TLB_PART_KERNEL), 50);
}

static void paths_are_kept_apart(void **state)
{
	(void)state;
	tlb_sample_begin(&sample, true);
	system_call();
	run(5);
	tlb_sample_entry(&sample, tlb_path_of_vector(0xec));
	run(2);
	load(0, 1);
	run(1000);
	load(USER_TABLES, 0x801);
	tlb_sample_user(&sample);
	run(6);
	tlb_sample_end(&sample);
	assert_int_equal(instructions(PTI_PATH_SYSCALL64, TLB_PART_USER), 5);
	assert_int_equal(instructions(PTI_PATH_TIMER, TLB_PART_KERNEL), 1000);
	assert_int_equal(instructions(PTI_PATH_TIMER, TLB_PART_USER), 6);
	assert_int_equal(sample.reply.entries[PTI_PATH_TIMER], 1);
}

static void without_isolation_all_is_kernel(void **state)
{
	(void)state;
	tlb_sample_begin(&sample, false);
	tlb_sample_entry(&sample, PTI_PATH_SYSCALL64);
	run(3);
	/* A context switch, to tables that stand in an odd page */
	load(USER_TABLES, 2);
	run(4);
	tlb_sample_user(&sample);
	run(1);
	tlb_sample_end(&sample);
	assert_int_equal(instructions(PTI_PATH_SYSCALL64, TLB_PART_ENTRY), 0);
	assert_int_equal(instructions(PTI_PATH_SYSCALL64, TLB_PART_KERNEL), 7);
	assert_int_equal(instructions(PTI_PATH_SYSCALL64, TLB_PART_EXIT), 0);
}

static void vectors_are_those_of_the_paths(void **state)
{
	(void)state;
	assert_int_equal(tlb_path_of_vector(14), PTI_PATH_PAGE_FAULT);
	assert_int_equal(tlb_path_of_vector(13), PTI_PATH_GENERAL_PROTECTION);
	assert_int_equal(tlb_path_of_vector(0), PTI_PATH_OTHER_EXCEPTION);
	assert_int_equal(tlb_path_of_vector(0x80), PTI_PATH_INT80);
	assert_int_equal(tlb_path_of_vector(0x30), PTI_PATH_IRQ);
	assert_int_equal(tlb_path_of_vector(0xec), PTI_PATH_TIMER);
	assert_int_equal(tlb_path_of_vector(0xfd), PTI_PATH_RESCHED_IPI);
	assert_int_equal(tlb_path_of_vector(0xf6), PTI_PATH_OTHER_IPI);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_part_has_its_own),
		TEST(the_next_sample_begins_at_zero),
		TEST(paths_are_kept_apart),
		TEST(without_isolation_all_is_kernel),
		TEST(vectors_are_those_of_the_paths),
	};

	return cmocka_run_group_tests_name("tlb samples", tests, NULL, NULL);
}
