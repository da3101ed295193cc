// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call leaves of registers, flags and pending single steps: just the same
 * whether it is skipped or not.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#include "skipcheck.h"

#define EFLAGS_TF 0x100
#define EFLAGS_RF 0x10000
#define MOST_STEPS 16

/*
 * RAX, RBX, RCX, RDX, RSI, RDI, RBP, R8 to R15, RFLAGS, before and after one SYSCALL
 */
enum {
	RAX,
	RBX,
	RCX,
	RDX,
	RSI,
	RDI,
	RBP,
	R8,
	R11 = R8 + 3,
	FLAGS = 15,
	WORDS
};

void call_with_registers(const uint64_t in[WORDS], uint64_t out[WORDS]);
extern const char behind_call[];
long call_stepped(long nr);
extern const char stepped[];
long call_resumed(long nr, uint64_t *r11);

asm("	.text\n"
    "call_with_registers:\n"
    "	push %rbx\n	push %rbp\n	push %r12\n"
    "	push %r13\n	push %r14\n	push %r15\n"
    "	push %rsi\n"
    "	mov (%rdi),%rax\n	mov 8(%rdi),%rbx\n"
    "	mov 16(%rdi),%rcx\n	mov 24(%rdi),%rdx\n"
    "	mov 32(%rdi),%rsi\n	mov 48(%rdi),%rbp\n"
    "	mov 56(%rdi),%r8\n	mov 64(%rdi),%r9\n"
    "	mov 72(%rdi),%r10\n	mov 80(%rdi),%r11\n"
    "	mov 88(%rdi),%r12\n	mov 96(%rdi),%r13\n"
    "	mov 104(%rdi),%r14\n	mov 112(%rdi),%r15\n"
    "	pushq 120(%rdi)\n"
    "	mov 40(%rdi),%rdi\n"
    "	popfq\n"
    "	syscall\n"
    "behind_call:\n"
    "	pushfq\n"
    "	push %r15\n	push %r14\n	push %r13\n"
    "	push %r12\n	push %r11\n	push %r10\n"
    "	push %r9\n	push %r8\n	push %rbp\n"
    "	push %rdi\n	push %rsi\n	push %rdx\n"
    "	push %rcx\n	push %rbx\n	push %rax\n"
    "	pushq $0x202\n	popfq\n"
    "	mov 128(%rsp),%rdi\n"
    "	mov %rsp,%rsi\n"
    "	mov $16,%ecx\n"
    "	rep movsq\n"
    "	add $136,%rsp\n"
    "	pop %r15\n	pop %r14\n	pop %r13\n"
    "	pop %r12\n	pop %rbp\n	pop %rbx\n"
    "	ret\n"
    /* TF is set while the second instruction of the four runs, and on */
    "call_stepped:\n"
    "	mov %rdi,%rax\n"
    "	pushfq\n"
    "	orq $0x100,(%rsp)\n"
    "	popfq\n"
    "stepped:\n"
    "	nop\n"
    "	syscall\n"
    "	nop\n"
    "	pushfq\n"
    "	andq $~0x100,(%rsp)\n"
    "	popfq\n"
    "	nop\n"
    "	ret\n"
    /* The handler of UD2 returns to what follows it, with RF set. */
    "call_resumed:\n"
    "	mov %rdi,%rax\n"
    "	ud2\n"
    "	syscall\n"
    "	mov %r11,(%rsi)\n"
    "	ret\n");

/* Flags that user mode can set; 2 is always set, 0x200 (IF) in user mode */
static const uint64_t flags[] = {
	0x202, /* none */
	0x202 | 0x8d5, /* CF PF AF ZF SF OF */
	0x202 | 0x400, /* DF */
	0x202 | 0x40000, /* AC */
	0x202 | 0x200000, /* ID */
};

static bool registers_kept(enum call call, const uint64_t in[WORDS],
			   const uint64_t out[WORDS], long want)
{
	bool kept = (long)out[RAX] == want &&
		    out[RCX] == (uintptr_t)behind_call &&
		    out[R11] == in[FLAGS] && out[FLAGS] == in[FLAGS];

	for (int i = RBX; i < FLAGS; i++)
		if (i != RCX && i != R11 && out[i] != in[i]) {
			printf("# %s: register %d was 0x%lx and is 0x%lx\n",
			       calls[call].name, i, (unsigned long)in[i],
			       (unsigned long)out[i]);
			kept = false;
		}
	return kept;
}

void seen_registers(unsigned long n)
{
	uint64_t in[WORDS], out[WORDS];
	struct ids want;

	ids_slowly(&want);
	for (unsigned long i = 0; i < n; i++) {
		enum call call = i % CALLS;
		bool slowly = i % 8 == 7;

		for (int k = 0; k < FLAGS; k++)
			in[k] = (i + 1) * 0x9e3779b97f4a7c15ULL * (k + 1);
		in[FLAGS] = flags[i % (sizeof(flags) / sizeof(flags[0]))];
		in[RAX] = (uint64_t)calls[call].nr | (slowly ? 1UL << 32 : 0);
		call_with_registers(in, out);
		tally->calls++;
		if (tally->plant == PLANT_WRONG)
			out[RBX]++;
		if (!registers_kept(call, in, out, want.id[call]))
			tally->wrong++;
	}
}

static volatile sig_atomic_t steps;
static uintptr_t step[MOST_STEPS];

static void on_step(int signal, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;

	(void)signal;
	(void)info;
	if (steps < MOST_STEPS)
		step[steps] = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP] -
			      (uintptr_t)stepped;
	steps++;
}

static void on_ud2(int signal, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signal;
	(void)info;
	uc->uc_mcontext.gregs[REG_RIP] += 2;
	uc->uc_mcontext.gregs[REG_EFL] |= EFLAGS_RF;
}

/* The same traps at the same places, and the same answer, as of the slow path */
static void step_call(enum call call)
{
	uintptr_t slow_step[MOST_STEPS];
	long slow, straight;
	int slow_steps;

	steps = 0;
	slow = call_stepped(calls[call].nr | 1L << 32);
	slow_steps = steps;
	memcpy(slow_step, step, sizeof(step));
	steps = 0;
	straight = call_stepped(calls[call].nr);
	tally->calls++;
	if (tally->plant == PLANT_MISSED)
		steps--;
	if (slow != straight)
		tally->wrong++;
	if (steps != slow_steps || steps < 4 ||
	    memcmp(step, slow_step, (size_t)steps * sizeof(step[0])))
		tally->missed++;
}

static void resume_call(enum call call)
{
	uint64_t slow_r11, r11;
	long slow = call_resumed(calls[call].nr | 1L << 32, &slow_r11);
	long straight = call_resumed(calls[call].nr, &r11);

	tally->calls++;
	if (slow != straight || slow_r11 != r11)
		tally->wrong++;
}

void seen_single_step(unsigned long n)
{
	struct sigaction action = { .sa_sigaction = on_step,
				    .sa_flags = SA_SIGINFO };

	if (sigaction(SIGTRAP, &action, NULL))
		broken("sigaction");
	action.sa_sigaction = on_ud2;
	if (sigaction(SIGILL, &action, NULL))
		broken("sigaction");
	for (unsigned long i = 0; i < n / 8 + 1; i++) {
		step_call(i % CALLS);
		resume_call(i % CALLS);
	}
	signal(SIGTRAP, SIG_DFL);
	signal(SIGILL, SIG_DFL);
}
