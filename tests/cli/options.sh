#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Help, version, and every kind of wrong command line.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

works "--help" --help
for c in doctor run tlb trace report plot audit nmi ipi probe campaign; do
	has "--help names $c" out "^  $c "
done
works "--version" --version
has "--version is a number" out '^ptiscope [0-9]+\.[0-9]+\.[0-9]+$'
fails "no command" 2 'no command'
fails "unknown command" 2 "unknown command 'frobnicate'" frobnicate
fails "a mistyped command" 2 "unknown command 'reprot', did you mean report\?" reprot
fails "help of a mistyped command" 2 "did you mean report\?" help reprot
fails "a mistyped option" 2 'unknown option --fromat, did you mean --format\?' report --fromat json
works "help of a command" help report
cp out help
works "its own" report --help
ok "is the same" cmp help out
rm help
for v in -V --version 'report -V'; do
	# shellcheck disable=SC2086
	works "$v" $v
	has "$v: the version" out '^ptiscope [0-9.]+$'
done
fails "a time that is none" 2 "'2x' is no time such as" trace --duration 2x
fails "two units of time" 2 "'2mm' is no time" trace --duration 2mm
fails "a time that is too long" 2 'is not within 1 to' trace --duration 99999999999999d
fails "unknown option before the command" 2 "unknown option '--frobnicate'" --frobnicate

for c in doctor run tlb trace report plot audit nmi ipi probe campaign; do
	works "$c --help" "$c" --help
	has "$c --help: usage" out "^Usage: ptiscope $c"
	has "$c --help: options" out '^  -V, --version'
	ok "$c --help: 80 columns" awk 'length > 84 { print; bad = 1 } END { exit bad }' out
	works "$c --version" "$c" --version
	fails "$c: unknown option" 2 'unknown option --frobnicate' "$c" --frobnicate
	fails "$c: unknown letter" 2 'unknown option -Z' "$c" -Z
	fails "$c: a flag takes no value" 2 'takes no value' "$c" --verbose=1
done

for bad in x '' -1 0 1.5 0x10 1e3 99999999999999999999; do
	fails "run --samples '$bad'" 2 '--samples' run -o dir --samples "$bad"
done
for bad in x 0 -1 3600001; do
	fails "run --time '$bad'" 2 '--time' run -o dir --time "$bad"
done
fails "run --iterations 0" 2 '--iterations' run -o dir --iterations 0
fails "run --cpu 99999" 2 '--cpu' run -o dir --cpu 99999
fails "run on a CPU that is not there" 2 'CPU 1023 is not one' run -o dir --cpu 1023
fails "probe on a CPU that is not there" 2 'CPU 1023 is not one' probe --cpu 1023
fails "run --lane mars" 2 "'mars'" run -o dir --lane mars
fails "run --workloads nonsense" 2 'nonsense' run -o dir --workloads nonsense
for bad in x 0 -1 101 1%% nan; do
	fails "run --precision '$bad'" 2 "--precision: '$bad' is no percentage" run -o dir --precision "$bad"
done
fails "run --paths nonsense" 2 'no entry path is called .nonsense.' run -o dir --paths timer,nonsense
fails "run --paths: an exit" 2 'no entry path is called .sysret.' run -o dir --paths sysret
fails "run --paths that nothing takes" 2 'no workload takes the path timer' \
	run -o dir --workloads getppid --paths timer
fails "run --nmi moon" 2 "'moon'" run -o dir --nmi moon
fails "trace of a workload that the records do not show" 2 'longer than the sample' trace --workload nmi_user
fails "trace of a workload of another process" 2 "by --comm or --pid" trace --workload getppid_sysenter32
fails "run without -o" 2 '-o|--output|DIR' run
fails "run -o without a name" 2 'needs a value' run -o
fails "run: words left over" 2 'word' run -o dir word
fails "run: a command without --" 2 "what is .true.\? a command comes after --" run -o dir true
fails "run: a command before --" 2 "what is .sleep.\? a command comes after --" run -o dir sleep -- 0.01
fails "run: a command and workloads" 2 'a command goes with neither' run -o dir -w getppid -- true
fails "run: a command that fails" 1 'false: ended with exit code 1' run -o dir --lane tcg --samples 1 -- false
fails "run: a command that is killed" 1 'sh: was killed by signal 9' \
	run -o dir --lane tcg --samples 1 -- sh -c 'kill -9 $$'
fails "run: no such command" 1 "can.t be run: No such file" run -o dir --lane tcg --samples 1 -- ./nosuch
fails "trace --duration x" 2 '--duration' trace --duration x
fails "trace --pid 0" 2 '--pid' trace --pid 0
fails "trace --path nonsense" 2 "'nonsense'" trace --path syscall64,nonsense
fails "trace --syscall nonsense" 2 "'nonsense'" trace --syscall nonsense
fails "trace --syscall 512" 2 "'512'" trace --syscall 512
fails "trace --comm of 16 bytes" 2 "--comm" trace --comm 0123456789abcdef
fails "trace --events nonsense" 2 "'nonsense'" trace --events page-faults,nonsense
fails "trace --events, nine" 2 "one too many" trace \
	--events cpu-clock,cpu-clock,cpu-clock,cpu-clock,cpu-clock,cpu-clock,cpu-clock,cpu-clock,cpu-clock
