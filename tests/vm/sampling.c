// SPDX-License-Identifier: GPL-2.0-only
/*
 * perf samples of pti:pti_switch.  The interrupt that wakes a reader comes from user mode and
 * is an event itself; so readers that ask to be woken for each event are refused.  Others may
 * come near to that: then each interrupt has an event of another kind for its cause, and they
 * never feed themselves, since what they are to do is still to be done when they enter.  Needs
 * pti_marks=on and root.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tap.h"

#define EVENT_ID "/sys/kernel/tracing/events/pti/pti_switch/id"
#define PAGE 4096UL
#define BUFFER_PAGES 8
#define CALLS 1000
#define SPIN 100000000
/* enum pti_path: the vector of irq_work is none of those with a path of their own */
#define OTHER_IPI "entry_path == 15"
/* Neither system calls nor INT 0x80: what comes without being asked for */
#define UNASKED "entry_path >= 5"

/* struct sampling - how perf_event_open() is asked, and what it has to say */
struct sampling {
	const char *name;
	uint64_t period;
	bool watermark;
	/* Of events, or with @watermark of bytes */
	uint32_t wakeup;
	bool refused;
};

static const struct sampling samplings[] = {
	{ "counting", 0, false, 0, false },
	{ "each sample wakes", 1, false, 1, true },
	{ "each second sample wakes", 1, false, 2, false },
	{ "half of the buffer wakes", 1, false, 0, false },
	{ "half of the buffer wakes, as perf record has it", 1, true, 0,
	  false },
	{ "each byte wakes", 1, true, 1, false },
	{ "a page wakes", 1, true, PAGE, false },
};

static int event_id(void)
{
	FILE *f = fopen(EVENT_ID, "r");
	int id = -1;

	if (f && fscanf(f, "%d", &id) != 1)
		id = -1;
	if (f)
		fclose(f);
	return id;
}

static int open_event(const struct sampling *s, int id)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
		.sample_period = s->period,
		.sample_type = PERF_SAMPLE_RAW,
		.watermark = s->watermark,
		.wakeup_events = s->wakeup,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

/* Entries of this task, and time in user mode for interrupts to come */
static void work(void)
{
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	for (volatile int i = 0; i < SPIN; i++)
		;
}

static uint64_t count_of(int fd)
{
	uint64_t n = 0;

	if (read(fd, &n, sizeof(n)) != sizeof(n))
		n = 0;
	close(fd);
	return n;
}

/* True if no more than half of what came unasked for are the interrupts that the samples took */
static bool rests(int fd, int id, const struct sampling *s)
{
	const size_t size = (BUFFER_PAGES + 1) * PAGE;
	int total = open_event(&samplings[0], id);
	int woken = open_event(&samplings[0], id);
	void *buffer = MAP_FAILED;
	uint64_t events, interrupts;

	if (ioctl(woken, PERF_EVENT_IOC_SET_FILTER, OTHER_IPI) ||
	    ioctl(total, PERF_EVENT_IOC_SET_FILTER, UNASKED))
		return false;
	/* Not to be written: old samples give way to new ones, and none is lost. */
	if (s->period)
		buffer = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (s->period && buffer == MAP_FAILED)
		return false;
	work();
	interrupts = count_of(woken);
	events = count_of(total);
	if (buffer != MAP_FAILED)
		munmap(buffer, size);
	printf("# %s: %lu events unasked for, %lu of them interrupts to wake\n",
	       s->name, (unsigned long)events, (unsigned long)interrupts);
	return events && interrupts <= events / 2 + 1;
}

int main(void)
{
	struct tap tap = { 0 };
	int id = event_id();

	tap_ok(&tap, id >= 0, "the trace event is there");
	for (size_t i = 0; i < sizeof(samplings) / sizeof(samplings[0]); i++) {
		const struct sampling *s = &samplings[i];
		int fd = open_event(s, id);

		if (s->refused) {
			tap_ok(&tap, fd < 0 && errno == EPERM, "%s: EPERM",
			       s->name);
			continue;
		}
		tap_ok(&tap, fd >= 0 && rests(fd, id, s),
		       "%s: served, and rests", s->name);
		close(fd);
	}
	return tap_done(&tap);
}
