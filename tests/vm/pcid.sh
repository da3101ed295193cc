#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Page-table isolation with PCID, in Bochs, which has it: late mode sees no
# mapping that is gone, flushes what it must and no more, and costs little.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# bochs NAME PARAMETERS COMMAND...: a guest in the background
bochs() {
	pcid_name=$1 pcid_append=$2
	shift 2
	mkdir "$tmp/$pcid_name"
	pcid_kernel=patched
	[ "$pcid_name" != stock ] || pcid_kernel=stock
	in_background guest "$pcid_name" bochs "$pcid_kernel" "$pcid_append" \
		--out "$tmp/$pcid_name" --payload "$programs" -- "$@"
}

# getppid NAME: median of its round trip, in instructions
getppid() {
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
	$col["metric"] == "round_trip" { print $col["median"] }' "$tmp/$1/summary.csv"
}

# warning FUNCTION WHERE: as the kernel logs one
warning() {
	printf '%s\n' '[ 1.0] ---[ cut here ]---' "[ 1.0] WARNING: CPU: 0 PID: 1 at a.c:1 $1+0x1/0x2" \
		"[ 1.0] RIP: 0010:$2/0x2b" '[ 1.0] ---[ end trace 0 ]---'
}

# What vm/run takes out of the log in this lane, and what it must not
(
	echo '[ 0.0] first'
	warning parse_legacy cpu_init_topology+0x3e
	warning exc_debug_kernel entry_SYSCALL_64+0x0
	echo '[ 2.0] last'
) >"$tmp/excused"
(
	warning exc_debug_kernel pti_marks_enter_syscall64+0x0
	warning exc_debug_kernel entry_SYSCALL_64+0x3
	warning other_function entry_SYSCALL_64+0x0
	printf '%s\n' '[ 9.0] ---[ cut here ]---' '[ 9.0] kernel BUG at a.c:1'
) >"$tmp/not-excused"
cp "$tmp/not-excused" "$tmp/not-excused.orig"
(
	here=$top/vm
	. "$top/vm/bochs.sh"
	bochs_excuse "$tmp/excused"
	bochs_excuse "$tmp/not-excused"
)
is "the log: two warnings are Bochs's own" "$(cat "$tmp/excused")" '[ 0.0] first
[ 2.0] last'
ok "the log: others stay" cmp "$tmp/not-excused" "$tmp/not-excused.orig"

build_programs pcidtest flushtest probetest
bochs late "pti_switch=late" all "pcid late" pcidtest
bochs late-marks "pti_switch=late pti_marks=on noinvpcid" \
	all flushtest pcidtest "pcidtest --leave"
wait_for late
guest_results late
bochs early "pti_switch=early" all "pcid early" "probetest exact" probes
wait_for late-marks
guest_results late-marks
bochs stock "" all "pcid stock"
guest_tap late-tcg tcg patched "pti_switch=late" --payload "$programs" -- pcidtest
for name in early stock; do
	wait_for $name
	guest_results $name
done

echo "# getppid in Bochs, instructions: stock $(getppid stock)," \
	"early $(getppid early), late $(getppid late)"
ok "getppid with PCID: late minus early is at most +14" awk \
	-v late="$(getppid late)" -v early="$(getppid early)" \
	'BEGIN { exit !(early > 0 && late > 0 && late - early <= 14) }'
ok "getppid with PCID: early minus stock is at most +2" awk \
	-v early="$(getppid early)" -v stock="$(getppid stock)" \
	'BEGIN { exit !(early > 0 && stock > 0 && early - stock <= 2) }'
tap_done
