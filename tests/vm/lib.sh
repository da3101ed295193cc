# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
#
# For the tests that boot guests; sourced with $here set to this directory.

top=$(cd "$here/../.." && pwd)
prog=$0
. "$top/vm/lib.sh"
. "$here/../tap.sh"
kernels=$(kernels_dir)
rc=0
tmp=$(mktemp -d) || exit 1
programs=$tmp/programs
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# build_program NAME [PART...]: NAME.c and PART.c, for guests to run as NAME
build_program() {
	mkdir -p "$programs"
	p=$1
	for part in "$@"; do
		shift
		set -- "$@" "$here/$part.c"
	done
	gcc -std=gnu11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -pthread \
		-I"$top" -o "$programs/$p" "$@" || exit 1
}

# build_programs NAME...: C programs of one file each
build_programs() {
	for program in "$@"; do
		build_program "$program"
	done
}

# build_skipcheck: the checker of calls that skip the switch
build_skipcheck() {
	build_program skipcheck skipcheck_calls skipcheck_count skipcheck_ids skipcheck_seen skipcheck_state
}

# build_both NAME [PART...]: NAME.c and PART.c for 64 and for 32 bits, as NAME64 and NAME32
build_both() {
	mkdir -p "$programs"
	both=$1
	for p in "$@"; do
		shift
		set -- "$@" "$here/$p.c"
	done
	for p in 64 32; do
		gcc -m$p -static -std=gnu11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE \
			-pthread -I"$top" -o "$programs/$both$p" "$@" || exit 1
	done
}

# boot NAME LANE KERNEL PARAMETERS [OPTION...] -- COMMAND...: leave the command's
# output in $tmp/NAME.out, messages in NAME.err, the kernel log in NAME.dmesg and
# the exit code in $rc.  What hangs has long to do so: a busy host may take ten times
# as long as an idle one.
boot() {
	guest_name=$1 guest_lane=$2 guest_kernel=$3 guest_append=$4
	shift 4
	rc=0
	"$top/vm/run" --kernel "$kernels/$guest_kernel" --lane "$guest_lane" \
		--append "$guest_append" --timeout 900 --dmesg "$tmp/$guest_name.dmesg" \
		"$@" >"$tmp/$guest_name.out" 2>"$tmp/$guest_name.err" || rc=$?
}

# guest ARGUMENT_OF_BOOT...: with the tool, the module and the guests' scripts
guest() {
	guest_name=$1 guest_lane=$2 guest_kernel=$3 guest_append=$4
	shift 4
	boot "$guest_name" "$guest_lane" "$guest_kernel" "$guest_append" \
		--payload "$here/../tap.sh" --payload "$here/guest" \
		--payload "$top/userspace/.output/ptiscope" \
		--payload "$(module_dir "$kernels/$guest_kernel")/ptiscope.ko" "$@"
}

# guest_tap ARGUMENT_OF_GUEST...: a boot whose command speaks TAP
guest_tap() {
	guest "$@"
	guest_results "$1"
}

# guest_results NAME: take over the TAP that this guest left, with its $rc
guest_results() {
	guest_name=$1
	failed_before=$tap_failed
	tap_merge "$1" "$tmp/$1.out"
	ok "$1: the guest ran and its kernel log is clean" guest_sound
}

# in_background FUNCTION NAME ARGUMENT...: guest or boot, beside others; then
# wait_for NAME leaves what the call would have left
in_background() {
	(
		"$@"
		echo "$rc" >"$tmp/$2.rc"
	) &
	echo $! >"$tmp/$2.pid"
}

wait_for() {
	wait "$(cat "$tmp/$1.pid")"
	guest_name=$1
	rc=$(cat "$tmp/$1.rc" 2>/dev/null || echo 125)
}

# guest_sound: exit code 0, or 1 if that stands for checks that failed and are
# counted; anything else is the fault of the guest
guest_sound() {
	[ "$rc" = 0 ] && return
	[ "$rc" = 1 ] && [ "$tap_failed" -gt "$failed_before" ] && return
	echo "exit code $rc"
	cat "$tmp/$guest_name.err"
	return 1
}

# perf_commands: those of docs/perf.md, without the output that it shows
perf_commands() {
	sed -n 's/^    \(perf .*\)$/\1/p' "$top/docs/perf.md"
}
