// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loaded into Debian's bochs-bin by LD_PRELOAD: feeds the TLB model with what the
 * guest does, and answers the guest's programs (protocol.h).
 *
 *   PTISCOPE_TLB         geometries, by name or by file (with a slash), with commas
 *   PTISCOPE_TLB_REPORT  file for what was found; all else that happens is silent
 *   PTISCOPE_TLB_PAGES   file for the misses of samples by page (pages.h), if it is wanted
 *   PTISCOPE_TLB_PERCPU  address of the kernel's __per_cpu_offset, for that file
 *   PTISCOPE_TLB_MIB     memory of the guest
 *   PTISCOPE_TLB_PLANT   invpcid, invlpg: ignored; noflush: no CR3 write flushes;
 *                        exit:START-END: none of those in that code, in hexadecimal
 *
 * Where Bochs is another one the report has a line "refused: WHY", and Bochs runs
 * as if nothing had been loaded.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bochs.h"
#include "cpu.h"
#include "pages.h"
#include "sample.h"

#define FRAMES_PER_MIB 256
/* Stale uses that the report tells one by one */
#define TOLD 20

#define unlikely(x) __builtin_expect(!!(x), 0)

enum state {
	OFF,
	/* Until 64-bit code runs, in which the fields can be checked */
	WAITING,
	RUNNING,
};

static struct shim {
	enum state state;
	struct bochs bochs;
	struct tlb_cpu cpu;
	struct tlb_sample sample;
	struct tlb_geometry read[TLB_GEOMETRIES];
	FILE *report;
	/* What the samples' misses were for, if @pages_csv is not NULL */
	struct tlb_pages pages;
	FILE *pages_csv;
	uint64_t percpu;
	/* Host address of each page frame, NULL until it was asked for */
	unsigned char **frame;
	uint64_t frames;
	/* The instruction that is being executed, and its last access of data */
	void *insn;
	uint64_t rip;
	/* Where an NMI is to come, 0: nowhere */
	uint64_t nmi_at;
	uint64_t accessed;
	unsigned int accessed_length;
	/* CR3 writes in this code keep the TLB, whatever their bit 63: a planted fault */
	uint64_t plant_start;
	uint64_t plant_end;
	/* The next interrupt comes from outside. */
	bool hardware;
	unsigned int told;
} shim;

static unsigned char *host_address(uint64_t physical)
{
	uint64_t frame = physical >> 12;
	unsigned char **page = &shim.frame[frame];

	if (frame >= shim.frames)
		return NULL;
	if (!*page)
		*page = shim.bochs.host_address(NULL, frame << 12, 0);
	return *page ? *page + (physical & 0xfff) : NULL;
}

static uint64_t read_table(void *context, uint64_t physical)
{
	const unsigned char *p = host_address(physical);
	uint64_t entry = 0;

	(void)context;
	if (p)
		memcpy(&entry, p, sizeof(entry));
	return entry;
}

/* guest_copy() - between us and the guest's linear memory, by the current tables */
static bool guest_copy(uint64_t address, void *ours, size_t size, bool write)
{
	const struct tlb_walk *walk;
	unsigned char *p, *at = ours;
	size_t n;

	for (; size; size -= n, address += n, at += n) {
		n = 4096 - (address & 0xfff);
		n = n < size ? n : size;
		walk = tlb_walk(&shim.cpu.tables, shim.cpu.root, address);
		p = walk->present ?
			    host_address(walk->physical | (address & 0xfff)) :
			    NULL;
		if (!p || (write && !(walk->rights & TLB_WRITE)))
			return false;
		memcpy(write ? p : at, write ? at : p, n);
	}
	return true;
}

