# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The kernel's own tests in guests: built once for a kernel source, run on stock,
# early and late, compared with each other and with what mainline is known to do in
# that lane.  Sourced after lib.sh.
# shellcheck disable=SC2034,SC2154

selftests_here=$top/tests/vm
. "$selftests_here/selftests-build.sh"

# left_out NAME LANE: why a test is not run there, if so
left_out() {
	case $1 in
	alarmtimer-suspend | valid-adjtimex | adjtick | change_skew | \
		skew_consistency | clocksource-switch | freq-step | leap-a-day | \
		leapcrash | set-tai | set-2038 | set-tz)
		echo "changes the clock; the kernel's own run_tests leaves it out" ;;
	step_after_suspend_test) echo "suspends the machine; guests cannot" ;;
	nsleep-lat | set-timer-lat | mqueue-lat | raw_skew)
		echo "measures latency or skew, of which an emulator has its own" ;;
	rtcpie) echo "the guests have no /dev/rtc0" ;;
	seccomp_benchmark | param_test_benchmark | param_test_mm_cid_benchmark)
		echo "a benchmark" ;;
	basic_percpu_ops_test | basic_percpu_ops_mm_cid_test)
		echo "200 threads of spinning: minutes in an emulator" ;;
	vmaccess) echo "waits 30 s for what fails on any mainline kernel (attach)" ;;
	syscall_numbering_64) echo "takes minutes in an emulator" ;;
	esac
	case $2:$1 in
	tcg:mov_ss_trap_*) echo "QEMU's TCG delivers #DB after MOV SS, which crashes any kernel" ;;
	tcg:syscall_arg_fault_32) echo "QEMU's TCG keeps TF over SYSENTER, which crashes any kernel" ;;
	bochs:posix_timers) echo "does not end within 20 s of virtual time" ;;
	tcg:posix_timers) echo "measures CPU time, which a busy host takes away, on any kernel" ;;
	esac
}

# waits NAME: for other threads, by the clock.  On a busy host it may not wait long
# enough, on any kernel; not so where the clock counts instructions.
waits() {
	case $1 in
	seccomp_bpf | nanosleep | futex_*) return 0 ;;
	esac
	return 1
}

# arguments NAME: the same test, in less time
arguments() {
	case $1 in
	param_test*) echo "-T s -t 4 -r 100" ;;
	inconsistency-check) echo "-t 1" ;;
	threadtest) echo "-t 1 -n 2" ;;
	esac
}

# selftests_names LANE [NAME...]: those to run there, of those named, into
# $tmp/names; the others are named as skipped.  Those that wait have the icount lane
# for themselves.
selftests_names() {
	names_lane=$1
	shift
	: >"$tmp/names"
	while read -r suite name; do
		[ $# = 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
		case $names_lane in
		tcg) ! waits "$name" || continue ;;
		icount) waits "$name" || continue ;;
		esac
		why=$(left_out "$name" "$names_lane")
		[ -x "$selftests/$suite/$name" ] ||
			why="does not build: $(grep -m 1 -E 'rror:|cannot find' "$selftests/$suite.log")"
		if [ -n "$why" ]; then
			[ $# != 0 ] || skip "$names_lane: $suite/$name" "$why"
		else
			echo "$name $(arguments "$name")" >>"$tmp/names"
		fi
	done <"$selftests/list"
}

# selftests_start NAME LANE KERNEL PARAMETERS [OPTION...]: run $tmp/names in a
# guest in the background
selftests_start() {
	start_name=$1 start_lane=$2 start_kernel=$3 start_append=$4
	start_timeout=1500
	shift 4
	mkdir "$tmp/$start_name"
	cp "$tmp/names" "$tmp/$start_name/names"
	mkdir "$tmp/$start_name.programs"
	while read -r name _; do
		cp "$selftests"/*/"$name" "$tmp/$start_name.programs/"
	done <"$tmp/names"
	# The last is loaded when a thread ends: no program says that it needs it.
	cp "$selftests"/*/*.so "$(gcc -print-file-name=libgcc_s.so.1)" \
		"$tmp/$start_name.programs/"
	if [ "$start_lane" = bochs ]; then
		# Bochs earns itself a warning, which vm/run excuses; it judges the others.
		# Its SYSRET leaves the attributes of SS as they are, as AMD's does; Linux only
		# mends that on AMD's.  A 32-bit program that SYSRETL leads back from a task
		# that an interrupt had entered would have a 16-bit stack, on any kernel.  So
		# its vDSO is to use INT 0x80: 111 is X86_FEATURE_SYSENTER32, which has no name.
		start_append="clearcpuid=111 panic_on_warn=0 $start_append"
		start_timeout=5400
	else
		# TCG reads the stack of a far return in user mode as the kernel would,
		# so SMAP would fault there.
		start_append="clearcpuid=smap $start_append"
	fi
	in_background boot "$start_name" "$start_lane" "$start_kernel" \
		"$start_append" --timeout "$start_timeout" --mem 1000 --out "$tmp/$start_name" \
		--payload "$selftests_here/guest" \
		--payload "$tmp/$start_name.programs" "$@" -- selftests
}

