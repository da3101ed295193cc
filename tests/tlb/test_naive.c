// SPDX-License-Identifier: GPL-2.0-only
/* The model against the naive one, on random traces with and without due flushes */
#include "tests/unit/unit.h"

#include "memory.h"
#include "naive.h"

#define BASE 0x7f0000000000ull
#define STEPS 60000
#define PCIDS 3
#define PAGES 24

static struct scene scene;
static struct naive naive;

/* xorshift: the same everywhere */
static uint64_t random_state;

static unsigned int pick(unsigned int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 11) % n;
}

/* A few pages in each of some regions of 2 MiB and 1 GiB */
static uint64_t pick_address(void)
{
	static const uint64_t regions[] = { 0, 0x200000, 0x400000, 0x40000000,
					    0x8000000000 };

	return BASE + regions[pick(5)] + pick(PAGES) * 0x1000ull + pick(4096);
}

static uint64_t pick_flags(void)
{
	return (pick(4) ? PTE_WRITE : 0) | (pick(4) ? PTE_USER : 0) |
	       (pick(8) ? 0 : PTE_GLOBAL) | (pick(8) ? 0 : PTE_NX);
}

static void remap(uint64_t address)
{
	static const uint64_t bytes[] = { 0x1000, 0x200000 };
	unsigned int size = !pick(6);
	uint64_t entry = memory_entry(&scene.memory, &scene.cpu, scene.root,
				      address, TLB_2M);

	/* A large page goes before there are small ones in its place. */
	if (scene.memory.used > MEMORY_FRAMES - 8)
		return;
	if (!size && memory_read(&scene.memory, entry) & PTE_LARGE)
		memory_write(&scene.memory, &scene.cpu, entry, 0);
	memory_map(&scene.memory, &scene.cpu, scene.root, address,
		   (0x1000000 + pick(64) * 0x200000ull) & -bytes[size], size,
		   pick_flags());
}

static void use_it(uint64_t address)
{
	const struct tlb_walk *walk =
		tlb_walk(&scene.cpu.tables, scene.root, address);
	struct tlb_use use = {
		.address = address,
		.pcid = scene.cpu.pcid,
		.code = !pick(3),
		.user = pick(2),
	};

	use.write = !use.code && pick(2);
	if (!walk->present || (use.write && !(walk->rights & TLB_WRITE)) ||
	    (use.code && !(walk->rights & TLB_EXECUTE)) ||
	    (use.user && !(walk->rights & TLB_USER))) {
		naive_fault(&naive, &use, walk);
		tlb_cpu_page_fault(&scene.cpu, address,
				   use.write * 2 | use.user * 4 |
					   use.code * 16);
		return;
	}
	naive_access(&naive, &use, walk, scene.cpu.global_pages);
	if (use.code)
		tlb_cpu_use_code(&scene.cpu, address, use.user);
	else
		tlb_cpu_data(&scene.cpu, address,
			     walk->physical | (address & 0xfff), use.write,
			     use.user);
}

static void flush(uint64_t address)
{
	unsigned int pcid = pick(PCIDS), what = pick(12);

	switch (what) {
	case 0:
	case 1:
	case 2:
		naive_invlpg(&naive, address, scene.cpu.pcid);
		tlb_cpu_invlpg(&scene.cpu, address);
		break;
	case 3:
	case 4:
		naive_invpcid_address(&naive, address, pcid);
		tlb_cpu_invpcid(&scene.cpu, 0, pcid, address);
		break;
	case 5:
		naive_flush(&naive, pcid, false);
		tlb_cpu_invpcid(&scene.cpu, 1, pcid, 0);
		break;
	case 6:
	case 7:
		naive_flush(&naive, -1, what == 6);
		tlb_cpu_invpcid(&scene.cpu, what == 6 ? 2 : 3, pcid, 0);
		break;
	case 8:
		naive_flush(&naive, pcid, false);
		tlb_cpu_cr3(&scene.cpu, scene.root | pcid);
		break;
	case 9:
	case 10:
		tlb_cpu_cr3(&scene.cpu,
			    scene.root | pcid | TLB_CR3_NOFLUSH_BIT);
		break;
	case 11:
		naive_flush(&naive, -1, true);
		tlb_cpu_cr4(&scene.cpu,
			    TLB_CR4_PCIDE |
				    (scene.cpu.global_pages ? 0 : TLB_CR4_PGE));
		break;
	}
}

/* run() - @remaps: one in so many steps changes the tables, without any flush */
static void run(const struct tlb_geometry *geometry, uint64_t seed,
		unsigned int remaps)
{
	struct tlb *tlb = scene_make(&scene, geometry);
	uint64_t address;

	random_state = seed;
	naive_init(&naive, geometry);
	for (unsigned int i = 0; i < STEPS; i++) {
		address = pick_address();
		if (!pick(remaps))
			remap(address);
		else if (!pick(40))
			flush(address);
		else
			use_it(address);
		for (unsigned int c = 0; c < TLB_COUNTS; c++)
			if (tlb->count[c] != naive.count[c])
				fail_msg("step %u, count %u: %ju, naive %ju", i,
					 c, (uintmax_t)tlb->count[c],
					 (uintmax_t)naive.count[c]);
		assert_int_equal(tlb->stales, naive.stales);
	}
	/* Of each kind there was plenty. */
	for (unsigned int c = 0; c < TLB_COUNTS; c++)
		assert_true(tlb->count[c] > 100);
	assert_true(tlb->stales > 10);
	assert_int_equal(scene.cpu.differences, 0);
	naive_free(&naive);
	tlb_cpu_free(&scene.cpu);
}

static void traces_with_few_entries(void **state)
{
	static const struct tlb_geometry few = {
		.name = "few",
		.data = { { 4, 2 }, { 1, 2 }, { 0, 0 } },
		.code = { { 2, 3 }, { 0, 0 }, { 0, 0 } },
		.second = { { { 8, 3 }, 3 } },
		.structures = { 3, 2, 1 },
	};

	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++)
		run(&few, seed, 30);
}

static void traces_with_known_geometries(void **state)
{
	(void)state;
	for (unsigned int i = 0; tlb_geometry_at(i); i++)
		run(tlb_geometry_at(i), 77 + i, 30);
}

static void one_level_each(void **state)
{
	static const struct tlb_geometry seconds = {
		.name = "seconds",
		.data = { { 1, 1 } },
		.code = { { 1, 1 } },
		.second = { { { 4, 2 }, 1u << TLB_4K },
			    { { 1, 2 }, 1u << TLB_2M } },
	};

	(void)state;
	run(&seconds, 5, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traces_with_few_entries),
		cmocka_unit_test(traces_with_known_geometries),
		cmocka_unit_test(one_level_each),
	};

	return cmocka_run_group_tests_name("tlb against the naive model", tests,
					   NULL, NULL);
}
