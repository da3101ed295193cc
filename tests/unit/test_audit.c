// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>

#include "audit/audit.h"

#define W PTISCOPE_MAP_WRITE
#define X PTISCOPE_MAP_EXEC
#define U PTISCOPE_MAP_USER
#define G PTISCOPE_MAP_GLOBAL
#define TABLE PTISCOPE_MAP_TABLE
#define SHARED PTISCOPE_MAP_SHARED

#define IDT 0xfffffe0000000000
#define ESPFIX 0xffffff0000000000
#define LDT 0xffff880000000000
#define CEA 0xfffffe0000100000
#define PERCPU 0xffff888001000000
#define TEXT 0xffffffff81000000

/* A kernel in which a page of entry text begins 6 MiB after the text */
static const char symbols_text[] = "0000000000006000 A cpu_tss_rw\n"
				   "0000000000015000 A pti_marks\n"
				   "ffffffff81000000 T _text\n"
				   "ffffffff81600010 T __entry_text_start\n"
				   "ffffffff8160260b T __entry_text_end\n"
				   "ffffffff81800000 T _etext\n"
				   "ffffffff81800000 D __start_rodata\n"
				   "ffffffff81d13000 D __end_rodata\n"
				   "ffffffffc0000000 t _text\t[evil]\n"
				   "ffffffffc0000000 t cpu_tss_rw\t[evil]\n";

static struct audit_regions regions;

static int read_symbols(struct audit_symbols *symbols, const char *text)
{
	FILE *f = fmemopen((char *)text, strlen(text), "r");
	int err;

	assert_non_null(f);
	err = audit_symbols_read(symbols, f);
	fclose(f);
	return err;
}

static void add(struct ptiscope_regions *from, uint32_t kind, uint64_t address,
		uint64_t size)
{
	from->region[from->n++] =
		(struct ptiscope_region){ address, size, kind, 0 };
}

static int setup(void **state)
{
	struct ptiscope_regions cpu = { .cpu = 1, .percpu_offset = PERCPU };
	struct ptiscope_regions none = { .cpu = PTISCOPE_NO_CPU };
	struct audit_symbols symbols;

	add(&none, PTISCOPE_REGION_IDT, IDT, 0x1000);
	add(&none, PTISCOPE_REGION_ESPFIX, ESPFIX, 1UL << 39);
	add(&none, PTISCOPE_REGION_LDT, LDT, 1UL << 39);
	add(&none, PTISCOPE_REGION_VSYSCALL, 0xffffffffff600000, 0x1000);
	add(&none, PTISCOPE_REGION_CPU_ENTRY_AREA, IDT, 1UL << 39);
	add(&none, PTISCOPE_REGION_DIRECT_MAP, 0xffff888000000000, 1UL << 46);
	add(&cpu, PTISCOPE_REGION_GDT, CEA, 0x1000);
	add(&cpu, PTISCOPE_REGION_STACK_GUARD, CEA + 0x1000, 0x1000);
	add(&cpu, PTISCOPE_REGION_DF_STACK, CEA + 0x2000, 0x2000);
	return unit_dir_make(state) || read_symbols(&symbols, symbols_text) ||
	       audit_regions_add_image(&regions, &symbols) ||
	       audit_regions_add_module(&regions, &symbols, &none) ||
	       audit_regions_add_module(&regions, &symbols, &cpu);
}

static int teardown(void **state)
{
	audit_regions_deinit(&regions);
	return unit_dir_remove(state);
}

static void assert_named(uint64_t address, uint32_t level, uint32_t flags,
			 const char *name, int cpu, enum audit_fault fault)
{
	struct ptiscope_audit_entry e = { address, 1, level, flags };
	const struct audit_region *region;

	assert_int_equal(audit_name(&regions, &e, &region), fault);
	if (!name) {
		assert_null(region);
		return;
	}
	assert_non_null(region);
	assert_string_equal(region->name, name);
	assert_int_equal(region->cpu, cpu);
}