static void stale(void *context, const struct tlb *tlb,
		  const struct tlb_stale *s)
{
	static const char *const places[] = { "first level", "second level",
					      "paging-structure cache",
					      "page fault" };

	(void)context;
	if (shim.told++ >= TOLD)
		return;
	fprintf(shim.report,
		"stale: %s: %s: %s%s of %#jx at %#jx, PCID %u: %#jx rights %u",
		tlb->geometry->name, places[s->place],
		s->use.user ? "user " : "",
		s->use.code  ? "fetch" :
		s->use.write ? "write" :
			       "read",
		(uintmax_t)s->use.address, (uintmax_t)bochs_rip(shim.bochs.cpu),
		s->use.pcid, (uintmax_t)s->physical, s->rights);
	if (s->now->present)
		fprintf(shim.report, ", the tables say %#jx rights %u\n",
			(uintmax_t)s->now->physical, s->now->rights);
	else
		fprintf(shim.report, ", the tables say not present\n");
	fflush(shim.report);
}

/* miss() - of the first level, in some geometry */
static void miss(void *context, const struct tlb *tlb,
		 const struct tlb_use *use, const struct tlb_walk *walk,
		 unsigned int refs)
{
	struct tlb_page page = {
		.key = {
			.page = use->address >> tlb_size_shift(walk->size),
			.path = shim.sample.path,
			.part = shim.sample.part,
			.size = walk->size,
			.code = use->code,
		},
		.address = use->address,
		.by = shim.rip,
		.stack = bochs_register(shim.bochs.cpu, BOCHS_RSP),
		.now = { 1, !refs, refs != 0, refs },
	};

	(void)context;
	while (shim.cpu.tlb[page.key.geometry] != tlb)
		page.key.geometry++;
	if (shim.sample.on)
		tlb_pages_miss(&shim.pages, page);
}

static void refuse(const char *why)
{
	shim.state = OFF;
	fprintf(shim.report, "refused: %s\n", why);
	fflush(shim.report);
}

static bool is_user(void)
{
	return bochs_cpl(shim.bochs.cpu) == 3;
}

/* start_running() - true once the fields are known to be where they should */
static bool start_running(void)
{
	char why[256];

	if (shim.state == OFF)
		return false;
	shim.bochs.cpu = (*shim.bochs.cpu_array)[0];
	if (bochs_mode(shim.bochs.cpu) != BOCHS_LONG_64)
		return false;
	if (bochs_check(&shim.bochs, why, sizeof(why))) {
		refuse(why);
		return false;
	}
	shim.state = RUNNING;
	return true;
}

static void begin_pages(void)
{
	char name[TLB_LABEL_SIZE] = "";

	if (!shim.pages_csv)
		return;
	guest_copy(bochs_register(shim.bochs.cpu, BOCHS_RDX), name,
		   sizeof(name) - 1, false);
	tlb_pages_begin(&shim.pages, name);
}

static void end_pages(void)
{
	const struct tlb_walk *walk;
	uint64_t *p;

	if (!shim.pages_csv)
		return;
	tlb_pages_end(&shim.pages, &shim.sample.reply, shim.sample.first);
	/* By the kernel's tables: the user's do not have that page. */
	walk = tlb_walk(&shim.cpu.tables, shim.cpu.root & ~TLB_CR3_USER_TABLES,
			shim.percpu);
	p = walk->present ? (uint64_t *)host_address(walk->physical |
						     (shim.percpu & 0xfff)) :
			    NULL;
	shim.pages.percpu = p ? *p : 0;
}

static uint64_t stales(void)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < shim.cpu.tlbs; i++)
		sum += shim.cpu.tlb[i]->stales;
	return sum;
}

/* call() - XCHG BX,BX in user mode, with a call in EAX; none: it is what it is */
static void call(uint64_t rip)
{
	uint32_t what = bochs_register(shim.bochs.cpu, BOCHS_RAX) - TLB_CALL;
	uint64_t argument = bochs_register(shim.bochs.cpu, BOCHS_RCX);
	bool done = true;

	if (what == TLB_CALL_END) {
		tlb_sample_end(&shim.sample);
		end_pages();
	}
	tlb_cpu_code(&shim.cpu, rip, true);
	if (what == TLB_CALL_BEGIN) {
		begin_pages();
		tlb_sample_begin(&shim.sample, argument & 1);
	} else if (what == TLB_CALL_NMI) {
		shim.nmi_at = argument;
	} else if (what == TLB_CALL_HELLO || what == TLB_CALL_END) {
		shim.sample.reply.stale = stales();
		done = guest_copy(argument, &shim.sample.reply,
				  sizeof(shim.sample.reply), true);
	} else {
		return;
	}
	if (done)
		bochs_register(shim.bochs.cpu, BOCHS_RAX) = TLB_ANSWER;
}

