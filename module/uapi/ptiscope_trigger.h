/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* Interrupts on demand: what PTISCOPE_IOC_NMI and PTISCOPE_IOC_IPI take. */
#ifndef _UAPI_PTISCOPE_TRIGGER_H
#define _UAPI_PTISCOPE_TRIGGER_H

#include <linux/const.h>
#include <linux/types.h>

/**
 * enum ptiscope_nmi_op - what PTISCOPE_IOC_NMI does
 * @PTISCOPE_NMI_START: claim NMIs, and send them if count is not 0; counters are
 *	reset.  Goes on until @PTISCOPE_NMI_STOP or close(2)
 * @PTISCOPE_NMI_STOP: send and claim no more; the counters stay
 * @PTISCOPE_NMI_CHAIN: change chain, the only member that is looked at
 * @PTISCOPE_NMI_STATS: read the counters
 */
enum ptiscope_nmi_op {
	PTISCOPE_NMI_START = 0,
	PTISCOPE_NMI_STOP = 1,
	PTISCOPE_NMI_CHAIN = 2,
	PTISCOPE_NMI_STATS = 3
};

/**
 * PTISCOPE_NMI_UNKNOWN - claim NMIs of every CPU that nobody else does
 *
 * For those that a hypervisor or a watchdog injects, of which the kernel would
 * say "Uhhuh".  On hardware an NMI of unknown reason may be a sign of a fault:
 * it then goes unnoticed but for the counter.
 */
#define PTISCOPE_NMI_UNKNOWN _BITUL(0)

/**
 * PTISCOPE_NMI_RESCHEDULE - an NMI in user mode is followed by a reschedule IPI
 *
 * The handler of an NMI that interrupted user mode on the CPU that is named sends
 * its own CPU an IPI, unless the one before is still to come.  The CPU takes it as
 * soon as the NMI is over, before the interrupted program executes its next
 * instruction: so it interrupts user mode as well.
 */
#define PTISCOPE_NMI_RESCHEDULE _BITUL(1)
/** PTISCOPE_NMI_IRQ_WORK - the same, but it is the IPI of irq_work_queue() */
#define PTISCOPE_NMI_IRQ_WORK _BITUL(2)

/** PTISCOPE_NMI_INTERVAL_MIN - least interval, in us, for each NMI of a chain */
#define PTISCOPE_NMI_INTERVAL_MIN 20
/** PTISCOPE_NMI_INTERVAL_MAX - greatest interval, in us */
#define PTISCOPE_NMI_INTERVAL_MAX 1000000
/** PTISCOPE_NMI_CHAIN_MAX - longest chain */
#define PTISCOPE_NMI_CHAIN_MAX 1024

/**
 * struct ptiscope_nmi - NMIs to a CPU, and how many arrived where
 *
 * NMIs are sent by a timer of another CPU, as local APIC IPIs.  It sends none
 * while the last is under way, so each arrives as one.  It ends when count are
 * sent, when @cpu goes offline, or when the CPU that sends goes offline
 * and the timer moves to @cpu.
 *
 * Fails with -EINVAL on a bad version, size, op or range, on an unknown flag, on
 * both of the IPIs and on a chain with one of them; START fails with
 * -EBUSY while started, with -ENODEV where @cpu is not online, and with -ENXIO
 * where there are NMIs to be sent and no other CPU; CHAIN fails with -ENXIO
 * while not started.
 *
 * @version: in: PTISCOPE_ABI_VERSION
 * @size: in: sizeof(struct ptiscope_nmi)
 * @op: in: enum ptiscope_nmi_op; the members down to @chain are START's
 * @flags: in: PTISCOPE_NMI_UNKNOWN and one of the two IPIs, each or not
 * @cpu: in: CPU to which NMIs are sent and which does the chains and the IPIs
 * @count: in: NMIs to send; 0 only claims
 * @interval_us: in: us between two of them: from PTISCOPE_NMI_INTERVAL_MIN *
 *	(@chain + 1) to PTISCOPE_NMI_INTERVAL_MAX; 0 where @count is 0
 * @chain: in: the handler of an NMI that interrupted user mode sends its own CPU
 *	so many more, each while the one before is handled, up to
 *	PTISCOPE_NMI_CHAIN_MAX: they arrive back to back, before the
 *	interrupted program executes its next instruction.  An NMI in kernel
 *	mode ends a chain.
 * @running: out: 1 while the timer sends
 * @raised: out: IPIs that @flags asks for: each interrupted user mode, or is just
 *	about to
 * @sent: out: NMIs sent by the timer
 * @skipped: out: NMIs not sent when they were due: the last was under way
 * @chained: out: NMIs that handlers sent to their own CPU
 * @seen: out: NMIs claimed, = @user + @kernel; when all have arrived also =
 *	@sent + @chained + @unknown
 * @user: out: those that interrupted user mode
 * @kernel: out: those that interrupted the kernel
 * @unknown: out: those that were not sent from here
 */
