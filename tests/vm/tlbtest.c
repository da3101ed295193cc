// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlbtest GEOMETRY...: samples of the TLB model, taken by a program in the guest,
 * are what follows from the program.  Without arguments: there is no model.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <x86intrin.h>

#include "tap.h"
#include "vm/tlb/protocol.h"

#define PAGE 4096
#define CALLS 64
/* With many pages fewer calls, for there to be a sample without a tick */
#define FEW_CALLS 8
#define MAX_PAGES 2048
/* A sample that a tick comes into is taken again. */
#define TRIES 50

static struct tap tap;
static struct tlb_reply reply;
static const char label[TLB_LABEL_SIZE] = "getppid";
static char *pages;

static bool file_has(const char *name, const char *text)
{
	char line[256] = "";
	FILE *f = fopen(name, "r");

	if (!f)
		return false;
	line[fread(line, 1, sizeof(line) - 1, f)] = 0;
	fclose(f);
	return strstr(line, text);
}

/* getppids() - @calls, each with @n pages touched behind it; ticks of all */
static uint64_t getppids(unsigned int calls, unsigned int n)
{
	uint64_t start = __rdtsc();
	long result;

	for (unsigned int i = 0; i < calls; i++) {
		asm volatile("syscall"
			     : "=a"(result)
			     : "0"(SYS_getppid)
			     : "rcx", "r11", "memory");
		for (unsigned int p = 0; p < n; p++)
			asm volatile(
				""
				:
				: "r"(*(volatile char *)(pages + p * PAGE)));
	}
	return __rdtsc() - start;
}

static uint64_t entries(void)
{
	uint64_t sum = 0;

	for (int i = 0; i < PTI_PATH_COUNT; i++)
		sum += reply.entries[i];
	return sum;
}

/* take() - a sample that nothing came into */
static void take(bool isolated, unsigned int calls, unsigned int n)
{
	for (int i = 0; i < TRIES; i++) {
		getppids(calls, n);
		if (!tlb_call(TLB_CALL_BEGIN, isolated, label))
			return;
		getppids(calls, n);
		if (!tlb_call(TLB_CALL_END, (uintptr_t)&reply, NULL))
			return;
		if (!reply.nested && entries() == calls)
			return;
	}
}

static const struct tlb_part_counts *part(unsigned int i)
{
	return &reply.part[PTI_PATH_SYSCALL64][i];
}

static void check_parts(bool isolated, bool pcid)
{
	unsigned int flushes = pcid ? TLB_CR3_NOFLUSH : TLB_CR3_FLUSH;
	uint64_t instructions = 0;

	take(isolated, CALLS, 0);
	tap_ok(&tap,
	       reply.entries[PTI_PATH_SYSCALL64] == CALLS && !reply.nested,
	       "a sample has the system calls that were made in it");
	for (int i = 0; i < TLB_PARTS; i++)
		instructions += part(i)->event[TLB_INSTRUCTION];
	tap_ok(&tap,
	       !(part(TLB_PART_KERNEL)->event[TLB_INSTRUCTION] % CALLS) &&
		       part(TLB_PART_KERNEL)->event[TLB_INSTRUCTION] >
			       50 * CALLS,
	       "each call executes as many instructions in the kernel");
	if (isolated) {
		tap_ok(&tap,
		       part(TLB_PART_ENTRY)->event[flushes] == CALLS &&
			       part(TLB_PART_KERNEL)->event[flushes] == CALLS,
		       "each call writes CR3 twice, and flushes or does not");
		tap_ok(&tap,
		       part(TLB_PART_ENTRY)->event[TLB_INSTRUCTION] >= CALLS &&
			       part(TLB_PART_EXIT)->event[TLB_INSTRUCTION] >=
				       CALLS,
		       "before the first and after the second there is code");
	} else {
		tap_ok(&tap,
		       !part(TLB_PART_ENTRY)->event[TLB_INSTRUCTION] &&
			       !part(TLB_PART_EXIT)->event[TLB_INSTRUCTION],
		       "without isolation all of it is kernel");
		tap_ok(&tap,
		       !part(TLB_PART_KERNEL)->event[TLB_CR3_NOFLUSH] &&
			       !part(TLB_PART_KERNEL)->event[TLB_CR3_FLUSH],
		       "and CR3 is not written");
	}
	printf("# instructions of a getppid and its loop: %g\n",
	       (double)instructions / CALLS);
}

/* The larger first level has 64 entries, the larger second one 1536: pages that
 * are read in turn all hit, or all miss.
 */
static void check_pages(bool isolated, bool pcid)
{
	uint64_t walks, misses;

	take(isolated, FEW_CALLS, MAX_PAGES);
	walks = part(TLB_PART_USER)->count[0][TLB_WALK];
	tap_ok(&tap, walks >= FEW_CALLS * MAX_PAGES,
	       "2048 pages after each call: each is walked for");
	take(isolated, CALLS, 200);
	walks = part(TLB_PART_USER)->count[0][TLB_WALK];
	misses = part(TLB_PART_USER)->count[0][TLB_DATA_MISS];
	tap_ok(&tap, misses >= (uint64_t)CALLS * 200,
	       "200 pages: each misses the first level");
	if (pcid || !isolated)
		tap_ok(&tap, walks < CALLS, "and is found in the second one");
	else
		tap_ok(&tap, walks >= (uint64_t)CALLS * 200,
		       "and in the second one, since CR3 writes flush");
}

int main(int argc, char **argv)
{
	bool isolated = file_has(
		"/sys/devices/system/cpu/vulnerabilities/meltdown", "PTI");
	bool pcid = !file_has("/proc/cmdline", "nopcid"), there;
	uint64_t ticks, least = UINT64_MAX;

	memset(&reply, 1, sizeof(reply));
	pages = mmap(NULL, MAX_PAGES * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (pages == MAP_FAILED)
		return 2;
	madvise(pages, MAX_PAGES * PAGE, MADV_NOHUGEPAGE);
	there = tlb_call(TLB_CALL_HELLO, (uintptr_t)&reply, NULL);
	tap_ok(&tap, there == (argc > 1), "the model answers if it is there");
	for (int i = 0; i < 100; i++) {
		ticks = getppids(CALLS, 0);
		least = ticks < least ? ticks : least;
	}
	printf("# ticks %ju\n", (uintmax_t)least);
	if (there) {
		tap_ok(&tap,
		       reply.version == TLB_PROTOCOL_VERSION &&
			       reply.geometries == (unsigned int)argc - 1,
		       "its protocol and number of geometries");
		for (int i = 1; i < argc; i++)
			tap_ok(&tap, !strcmp(reply.name[i - 1], argv[i]),
			       "geometry %s", argv[i]);
		check_parts(isolated, pcid);
		check_pages(isolated, pcid);
	}
	return tap_done(&tap);
}
