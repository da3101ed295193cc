/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTISCOPE_TLB_CPU_H
#define PTISCOPE_TLB_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

#define TLB_CR0_PG (1ull << 31)
#define TLB_CR4_PGE (1ull << 7)
#define TLB_CR4_PCIDE (1ull << 17)
#define TLB_CR4_SMEP (1ull << 20)
#define TLB_CR3_NOFLUSH_BIT (1ull << 63)

/* Faults to plant in the CPU, to see that they are found */
enum tlb_plant {
	TLB_PLANT_NONE,
	TLB_PLANT_INVPCID, /* INVPCID does nothing */
	TLB_PLANT_INVLPG, /* INVLPG does nothing */
	TLB_PLANT_NOFLUSH, /* no CR3 write flushes */
};

/* Slots of the filter below, and 2 MiB pages of which it can know */
#define TLB_RECENT 64

/* 4 KiB of data that were used */
struct tlb_recent {
	uint64_t page;
	uint64_t frame;
	uint64_t era;
	/* It was written, and used by user mode, in that era. */
	bool write;
	bool user;
};

/**
 * struct tlb_cpu - a CPU with PCIDs whose accesses several geometries follow
 * @tlb: the geometries, @tlbs of them
 * @tables: its page tables, as they are now
 * @era: rises with all that may change what an access would find: the tables, CR3,
 *	a flush
 * @recent: 4 KiB, in pages of 4 KiB and of 2 MiB, whose translation was the one used
 *	last in its set of the first level for data, in all geometries.  Used again in the
 *	same era it hits and changes nothing, so that nothing need be looked up.
 * @last_large: the page of 2 MiB that was used last in each set for those
 * @recent_mask: sets less 1 of pages of 4 KiB and 2 MiB, the fewest of all geometries
 * @recent_on: all geometries have such an array
 * @code_page: page of the last instruction, in @code_era
 * @event: enum tlb_event, since the beginning
 * @differences: accesses whose physical address is not that of the walk
 * @first_difference: the first such address
 */
struct tlb_cpu {
	unsigned int tlbs;
	struct tlb *tlb[TLB_GEOMETRIES];
	enum tlb_plant plant;
	bool paging;
	bool global_pages;
	bool pcids;
	bool smep;
	uint16_t pcid;
	uint64_t root;
	uint64_t era;
	struct tlb_recent recent[TLB_1G][TLB_RECENT];
	uint64_t last_large[TLB_RECENT];
	unsigned int recent_mask[TLB_1G];
	bool recent_on[TLB_1G];
	uint64_t code_page;
	uint64_t code_era;
	uint64_t event[TLB_EVENTS];
	uint64_t differences;
	uint64_t first_difference;
	struct tlb_tables tables;
};

/* tlb_cpu_init() - geometries are added afterwards.  Return: 0, or -1: no memory */
int tlb_cpu_init(struct tlb_cpu *cpu, tlb_read_fn read, void *context,
		 uint64_t frames);
int tlb_cpu_add(struct tlb_cpu *cpu, const struct tlb_geometry *geometry,
		tlb_stale_fn stale, void *context);
void tlb_cpu_free(struct tlb_cpu *cpu);

/* What the CPU does.  @raw of a CR3 write has bit 63 as it was in the register. */
void tlb_cpu_cr0(struct tlb_cpu *cpu, uint64_t value);
void tlb_cpu_cr3(struct tlb_cpu *cpu, uint64_t raw);
void tlb_cpu_cr4(struct tlb_cpu *cpu, uint64_t value);
void tlb_cpu_invlpg(struct tlb_cpu *cpu, uint64_t address);
void tlb_cpu_invpcid(struct tlb_cpu *cpu, unsigned int type, uint16_t pcid,
		     uint64_t address);
void tlb_cpu_page_fault(struct tlb_cpu *cpu, uint64_t address,
			uint32_t error_code);

/* The slow ways of the two functions below */
void tlb_cpu_use_data(struct tlb_cpu *cpu, const struct tlb_use *use,
		      uint64_t physical);
void tlb_cpu_use_code(struct tlb_cpu *cpu, uint64_t address, bool user);

static inline bool tlb_recent_is(const struct tlb_cpu *cpu,
				 const struct tlb_recent *recent, uint64_t page,
				 uint64_t frame, bool write, bool user)
{
	return recent->page == page && recent->era == cpu->era &&
	       recent->frame == frame && (!write || recent->write) &&
	       (!user || recent->user);
}

static inline struct tlb_recent *tlb_recent_small(struct tlb_cpu *cpu,
						  uint64_t page)
{
	return &cpu->recent[TLB_4K][page & cpu->recent_mask[TLB_4K]];
}

static inline struct tlb_recent *tlb_recent_large(struct tlb_cpu *cpu,
						  uint64_t page)
{
	return &cpu->recent[TLB_2M][page % TLB_RECENT];
}

static inline uint64_t *tlb_last_large(struct tlb_cpu *cpu, uint64_t address)
{
	return &cpu->last_large[address >> 21 & cpu->recent_mask[TLB_2M]];
}

/* tlb_cpu_data() - an access of data that was made
 * @physical: where, as the CPU has it
 */
static inline void tlb_cpu_data(struct tlb_cpu *cpu, uint64_t address,
				uint64_t physical, bool write, bool user)
{
	uint64_t page = address >> 12, frame = physical >> 12;

	cpu->event[TLB_ACCESS]++;
	if (!cpu->paging)
		return;
	if (!tlb_recent_is(cpu, tlb_recent_small(cpu, page), page, frame, write,
			   user) &&
	    !(tlb_recent_is(cpu, tlb_recent_large(cpu, page), page, frame,
			    write, user) &&
	      *tlb_last_large(cpu, address) == address >> 21))
		tlb_cpu_use_data(cpu,
				 &(struct tlb_use){ .address = address,
						    .pcid = cpu->pcid,
						    .write = write,
						    .user = user },
				 physical);
	if (write && tlb_tables_written(&cpu->tables, physical))
		cpu->era++;
}

/* tlb_cpu_code() - an instruction begins at @address */
static inline void tlb_cpu_code(struct tlb_cpu *cpu, uint64_t address,
				bool user)
{
	cpu->event[TLB_INSTRUCTION]++;
	if (address >> 12 == cpu->code_page && cpu->era == cpu->code_era)
		return;
	tlb_cpu_use_code(cpu, address, user);
}

#endif /* PTISCOPE_TLB_CPU_H */
