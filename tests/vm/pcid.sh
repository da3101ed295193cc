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
		--timeout 600 --out "$tmp/$pcid_name" --payload "$programs" -- "$@"
}

# getppid NAME: median of its round trip, in instructions
getppid() {
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
	$col["metric"] == "round_trip" { print $col["median"] }' "$tmp/$1/summary.csv"
}

build_programs pcidtest flushtest
bochs late "pti_switch=late" all "pcid late" pcidtest
bochs late-marks "pti_switch=late pti_marks=on noinvpcid" \
	all flushtest pcidtest "pcidtest --leave"
wait_for late
guest_results late
bochs early "pti_switch=early" all "pcid early"
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
