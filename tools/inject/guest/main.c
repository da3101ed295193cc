// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest program of inject: goes into the kernel in the way that it is told,
 * again and again, with known values in all registers, and checks all of them.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inject/guest/guest.h"

/* CF, PF, AF, SF, IF, DF, OF: what user mode may set, but ZF */
#define FLAGS 0xe97
#define TF 0x100

#define STACK_SIZE 65536

/* Of each operation, when nobody is outside */
#define TRY_ROUNDS 20

struct inject_control inject_control = { .op = OP_IDLE };
struct guest guest = { .watch_fd = -1 };

/* The stack that operations run on; signals have another. */
static char op_stack[STACK_SIZE] __attribute__((aligned(64)));
static char signal_stack[STACK_SIZE] __attribute__((aligned(64)));

static const char *const names[R_COUNT] = {
	[R_AX] = "rax",	     [R_BX] = "rbx", [R_CX] = "rcx", [R_DX] = "rdx",
	[R_SI] = "rsi",	     [R_DI] = "rdi", [R_BP] = "rbp", [R_SP] = "rsp",
#ifdef __x86_64__
	[R_8] = "r8",	     [R_9] = "r9",   [R_10] = "r10", [R_11] = "r11",
	[R_12] = "r12",	     [R_13] = "r13", [R_14] = "r14", [R_15] = "r15",
#endif
	[R_FLAGS] = "flags", [R_SS] = "ss",  [R_CS] = "cs",  [R_DS] = "ds",
	[R_ES] = "es",
};

/**
 * fault() - say what is wrong in this round, for who looks from outside
 * Return: false
 */
bool fault(const char *fmt, ...)
{
	va_list args;
	int n = snprintf(inject_control.fault, sizeof(inject_control.fault),
			 "%s: ", guest.now->name);

	va_start(args, fmt);
	vsnprintf(inject_control.fault + n, sizeof(inject_control.fault) - n,
		  fmt, args);
	va_end(args);
	return false;
}

/* Where breakpoints tell that a round is over; they must stay functions. */
__attribute__((noipa, noinline)) void round_ok(void);
__attribute__((noipa, noinline)) void round_bad(void);

void round_ok(void)
{
	asm volatile("" : : : "memory");
}

void round_bad(void)
{
	asm volatile("nop" : : : "memory");
}

/* A value of its own in each register, a new set in each round */
static void fill(void)
{
	static reg_t seed;

	for (int i = 0; i < R_FLAGS; i++) {
		seed = seed * (reg_t)6364136223846793005ULL +
		       (reg_t)1442695040888963407ULL;
		round_in[i] = seed ^ (seed >> 13);
	}
	round_in[R_SP] = (reg_t)(op_stack + STACK_SIZE - 4096);
	round_in[R_FLAGS] = FLAGS;
	round_in[R_CS] = guest.user_cs;
	memset(round_out, 0xee, sizeof(round_out));
}

static bool check_registers(const reg_t *expect)
{
	for (int i = 0; i < R_COUNT; i++) {
		reg_t seen = round_out[i];

		/* Segment registers are stored with 16 bits. */
		if (i > R_FLAGS)
			seen &= 0xffff;
		if (i == R_FLAGS && !((seen ^ expect[i]) & guest.flags))
			continue;
		if (seen != expect[i])
			return fault("%s is %#lx, not %#lx", names[i], seen,
				     expect[i]);
	}
	return true;
}

#ifdef __x86_64__
static reg_t fs_base(void)
{
	reg_t base;

	asm volatile("rdfsbase %0" : "=r"(base));
	return base;
}

static reg_t gs_base(void)
{
	reg_t base;

	asm volatile("rdgsbase %0" : "=r"(base));
	return base;
}

static bool check_bases(reg_t fs, reg_t gs)
{
	if (fs_base() != fs)
		return fault("fs base is %#lx, not %#lx", fs_base(), fs);
	if (gs_base() != gs)
		return fault("gs base is %#lx, not %#lx", gs_base(), gs);
	return true;
}
#else
/* The C library's thread pointer is in GS: a wrong one would end it all. */
static reg_t fs_base(void)
{
	return 0;
}

static reg_t gs_base(void)
{
	return 0;
}

