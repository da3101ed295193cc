// SPDX-License-Identifier: GPL-2.0-only
/* Misses by page: what a sample adds, what is dropped, and how it is written */
#include "tests/unit/unit.h"

#include "vm/tlb/pages.h"

static struct tlb_pages pages;
static struct tlb_reply reply;

static int setup(void **state)
{
	(void)state;
	memset(&reply, 0, sizeof(reply));
	snprintf(reply.name[0], sizeof(reply.name[0]), "haswell");
	return tlb_pages_init(&pages);
}

static int teardown(void **state)
{
	(void)state;
	tlb_pages_free(&pages);
	return 0;
}

/* One that is walked for, by two references, or found in the second level */
static void miss(uint64_t address, unsigned int path, bool walk)
{
	struct tlb_page page = {
		.key = { .page = address >> 12,
			 .path = path,
			 .part = TLB_PART_KERNEL },
		.address = address,
		.by = 0xffffffff81000004,
		.stack = 0xffffc90000114000,
		.now = { 1, !walk, walk, walk ? 2 : 0 },
	};

	assert_int_equal(tlb_pages_miss(&pages, page), 0);
}

static const struct tlb_page *find(uint64_t address)
{
	for (size_t i = 0; i < pages.room; i++)
		if (pages.page[i].kept[TLB_PAGE_MISS] &&
		    pages.page[i].key.page == address >> 12)
			return &pages.page[i];
	return NULL;
}

static void samples_add_up(void **state)
{
	(void)state;
	reply.entries[PTI_PATH_SYSCALL64] = 16;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(tlb_pages_begin(&pages, "getppid"), 0);
		miss(0x5010, PTI_PATH_SYSCALL64, true);
		miss(0x5020, PTI_PATH_SYSCALL64, false);
		tlb_pages_end(&pages, &reply, PTI_PATH_SYSCALL64);
	}
	assert_int_equal(pages.labels, 1);
	assert_int_equal(pages.n, 1);
	assert_int_equal(pages.label[0].samples, 3);
	assert_int_equal(pages.label[0].entries[PTI_PATH_SYSCALL64], 48);
	assert_int_equal(find(0x5000)->address, 0x5010);
	assert_int_equal(find(0x5000)->kept[TLB_PAGE_MISS], 6);
	assert_int_equal(find(0x5000)->kept[TLB_PAGE_SECOND_HIT], 3);
	assert_int_equal(find(0x5000)->kept[TLB_PAGE_WALK], 3);
	assert_int_equal(find(0x5000)->kept[TLB_PAGE_WALK_REF], 6);
}

/* It leaves nothing, neither of pages that others had nor of its own. */
static void an_interrupted_sample_is_dropped(void **state)
{
	(void)state;
	tlb_pages_begin(&pages, "getppid");
	miss(0x5000, PTI_PATH_SYSCALL64, true);
	tlb_pages_end(&pages, &reply, PTI_PATH_SYSCALL64);
	reply.nested = 1;
	tlb_pages_begin(&pages, "getppid");
	miss(0x5000, PTI_PATH_SYSCALL64, true);
	miss(0x6000, PTI_PATH_SYSCALL64, true);
	tlb_pages_end(&pages, &reply, PTI_PATH_SYSCALL64);
	reply.nested = 0;
	reply.entries[PTI_PATH_TIMER] = 1;
	tlb_pages_begin(&pages, "getppid");
	miss(0x7000, PTI_PATH_TIMER, true);
	tlb_pages_end(&pages, &reply, PTI_PATH_SYSCALL64);
	assert_int_equal(pages.n, 1);
	assert_int_equal(pages.label[0].samples, 1);
	assert_int_equal(pages.label[0].dropped, 2);
	assert_int_equal(find(0x5000)->kept[TLB_PAGE_MISS], 1);
	assert_null(find(0x6000));
	assert_null(find(0x7000));
}

static void what_comes_before_the_first_entry_is_its_own(void **state)
{
	(void)state;
	tlb_pages_begin(&pages, "getppid");
	miss(0x5000, PTI_PATH_NONE, true);
	miss(0x5000, PTI_PATH_INT80, true);
	tlb_pages_end(&pages, &reply, PTI_PATH_INT80);
	assert_int_equal(pages.n, 1);
	assert_int_equal(find(0x5000)->key.path, PTI_PATH_INT80);
	assert_int_equal(find(0x5000)->kept[TLB_PAGE_MISS], 2);
}

static void names_and_many_pages_are_kept_apart(void **state)
{
	const uint64_t many = 10000;

	(void)state;
	for (uint64_t i = 1; i <= many; i++) {
		if (i % 5000 == 1)
			tlb_pages_begin(&pages, i > 5000 ? "b" : "a");
		miss(i << 12, PTI_PATH_SYSCALL64, true);
		if (!(i % 5000))
			tlb_pages_end(&pages, &reply, PTI_PATH_SYSCALL64);
	}
	assert_int_equal(pages.n, many);
	assert_int_equal(pages.labels, 2);
	for (uint64_t i = 1; i <= many; i++) {
		assert_non_null(find(i << 12));
		assert_int_equal(find(i << 12)->key.label, i > 5000);
	}
}

/* written() - the line of the only page there is */
static void written(char *line, size_t size)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	tlb_pages_write(&pages, &reply, f);
	rewind(f);
	assert_non_null(fgets(line, size, f));
	assert_true(!strncmp(line, "sample,path,part,", 17));
	assert_non_null(fgets(line, size, f));
	fclose(f);
}

static void lines_say_where(void **state)
{
	static const struct {
		uint64_t address;
		const char *line;
	} is[] = {
		{ 0x7ffe00001234,
		  "getppid,syscall64,kernel,haswell,data,4k,00007ffe00001000,00007ffe00001234,ffffffff81000004,00007ffe00001234,1,16,1,0,1,2\n" },
		{ 0xffff88801e206014,
		  "getppid,syscall64,kernel,haswell,data,4k,ffff88801e206000,ffff88801e206014,ffffffff81000004,0000000000006014,1,16,1,0,1,2\n" },
		{ 0xffffc90000113ff8,
		  "getppid,syscall64,kernel,haswell,data,4k,ffffc90000113000,ffffc90000113ff8,ffffffff81000004,stack,1,16,1,0,1,2\n" },
		{ 0xffffc90000114000,
		  "getppid,syscall64,kernel,haswell,data,4k,ffffc90000114000,ffffc90000114000,ffffffff81000004,ffffc90000114000,1,16,1,0,1,2\n" },
	};
	char line[512];

	reply.entries[PTI_PATH_SYSCALL64] = 16;
	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		teardown(state);
		assert_int_equal(tlb_pages_init(&pages), 0);
		pages.percpu = 0xffff88801e200000;
		tlb_pages_begin(&pages, "getppid");
		miss(is[i].address, PTI_PATH_SYSCALL64, true);
		tlb_pages_end(&pages, &reply, PTI_PATH_SYSCALL64);
		written(line, sizeof(line));
		assert_string_equal(line, is[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(samples_add_up, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			an_interrupted_sample_is_dropped, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_comes_before_the_first_entry_is_its_own, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			names_and_many_pages_are_kept_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(lines_say_where, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("misses by page", tests, NULL, NULL);
}