fails "trace --events --no-marks" 2 "--no-marks" trace --no-marks --events cpu-clock
fails "trace --top x" 2 "--top" trace --top x
fails "trace --interval -1" 2 "--interval" trace --interval -1
fails "trace --no-marks --path" 2 "--no-marks" trace --no-marks --path syscall64
fails "trace --no-marks -o" 2 "--no-marks" trace --no-marks -o dir
fails "trace --workload --comm" 2 "--comm" trace --workload getppid --comm x
fails "tlb without -o" 2 "DIR" tlb
fails "tlb --most 4097" 2 "--most" tlb -o dir --most 4097
fails "tlb --entry nonsense" 2 "nonsense" tlb -o dir --entry nonsense
fails "tlb with an entry that is waited for" 2 "waits" tlb -o dir --entry timer
fails "trace: words left over" 2 'word' trace word
fails "doctor: words left over" 2 'word' doctor word
fails "nmi without anything to do" 2 '--count' nmi
fails "nmi --interval 1" 2 '--interval' nmi --count 1 --interval 1
fails "nmi: a chain that the interval is too short for" 2 'at least 420' \
	nmi --count 1 --interval 419 --chain 20
fails "nmi --then moon" 2 "'moon'" nmi --count 1 --then moon
fails "nmi: a chain and an IPI" 2 'exclude' nmi --count 1 --chain 1 --then irq-work
fails "ipi without --count" 2 '--count' ipi
fails "ipi --interval 1" 2 '--interval' ipi --count 1 --interval 1
fails "ipi --kind moon" 2 "'moon'" ipi --count 1 --kind moon
fails "nmi: words left over" 2 'word' nmi --count 1 word
fails "probe --samples 0" 2 '--samples' probe --samples 0
fails "probe --lane mars" 2 "'mars'" probe --lane mars
fails "probe: words left over" 2 'word' probe word
fails "report without runs" 2 'no run directory' report
fails "report -o without a name" 2 'needs a value' report -o
fails "plot without runs" 2 'no run directory' plot
latin1=$(printf 'r\351')
for c in run tlb trace; do
	fails "$c -o: bytes that are no UTF-8" 2 "--output: 'r\?' is not UTF-8" $c -o "$latin1"
done
fails "trace --comm: bytes that are no UTF-8" 2 "is not UTF-8" trace --comm "$latin1"
fails "campaign -o: bytes that are no UTF-8" 2 "is not UTF-8" campaign start -o "$latin1"
for c in run tlb probe; do
	pti $c --help
	ok "$c --help: no CPU is beyond what the kernel has" sh -c '! grep -q "[0-9]\{8\}[0-9]*)" out'
done
is "a refused command line writes nothing" "$(ls)" "$(printf 'err\nout')"

works "run --time: a workload that takes longer" run -o slow --lane tcg --time 1 -- sleep 0.02
has "run --time: takes no fewer than 5 samples" slow/manifest.json '^   "samples": 5,$'
works "run --time: a workload that is quick" run -o quick --lane tcg --samples 1000000 --time 20 -w getppid
# shellcheck disable=SC2016
ok "run --time: ends before all samples are taken" awk '
	/^   "samples":/ { n = $2 + 0 } END { print n; exit !(n >= 5 && n < 1000000) }' quick/manifest.json

works "run --list" run --list
for w in getppid read1 page_fault timer getppid_int80 getppid_sysenter32 nmi_user pipe4k sendmsg_recvmsg \
	futex_processes epoll_wait mmap_munmap huge_page_fault signal single_step tlb_shootdown \
	resched_ipi fork_exit vfork_exec chase_64m; do
	has "run --list names $w" out "^$w "
done


# A word that is empty, and a root that is none
for c in report plot compare; do
	fails "$c: an empty word" 2 "'' is no directory" $c '' ''
done
fails "campaign: a root that is not there" 1 "can't use --root none: No such file" campaign status --root none
fails "audit --diff: a directory" 1 "can't read the audit .: it is a directory" audit --diff . .

# Output that can't be written is a failure, told once.
"$mkrun" x
"$mkrun" y switch=late
for words in --help "doctor --json" "run --list" "compare x y"; do
	rc=0
	# The words are arguments.
	# shellcheck disable=SC2086
	"$cli" $words >/dev/full 2>err || rc=$?
	is "full stdout, $words: exit code" "$rc" 1
	is "full stdout, $words: one line" "$(grep -c "can't write" err) $(wc -l <err)" "1 1"
done

tap_done
