# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
#
# Injection torture: one guest, and the tool that works on it from outside.
# Sourced after lib.sh.

inject=$top/tools/.output/inject
guest64=$top/tools/.output/inject-guest64
guest32=$top/tools/.output/inject-guest32

# torture_guest NAME KERNEL PARAMETERS CPU PROGRAM...: boot it in the background;
# its exit code goes to $tmp/NAME.rc, its process ID to $guest_pid
torture_guest() {
	{
		torture_name=$1 torture_kernel=$2 torture_append=$3 torture_cpu=$4
		shift 4
		# No address is moved, nobody waits for a console, and no watchdog barks
		# when the clock jumps, as it does while the guest stands still.
		guest "$torture_name" icount "$torture_kernel" \
			"pti=on nokaslr loglevel=0 nowatchdog \
rcupdate.rcu_cpu_stall_suppress=1 $torture_append" --cpu "$torture_cpu" \
			--timeout "${guest_timeout:-1200}" \
			--gdb "$tmp/$torture_name.gdb" --qmp "$tmp/$torture_name.qmp" \
			--payload "$guest64" --payload "$guest32" \
			${guest_options:+$guest_options} -- torture "$@"
		echo "$rc" >"$tmp/$torture_name.rc"
	} &
	guest_pid=$!
}

# inject NAME KERNEL OPTION...: exit code of the tool; $tmp/NAME.tap, NAME.said
inject() {
	inject_name=$1 inject_kernel=$2
	shift 2
	"$inject" --gdb "$tmp/$inject_name.gdb" --qmp "$tmp/$inject_name.qmp" \
		--vmlinux "$kernels/$inject_kernel/vmlinux" --guest "$guest64" \
		--tap "$@" >"$tmp/$inject_name.tap" 2>"$tmp/$inject_name.said"
}

# end_guest NAME: if it is still there
end_guest() {
	"$top/tools/.output/qmp" --timeout 1 "$tmp/$1.qmp" quit >"$tmp/$1.quit" 2>&1 || :
}

# torture NAME KERNEL PARAMETERS CPU OPTION...: a guest and its torture, whole
torture() {
	torture_guest "$1" "$2" "$3" "$4" inject-guest64 inject-guest32
	whole_name=$1 whole_kernel=$2 whole_rc=0
	shift 4
	inject "$whole_name" "$whole_kernel" --guest32 "$guest32" \
		-o "$tmp/$whole_name.csv" "$@" || whole_rc=$?
	echo "$whole_rc" >"$tmp/$whole_name.inject.rc"
	# What inject gave up may spin until its time is over.
	[ "$whole_rc" = 0 ] || end_guest "$whole_name"
	wait "$guest_pid"
}

# tortured NAME MODE: the checks of a torture that is over
tortured() {
	tap_merge "$1" "$tmp/$1.tap"
	has "$1: the guest switches as it should" "$tmp/$1.tap" "^# mode: $2\$"
	is "$1: exit code of inject" "$(cat "$tmp/$1.inject.rc")" 0
	[ ! -s "$tmp/$1.said" ] || sed 's/^/# /' "$tmp/$1.said"
	is "$1: exit code of the guest, whose kernel log is judged" "$(cat "$tmp/$1.rc")" 0
	[ "$(cat "$tmp/$1.rc")" = 0 ] || sed 's/^/# /' "$tmp/$1.err"
	for op in syscall64_tf int80_tf sysenter32_tf; do
		has "$1: $op, single-stepped in" "$tmp/$1.out" "^ok - $op: "
	done
	ok "$1: every round of the guest was right" \
		sh -c "! grep -E 'rounds, [1-9][0-9]* errors' '$tmp/$1.out'"
	is "$1: the kernel handled as many NMIs as it should" \
		"$(awk '$2 == "unknown" { print $3 }' "$tmp/$1.out")" \
		"$(awk '$2 == "NMIs" { print $8 }' "$tmp/$1.tap")"
}

# A guest of its own: an AMD CPU has SYSCALL in 32-bit code, and without the timer
# of the local APIC there is one behind the I/O APIC.  No machine check there: on AMD
# the kernel survives none in kernel mode.
torture_models=':Skylake-Client: -amd:EPYC:nolapic_timer'

# survived_in_all: points survived in all the guests of torture_modes
survived_in_all() {
	cat "$tmp"/early.csv "$tmp"/late.csv "$tmp"/early-amd.csv "$tmp"/late-amd.csv |
	awk -F, '
	$1 == "mode" { for (i = 1; i <= NF; i++) col[$i] = i; next }
	{ n += $col["survived"] }
	END { print n + 0 }'
}

# torture_modes EVERY: all paths in both modes, each EVERY-th point
torture_modes() {
	for pair in $torture_models; do
		suffix=${pair%%:*} model=${pair#*:} extra=${pair##*:}
		model=${model%:*}
		set -- "$1"
		[ -z "$suffix" ] || set -- "$1" --path irq,syscall32 --event nmi
		for mode in early late; do
			(
				nth=$1
				shift
				torture "$mode$suffix" patched "pti_switch=$mode $extra" \
					"$model" --every "$nth" "$@"
			) &
			eval "pid_$mode=\$!"
		done
		# shellcheck disable=SC2154
		wait "$pid_early" "$pid_late"
		tortured "early$suffix" early
		tortured "late$suffix" late
	done
}

# torture_marks EVERY: NMIs and machine checks in both modes with marks, each EVERY-th
# point.  Each of them that hits the kernel on the user CR3 has one record.
torture_marks() {
	build_programs nested
	guest_options="--payload $programs/nested"
	for mode in early late; do
		torture "$mode-marks" patched "pti_switch=$mode pti_marks=on" Skylake-Client \
			--every "$1" --event nmi,mce &
		eval "pid_$mode=\$!"
	done
	wait "$pid_early" "$pid_late"
	guest_options=
	for mode in early late; do
		tortured "$mode-marks" "$mode"
		for path in nmi_kernel mce; do
			is "$mode-marks: records of $path, one for each hit" \
				"$(sed -n "s/^nmi $path //p" "$tmp/$mode-marks.out")" \
				"$(sed -n "s/^# in kernel mode.* $path \\([0-9]*\\).*/\\1/p" \
					"$tmp/$mode-marks.tap")"
		done
		has "$mode-marks: all records are right" "$tmp/$mode-marks.out" '^nmi bad 0$'
		has "$mode-marks: no record is lost" "$tmp/$mode-marks.out" '^nmi lost 0$'
	done
}

# planted_found RC FAULT TEXT: a planted fault is found, named, and does not hang
planted_found() {
	is "planted fault, $2: exit code of inject" "$1" 1
	has "planted fault, $2: names the point and what happened" "$tmp/planted.said" "$3"
}

# torture_planted: faults that must be found: a user register that is changed, and
# a write of CR3 that is left out.  The guest outlives the first only.
torture_planted() {
	torture_guest planted patched pti_switch=late Skylake-Client \
		inject-guest64 inject-guest64
	for fault in register cr3; do
		case $fault in
		register) text='wrong at .*entry_SYSCALL_64.*syscall64: r15 is' ;;
		cr3) text='(dead|hang|reset) at .*pti_enter_syscall64' ;;
		esac
		planted_rc=0
		inject planted patched --path syscall64 --event nmi --timeout 10 \
			--plant "$fault" || planted_rc=$?
		planted_found "$planted_rc" "$fault" "late, syscall64, nmi: not survived: $text"
	done
	end_guest planted
	wait "$guest_pid"
	ok "planted faults: the guest did not end well" \
		test "$(cat "$tmp/planted.rc")" != 0
}
