// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads that make a task and wait until it has ended: fork, a thread, vfork
 * and exec.  The loops are in assembly, and the children execute nothing else:
 * they share or copy the parent's stack, so they must not touch it.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload/workload.h"
#include "base/loop.h"

#define PAGE_BYTES 4096
#define THREAD_FLAGS                                                        \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	 CLONE_SYSVSEM | CLONE_CHILD_CLEARTID)

/*
 * Ends with %[n] above 0 where a system call failed.  4: wait for the child, 5:
 * the end of an iteration, 6: out, 7: the child.
 */
#define FORK_ASM(make, child)                                 \
	".p2align 6\n\t" BENCH_TSC_ASM "mov %%rax,%[start]\n" \
	"1:\t" make "test %%rax,%%rax\n\t"                    \
	"jz 7f\n\t"                                           \
	"js 6f\n\t"                                           \
	"mov %%rax,%%rdi\n\t"                                 \
	"mov %[wait4],%%eax\n\t"                              \
	"mov %[status],%%rsi\n\t"                             \
	"xor %%edx,%%edx\n\t"                                 \
	"xor %%r10d,%%r10d\n\t"                               \
	"syscall\n\t"                                         \
	"cmp %%rdi,%%rax\n\t"                                 \
	"jne 6f\n\t"                                          \
	"cmpl $0,(%[status])\n\t"                             \
	"jne 6f\n\t"                                          \
	"dec %[n]\n\t"                                        \
	"jnz 1b\n\t"                                          \
	"jmp 6f\n"                                            \
	"7:\t" child "mov %[exit],%%eax\n\t"                  \
	"mov $127,%%edi\n\t"                                  \
	"syscall\n"                                           \
	"6:\t" BENCH_TSC_ASM

#define FORK_CLOBBERS \
	"rcx", "rdx", "rsi", "rdi", "r8", "r10", "r11", "memory", "cc"

/*
 * @status: on a page that the fork makes read-only in both.  wait4() writes it:
 * in the kernel, so that this is no entry from user mode.
 */
static __attribute__((noinline)) uint64_t forks(uint64_t *left, int *status)
{
	uint64_t start, end, n = *left;

	asm volatile(FORK_ASM("mov %[fork],%%eax\n\tsyscall\n\t",
			      "mov %[exit],%%eax\n\t"
			      "xor %%edi,%%edi\n\t"
			      "syscall\n\t")
		     : "=&a"(end), [start] "=&r"(start), [n] "+&r"(n)
		     : [status] "r"(status), [fork] "i"(SYS_fork),
		       [wait4] "i"(SYS_wait4), [exit] "i"(SYS_exit)
		     : FORK_CLOBBERS);
	*left = n;
	return end - start;
}

/* The child is the program @fd. */
static __attribute__((noinline)) uint64_t execs(uint64_t *left, int *status,
						long fd)
{
	/* One argument, which the kernel would make up otherwise; no environment. */
	static const char empty[] = "", *const argv[] = { empty, NULL };
	uint64_t start, end, n = *left;

	asm volatile(FORK_ASM("mov %[vfork],%%eax\n\tsyscall\n\t",
			      "mov %[execveat],%%eax\n\t"
			      "mov %[fd],%%rdi\n\t"
			      "mov %[empty],%%rsi\n\t"
			      "mov %[argv],%%rdx\n\t"
			      "lea 8(%[argv]),%%r10\n\t"
			      "mov %[at],%%r8d\n\t"
			      "syscall\n\t")
		     : "=&a"(end), [start] "=&r"(start), [n] "+&r"(n)
		     : [status] "r"(status), [vfork] "i"(SYS_vfork),
		       [wait4] "i"(SYS_wait4), [exit] "i"(SYS_exit),
		       [execveat] "i"(SYS_execveat), [at] "i"(AT_EMPTY_PATH),
		       [fd] "m"(fd), [empty] "r"(empty), [argv] "r"(argv)
		     : FORK_CLOBBERS);
	*left = n;
	return end - start;
}

/*
 * The kernel clears *@tid when the thread has ended, and wakes who waits there.
 * The thread has no stack, and needs none.
 */
static __attribute__((noinline)) uint64_t threads(uint64_t *left, int *tid)
{
	uint64_t start, end, n = *left;

	asm volatile(".p2align 6\n\t" BENCH_TSC_ASM "mov %%rax,%[start]\n"
		     "1:\tmovl $1,(%[tid])\n\t"
		     "mov %[clone],%%eax\n\t"
		     "mov %[flags],%%edi\n\t"
		     "xor %%esi,%%esi\n\t"
		     "xor %%edx,%%edx\n\t"
		     "mov %[tid],%%r10\n\t"
		     "xor %%r8d,%%r8d\n\t"
		     "syscall\n\t"
		     "test %%rax,%%rax\n\t"
		     "jz 7f\n\t"
		     "js 6f\n"
		     "2:\tmov %[futex],%%eax\n\t"
		     "mov %[tid],%%rdi\n\t"
		     "mov %[wait],%%esi\n\t"
		     "mov $1,%%edx\n\t"
		     "xor %%r10d,%%r10d\n\t"
		     "syscall\n\t"
		     "cmpl $0,(%[tid])\n\t"
		     "jne 2b\n\t"
		     "dec %[n]\n\t"
		     "jnz 1b\n\t"
		     "jmp 6f\n"
		     "7:\tmov %[exit],%%eax\n\t"
		     "xor %%edi,%%edi\n\t"
		     "syscall\n"
		     "6:\t" BENCH_TSC_ASM
		     : "=&a"(end), [start] "=&r"(start), [n] "+&r"(n)
		     : [tid] "r"(tid), [clone] "i"(SYS_clone),
		       [flags] "i"(THREAD_FLAGS), [futex] "i"(SYS_futex),
		       [wait] "i"(FUTEX_WAIT), [exit] "i"(SYS_exit)
		     : FORK_CLOBBERS);
	*left = n;
	return end - start;
}