# selftests_wait NAME: until that guest is done
selftests_wait() {
	wait_for "$1"
	is "$1: the guest ran and its kernel log is clean" "$rc" 0
	[ "$rc" = 0 ] || cat "$tmp/$1.err" >&2
	selftests_outcomes "$tmp/$1" >"$tmp/$1.outcomes"
}

# selftests_outcomes DIR: "NAME<TAB>OUTCOME" a line.  An outcome is the exit code,
# how many subtests passed, failed and were skipped, and which failed.
selftests_outcomes() {
	while read -r name code; do
		awk -v name="$name" -v code="$code" '
		function failure(text) {
			# Addresses and times differ from run to run.
			gsub(/0x[0-9a-f]+|[0-9]+(\.[0-9]+)?/, "N", text)
			gsub(/[ \t]+/, " ", text)
			gsub(/^ | $|[|]/, "", text)
			if (!seen[text]++)
				failed = failed "; " text
		}
		/^[ \t]*ok [0-9]+.*# *SKIP/ || /^\[(SKIP|N\/A)\]/ { skips++; next }
		/^[ \t]*ok [0-9]+/ || /^\[OK\]/ { oks++; next }
		/^[ \t]*not ok [0-9]+/ || /^\[FAIL\]/ {
			fails++
			sub(/^[ \t]*not ok [0-9]+/, "")
			sub(/^\[FAIL\]/, "")
			failure($0)
		}
		END {
			printf "%s\t%d:%d/%d/%d%s\n", name, code, oks, fails, skips, \
				substr(failed, 2)
		}' "$1/$name.log"
	done <"$1/codes"
}

# outcome GUEST NAME
outcome() {
	awk -F '\t' -v n="$2" '$1 == n { print $2 }' "$tmp/$1.outcomes"
}

# known LANE NAME FIELD: what mainline is known to do there (2) and why (3)
known() {
	awk -F '\t' -v n="$2" -v f="$3" '$1 == n { print $f }' \
		"$selftests_here/selftests-known.$1"
}

# among OUTCOME OUTCOMES: OUTCOMES are separated by " | "
among() {
	case " | $2 | " in
	*" | $1 | "*) return 0 ;;
	esac
	printf 'seen:  %s\nknown: %s\n' "$1" "$2"
	return 1
}

# selftests_judge LANE GUEST...: each test in each guest ends as it does in the
# first one, and passes, or is known to do otherwise on mainline
selftests_judge() {
	judge_lane=$1
	shift
	while read -r name _; do
		first=$(outcome "$1" "$name")
		set_of=$(known "$judge_lane" "$name" 2)
		if [ -z "$set_of" ]; then
			ok "$name passes in $1 (${first:-no result})" \
				clean "$first"
		fi
		for guest in "$@"; do
			seen=$(outcome "$guest" "$name")
			what="$name in $guest"
			if [ -z "$set_of" ]; then
				[ "$guest" = "$1" ] || is "$what: as in $1" "${seen:-none}" "$first"
			elif clean "$seen" >/dev/null; then
				ok "$what: $seen, of $set_of" among "$seen" "$set_of"
			elif among "${seen:-none}" "$set_of" >/dev/null; then
				skip "$what: $seen, as on mainline" "$(known "$judge_lane" "$name" 3)"
			else
				ok "$what: as mainline is known to" among "${seen:-none}" "$set_of"
			fi
		done
	done <"$tmp/names"
}

# clean OUTCOME: exit code 0, none failed, none skipped
clean() {
	case $1 in
	0:*/0/0) return 0 ;;
	esac
	echo "$1"
	return 1
}
