// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a user page table maps of the kernel: PTISCOPE_IOC_AUDIT walks it as the
 * CPU would, PTISCOPE_IOC_REGIONS says what the kernel keeps where.
 *
 * What may change under the walk.  Below the top level the kernel half is that
 * of every process: its tables are made at boot, or when a CPU first comes up,
 * and are never freed; entries may change, so each is read once.  The tables of
 * the kernel that are looked at beside them map per-CPU data, which stays.  The
 * LDT's tables belong to the mm: they are freed by the last mmput(), and by a
 * first modify_ldt(2) that fails, under ldt_usr_sem.  The walk therefore holds a
 * reference and that semaphore.  mmap_lock protects neither.
 */
#include <linux/capability.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/percpu.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/cpu_entry_area.h>
#include <asm/fixmap.h>
#include <asm/pgtable.h>
#include <asm/vsyscall.h>

#include "compat.h"
#include "ptiscope.h"

#define LEVEL_BITS 9
#define TABLE_ENTRIES BIT(LEVEL_BITS)
/* Entries of a top-level table that are the process's own */
#define USER_ENTRIES (TABLE_ENTRIES / 2)

/* Levels above that have no large pages: 1 GiB is the largest */
#define LARGEST_PAGE_LEVEL 3

#define ACCESS_FLAGS (PTISCOPE_MAP_WRITE | PTISCOPE_MAP_EXEC | PTISCOPE_MAP_USER)

/**
 * struct audit_walk - a walk in progress
 * @out: entries found
 * @n: number of them
 * @room: number that fit
 * @top: level of the top-level table
 * @cursor: key of the first entry wanted
 * @next: key of the first entry that did not fit, 0 while all did
 */
struct audit_walk {
	struct ptiscope_audit_entry *out;
	u32 n;
	u32 room;
	u32 top;
	u64 cursor;
	u64 next;
};

/*
 * Entries are found in ascending order of their keys: by address, and where a
 * table and what it maps begin at one address, from the top down.
 */
static u64 audit_key(u64 address, u32 level, u32 flags)
{
	return address | (flags & PTISCOPE_MAP_TABLE ? 5 - level : 5);
}

/* Return: 0, or -ENOSPC when there is no room left */
static int audit_emit(struct audit_walk *w, u64 address, u64 frame, u32 level,
		      u32 flags)
{
	u64 key = audit_key(address, level, flags);

	if (key < w->cursor)
		return 0;
	if (w->n == w->room) {
		w->next = key;
		return -ENOSPC;
	}
	w->out[w->n++] = (struct ptiscope_audit_entry){
		.address = address,
		.frame = frame,
		.level = level,
		.flags = flags,
	};
	return 0;
}

static u32 audit_access(u64 entry)
{
	return (entry & _PAGE_RW ? PTISCOPE_MAP_WRITE : 0) |
	       (entry & _PAGE_USER ? PTISCOPE_MAP_USER : 0) |
	       (entry & _PAGE_NX ? 0 : PTISCOPE_MAP_EXEC);
}

static u64 audit_frame(u64 entry)
{
	return (entry & PTE_PFN_MASK) >> PAGE_SHIFT;
}

static bool audit_is_page(u64 entry, u32 level)
{
	return level == 1 ||
	       (level <= LARGEST_PAGE_LEVEL && (entry & _PAGE_PSE));
}

/* Table that @entry of a table of @level points to, or NULL */
static const u64 *audit_table(u64 entry, u32 level)
{
	if (!(entry & _PAGE_PRESENT) || audit_is_page(entry, level))
		return NULL;
	return __va(entry & PTE_PFN_MASK);
}

/* A page, clear of the bit that large pages have among those of the address */
static int audit_page(struct audit_walk *w, u64 address, u64 entry, u32 level,
		      u32 flags)
{
	u64 frame = audit_frame(entry) & ~(BIT_ULL(LEVEL_BITS * (level - 1)) - 1);

	if (entry & _PAGE_GLOBAL)
		flags |= PTISCOPE_MAP_GLOBAL;
	return audit_emit(w, address, frame, level, flags);
}

/**
 * audit_walk_table - walk one table and those below
 * @w: the walk
 * @level: 1 for a page table to 5 for a PML5 table
 * @table: the table
 * @kernel: what the kernel's page table has in its place, or NULL
 * @base: address that its first entry maps
 * @access: what the entries above allow
 *
 * Return: 0, -ENOSPC when there is no room left, or -EINTR
 */