static bool check_bases(reg_t fs, reg_t gs)
{
	return fs == gs;
}
#endif

/**
 * finish_steps() - a check of the number of single-step traps
 *
 * The first round, which nobody disturbs, sets the number.
 *
 * Return: is it the same?
 */
bool finish_steps(void)
{
	unsigned int *traps = &guest.traps[guest.now->op];

	if (!guest.signals)
		return fault("no trap");
	if (!*traps)
		*traps = guest.signals;
	return *traps == guest.signals ||
	       fault("%u traps, not %u", guest.signals, *traps);
}

static bool run_round(const struct operation *op)
{
	reg_t expect[R_COUNT];
	reg_t fs = fs_base();
	reg_t gs = gs_base();

	guest.now = op;
	guest.signals = 0;
	guest.bad_signal = false;
	guest.flags = ~(reg_t)TF;
	fill();
	asm volatile("mov %%ds, %0" : "=r"(round_in[R_DS]));
	asm volatile("mov %%es, %0" : "=r"(round_in[R_ES]));
	round_ss = user_ss;
	if (op->prepare)
		op->prepare();
	round_in[R_SS] = round_ss;
	memcpy(expect, round_in, sizeof(expect));
	if (op->expect)
		op->expect(expect);
	op->round();
	/* What a fork returns is different in both, and for finish() to check. */
	if (op->op == OP_FORK)
		expect[R_AX] = round_out[R_AX];
	if (op->op == OP_FORK && !round_out[R_AX])
		_exit(check_registers(expect) && check_bases(fs, gs) ? 0 : 1);
	return check_registers(expect) && check_bases(fs, gs) &&
	       !guest.bad_signal && (!op->finish || op->finish());
}

static const struct operation *find(uint64_t op)
{
	for (const struct operation *o = operations; o->name; o++)
		if (o->op == op)
			return o;
	return NULL;
}

static void loop(void)
{
	volatile struct inject_control *control = &inject_control;

	while (control->op != OP_QUIT) {
		const struct operation *op = find(control->op);
		bool good = !op || run_round(op);

		control->rounds++;
		control->errors += !good;
		if (good)
			round_ok();
		else
			round_bad();
	}
}

static void catch_signals(void)
{
	static const int signals[] = { SIGTRAP, SIGILL, SIGSEGV, SIGFPE };
	struct sigaction action = { .sa_sigaction = handle_signal,
				    .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t stack = { .ss_sp = signal_stack, .ss_size = STACK_SIZE };

	if (sigaltstack(&stack, NULL))
		err(1, "sigaltstack");
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], &action, NULL))
			err(1, "sigaction");
}

static void read_mode(void)
{
	FILE *f = fopen("/sys/kernel/pti/switch", "r");

	if (!f || fscanf(f, "%15s", inject_control.mode) != 1)
		strcpy(inject_control.mode, "stock");
	if (f)
		fclose(f);
}

/* Without anybody outside: some rounds of one operation */
static bool try_operation(const char *name, unsigned int rounds)
{
	const struct operation *op = operations;

	while (op->name && strcmp(op->name, name))
		op++;
	if (!op->name)
		errx(2, "there is no operation %s", name);
	for (unsigned int i = 0; i < rounds; i++)
		if (!run_round(op)) {
			printf("not ok - %s\n# round %u: %s\n", name, i,
			       inject_control.fault);
			return false;
		}
	printf("ok - %s: %u rounds\n", name, rounds);
	fflush(stdout);
	return true;
}

int main(int argc, char **argv)
{
	bool good = true;

	asm volatile("mov %%ss, %0" : "=m"(user_ss));
	asm volatile("mov %%cs, %0" : "=m"(guest.user_cs));
	guest.parent = getppid();
	guest.zero_fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	guest.page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (guest.page == MAP_FAILED)
		err(1, "mmap");
	memset(op_stack, 0, sizeof(op_stack));
	read_mode();
	catch_signals();
	if (setup_operations())
		return 1;
	for (int i = 1; i < argc; i++)
		good &= try_operation(argv[i], TRY_ROUNDS);
	if (argc > 1)
		return !good;
	loop();
	printf("%llu rounds, %llu errors\n",
	       (unsigned long long)inject_control.rounds,
	       (unsigned long long)inject_control.errors);
	return 0;
}