static void mappings_are_named(void **state)
{
	(void)state;
	assert_named(TEXT + 0x600000, 2, X | G, "entry text", -1, AUDIT_FINE);
	assert_named(TEXT, 2, X | G, "kernel text", -1, AUDIT_FINE);
	assert_named(TEXT + 0x5ff000, 1, X, "kernel text", -1, AUDIT_FINE);
	assert_named(TEXT + 0xc00000, 2, G, "kernel rodata", -1, AUDIT_FINE);
	assert_named(IDT, 1, G, "IDT", -1, AUDIT_FINE);
	assert_named(CEA, 1, G, "GDT", 1, AUDIT_FINE);
	assert_named(CEA + 0x3000, 1, W, "#DF stack", 1, AUDIT_FINE);
	assert_named(PERCPU + 0x6000, 1, W, "cpu_tss_rw", 1, AUDIT_FINE);
	assert_named(PERCPU + 0x15000, 1, W, "pti_marks", 1, AUDIT_FINE);
	assert_named(ESPFIX + 0x7000, 1, 0, "ESPFIX stacks", -1, AUDIT_FINE);
	assert_named(LDT, 1, 0, "LDT", -1, AUDIT_FINE);
	assert_named(0xffffffffff600000, 1, U, "vsyscall", -1, AUDIT_FINE);
}

static void what_should_not_be_is_told(void **state)
{
	(void)state;
	assert_named(CEA + 0x1000, 1, W, "stack guard", 1, AUDIT_IN_GUARD);
	assert_named(CEA + 0x4000, 1, 0, "CPU entry area", -1, AUDIT_UNKNOWN);
	assert_named(PERCPU + 0x7000, 1, W, "direct map", -1, AUDIT_UNKNOWN);
	assert_named(TEXT - 0x1000, 1, 0, NULL, -1, AUDIT_UNKNOWN);
	assert_named(IDT, 1, W | X, "IDT", -1, AUDIT_WRITE_EXEC);
	assert_named(IDT, 1, U, "IDT", -1, AUDIT_USER_ACCESS);
	assert_named(TEXT - 0x1000, 1, W | X | U, NULL, -1, AUDIT_WRITE_EXEC);
	/* One page of it is a CPU's TSS, and the other 511? */
	assert_named(PERCPU, 2, W, "direct map", -1, AUDIT_UNKNOWN);
	assert_named(TEXT & ~((1UL << 30) - 1), 3, G, NULL, -1, AUDIT_UNKNOWN);
}

static void symbols_are_needed(void **state)
{
	struct audit_symbols symbols;

	(void)state;
	assert_int_equal(read_symbols(&symbols, symbols_text), 0);
	assert_true(symbols.value[SYMBOL_TEXT_START] == TEXT);
	assert_true(symbols.value[SYMBOL_CPU_TSS_RW] == 0x6000);
	assert_int_equal(read_symbols(&symbols, "no symbols\n\nat all"),
			 -ENOENT);
	assert_int_equal(read_symbols(&symbols,
				      "ffffffff81600010 T __entry_text_st\n"),
			 -ENOENT);
	assert_int_equal(
		read_symbols(&symbols,
			     "0000000000000000 T __entry_text_start\n"),
		-EACCES);
}

/*
 * A top-level table, tables of its own and shared ones, a region of two
 * neighbours and one apart, ESPFIX in three places, a frame that is mapped twice
 */
static struct ptiscope_audit_entry entries[] = {
	{ 0, 1, 4, TABLE },
	{ 0, 2, 3, TABLE | SHARED },
	{ PERCPU, 3, 1, TABLE },
	{ PERCPU + 0x6000, 0x100, 1, W },
	{ CEA, 4, 1, TABLE | SHARED },
	{ CEA, 0x101, 1, G },
	{ CEA + 0x2000, 0x102, 1, W | G },
	{ CEA + 0x3000, 0x100, 1, W | G },
	{ ESPFIX, 5, 3, TABLE },
	{ ESPFIX, 6, 1, TABLE },
	{ ESPFIX, 0x103, 1, G },
	{ ESPFIX + 0x10000, 0x103, 1, G },
	{ ESPFIX + 0x200000, 6, 1, TABLE },
	{ ESPFIX + 0x200000, 0x103, 1, G },
	{ TEXT + 0x600000, 0x400, 2, X | G },
};