static int audit_walk_table(struct audit_walk *w, u32 level, const u64 *table,
			    const u64 *kernel, u64 base, u32 access)
{
	unsigned int shift = PAGE_SHIFT + LEVEL_BITS * (level - 1);
	u32 shared = table == kernel ? PTISCOPE_MAP_SHARED : 0;
	unsigned int i;
	int err;

	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	err = audit_emit(w, base, __pa(table) >> PAGE_SHIFT, level,
			 PTISCOPE_MAP_TABLE | shared);

	for (i = 0; !err && i < TABLE_ENTRIES; i++) {
		u64 entry = READ_ONCE(table[i]);
		u64 address = base + ((u64)i << shift);
		const u64 *below, *kernel_below = NULL;

		if (level == w->top)
			address = sign_extend64(address, shift + LEVEL_BITS - 1);
		if (!(entry & _PAGE_PRESENT) ||
		    (address | (BIT_ULL(shift) - 1)) < w->cursor)
			continue;
		if (kernel)
			kernel_below = audit_table(READ_ONCE(kernel[i]), level);
		below = audit_table(entry, level);
		if (!below)
			err = audit_page(w, address, entry, level,
					 access & audit_access(entry));
		else if (level < w->top || i >= USER_ENTRIES)
			err = audit_walk_table(w, level - 1, below,
					       kernel_below, address,
					       access & audit_access(entry));
		else
			err = audit_emit(w, address, audit_frame(entry),
					 level - 1, PTISCOPE_MAP_TABLE |
					 (below == kernel_below ?
					  PTISCOPE_MAP_SHARED : 0));
	}
	return err;
}

static int audit_walk_mm(struct audit_walk *w, struct mm_struct *mm)
{
	const u64 *user = ptiscope_user_pgd(mm);
	int err;

	if (!user)
		return -EOPNOTSUPP;
	w->top = pgtable_l5_enabled() ? 5 : 4;
	err = ptiscope_ldt_lock(mm);
	if (err)
		return err;
	err = audit_walk_table(w, w->top, user, (const u64 *)mm->pgd, 0,
			       ACCESS_FLAGS);
	ptiscope_ldt_unlock(mm);
	return err == -ENOSPC ? 0 : err;
}

/* The mm of thread @tid, or of the caller: it has users until mmput() */
static struct mm_struct *audit_get_mm(u32 tid)
{
	struct task_struct *task;
	struct mm_struct *mm;
	struct pid *pid;

	if (!tid)
		return get_task_mm(current);
	pid = find_get_pid(tid);
	task = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	if (!task)
		return NULL;
	mm = get_task_mm(task);
	put_task_struct(task);
	return mm;
}

/**
 * ptiscope_ioc_audit - PTISCOPE_IOC_AUDIT
 * @arg: struct ptiscope_audit of the caller
 *
 * The entries are collected first and copied with no lock held, so that a page
 * fault on the caller's buffer holds up nobody.  Sleeps.
 *
 * Return: 0 or a negative error as uapi/ptiscope.h says
 */
long ptiscope_ioc_audit(struct ptiscope_audit __user *arg)
{
	struct ptiscope_audit audit;
	struct audit_walk w = {};
	struct mm_struct *mm;
	long err;

	err = ptiscope_permitted(CAP_SYS_ADMIN);
	if (err)
		return err;
	if (copy_from_user(&audit, arg, sizeof(audit)))
		return -EFAULT;
	if (audit.version != PTISCOPE_ABI_VERSION ||
	    audit.size != sizeof(audit) || !audit.n ||
	    audit.n > PTISCOPE_AUDIT_MAX)
		return -EINVAL;
	if (!boot_cpu_has(X86_FEATURE_PTI))
		return -EOPNOTSUPP;

	mm = audit_get_mm(audit.tid);
	if (!mm)
		return -ESRCH;
	w.room = audit.n;
	w.cursor = audit.cursor;
	w.out = kvcalloc(w.room, sizeof(*w.out), GFP_KERNEL_ACCOUNT);
	err = w.out ? audit_walk_mm(&w, mm) : -ENOMEM;
	mmput(mm);

	audit.n = w.n;
	audit.cursor = w.next;
	if (!err && (copy_to_user(u64_to_user_ptr(audit.entries), w.out,
				  w.n * sizeof(*w.out)) ||
		     copy_to_user(arg, &audit, sizeof(audit))))
		err = -EFAULT;
	kvfree(w.out);
	return err;
}

static void add_region(struct ptiscope_regions *r, u32 kind, u64 address,
		       u64 size)
{
	if (WARN_ON_ONCE(r->n == PTISCOPE_REGIONS_MAX))
		return;
	r->region[r->n++] = (struct ptiscope_region){
		.address = address,
		.size = size,
		.kind = kind,
	};
}