static void before(unsigned int cpu, void *insn)
{
	uint64_t rip;

	(void)cpu;
	shim.insn = insn;
	if (unlikely(shim.state != RUNNING) && !start_running())
		return;
	rip = bochs_rip(shim.bochs.cpu);
	if (unlikely(bochs_mode(shim.bochs.cpu) != BOCHS_LONG_64))
		rip = (uint32_t)(rip + bochs_cs_base(shim.bochs.cpu));
	shim.rip = rip;
	if (unlikely(rip == shim.nmi_at)) {
		shim.nmi_at = 0;
		shim.bochs.deliver_nmi(shim.bochs.cpu);
	}
	if (unlikely(bochs_handler(insn) == shim.bochs.xchg) && is_user() &&
	    bochs_operand(insn, 0) == BOCHS_RBX &&
	    bochs_operand(insn, 1) == BOCHS_RBX)
		call(rip);
	else
		tlb_cpu_code(&shim.cpu, rip, is_user());
}

static void lin_access(unsigned int cpu, uint64_t address, uint64_t physical,
		       unsigned int length, unsigned int type, unsigned int rw)
{
	(void)cpu;
	(void)type;
	if (shim.state != RUNNING)
		return;
	shim.accessed = address;
	shim.accessed_length = length;
	tlb_cpu_data(&shim.cpu, address, physical,
		     rw == BOCHS_WRITE || rw == BOCHS_READ_WRITE, is_user());
}

/* invpcid() - the hook has the type alone; its descriptor was just read */
static void invpcid(unsigned int type)
{
	uint64_t descriptor[2], at = shim.accessed;

	/* If it crosses a page that was its second part. */
	if (shim.accessed_length < sizeof(descriptor))
		at -= sizeof(descriptor) - shim.accessed_length;
	if (guest_copy(at, descriptor, sizeof(descriptor), false))
		tlb_cpu_invpcid(&shim.cpu, type, descriptor[0], descriptor[1]);
}

/* mov_cr3() - @value lacks bit 63, the register still has it */
static void mov_cr3(uint64_t value)
{
	uint64_t raw = value;

	if (shim.state == RUNNING) {
		if (bochs_cr3(shim.bochs.cpu) != value) {
			refuse("CR3 is not where it should be");
			return;
		}
		if (bochs_handler(shim.insn) == shim.bochs.mov_cr3)
			raw = bochs_register(shim.bochs.cpu,
					     bochs_operand(shim.insn, 1));
		if (bochs_rip(shim.bochs.cpu) - shim.plant_start <
		    shim.plant_end - shim.plant_start)
			raw |= TLB_CR3_NOFLUSH_BIT;
	}
	tlb_cpu_cr3(&shim.cpu, raw);
	tlb_sample_cr3(&shim.sample, value);
}

/* context_switch() - into SMM, where firmware turns on ACPI, or out of it: all its
 * registers are others
 */
static void context_switch(void)
{
	if (shim.state != RUNNING)
		return;
	tlb_cpu_cr0(&shim.cpu, 0);
	tlb_cpu_cr4(&shim.cpu, bochs_cr4(shim.bochs.cpu));
	tlb_cpu_cr3(&shim.cpu, bochs_cr3(shim.bochs.cpu));
	tlb_cpu_cr0(&shim.cpu, bochs_cr0(shim.bochs.cpu));
}