static const struct audit_list list = { entries,
					sizeof(entries) / sizeof(entries[0]) };

static void build(struct audit *audit)
{
	*audit = (struct audit){ .kernel = "6.12.0 \"x\"",
				 .switch_mode = SWITCH_LATE,
				 .marks = true,
				 .cpus = 2,
				 .pid = 7,
				 .threads = 3 };
	assert_int_equal(audit_build(audit, &list, &regions), 0);
}

static void neighbours_and_places_become_rows(void **state)
{
	static const struct audit_row want[] = {
		{ "cpu_tss_rw", 1, PERCPU + 0x6000, 4096, 1, 1, 1, W, 0 },
		{ "GDT", 1, CEA, 4096, 1, 1, 1, G, 0 },
		{ "#DF stack", 1, CEA + 0x2000, 4096, 2, 1, 2, W | G, 0 },
		{ "ESPFIX stacks", -1, ESPFIX, 4096, 3, 3, 1, G, 0 },
		{ "entry text", -1, TEXT + 0x600000, 1 << 21, 1, 1, 512, X | G,
		  0 },
	};
	struct audit audit;

	(void)state;
	build(&audit);
	assert_int_equal(audit.n, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(audit.row[i].name, want[i].name);
		assert_int_equal(audit.row[i].cpu, want[i].cpu);
		assert_true(audit.row[i].address == want[i].address);
		assert_int_equal(audit.row[i].page_size, want[i].page_size);
		assert_int_equal(audit.row[i].mappings, want[i].mappings);
		assert_int_equal(audit.row[i].places, want[i].places);
		assert_int_equal(audit.row[i].pages, want[i].pages);
		assert_int_equal(audit.row[i].access, want[i].access);
		assert_int_equal(audit.row[i].fault, AUDIT_FINE);
	}
	assert_int_equal(audit.pages, 512 + 4);
	assert_int_equal(audit.task_tables, 1);
	assert_int_equal(audit.machine_tables, 3);
	audit_deinit(&audit);
}

static void attributes_part_neighbours(void **state)
{
	struct ptiscope_audit_entry e[] = {
		{ CEA + 0x2000, 1, 1, W },     { CEA + 0x3000, 2, 1, W | G },
		{ ESPFIX, 1, 1, 0 },	       { ESPFIX + 0x1000, 2, 1, 0 },
		{ ESPFIX + 0x2000, 1, 1, W },  { ESPFIX + 0x10000, 1, 1, 0 },
		{ ESPFIX + 0x11000, 3, 1, 0 },
	};
	struct audit audit = { 0 };

	(void)state;
	assert_int_equal(
		audit_build(&audit, &(struct audit_list){ e, 7 }, &regions), 0);
	assert_int_equal(audit.n, 5);
	assert_int_equal(audit.row[2].mappings, 2);
	assert_int_equal(audit.row[4].places, 1);
	assert_int_equal(audit.pages, 3);
	audit_deinit(&audit);
}

static void an_empty_list_has_no_rows(void **state)
{
	struct audit audit = { 0 };

	(void)state;
	assert_int_equal(
		audit_build(&audit, &(struct audit_list){ 0 }, &regions), 0);
	assert_int_equal(audit.n, 0);
	assert_int_equal(audit.pages, 0);
	audit_deinit(&audit);
}

static void every_fault_is_told(void **state)
{
	struct ptiscope_audit_entry e[] = {
		{ PERCPU + 0x8000, 1, 1, W },
		{ CEA + 0x1000, 1, 1, W },
		{ CEA + 0x2000, 1, 1, W | X },
		{ TEXT, 0x400, 2, X | U },
	};
	struct audit audit = { 0 };
	struct said said;
	unsigned int n;

	(void)state;
	assert_int_equal(
		audit_build(&audit, &(struct audit_list){ e, 4 }, &regions), 0);
	said_begin(&said, STDERR_FILENO);
	n = audit_report_faults(&audit);
	said_end(&said);
	audit_deinit(&audit);
	assert_int_equal(n, 4);
	assert_non_null(strstr(said.text, "direct map: nothing explains"));
	assert_non_null(strstr(said.text, "0xfffffe0000101000, 1 pages, stack "
					  "guard of CPU 1: a guard page"));
	assert_non_null(strstr(said.text, "#DF stack of CPU 1: it is both "
					  "writable and executable"));
	assert_non_null(strstr(said.text, "kernel text: user mode has access"));
}