static void add_machine_regions(struct ptiscope_regions *r)
{
	add_region(r, PTISCOPE_REGION_IDT, CPU_ENTRY_AREA_RO_IDT, PAGE_SIZE);
	add_region(r, PTISCOPE_REGION_ESPFIX, ESPFIX_BASE_ADDR, P4D_SIZE);
	add_region(r, PTISCOPE_REGION_LDT, LDT_BASE_ADDR, PGDIR_SIZE);
	add_region(r, PTISCOPE_REGION_VSYSCALL, VSYSCALL_ADDR, PAGE_SIZE);
	add_region(r, PTISCOPE_REGION_CPU_ENTRY_AREA, CPU_ENTRY_AREA_BASE,
		   P4D_SIZE);
	add_region(r, PTISCOPE_REGION_FIXMAP, FIXADDR_START, FIXADDR_SIZE);
	add_region(r, PTISCOPE_REGION_DIRECT_MAP, PAGE_OFFSET,
		   VMALLOC_START - PAGE_OFFSET);
	add_region(r, PTISCOPE_REGION_VMALLOC, VMALLOC_START,
		   VMALLOC_END - VMALLOC_START + 1);
	add_region(r, PTISCOPE_REGION_IMAGE, __START_KERNEL_map,
		   KERNEL_IMAGE_SIZE);
	add_region(r, PTISCOPE_REGION_MODULES, MODULES_VADDR, MODULES_LEN);
}

#define CEA_PART(kind, member) \
	{ PTISCOPE_REGION_##kind, offsetof(struct cpu_entry_area, member) }

/* In the order of struct cpu_entry_area: each part ends where the next begins */
static const struct {
	u32 kind;
	u32 offset;
} cea_parts[] = {
	CEA_PART(GDT, gdt),
	CEA_PART(ENTRY_STACK, entry_stack_page),
	CEA_PART(TSS, tss),
	CEA_PART(STACK_GUARD, estacks.DF_stack_guard),
	CEA_PART(DF_STACK, estacks.DF_stack),
	CEA_PART(STACK_GUARD, estacks.NMI_stack_guard),
	CEA_PART(NMI_STACK, estacks.NMI_stack),
	CEA_PART(STACK_GUARD, estacks.DB_stack_guard),
	CEA_PART(DB_STACK, estacks.DB_stack),
	CEA_PART(STACK_GUARD, estacks.MCE_stack_guard),
	CEA_PART(MCE_STACK, estacks.MCE_stack),
	CEA_PART(STACK_GUARD, estacks.VC_stack_guard),
	CEA_PART(VC_STACK, estacks.VC_stack),
	CEA_PART(STACK_GUARD, estacks.VC2_stack_guard),
	CEA_PART(VC2_STACK, estacks.VC2_stack),
	CEA_PART(STACK_GUARD, estacks.IST_top_guard),
	CEA_PART(DEBUG_STORE, cpu_debug_store),
	CEA_PART(DEBUG_BUFFERS, cpu_debug_buffers),
	{ PTISCOPE_REGION_COUNT, sizeof(struct cpu_entry_area) },
};

static void add_cpu_regions(struct ptiscope_regions *r, unsigned int cpu)
{
	unsigned long cea = (unsigned long)get_cpu_entry_area(cpu);
	unsigned int i;

	r->percpu_offset = per_cpu_offset(cpu);
	for (i = 0; i < ARRAY_SIZE(cea_parts) - 1; i++)
		add_region(r, cea_parts[i].kind, cea + cea_parts[i].offset,
			   cea_parts[i + 1].offset - cea_parts[i].offset);
}

/**
 * ptiscope_ioc_regions - PTISCOPE_IOC_REGIONS
 * @arg: struct ptiscope_regions of the caller
 *
 * Return: 0 or a negative error as uapi/ptiscope.h says
 */
long ptiscope_ioc_regions(struct ptiscope_regions __user *arg)
{
	struct ptiscope_regions *r;
	long err;

	err = ptiscope_permitted(CAP_SYS_ADMIN);
	if (err)
		return err;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	err = -EFAULT;
	if (copy_from_user(r, arg, offsetof(struct ptiscope_regions, n)))
		goto out;
	err = -EINVAL;
	if (r->version != PTISCOPE_ABI_VERSION || r->size != sizeof(*r))
		goto out;
	err = -ENXIO;
	if (r->cpu == PTISCOPE_NO_CPU)
		add_machine_regions(r);
	else if (r->cpu < nr_cpu_ids && cpu_possible(r->cpu))
		add_cpu_regions(r, array_index_nospec(r->cpu, nr_cpu_ids));
	else
		goto out;
	err = copy_to_user(arg, r, sizeof(*r)) ? -EFAULT : 0;
out:
	kfree(r);
	return err;
}