static void tlb_cntrl(unsigned int cpu, unsigned int what, uint64_t value)
{
	(void)cpu;
	if (shim.state == OFF)
		return;
	switch (what) {
	case BOCHS_MOV_CR0:
		if (shim.state == RUNNING &&
		    bochs_cr0(shim.bochs.cpu) != (uint32_t)value)
			refuse("CR0 is not where it should be");
		tlb_cpu_cr0(&shim.cpu, value);
		break;
	case BOCHS_MOV_CR3:
	case BOCHS_TASK_SWITCH:
		mov_cr3(value);
		break;
	case BOCHS_MOV_CR4:
		if (shim.state == RUNNING &&
		    bochs_cr4(shim.bochs.cpu) != (uint32_t)value)
			refuse("CR4 is not where it should be");
		tlb_cpu_cr4(&shim.cpu, value);
		break;
	case BOCHS_CONTEXT_SWITCH:
		context_switch();
		break;
	case BOCHS_INVLPG:
		tlb_cpu_invlpg(&shim.cpu, value);
		break;
	case BOCHS_INVPCID:
		invpcid(value);
		break;
	}
}

static void hw_interrupt(unsigned int cpu, unsigned int vector, uint16_t cs,
			 uint64_t rip)
{
	(void)cpu;
	(void)vector;
	(void)cs;
	(void)rip;
	shim.hardware = true;
}

/* interrupt() - and exceptions; before anything is read or pushed for it */
static void interrupt(unsigned int cpu, unsigned int vector)
{
	bool hardware = shim.hardware;

	(void)cpu;
	shim.hardware = false;
	if (shim.state != RUNNING)
		return;
	if (is_user())
		tlb_sample_entry(&shim.sample, tlb_path_of_vector(vector));
	else if (hardware)
		shim.sample.reply.nested++;
}

static void exception(unsigned int cpu, unsigned int vector, unsigned int error)
{
	(void)cpu;
	if (shim.state == RUNNING && vector == 14)
		tlb_cpu_page_fault(&shim.cpu, bochs_cr2(shim.bochs.cpu), error);
}

static void far_branch(unsigned int cpu, unsigned int what, uint16_t old_cs,
		       uint64_t old_rip, uint16_t new_cs, uint64_t new_rip)
{
	(void)cpu;
	(void)old_cs;
	(void)old_rip;
	(void)new_cs;
	(void)new_rip;
	if (shim.state != RUNNING)
		return;
	if (what == BOCHS_SYSCALL)
		tlb_sample_entry(&shim.sample, PTI_PATH_SYSCALL64);
	else if (what == BOCHS_SYSENTER)
		tlb_sample_entry(&shim.sample, PTI_PATH_SYSENTER32);
	else if (is_user())
		tlb_sample_user(&shim.sample);
}

/* add_geometry() - by name, or from a file if there is a slash; false: refused */
static bool add_geometry(const char *name)
{
	const struct tlb_geometry *geometry = tlb_geometry_find(name);
	unsigned int n = shim.cpu.tlbs;
	char why[256];
	FILE *file;
	int err;

	if (n == TLB_GEOMETRIES) {
		refuse("more than 4 geometries");
		return false;
	}
	if (!geometry && strchr(name, '/')) {
		file = fopen(name, "r");
		err = file ? tlb_geometry_read(&shim.read[n], file, name, why,
					       sizeof(why)) :
			     -1;
		if (!file)
			snprintf(why, sizeof(why), "%s: %s", name,
				 strerror(errno));
		else
			fclose(file);
		if (err) {
			refuse(why);
			return false;
		}
		geometry = &shim.read[n];
	}
	if (!geometry)
		snprintf(why, sizeof(why), "there is no geometry %s", name);
	else if (tlb_cpu_add(&shim.cpu, geometry, stale, NULL))
		snprintf(why, sizeof(why), "no memory");
	else
		return true;
	refuse(why);
	return false;
}

static bool add_geometries(const char *names)
{
	char *copy = strdup(names), *next, *name;
	bool ok = copy;

	for (name = copy ? strtok_r(copy, ",", &next) : NULL; ok && name;
	     name = strtok_r(NULL, ",", &next))
		ok = add_geometry(name);
	free(copy);
	return ok && shim.cpu.tlbs;
}

