#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What it may cost a system call to be watched by ptiscope, against what the
# committed results say of the loop alone and of bpftrace; tests/soak/peers.sh
# measures these anew.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/peers_lib.sh"

plain=$(awk -F, '$1 == "marks" { printf "%.0f", $6 - $8 }' "$top/results/reference/peers.csv")
measure 'marks|module|bpf_histogram' --plain "$plain"
for name in marks module bpf_histogram; do
	is "$name: lost" "$(peer "$name" lost)" 0
done
bars "$top/results/reference/peers.csv"

"$top/vm/peers" --frobnicate 2>"$tmp/err"
is "unknown option: exit code" "$?" 2
"$top/vm/peers" --only nothing 2>"$tmp/err"
is "no such row: exit code" "$?" 2
has "no such row: says so" "$tmp/err" "no row matches 'nothing'"
tap_done