static void save(const struct audit *audit, const char *file)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	assert_int_equal(audit_save(audit, f), 0);
	assert_int_equal(fclose(f), 0);
}

static void what_is_saved_is_loaded(void **state)
{
	struct audit audit, loaded;
	char *first;

	(void)state;
	build(&audit);
	audit.row[0].fault = AUDIT_UNKNOWN;
	save(&audit, "a.json");
	first = strdup(read_file("a.json"));
	assert_int_equal(audit_load(&loaded, "a.json"), 0);
	assert_int_equal(loaded.n, audit.n);
	for (size_t i = 0; i < audit.n; i++)
		assert_memory_equal(&loaded.row[i], &audit.row[i],
				    sizeof(audit.row[i]));
	save(&loaded, "b.json");
	assert_string_equal(read_file("b.json"), first);
	free(first);
	audit_deinit(&audit);
	audit_deinit(&loaded);
}

static void assert_load_fails(const char *about)
{
	struct audit audit;
	struct said said;
	int err;

	said_begin(&said, STDERR_FILENO);
	err = audit_load(&audit, "a.json");
	said_end(&said);
	assert_true(err < 0);
	assert_one_line(&said, about);
	assert_non_null(strstr(said.text, "a.json"));
}

/* Saves an audit in which @from is @to */
static void save_changed(const char *from, const char *to)
{
	struct audit audit;
	char *text, *at;
	FILE *f;

	build(&audit);
	save(&audit, "a.json");
	audit_deinit(&audit);
	text = read_file("a.json");
	at = strstr(text, from);
	assert_non_null(at);
	f = fopen("a.json", "w");
	fprintf(f, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	fclose(f);
}

static void bad_json_is_refused(void **state)
{
	static const char *const changes[][3] = {
		{ "ptiscope-audit", "ptiscope-doctor", "it is no audit" },
		{ "\"version\": 1", "\"version\": 2", "another version" },
		{ "\"version\": 1", "\"version\": \"1\"", "it is no audit" },
		{ "\"late\"", "\"soon\"", "the switch is not known" },
		{ "\"pages\": 516", "\"pages\": -1", "makes no sense" },
		{ "\"pages\": 516", "\"pages\": 1.5", "integer" },
		{ "\"pages\": 516", "\"pages\": 1e400", "" },
		{ "\"pages\": 512", "\"pages\": 9000000000000000000",
		  "makes no sense" },
		{ "\"pages\": 516", "\"pegas\": 516", "pages" },
		{ "\"rows\": [", "\"more\": 1, \"rows\": [", "more" },
		{ "\"cpu\": 1", "\"cpu\": -2", "negative" },
		{ "\"cpu\": 1,", "", "cpu" },
		{ "\"0xfff", "\"fff", "no address" },
		{ "\"0xfffffe0000100000", "\"0xfffffe0000100000000",
		  "no address" },
		{ "\"0xfffffe0000100000", "\"0xfffffe000010000q",
		  "no address" },
		{ "\"rw---\"", "\"rwx\"", "access" },
		{ "\"page_size\": 4096", "\"page_size\": 8192", "size" },
		{ "\"places\": 1", "\"places\": 0", "makes no sense" },
		{ "\"cpu_tss_rw\"", "\"\"", "name of a region" },
		{ "\"cpu_tss_rw\"",
		  "\"0123456789012345678901234567890123456789\"",
		  "name of a region" },
		{ "\"fault\": false", "\"fault\": 0", "true or false" },
		{ "\"marks\": true", "\"marks\": true, \"marks\": true",
		  "duplicate" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		save_changed(changes[i][0], changes[i][1]);
		assert_load_fails(changes[i][2]);
	}
}

static void truncated_json_is_refused(void **state)
{
	struct audit audit;
	char *whole;
	size_t size;

	(void)state;
	build(&audit);
	save(&audit, "a.json");
	audit_deinit(&audit);
	whole = strdup(read_file("a.json"));
	size = strlen(whole);
	for (size_t n = 0; n + 2 < size; n += 37) {
		write_file("a.json", whole, n);
		assert_load_fails("");
	}
	free(whole);
	unlink("a.json");
	assert_load_fails("No such file");
}

static void equal_audits_differ_in_nothing(void **state)
{
	struct audit audit, other;
	struct audit_diff diff;

	(void)state;
	build(&audit);
	build(&other);
	/* Another boot, other addresses */
	for (size_t i = 0; i < other.n; i++)
		other.row[i].address += 0x40000000;
	assert_int_equal(audit_compare(&diff, &audit, &other), 0);
	assert_int_equal(diff.n, 0);
	assert_int_equal(diff.exposed, 0);
	assert_int_equal(diff.gone, 0);
	audit_diff_deinit(&diff);
	audit_deinit(&audit);
	audit_deinit(&other);
}

static void differences_are_found(void **state)
{
	struct audit before, after;
	struct audit_diff diff;
	char *text;
	size_t size;
	FILE *f;

	(void)state;
	build(&before);
	build(&after);
	strcpy(after.row[0].name, "pti_marks");
	after.row[1].access |= W;
	after.row[2].pages = 5;
	after.row[3].cpu = 2;
	assert_int_equal(audit_compare(&diff, &before, &after), 0);
	assert_int_equal(diff.n, 7);
	assert_int_equal(diff.exposed, 1 + 1 + 3 + 1);
	assert_int_equal(diff.gone, 1 + 1 + 1);
	f = open_memstream(&text, &size);
	audit_diff_print(&diff, &before, &after, f);
	fclose(f);
	assert_non_null(strstr(text, "pti_marks, CPU 1"));
	assert_non_null(strstr(text, "rw--g  #DF stack, CPU 1"));
	assert_non_null(strstr(text, "+12288"));
	free(text);
	f = open_memstream(&text, &size);
	assert_int_equal(audit_diff_save(&diff, &before, &after, f), 0);
	fclose(f);
	assert_non_null(strstr(text, "\"exposed_pages\": 6"));
	assert_non_null(strstr(text, "\"gone_pages\": 3"));
	free(text);
	audit_diff_deinit(&diff);
	audit_deinit(&before);
	audit_deinit(&after);
}

static void the_table_is_narrow_and_tells_all(void **state)
{
	struct audit audit;
	char *text, *line;
	size_t size;
	FILE *f;

	(void)state;
	build(&audit);
	f = open_memstream(&text, &size);
	audit_print(&audit, f);
	audit_csv(&list, &regions, f);
	fclose(f);
	assert_non_null(strstr(text, "ESPFIX stacks, mapped in 3 places"));
	assert_non_null(strstr(text, "\n0xffffff0000010000,4096,259,r---g,,"
				     "ESPFIX stacks\n"));
	assert_non_null(strstr(text, ",1024,r-x-g,,entry text\n"));
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 100);
	free(text);
	audit_deinit(&audit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mappings_are_named),
		cmocka_unit_test(what_should_not_be_is_told),
		cmocka_unit_test(symbols_are_needed),
		cmocka_unit_test(neighbours_and_places_become_rows),
		cmocka_unit_test(attributes_part_neighbours),
		cmocka_unit_test(an_empty_list_has_no_rows),
		cmocka_unit_test(every_fault_is_told),
		cmocka_unit_test(what_is_saved_is_loaded),
		cmocka_unit_test(bad_json_is_refused),
		cmocka_unit_test(truncated_json_is_refused),
		cmocka_unit_test(equal_audits_differ_in_nothing),
		cmocka_unit_test(differences_are_found),
		cmocka_unit_test(the_table_is_narrow_and_tells_all),
	};

	return cmocka_run_group_tests_name("audit", tests, setup, teardown);
}