static void plant(const char *name)
{
	static const char *const names[] = { "", "invpcid", "invlpg",
					     "noflush" };

	if (name && sscanf(name, "exit:%lx-%lx", &shim.plant_start,
			   &shim.plant_end) == 2)
		return;
	for (unsigned int i = 0; name && i < 4; i++)
		if (!strcmp(name, names[i]))
			shim.cpu.plant = i;
}

/* want_pages() - if they are; false: refused */
static bool want_pages(void)
{
	const char *file = getenv("PTISCOPE_TLB_PAGES");
	const char *percpu = getenv("PTISCOPE_TLB_PERCPU");

	if (!file || !*file)
		return true;
	shim.pages_csv = fopen(file, "w");
	if (!shim.pages_csv || tlb_pages_init(&shim.pages)) {
		refuse("there is no place for pages");
		return false;
	}
	shim.percpu = percpu ? strtoull(percpu, NULL, 16) : 0;
	for (unsigned int i = 0; i < shim.cpu.tlbs; i++)
		shim.cpu.tlb[i]->miss = miss;
	return true;
}

static bool make_machine(void)
{
	const char *mib = getenv("PTISCOPE_TLB_MIB");

	shim.frames = (mib ? strtoul(mib, NULL, 10) : 0) * FRAMES_PER_MIB;
	shim.frame = calloc(shim.frames + 1, sizeof(*shim.frame));
	if (!shim.frame ||
	    tlb_cpu_init(&shim.cpu, read_table, NULL, shim.frames)) {
		refuse("no memory");
		return false;
	}
	plant(getenv("PTISCOPE_TLB_PLANT"));
	if (!add_geometries(getenv("PTISCOPE_TLB")))
		return false;
	tlb_sample_init(&shim.sample, &shim.cpu);
	return want_pages();
}

__attribute__((constructor)) static void load(void)
{
	static const struct bochs_hook hooks[] = {
		{ BOCHS_BEFORE, before },
		{ BOCHS_LIN_ACCESS, lin_access },
		{ BOCHS_TLB_CNTRL, tlb_cntrl },
		{ BOCHS_FAR_BRANCH, far_branch },
		{ BOCHS_INTERRUPT, interrupt },
		{ BOCHS_HW_INTERRUPT, hw_interrupt },
		{ BOCHS_EXCEPTION, exception },
	};
	const char *report = getenv("PTISCOPE_TLB_REPORT");
	char why[256];

	if (!report || !getenv("PTISCOPE_TLB"))
		return;
	shim.report = fopen(report, "w");
	if (!shim.report || !make_machine())
		return;
	if (bochs_attach(&shim.bochs, hooks, sizeof(hooks) / sizeof(hooks[0]),
			 why, sizeof(why)))
		refuse(why);
	else
		shim.state = WAITING;
}

__attribute__((destructor)) static void unload(void)
{
	static const char *const names[TLB_COUNTS] = { "data_miss", "code_miss",
						       "second_hit", "walk",
						       "walk_ref" };

	if (!shim.report || shim.state != RUNNING)
		return;
	fprintf(shim.report, "instructions %ju\naccesses %ju\ndifferences %ju",
		(uintmax_t)shim.cpu.event[TLB_INSTRUCTION],
		(uintmax_t)shim.cpu.event[TLB_ACCESS],
		(uintmax_t)shim.cpu.differences);
	if (shim.cpu.differences)
		fprintf(shim.report, " first %#jx",
			(uintmax_t)shim.cpu.first_difference);
	fputc('\n', shim.report);
	for (unsigned int i = 0; i < shim.cpu.tlbs; i++) {
		fprintf(shim.report, "geometry %s",
			shim.cpu.tlb[i]->geometry->name);
		for (unsigned int c = 0; c < TLB_COUNTS; c++)
			fprintf(shim.report, " %s %ju", names[c],
				(uintmax_t)shim.cpu.tlb[i]->count[c]);
		fprintf(shim.report, " stale %ju\n",
			(uintmax_t)shim.cpu.tlb[i]->stales);
	}
	fclose(shim.report);
	if (shim.pages_csv) {
		tlb_pages_write(&shim.pages, &shim.sample.reply,
				shim.pages_csv);
		fclose(shim.pages_csv);
	}
}
