// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unwind the stack from every NMI that hits the entry code, as a stack dump or
 * perf would, and count how that ends, by the address that was hit.
 *
 * The NMIs come from elsewhere; none of them is claimed here. Read
 * /sys/kernel/debug/unwindtest: the sum, then a line for each address.
 */
#include <linux/debugfs.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>

#include <asm/cpu_entry_area.h>
#include <asm/nmi.h>
#include <asm/unwind.h>

/* Addresses told apart: more than the entry text has instructions in windows */
#define MAX_PLACES 4096
/* No way out of the entry code has so many callers. */
#define MAX_FRAMES 32

/**
 * struct place - what came of the unwinding from one address
 * @ip: the address, 0 where the slot is free
 * @hits: NMIs that hit it
 * @bad: those from which the unwinder gave up
 * @frames: return addresses found the last time
 * @last: the last of these
 * @end: how the last unwinding ended
 */
struct place {
	unsigned long ip;
	unsigned int hits;
	unsigned int bad;
	unsigned int frames;
	unsigned long last;
	const char *end;
};

static unsigned long start;
module_param(start, ulong, 0444);
MODULE_PARM_DESC(start,
		 "first address of the code to look at (__entry_text_start)");

static unsigned long end;
module_param(end, ulong, 0444);
MODULE_PARM_DESC(end, "first address behind it (__entry_text_end)");

static struct place places[MAX_PLACES];
static unsigned int place_count;
static unsigned long missed;
/* Only ever tried: another CPU's NMI may hold it. */
static DEFINE_RAW_SPINLOCK(lock);
static struct dentry *file;

static struct place *place_of(unsigned long ip)
{
	unsigned int i;

	for (i = 0; i < place_count; i++)
		if (places[i].ip == ip)
			return &places[i];
	if (place_count == MAX_PLACES)
		return NULL;
	places[place_count].ip = ip;
	return &places[place_count++];
}

/* How a good unwinding ends, or NULL: a stack dump would end in question marks */
static const char *end_of(struct unwind_state *state, struct pt_regs *regs)
{
	if (!unwind_done(state) && state->regs && user_mode(state->regs))
		return "user mode";
	/* Entered, and not on a stack of the kernel yet: nothing to unwind */
	if (regs->sp < TASK_SIZE_MAX)
		return "the user's stack";
	/* SYSENTER puts RSP there: until the first push the unwinder finds no stack */
	if (regs->sp ==
	    (unsigned long)(cpu_entry_stack(smp_processor_id()) + 1))
		return "an empty entry stack";
	if (unwind_done(state) && !unwind_error(state))
		return "end of stack";
	return NULL;
}

static void unwind(struct place *place, struct pt_regs *regs)
{
	struct unwind_state state;
	unsigned long addr;

	place->hits++;
	place->frames = 0;
	place->last = 0;
	for (unwind_start(&state, current, regs, NULL);
	     !unwind_done(&state) && place->frames < MAX_FRAMES;
	     unwind_next_frame(&state)) {
		addr = unwind_get_return_address(&state);
		if (!addr)
			break;
		place->frames++;
		place->last = addr;
	}
	place->end = end_of(&state, regs);
	if (!place->end) {
		place->end = unwind_error(&state) ? "error" : "no address";
		place->bad++;
	}
}

static int on_nmi(unsigned int type, struct pt_regs *regs)
{
	struct place *place;

	if (user_mode(regs) || regs->ip < start || regs->ip >= end)
		return NMI_DONE;
	if (!raw_spin_trylock(&lock)) {
		missed++;
		return NMI_DONE;
	}
	place = place_of(regs->ip);
	if (place)
		unwind(place, regs);
	else
		missed++;
	raw_spin_unlock(&lock);
	return NMI_DONE;
}

static int unwindtest_show(struct seq_file *m, void *unused)
{
	unsigned long hits = 0, bad = 0;
	unsigned int i;

	for (i = 0; i < place_count; i++) {
		hits += places[i].hits;
		bad += places[i].bad;
	}
	seq_printf(m, "%u places, %lu unwound, %lu bad, %lu missed\n",
		   place_count, hits, bad, missed);
	for (i = 0; i < place_count; i++)
		seq_printf(m, "%s %pS: %u hits, %u frames, the last %pS, %s\n",
			   places[i].bad ? "bad" : "ok", (void *)places[i].ip,
			   places[i].hits, places[i].frames,
			   (void *)places[i].last, places[i].end);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(unwindtest);

static int __init unwindtest_init(void)
{
	int ret;

	if (!start || end <= start)
		return -EINVAL;
	ret = register_nmi_handler(NMI_LOCAL, on_nmi, 0, "unwindtest");
	if (ret)
		return ret;
	file = debugfs_create_file("unwindtest", 0400, NULL, NULL,
				   &unwindtest_fops);
	return 0;
}

static void __exit unwindtest_exit(void)
{
	debugfs_remove(file);
	unregister_nmi_handler(NMI_LOCAL, "unwindtest");
}

module_init(unwindtest_init);
module_exit(unwindtest_exit);
MODULE_DESCRIPTION("Test of unwinding out of the entry code");
MODULE_LICENSE("GPL");