/* The smallest program there is: exit(0). */
static int exit_program(void)
{
	static const unsigned char code[] = {
		0x31, 0xff, /* xor %edi,%edi */
		0xb8, SYS_exit, 0, 0, 0, /* mov $SYS_exit,%eax */
		0x0f, 0x05, /* syscall */
	};
	struct {
		Elf64_Ehdr elf;
		Elf64_Phdr segment;
		unsigned char code[sizeof(code)];
	} __attribute__((packed)) file = {
		.elf = { .e_type = ET_EXEC,
			 .e_machine = EM_X86_64,
			 .e_version = EV_CURRENT,
			 .e_entry = 0x400000 + sizeof(file.elf) +
				    sizeof(file.segment),
			 .e_phoff = sizeof(file.elf),
			 .e_ehsize = sizeof(file.elf),
			 .e_phentsize = sizeof(file.segment),
			 .e_phnum = 1 },
		.segment = { .p_type = PT_LOAD,
			     .p_flags = PF_R | PF_X,
			     .p_vaddr = 0x400000,
			     .p_paddr = 0x400000,
			     .p_filesz = sizeof(file),
			     .p_memsz = sizeof(file),
			     .p_align = PAGE_BYTES },
	};
	int fd = memfd_create("ptiscope-exit", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	memcpy(file.elf.e_ident, ELFMAG, SELFMAG);
	file.elf.e_ident[EI_CLASS] = ELFCLASS64;
	file.elf.e_ident[EI_DATA] = ELFDATA2LSB;
	file.elf.e_ident[EI_VERSION] = EV_CURRENT;
	memcpy(file.code, code, sizeof(code));
	if (write(fd, &file, sizeof(file)) == (ssize_t)sizeof(file))
		return fd;
	close(fd);
	return -EIO;
}

static int fork_setup(struct bench_ctx *ctx)
{
	void *mem = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		return -errno;
	ctx->mem = mem;
	ctx->mem_bytes = PAGE_BYTES;
	return 0;
}

static int exec_setup(struct bench_ctx *ctx)
{
	int err = fork_setup(ctx);

	if (err)
		return err;
	ctx->fd = exit_program();
	return ctx->fd < 0 ? ctx->fd : 0;
}

static void fork_teardown(struct bench_ctx *ctx)
{
	if (ctx->fd >= 0)
		close(ctx->fd);
	if (ctx->mem)
		munmap(ctx->mem, ctx->mem_bytes);
}

static int fork_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	uint64_t left = ctx->iterations;

	*ticks = forks(&left, (int *)ctx->mem);
	return left ? -EAGAIN : 0;
}

static int exec_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	uint64_t left = ctx->iterations;

	*ticks = execs(&left, (int *)ctx->mem, ctx->fd);
	return left ? -EAGAIN : 0;
}

static int thread_sample(struct bench_ctx *ctx, uint64_t *ticks)
{
	uint64_t left = ctx->iterations;

	*ticks = threads(&left, (int *)ctx->mem);
	return left ? -EAGAIN : 0;
}

static int fork_overhead(struct bench_ctx *ctx, uint64_t *ticks)
{
	*ticks = bench_empty_loop(ctx->iterations);
	return 0;
}

const struct workload bench_fork_exit = {
	.name = "fork_exit",
	.help = "fork(2) of a child that ends at once, and wait4(2) for it",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 2,
	.batch = true,
	/* What the thread writes after the last fork is copied on write. */
	.entries = { { PTI_PATH_SYSCALL64, 2 }, { PTI_PATH_PAGE_FAULT, 0, 4 } },
	.setup = fork_setup,
	.sample = fork_sample,
	.overhead = fork_overhead,
	.teardown = fork_teardown,
};

const struct workload bench_clone_thread = {
	.name = "clone_thread",
	.help = "clone(2) of a thread that ends at once, futex(2) to wait for it",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 4,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 2 } },
	.setup = fork_setup,
	.sample = thread_sample,
	.overhead = fork_overhead,
	.teardown = fork_teardown,
};

const struct workload bench_vfork_exec = {
	.name = "vfork_exec",
	.help = "vfork(2), execveat(2) of a program that ends at once, wait4(2)",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 2,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 2 } },
	.setup = exec_setup,
	.sample = exec_sample,
	.overhead = fork_overhead,
	.teardown = fork_teardown,
};