struct ptiscope_nmi {
	__u32 version;
	__u32 size;
	__u32 op;
	__u32 flags;
	__u32 cpu;
	__u32 count;
	__u32 interval_us;
	__u32 chain;
	__u32 running;
	__u32 raised;
	__u64 sent;
	__u64 skipped;
	__u64 chained;
	__u64 seen;
	__u64 user;
	__u64 kernel;
	__u64 unknown;
};

/**
 * enum ptiscope_ipi_kind - what PTISCOPE_IOC_IPI sends
 * @PTISCOPE_IPI_CALL: a function call, which waits for the other CPU
 * @PTISCOPE_IPI_RESCHEDULE: a request to look for a task to run
 */
enum ptiscope_ipi_kind {
	PTISCOPE_IPI_CALL = 0,
	PTISCOPE_IPI_RESCHEDULE = 1
};

/** PTISCOPE_IPI_INTERVAL_MIN - least interval, in us */
#define PTISCOPE_IPI_INTERVAL_MIN 20
/** PTISCOPE_IPI_INTERVAL_MAX - greatest interval, in us */
#define PTISCOPE_IPI_INTERVAL_MAX 1000000

/**
 * struct ptiscope_ipi - inter-processor interrupts to a CPU, and how many arrived
 *
 * The calling thread sends them and sleeps between them; the next is not sent
 * before the last has arrived.  A signal ends it.  A CPU that is idle may be told
 * without an interrupt: what is sure to be interrupted is one that runs a program.
 *
 * Fails with -EINVAL on a bad version, size, kind, count or interval, and with
 * -EBUSY while another thread sends.  These come with the counters so far: -ENODEV
 * where @cpu is not online (any more), -ENXIO where the caller runs on @cpu itself,
 * -EINTR after a signal, -ETIMEDOUT where a reschedule IPI has not arrived
 * after a second.
 *
 * @version: in: PTISCOPE_ABI_VERSION
 * @size: in: sizeof(struct ptiscope_ipi)
 * @kind: in: enum ptiscope_ipi_kind
 * @cpu: in: CPU to interrupt
 * @count: in: IPIs to send, at least 1
 * @interval_us: in: us between two of them, from PTISCOPE_IPI_INTERVAL_MIN to
 *	PTISCOPE_IPI_INTERVAL_MAX
 * @sent: out: IPIs sent
 * @seen: out: those that arrived.  Of @PTISCOPE_IPI_RESCHEDULE, after which of them
 *	the CPU's count of such interrupts had gone up; others send them as well
 * @user: out: of @PTISCOPE_IPI_CALL, those that interrupted user mode; else 0
 */
struct ptiscope_ipi {
	__u32 version;
	__u32 size;
	__u32 kind;
	__u32 cpu;
	__u32 count;
	__u32 interval_us;
	__u64 sent;
	__u64 seen;
	__u64 user;
};

#endif /* _UAPI_PTISCOPE_TRIGGER_H */
