// SPDX-License-Identifier: GPL-2.0-only
/* What instructions do to the TLBs: SDM volume 3, 4.10.4 */
#include "cpu.h"

#include <string.h>

#define CR3_ROOT 0x000ffffffffff000ull
#define ERROR_WRITE 2u
#define ERROR_USER 4u
#define ERROR_CODE 16u

int tlb_cpu_init(struct tlb_cpu *cpu, tlb_read_fn read, void *context,
		 uint64_t frames)
{
	memset(cpu, 0, sizeof(*cpu));
	/* 0 is that of slots that hold nothing. */
	cpu->era = 1;
	for (int i = 0; i < TLB_1G; i++) {
		cpu->recent_mask[i] = TLB_RECENT - 1;
		cpu->recent_on[i] = true;
	}
	return tlb_tables_init(&cpu->tables, read, context, frames);
}

int tlb_cpu_add(struct tlb_cpu *cpu, const struct tlb_geometry *geometry,
		tlb_stale_fn stale, void *context)
{
	struct tlb *tlb = tlb_new(geometry, stale, context);

	if (!tlb)
		return -1;
	cpu->tlb[cpu->tlbs++] = tlb;
	for (int i = 0; i < TLB_1G; i++) {
		if (!geometry->data[i].ways)
			cpu->recent_on[i] = false;
		else if (geometry->data[i].sets <= cpu->recent_mask[i])
			cpu->recent_mask[i] = geometry->data[i].sets - 1;
	}
	return 0;
}

void tlb_cpu_free(struct tlb_cpu *cpu)
{
	for (unsigned int i = 0; i < cpu->tlbs; i++)
		tlb_free(cpu->tlb[i]);
	tlb_tables_free(&cpu->tables);
}

static void flush_all(struct tlb_cpu *cpu, bool global)
{
	cpu->era++;
	for (unsigned int i = 0; i < cpu->tlbs; i++)
		tlb_flush_all(cpu->tlb[i], global);
}

static void flush_pcid(struct tlb_cpu *cpu, uint16_t pcid)
{
	cpu->era++;
	for (unsigned int i = 0; i < cpu->tlbs; i++)
		tlb_flush_pcid(cpu->tlb[i], pcid);
}

void tlb_cpu_cr0(struct tlb_cpu *cpu, uint64_t value)
{
	bool paging = value & TLB_CR0_PG;

	if (cpu->paging && !paging)
		flush_all(cpu, true);
	cpu->paging = paging;
	cpu->era++;
}

void tlb_cpu_cr3(struct tlb_cpu *cpu, uint64_t raw)
{
	bool keep = cpu->pcids && raw & TLB_CR3_NOFLUSH_BIT;

	cpu->era++;
	cpu->root = raw & CR3_ROOT;
	cpu->pcid = cpu->pcids ? raw & (TLB_PCIDS - 1) : 0;
	cpu->event[keep ? TLB_CR3_NOFLUSH : TLB_CR3_FLUSH]++;
	if (!keep && cpu->plant != TLB_PLANT_NOFLUSH)
		flush_pcid(cpu, cpu->pcid);
}

void tlb_cpu_cr4(struct tlb_cpu *cpu, uint64_t value)
{
	bool global_pages = value & TLB_CR4_PGE, pcids = value & TLB_CR4_PCIDE;
	bool smep = value & TLB_CR4_SMEP;

	/* Setting PCIDE demands PCID 0, and keeps what there is. */
	if (cpu->global_pages != global_pages || (cpu->pcids && !pcids))
		flush_all(cpu, true);
	else if (smep && !cpu->smep)
		flush_pcid(cpu, cpu->pcid);
	cpu->smep = smep;
	cpu->global_pages = global_pages;
	cpu->pcids = pcids;
	if (!pcids)
		cpu->pcid = 0;
	cpu->era++;
}

void tlb_cpu_invlpg(struct tlb_cpu *cpu, uint64_t address)
{
	cpu->event[TLB_INVLPG]++;
	if (cpu->plant == TLB_PLANT_INVLPG)
		return;
	cpu->era++;
	for (unsigned int i = 0; i < cpu->tlbs; i++)
		tlb_invlpg(cpu->tlb[i], address, cpu->pcid);
}

void tlb_cpu_invpcid(struct tlb_cpu *cpu, unsigned int type, uint16_t pcid,
		     uint64_t address)
{
	pcid &= TLB_PCIDS - 1;
	cpu->event[TLB_INVPCID_ADDRESS + (type & 3)]++;
	if (cpu->plant == TLB_PLANT_INVPCID)
		return;
	cpu->era++;
	switch (type & 3) {
	case 0:
		for (unsigned int i = 0; i < cpu->tlbs; i++)
			tlb_invpcid_address(cpu->tlb[i], address, pcid);
		break;
	case 1:
		flush_pcid(cpu, pcid);
		break;
	default:
		flush_all(cpu, type == 2);
	}
}

void tlb_cpu_page_fault(struct tlb_cpu *cpu, uint64_t address,
			uint32_t error_code)
{
	const struct tlb_use use = {
		.address = address,
		.pcid = cpu->pcid,
		.code = error_code & ERROR_CODE,
		.write = error_code & ERROR_WRITE,
		.user = error_code & ERROR_USER,
	};
	const struct tlb_walk *walk;

	if (!cpu->paging)
		return;
	cpu->era++;
	walk = tlb_walk(&cpu->tables, cpu->root, address);
	for (unsigned int i = 0; i < cpu->tlbs; i++)
		tlb_fault(cpu->tlb[i], &use, walk);
}

/* use_all() - in all geometries; true if all used entries of the page's own size */
static bool use_all(struct tlb_cpu *cpu, const struct tlb_use *use,
		    const struct tlb_walk *walk)
{
	bool own_size = true;
	uint64_t stales;

	for (unsigned int i = 0; i < cpu->tlbs; i++) {
		stales = cpu->tlb[i]->stales;
		own_size &=
			tlb_access(cpu->tlb[i], use, walk, cpu->global_pages);
		/* All entries of that page went. */
		if (cpu->tlb[i]->stales != stales)
			cpu->era++;
	}
	return own_size;
}

static void remember(struct tlb_cpu *cpu, const struct tlb_use *use,
		     const struct tlb_walk *walk)
{
	uint64_t page = use->address >> 12;
	struct tlb_recent *recent;

	if (walk->size == TLB_2M)
		*tlb_last_large(cpu, use->address) = use->address >> 21;
	if (walk->size == TLB_1G || !cpu->recent_on[walk->size])
		return;
	recent = walk->size ? tlb_recent_large(cpu, page) :
			      tlb_recent_small(cpu, page);
	*recent = (struct tlb_recent){
		.page = page,
		.frame = walk->physical >> 12,
		.era = cpu->era,
		.write = use->write,
		.user = use->user,
	};
}

void tlb_cpu_use_data(struct tlb_cpu *cpu, const struct tlb_use *use,
		      uint64_t physical)
{
	const struct tlb_walk *walk =
		tlb_walk(&cpu->tables, cpu->root, use->address);

	if (!walk->present || walk->physical != (physical & ~0xfffull)) {
		if (!cpu->differences++)
			cpu->first_difference = use->address;
		return;
	}
	if (use_all(cpu, use, walk))
		remember(cpu, use, walk);
	else
		cpu->era++;
}

void tlb_cpu_use_code(struct tlb_cpu *cpu, uint64_t address, bool user)
{
	const struct tlb_use use = {
		.address = address,
		.pcid = cpu->pcid,
		.code = true,
		.user = user,
	};
	const struct tlb_walk *walk;

	if (!cpu->paging)
		return;
	walk = tlb_walk(&cpu->tables, cpu->root, address);
	if (!walk->present) {
		if (!cpu->differences++)
			cpu->first_difference = address;
		return;
	}
	use_all(cpu, &use, walk);
	cpu->code_page = address >> 12;
	cpu->code_era = cpu->era;
}
